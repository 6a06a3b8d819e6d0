"""Outages of the demonstration: the wall that seeps with its six callers, water to be cut, a power cut that is over."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from helpdesk.callbacks.models import Answer, Reason
from helpdesk.callbacks.rules import ring_many_by
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.demo.desk import Order
from helpdesk.demo.homes import Spot
from helpdesk.demo.stage import MINUTE, Scene, Stage
from helpdesk.demo.stories import at_local
from helpdesk.demo.switchboard import Caller
from helpdesk.hotline.models import Outcome
from helpdesk.outages.states import OutageStatus
from helpdesk.repairs.models import Urgency

CUT_BEGAN, CUT_OVER = time(18, 52), time(20, 20)
JOINED_CUT = (6, 9, 13)  # minutes after the first call


def scenes(stage: Stage) -> Iterator[Scene]:
    yield at_local(stage.now, time(16, 40), -1), lambda: _water_to_be_cut(stage)
    yield from _stairwell_was_dark(stage)


def add_caller(
    stage: Stage, order: Order, at: datetime, caller: Caller, words: str, *, outage_id: int | None = None
) -> None:
    """Somebody else rings about an order, or about its outage: their call is saved there.

    The event is the subject's, whose row is kept already: its version has to count the call beforehand.
    """
    operator = stage.board.teller.operator(at)
    call_id = stage.board.write(
        at - 2 * MINUTE, at, caller=caller, words=words, outcome=Outcome.REPAIR, logged_by=operator,
        order=None if outage_id else order, category_id=order.category_id,
    )  # fmt: skip
    home = caller.home
    stage.desk.rows.add(
        "added_caller", id=stage.desk.rows.next_id("added_caller"), call_id=call_id, outage_id=outage_id,
        work_order_id=None if outage_id else order.id, place_id=home.id if home else None,
        person_id=caller.resident.id if caller.resident else None, number=caller.number, rang_at=at - 2 * MINUTE,
    )  # fmt: skip
    kind, table, subject = ("outage", "outage", outage_id) if outage_id else ("work_order", "work_order", order.id)
    topics = {f"outages:{order.estate_id}", *order.topics} if outage_id else {*order.topics}
    stage.desk.journal.note(
        at, operator, f"{kind}.caller_added", table, subject, sorted(topics),
        {"call_id": call_id, "place_id": home.id if home else None},
    )  # fmt: skip


def open_outage(
    stage: Stage, at: datetime, category: str, *, places: Sequence[Spot] = (), buildings: Sequence[int] = (),
    orders: Sequence[Order] = (), starts_at: datetime, ends_at: datetime | None = None, outside_party: str = "",
    words: str = "", over_at: datetime | None = None, acts: int = 1,
) -> int:  # fmt: skip
    """The rows of an outage as it stands in the end, and the event of its opening. `acts` is how many it has in all."""
    desk, operator = stage.desk, stage.board.teller.operator(at)
    outage_id, category_id = desk.rows.next_id("outage"), stage.board.categories[category]
    status = OutageStatus.PLANNED if starts_at > at else OutageStatus.RUNNING
    desk.rows.add(
        "outage", id=outage_id, estate_id=desk.estate_id, category_id=category_id, version=acts, whole_estate=False,
        status=OutageStatus.OVER if over_at else status, starts_at=starts_at, ends_at=ends_at, words=words, notice="",
        outside_party=outside_party, opened_at=at, opened_by_id=operator, over_at=over_at,
    )  # fmt: skip
    areas = [{"building_no": number} for number in buildings] + [{"place_id": place.id} for place in places]
    for area in areas:
        desk.rows.add("outage_area", id=desk.rows.next_id("outage_area"), outage_id=outage_id, **area)
    for order in orders:
        part = desk.rows.next_id("outage_order")
        desk.rows.add("outage_order", id=part, outage_id=outage_id, work_order_id=order.id)
    topics = {f"outages:{desk.estate_id}"}.union(*(order.topics for order in orders))
    desk.journal.note(
        at, operator, "outage.opened", "outage", outage_id, sorted(topics),
        {"status": status, "category_id": category_id, "starts_at": starts_at, "ends_at": ends_at,
         "orders": [order.id for order in orders]},
    )  # fmt: skip
    return outage_id


def _water_to_be_cut(stage: Stage) -> None:
    """Tomorrow morning, in three buildings, by the water works."""
    begins, ends = at_local(stage.now, time(8, 30), 1), at_local(stage.now, time(11, 30), 1)
    known = {spot.building_no for spot in stage.board.register.places.stairwells}
    open_outage(
        stage, at_local(stage.now, time(16, 40), -1), "NO_WATER", buildings=sorted({5, 6, 7} & known or known),
        starts_at=begins, ends_at=ends, outside_party="自来水公司",
    )  # fmt: skip


def _stairwell_was_dark(stage: Stage) -> Iterator[Scene]:
    """Six days ago in the evening: one order, three calls that were added, and everybody was rung the next morning."""
    began, over = (at_local(stage.now, at, -6) for at in (CUT_BEGAN, CUT_OVER))
    spot = stage.stairwell("4-1")
    homes = [home for home in stage.board.homes if home.stairwell_id == spot.id and home.lines]
    homes = homes or [home for home in stage.board.homes if home.lines]
    callers = [stage.caller(homes[number % len(homes)]) for number in range(1 + len(JOINED_CUT))]
    known: dict = {}

    def first() -> None:
        words = "四幢一单元整个单元停电了，楼道也黑，看得见对面楼是亮的。"
        order = stage.report("POWER_OUT_STAIR", Urgency.P1, began, spot, callers[0], words)
        known["order"] = order
        acts = 2 + len(JOINED_CUT)  # opened, its calls, over
        known["outage"] = open_outage(
            stage, began + 4 * MINUTE, "POWER_OUT_STAIR", places=[spot], orders=[order], starts_at=began,
            ends_at=at_local(stage.now, time(20, 30), -6), outside_party="供电所", over_at=over, acts=acts,
        )  # fmt: skip
        stage.tell(order, story)

    def story(order: Order) -> None:
        visit = stage.send(order, began + MINUTE, stage.staff.technicians[1])
        stage.step_by_step(order, visit, began + 2 * MINUTE, began + 5 * MINUTE, began + 17 * MINUTE)
        work = "进户电缆接头烧坏，供电所抢修后恢复，复查各户电表箱正常"
        stage.finish(order, visit, over - 5 * MINUTE, "POWER_OUT_STAIR", work)
        stage.desk.close(order, over, actor=stage.board.teller.operator(over))

    yield began, first
    for number, minutes in enumerate(JOINED_CUT, start=1):
        at, words = (
            began + minutes * MINUTE,
            ("我家也没电了，四幢一单元的。", "怎么没电了？", "楼上楼下都黑的。")[number - 1],
        )
        yield (
            at,
            lambda at=at, caller=callers[number], words=words: add_caller(
                stage, known["order"], at, caller, words, outage_id=known["outage"]
            ),
        )
    yield over, lambda: _over(stage, known["order"], known["outage"], callers, over)


def _over(stage: Stage, order: Order, outage_id: int, callers: Sequence[Caller], over: datetime) -> None:
    """Each household once; all of them were reached the next morning."""
    desk, operator = stage.desk, stage.board.teller.operator(over)
    due, asked = ring_many_by(over), {caller.home: caller for caller in callers}
    words = "四幢一单元停电已经处理好了。您家里要是还不正常，请告诉我。"
    for number, caller in enumerate(asked.values()):
        callback_id, attempt_id = desk.rows.next_id("callback"), desk.rows.next_id("callback_attempt")
        rung = due - timedelta(minutes=70 - 9 * number)
        topics = [f"callbacks:{desk.estate_id}"]
        desk.rows.add(
            "callback", id=callback_id, estate_id=desk.estate_id, reason=Reason.OUTAGE_OVER, version=2,
            status=CallbackStatus.REACHED, number=caller.number, place_id=caller.home.id,
            person_id=caller.resident.id if caller.resident else None, work_order_id=order.id, owner_id=operator,
            asked_at=over, asked_by_id=operator, due_at=due, words=words, ended_at=rung, given_up_because="",
            rang_themselves=False, came_of_it="",
        )  # fmt: skip
        desk.rows.add("callback_attempt", id=attempt_id, callback_id=callback_id, at=rung, by_id=operator,
                      answer=Answer.ANSWERED, note="")  # fmt: skip
        ring = desk.rows.next_id("outage_callback")
        desk.rows.add("outage_callback", id=ring, outage_id=outage_id, callback_id=callback_id)
        desk.journal.note(
            over, operator, "callback.asked", "callback", callback_id, topics,
            {"reason": Reason.OUTAGE_OVER, "due_at": due, "owner_id": None, "work_order_id": order.id},
        )  # fmt: skip
        desk.journal.note(
            rung, operator, "callback.attempted", "callback", callback_id, topics,
            {"answer": Answer.ANSWERED, "attempt_id": attempt_id, "due_at": due},
        )  # fmt: skip
    desk.journal.note(
        over, operator, "outage.over", "outage", outage_id, sorted({f"outages:{desk.estate_id}", *order.topics}),
        {"from_status": OutageStatus.RUNNING, "orders": 1, "call_backs": len(asked)},
    )  # fmt: skip
