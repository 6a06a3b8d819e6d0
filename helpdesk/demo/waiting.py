"""Whom to ring back, and what outside parties have: open ones, ended ones, and a chase that is due today."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

from helpdesk.callbacks.models import Answer, Reason
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core import clock
from helpdesk.demo.shape import chance
from helpdesk.demo.stage import MINUTE, Scene, Stage
from helpdesk.demo.stories import at_local
from helpdesk.parties.models import PaidBy, PartyKind
from helpdesk.parties.states import HandOffStatus
from helpdesk.repairs.models import HoldReason, Urgency

MISSED_AT = time(5, 40)
DIRECTORY = (  # kind, name, number, when they are reached, note
    (PartyKind.WATER_WORKS, "城南自来水公司", "052310000201", "24 小时", "总表前归他们,报表号更快。"),
    (PartyKind.POWER_COMPANY, "供电公司城南抢修班", "052310000202", "24 小时", ""),
    (PartyKind.GAS_COMPANY, "城南燃气抢险", "052310000203", "24 小时", "闻到气味先打这个,再派人。"),
    (PartyKind.TELECOM, "通信公司装维", "052310000204", "8:00–20:00", ""),
    (PartyKind.CHARGING, "安驰充电运营", "12000000205", "9:00–18:00", "报桩号,在桩体右侧。"),
    (PartyKind.CONTRACTOR, "宏筑建设(2021 年改造)", "12000000206", "工作日 8:00–17:30", "屋面、外墙质保到 2026 年底。"),
    (PartyKind.CREW, "王师傅疏通队", "12000000207", "随叫随到", "通一次 200 元起,先报价。"),
)


def waiting(told: Stage) -> Iterator[Scene]:
    stage = _beside(told)
    parties = _directory(stage)
    yield from _call_backs(stage)
    water, contractor = parties[PartyKind.WATER_WORKS], parties[PartyKind.CONTRACTOR]
    at = at_local(stage.now, time(9, 50), -3)
    yield at, partial(_handed, stage, at, "NO_WATER", [water], PaidBy.UTILITY, stage.now + 40 * MINUTE)
    at = at_local(stage.now, time(15, 5), -9)
    chase_at = at_local(stage.now, time(9), 2)
    yield at, partial(_handed, stage, at, "ROOF_LEAK", [water, contractor], PaidBy.RENOVATION_GUARANTEE, chase_at)


def _beside(stage: Stage) -> Stage:
    """The same estate with chances of its own, so that what is told here changes nothing of the other stories."""
    rng = chance(stage.now, "waiting", stage.desk.estate_id)
    teller = replace(stage.board.teller, rng=rng, busy_until={})
    board = replace(stage.board, teller=teller, rng=rng, recent=deque())
    return Stage(board, stage.now, rng, set(stage.used))


def _directory(stage: Stage) -> dict[PartyKind, int]:
    rows, found = stage.desk.rows, {}
    entered = at_local(stage.now, time(10), -30)
    for kind, name, numbers, hours, note in DIRECTORY:
        found[kind] = rows.next_id("party")
        rows.add(
            "party", id=found[kind], estate_id=stage.desk.estate_id, kind=kind, name=name, numbers=numbers,
            hours=hours, note=note, in_use=True, version=1,
        )  # fmt: skip
        stage.desk.journal.note(
            entered, stage.staff.manager, "party.added", "party", found[kind], [], {"party_kind": kind}
        )
    return found


def _handed(stage: Stage, at: datetime, code: str, parties: list[int], paid_by: PaidBy, chase_at: datetime) -> None:
    """An order that one party after the other gets; the last of them has it."""
    home = stage.home()
    order = stage.report(code, Urgency.P2, at, stage.board.spot_of(stage.fault(code), home), stage.caller(home))
    handed = at + 20 * MINUTE
    operator = stage.board.teller.operator(handed)
    stage.desk.hold(order, handed, reason=HoldReason.OUTSIDE, actor=operator)
    order.responded_at = handed
    stage.desk.keep(order)
    for position, party in enumerate(parties):
        begins = handed + timedelta(days=2 * position)
        last = position == len(parties) - 1
        returned_at = None if last else begins + timedelta(days=1, hours=3)
        next_at = chase_at if last else begins + timedelta(days=1)
        _hand_off(stage, order.id, party, begins, returned_at, paid_by, next_at)


def _hand_off(
    stage: Stage, order_id: int, party: int, at: datetime, returned_at: datetime | None, paid_by: PaidBy,
    chase_at: datetime,
) -> None:  # fmt: skip
    rows, journal, estate_id = stage.desk.rows, stage.desk.journal, stage.desk.estate_id
    number, operator, topics = rows.next_id("hand_off"), stage.board.teller.operator(at), [f"orders:{estate_id}"]
    asked_at = at + timedelta(days=1)
    rows.add(
        "hand_off", id=number, estate_id=estate_id, work_order_id=order_id, party_id=party,
        status=HandOffStatus.RETURNED if returned_at else HandOffStatus.WAITING, reference=f"CN-{4_100 + number}",
        contact="值班室", paid_by=paid_by, promised_on=clock.local_date(chase_at), chase_at=chase_at, handed_at=at,
        handed_by_id=operator, ended_at=returned_at, ended_by_id=operator if returned_at else None,
        returned_because="表后管道,不归他们管。" if returned_at else "", version=3 if returned_at else 2,
    )  # fmt: skip
    made = {"work_order_id": order_id, "party_id": party, "paid_by": paid_by, "chase_at": asked_at}
    journal.note(at, operator, "hand_off.made", "hand_off", number, topics, made)
    chase = rows.next_id("hand_off_chase")
    note = "说下午派人看。" if returned_at else "说配件在路上,到了就来。"
    rows.add("hand_off_chase", id=chase, hand_off_id=number, at=asked_at, by_id=operator, note=note)
    asked = {"chase_id": chase, "chase_at": chase_at}
    journal.note(asked_at, operator, "hand_off.chased", "hand_off", number, topics, asked)
    if returned_at:
        journal.note(returned_at, operator, "hand_off.returned", "hand_off", number, topics, {})


def _call_backs(stage: Stage) -> Iterator[Scene]:
    now, first = stage.now, stage.staff.operators[0]
    missed = at_local(now, MISSED_AT)
    missed = missed if missed <= now else at_local(now, MISSED_AT, -1)
    lately = stage.lately(95 * MINUTE)
    vain = [(Answer.NO_ANSWER, "响了很久"), (Answer.SWITCHED_OFF, ""), (Answer.NO_ANSWER, "")]
    told = (
        (missed, None, Reason.MISSED, missed + 10 * MINUTE, vain[:1], None, ""),
        (lately, None, Reason.PROMISED, now + 35 * MINUTE, [], None, "问充电桩押金退不退,答应问清楚回电。"),
        (lately - 50 * MINUTE, first, Reason.UNREACHED, now + 80 * MINUTE, vain, None, "告诉她师傅明天上午来。"),
        (lately - 20 * MINUTE, first, Reason.PROMISED, now - 12 * MINUTE, [], None, "漏水修好没有,回电问一声。"),
    )
    answered, gone = (Answer.ANSWERED, "本人接的"), (Answer.WRONG_NUMBER, "空号")
    older = (
        (-1, Reason.MISSED, [vain[0], answered], CallbackStatus.REACHED, "打错了,没有事。"),
        (-2, Reason.PROMISED, [answered], CallbackStatus.REACHED, "楼道灯已报修,说清了时间。"),
        (-3, Reason.UNREACHED, [vain[1], gone, vain[2]], CallbackStatus.GIVEN_UP, "号码都不对,楼长说已搬走。"),
    )
    for at, owner, reason, due_at, tries, ended, words in told:
        yield at, partial(_call_back, stage, at, owner, reason, due_at, tries, ended, words)
    for days, reason, tries, ended, words in older:
        at = at_local(now, time(10, 15), days)
        yield at, partial(_call_back, stage, at, first, reason, at + 30 * MINUTE, tries, ended, words)


def _call_back(
    stage: Stage, at: datetime, owner: int | None, reason: Reason, due_at: datetime,
    tries: list[tuple[Answer, str]], ended: CallbackStatus | None, words: str,
) -> None:  # fmt: skip
    """One call-back with its attempts; `words` are what to say, or what came of it once it has ended."""
    rows, journal, estate_id = stage.desk.rows, stage.desk.journal, stage.desk.estate_id
    caller, number, topics = stage.caller(stage.home()), rows.next_id("callback"), [f"callbacks:{estate_id}"]
    asked_by = None if reason is Reason.MISSED else stage.board.teller.operator(at)
    rung_by = owner or stage.board.teller.operator(at)
    moments = [at + (7 + 9 * position) * MINUTE for position in range(len(tries))]
    moments = [moment for moment in moments if moment <= stage.now]
    tries = tries[: len(moments)]
    over_at = (moments[-1] + (5 * MINUTE if ended is CallbackStatus.GIVEN_UP else 0 * MINUTE)) if ended else None
    reached, given_up = ended is CallbackStatus.REACHED, ended is CallbackStatus.GIVEN_UP
    rows.add(
        "callback", id=number, estate_id=estate_id, reason=reason, status=ended or CallbackStatus.OPEN,
        number=caller.number, person_id=None if reason is Reason.MISSED else caller.resident.id,
        place_id=caller.home.id, owner_id=rung_by if tries else owner, asked_at=at, asked_by_id=asked_by,
        due_at=due_at, words="" if ended else words, ended_at=over_at, given_up_because=words if given_up else "",
        rang_themselves=False, came_of_it=words if reached else "",
        version=1 + len(tries) + given_up + reached,
    )  # fmt: skip
    asked = {"reason": reason, "due_at": due_at, "owner_id": owner, "work_order_id": None}
    journal.note(at, asked_by, "callback.asked", "callback", number, topics, asked)
    for moment, (answer, note) in zip(moments, tries, strict=True):
        attempt = rows.next_id("callback_attempt")
        rows.add("callback_attempt", id=attempt, callback_id=number, at=moment, by_id=rung_by, answer=answer, note=note)
        tried = {"answer": answer, "attempt_id": attempt, "due_at": due_at}
        journal.note(moment, rung_by, "callback.attempted", "callback", number, topics, tried)
    if reached or given_up:
        kind = "callback.told" if reached else "callback.given_up"
        journal.note(over_at, rung_by, kind, "callback", number, topics, {})
