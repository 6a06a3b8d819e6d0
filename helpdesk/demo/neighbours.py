"""Two homes on one order in the demonstration: water came from upstairs, where nobody answered the door."""

from collections.abc import Iterator
from datetime import datetime, time

from helpdesk.demo.desk import NotYet, Order
from helpdesk.demo.homes import Spot
from helpdesk.demo.stage import MINUTE, Scene, Stage
from helpdesk.demo.stories import at_local
from helpdesk.neighbours.models import Part
from helpdesk.repairs.models import Urgency

BELOW, ABOVE = "5-2-301", "5-2-401"


def scenes(stage: Stage) -> Iterator[Scene]:
    yield at_local(stage.now, time(19, 25), -1), lambda: _water_from_upstairs(stage)


def _water_from_upstairs(stage: Stage) -> None:
    """Yesterday evening: nobody at home above, entered with two witnesses, the hose replaced; the call back is due."""
    began, home = at_local(stage.now, time(19, 25), -1), stage.home(BELOW)
    near = [spot for spot in stage.board.homes if spot is not home and spot.stairwell_id == home.stairwell_id]
    above = stage.board.register.places.at(ABOVE) or (near or stage.board.homes)[0]
    words = "楼上漏水，客厅顶上往下滴，上去敲门没人应，电话也打不通。"
    order = stage.report("UPSTAIRS_LEAK", Urgency.P1, began, home, stage.caller(home), words)

    def story(order: Order) -> None:
        operator = stage.board.teller.operator(began)
        stage.desk.rows.add(
            "other_home", id=stage.desk.rows.next_id("other_home"), work_order_id=order.id, place_id=above.id,
            part=Part.SOURCE, number="",
        )  # fmt: skip
        _note(stage, order, began + MINUTE, operator, "work_order.other_home_set",
              {"place_id": above.id, "part": Part.SOURCE})  # fmt: skip
        visit = stage.send(order, began + 2 * MINUTE, stage.staff.technicians[0])
        stage.step_by_step(order, visit, began + 3 * MINUTE, began + 6 * MINUTE, began + 16 * MINUTE)
        _enter(stage, order, above, began + 34 * MINUTE, visit.crew[0])
        work = "关楼上分户阀，更换洗脸盆下开裂软管；楼下顶面待干透后再看"
        stage.finish(order, visit, began + 58 * MINUTE, "UPSTAIRS_LEAK", work, "不锈钢软管 1 根")

    stage.tell(order, story)


def _enter(stage: Stage, order: Order, above: Spot, at: datetime, technician: int) -> None:
    entry_id, noted = stage.desk.rows.next_id("home_entry"), at + 4 * MINUTE
    stage.desk.rows.add(
        "home_entry", id=entry_id, work_order_id=order.id, place_id=above.id, entered_at=at, noted_at=noted,
        noted_by_id=technician, witnesses="社区民警、楼道长",
        why="楼上无人，水从顶上往下流，关总阀后仍在滴；民警到场后由开锁师傅开门。",
    )  # fmt: skip
    _note(stage, order, noted, technician, "work_order.home_entered", {"entry_id": entry_id, "place_id": above.id})


def _note(stage: Stage, order: Order, at: datetime, actor: int, kind: str, data: dict) -> None:
    if at > stage.now:
        raise NotYet
    order.version += 1
    stage.desk.journal.note(at, actor, kind, "work_order", order.id, order.topics, data)
