"""Scenes around cases: sheets that came on paper in every state, an order chased twice, praise nobody has read yet."""

from collections.abc import Iterator
from datetime import datetime, time

from helpdesk.cases.models import CaseKind, ReplyWay, Satisfaction
from helpdesk.demo.casework import DAY, HOUR, CaseRow, Casework
from helpdesk.demo.desk import Order
from helpdesk.demo.homes import add_keys
from helpdesk.demo.lines import PhoneLine
from helpdesk.demo.stage import MINUTE, Scene, Stage
from helpdesk.demo.stories import at_local
from helpdesk.demo.switchboard import Caller
from helpdesk.estate import search_keys
from helpdesk.hotline.models import Outcome
from helpdesk.repairs.models import Urgency

FROM_OFFICE, FROM_COMMUNITY = "城南办事处", "康兴新村社区"
NUISANCE = "12900001234"


def paperwork(stage: Stage) -> Iterator[Scene]:
    """`stage` draws its own chances, so that the other scenes stay as they are."""
    for tell, days, hour in (
        (sheet_that_is_late, -8, time(9, 20)), (sheet_put_off, -4, time(10, 5)), (sheet_settled, -20, time(15, 10)),
        (sheet_sent_back, -6, time(11, 30)), (from_the_community, -2, time(16, 0)),
    ):  # fmt: skip
        at = at_local(stage.now, hour, days)
        yield at, lambda tell=tell, at=at: tell(stage, at)
    reported, first, second = (stage.lately(ago) for ago in (260 * MINUTE, 70 * MINUTE, 14 * MINUTE))
    known: list[tuple[Order, Caller]] = []
    yield reported, lambda: known.append(waits_for_somebody(stage, reported))
    for at in (first, second):
        yield at, lambda at=at: asks_again(stage, at, *known[0])
    yield stage.lately(44 * MINUTE), lambda: kind_words(stage, stage.lately(44 * MINUTE))
    yield stage.lately(95 * MINUTE), lambda: asks_about_waiver(stage, stage.lately(95 * MINUTE))
    line = PhoneLine(NUISANCE)
    for days in (-9, -5, -2):
        at = at_local(stage.now, time(19, 40), days)
        yield at, lambda at=at: nuisance(stage, at, line)


def _due(at: datetime, days: int) -> datetime:
    return at_local(at, time(17, 30), days)


def _work(stage: Stage) -> Casework:
    return stage.board.casework


def _place(stage: Stage, address: str) -> int:
    places = stage.board.register.places
    return (places.at(address) or places.shared[0]).id


def sheet_that_is_late(stage: Stage, at: datetime) -> None:
    work, manager = _work(stage), stage.staff.manager
    words = "反映 15 幢北侧化粪池冒臭气,已多次反映,要求彻底解决并答复。"
    case = work.open(
        CaseKind.CASE_12345, at, manager, words=words, due_at=_due(at, 7), owner_id=manager,
        external_ref="TZ2026-110871", received_from=FROM_OFFICE, place_id=_place(stage, "15-1"),
    )  # fmt: skip

    def story(case: CaseRow) -> None:
        work.remark(case, at + 5 * HOUR, manager, "已联系抽粪车,等街道批费用。")

    work.tell(case, story)


def sheet_put_off(stage: Stage, at: datetime) -> None:
    work, manager = _work(stage), stage.staff.manager
    words = "反映充电桩太少,晚上排队,要求增加并答复时间。"
    case = work.open(
        CaseKind.CASE_12345, at, manager, words=words, due_at=_due(at, 6), owner_id=manager,
        external_ref="TZ2026-111204", received_from=FROM_OFFICE, place_id=_place(stage, "充电棚"),
    )  # fmt: skip
    why = "运营方要现场勘察电容,周五才能来。"
    work.tell(case, lambda case: work.extension(case, at + 2 * DAY, manager, _due(at, 12), why))


def sheet_settled(stage: Stage, at: datetime) -> None:
    work, manager = _work(stage), stage.staff.manager
    case = work.open(
        CaseKind.CASE_12345, at, manager, words="反映 4 幢楼道堆放电瓶车和杂物,要求清理。", due_at=_due(at, 6),
        owner_id=manager, external_ref="TZ2026-109650", received_from=FROM_OFFICE, place_id=_place(stage, "4-1"),
    )  # fmt: skip

    def story(case: CaseRow) -> None:
        work.extension(case, at + DAY, manager, _due(at, 10), "等社区一起入户。", at + 2 * DAY)
        reply = "已会同社区清理完毕,楼道张贴告示,安排巡查每周两次;诉求人电话告知,表示满意。"
        work.reply(case, at + 7 * DAY, manager, reply, ReplyWay.WRITTEN)
        work.close(case, at + 9 * DAY, manager, Satisfaction.SATISFIED)

    work.tell(case, story)


def sheet_sent_back(stage: Stage, at: datetime) -> None:
    work, manager = _work(stage), stage.staff.manager
    case = work.open(
        CaseKind.CASE_12345, at, manager, words="反映菜场门口占道经营,影响出行。", due_at=_due(at, 5), owner_id=manager,
        external_ref="TZ2026-110993", received_from=FROM_OFFICE,
    )  # fmt: skip
    reason = "不在本小区红线内,属市容管理,请转城管中队。"
    work.tell(case, lambda case: work.give_back(case, at + 3 * HOUR, manager, reason))


def from_the_community(stage: Stage, at: datetime) -> None:
    work, (operator, *_more) = _work(stage), stage.staff.operators
    case = work.open(
        CaseKind.COMMUNITY_SHEET, at, operator, words="居民代表反映广场健身器材松动,请查看并回复社区。",
        due_at=_due(stage.now, 0), owner_id=operator, external_ref="康兴〔2026〕41", received_from=FROM_COMMUNITY,
        place_id=_place(stage, "中心广场"),
    )  # fmt: skip
    work.tell(case, lambda case: None)


def waits_for_somebody(stage: Stage, at: datetime) -> tuple[Order, Caller]:
    """A blocked drain: somebody is to come in the afternoon, and the resident grows impatient."""
    home = stage.home()
    caller = stage.caller(home)
    order = stage.report("DRAIN_BLOCK", Urgency.P2, at, home, caller)
    planned = at_local(stage.now + 6 * HOUR, time(16, 20))  # where the round of the first technician has room
    stage.tell(order, lambda order: stage.send(order, at + MINUTE, stage.staff.technicians[0], None, planned))
    return order, caller


def asks_again(stage: Stage, at: datetime, order: Order, caller: Caller) -> None:
    stage.board.chase(at - MINUTE, at, order, caller.home, caller)


def kind_words(stage: Stage, at: datetime) -> None:
    operator = stage.board.teller.operator(at)
    words = "昨天来修水的陆师傅真好,鞋套自己带,修完还把地拖了,谢谢他。"
    caller = stage.caller(stage.home())
    call_id = stage.board.write(
        at - MINUTE, at, caller=caller, words=words, outcome=Outcome.PRAISE, logged_by=operator, follows=False
    )
    _work(stage).praise(words, at, operator, call_id=call_id, user=stage.staff.technicians[0], seen_after=None)


def asks_about_waiver(stage: Stage, at: datetime) -> None:
    operator = stage.board.teller.operator(at)
    words = "老伴走了以后就一个人,退休金不高,听说物业费能减一点,要带什么材料?"
    caller = stage.caller(stage.home())
    call_id = stage.board.write(
        at - 3 * MINUTE, at, caller=caller, words=words, outcome=Outcome.WAIVER, logged_by=operator, follows=False
    )
    known = {"place_id": caller.home.id, "person_id": caller.resident.id, "phone_id": caller.line and caller.line.id}
    work = _work(stage)
    case = work.open(CaseKind.WAIVER_ENQUIRY, at, operator, words=words, call_id=call_id, **known)
    work.tell(case, lambda case: None)


def nuisance(stage: Stage, at: datetime, line: PhoneLine) -> None:
    """The same number, again and again: the caller card says so. The first call keeps it."""
    rows, estate_id = stage.desk.rows, stage.desk.estate_id
    if not line.id:
        line.id = rows.next_id("phone")
        rows.add("phone", id=line.id, estate_id=estate_id, digits=line.digits)
        stage.desk.journal.note(at, stage.board.teller.operator(at), "phone.kept", "phone", line.id, [], {})
        add_keys(rows, estate_id, search_keys.of_phone(line.digits), phone_id=line.id)
    operator = stage.board.teller.operator(at)
    stage.board.write(
        at - MINUTE, at, caller=Caller(NUISANCE, None, None, line), words="推销保健品的,又是他。",
        outcome=Outcome.NUISANCE, logged_by=operator,
    )  # fmt: skip
