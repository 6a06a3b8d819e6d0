"""A day that is alive whenever it is looked at: two technicians' rounds, orders that wait, calls half written."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import partial

from helpdesk.core import clock
from helpdesk.demo import plans
from helpdesk.demo.desk import MISSING, Order
from helpdesk.demo.scenes import burst_goes_on
from helpdesk.demo.stage import MINUTE, Scene, Stage
from helpdesk.demo.stories import at_local
from helpdesk.hotline.models import Channel
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.states import Setback
from helpdesk.windows.rules import Window, windows_of

ROUND = (time(8, 35), time(9, 15), time(10, 25), time(11), time(14, 5), time(15, 10), time(15, 45), time(16, 50))
MOVED = {0: {1: 15, 3: 20}, 1: {2: 20}}  # by yesterday's plan: minutes by which these were later before
NEXT_ROUND = (time(8, 40), time(10, 15), time(14, 10))
TRADES = (
    "WATER_LEAK DRAIN_BLOCK WATER_LEAK UPSTAIRS_LEAK DRAIN_BLOCK WATER_LEAK WATER_LEAK".split(),
    "SOCKET_LIGHT STAIR_LIGHT SOCKET_LIGHT SOCKET_LIGHT POWER_OUT_HOME CHARGE_PILE STAIR_LIGHT SOCKET_LIGHT".split(),
)
REPORTED_TODAY = (5, 7)  # of the round; the others were agreed yesterday
EVENING = (time(15, 30), time(20))  # who works by day is at home in the evening
HOME_AT = time(17, 40)  # when the last of a round is done
WAY = 5 * MINUTE
BLOCKED = (timedelta(minutes=-50), timedelta(minutes=50))  # around now, for whoever goes to the emergency


def today(stage: Stage) -> Iterator[Scene]:
    plan = plans.Taken()
    for technician in (0, 1):
        yield from rounds(stage, technician, plan)
        yield from evening(stage, technician)
    yield plans.taken(stage, plan)
    yield from waiting(stage)
    yield from on_hold(stage)
    yield from half_written(stage)


def rounds(stage: Stage, technician: int, plan: plans.Taken) -> Iterator[Scene]:
    """Jobs of today, most agreed yesterday, and the first ones of tomorrow, agreed before now."""
    moved = MOVED[technician]
    for position, (at, code) in enumerate(zip(ROUND, TRADES[technician], strict=False)):
        start = at_local(stage.now, at) + technician * 5 * MINUTE
        at_emergency = technician == 1 and not burst_goes_on(stage.now)
        if at_emergency and BLOCKED[0] < start - stage.now < BLOCKED[1]:
            continue
        agreed = at_local(stage.now, time(13 + position, 20), -1)
        if position in REPORTED_TODAY:
            agreed = at_local(stage.now, time(8, 30 + position))
        agreed += technician * 7 * MINUTE
        if agreed <= stage.now:
            later = moved.get(position, 0) * MINUTE
            yield _job(stage, technician, code, agreed, start, moves=plan if later else None, later=later)
    for position, at in enumerate(NEXT_ROUND):
        start = at_local(stage.now, at, 1) + technician * 5 * MINUTE
        agreed = stage.lately((30 + 25 * position + 9 * technician) * MINUTE)
        yield _job(stage, technician, TRADES[technician][position + 3], agreed, start)


def evening(stage: Stage, technician: int) -> Iterator[Scene]:
    """When the round of the day is nearly over: what was agreed for tonight."""
    if not EVENING[0] <= clock.local(stage.now).time() < EVENING[1]:
        return
    start = max(stage.now + (20 + 12 * technician) * MINUTE, at_local(stage.now, HOME_AT))
    for position, code in enumerate(TRADES[technician][:3]):
        agreed = stage.lately((40 + 30 * position + 7 * technician) * MINUTE)
        hour = start.replace(minute=0, second=0, microsecond=0)
        window = Window(hour, hour + 90 * MINUTE)
        yield _job(stage, technician, code, agreed, start, window)
        start += stage.usual_time(code) + WAY


def _job(
    stage: Stage, technician: int, code: str, agreed: datetime, start: datetime, promised: Window | None = None, *,
    later: timedelta = 0 * MINUTE, moves: plans.Taken | None = None,
) -> Scene:  # fmt: skip
    """One visit of a round; without a window of its own it is promised for the one of the grid it falls into.

    Until a plan moved it to its start it was planned so much later.
    """

    def tell() -> None:
        home = stage.home()
        spot = stage.board.spot_of(stage.fault(code), home)
        order = stage.report(code, Urgency.P2, agreed, spot, stage.caller(home))
        stage.tell(order, story)

    def story(order: Order) -> None:
        sent = agreed + MINUTE
        window = promised or next(w for w in windows_of(clock.local_date(start)) if start < w.ends_at)
        visit = stage.send(order, sent, stage.staff.technicians[technician], window, start + later)
        if moves:
            moves.move(stage, order, visit, start)
        accepted = max(sent + 3 * MINUTE, at_local(start, time(7, 42)))
        arrived = start + stage.rng.randint(1, 4) * MINUTE
        stage.step_by_step(order, visit, accepted, start - 4 * MINUTE, arrived)
        ended = arrived + stage.usual_time(code) - stage.rng.randint(4, 8) * MINUTE
        stage.finish(order, visit, ended, code)
        rung = ended + stage.rng.randint(150, 300) * MINUTE
        stage.desk.close(order, rung, actor=stage.board.teller.operator(rung))

    return agreed, tell


def waiting(stage: Stage) -> Iterator[Scene]:
    """Nobody has been sent yet: just reported, soon due, and one that was forgotten."""
    for code, urgency, at in (
        ("DRAIN_BLOCK", Urgency.P2, stage.now - 6 * MINUTE),
        ("STAIR_LIGHT", Urgency.P2, stage.lately(25 * MINUTE)),
        ("TREE_GREEN", Urgency.P3, stage.lately(timedelta(hours=48))),
    ):
        yield at, lambda code=code, urgency=urgency, at=at: _report_only(stage, code, urgency, at)


def _report_only(stage: Stage, code: str, urgency: Urgency, at: datetime) -> None:
    home = stage.home()
    order = stage.report(code, urgency, at, stage.board.spot_of(stage.fault(code), home), stage.caller(home))
    stage.tell(order, lambda order: None)


def on_hold(stage: Stage) -> Iterator[Scene]:
    """Parts, nobody home, another firm: what they wait for, and since when."""
    for position, (code, reason, note) in enumerate(
        (
            ("WATER_LEAK", Setback.PARTS, "老式混水阀,仓库没有,已订货,后天到。"),
            ("UPSTAIRS_LEAK", Setback.NOBODY_HOME, "楼上没人,邻居说去女儿家了,要约时间。"),
            ("CHARGE_PILE", Setback.OUTSIDE, "主机板坏,运营方答应派人换,已催一次。"),
        )
    ):
        at = at_local(stage.now, time(9 + position, 35), -2)
        yield at, lambda at=at, code=code, reason=reason, note=note: _held(stage, at, code, reason, note)


def _held(stage: Stage, at: datetime, code: str, reason: Setback, note: str) -> None:
    home = stage.home()
    order = stage.report(code, Urgency.P2, at, stage.board.spot_of(stage.fault(code), home), stage.caller(home))

    def story(order: Order) -> None:
        window = windows_of(clock.local_date(at))[2]
        visit = stage.send(order, at + 4 * MINUTE, stage.staff.technicians[2 if code != "CHARGE_PILE" else 3], window)
        start = window.starts_at
        stage.step_by_step(order, visit, start - 60 * MINUTE, start + MINUTE, start + 7 * MINUTE)
        stage.desk.fail(order, visit, start + 22 * MINUTE, reason=reason, note=note, **MISSING.get(reason, {}))

    stage.tell(order, story)


def half_written(stage: Stage) -> Iterator[Scene]:
    """Calls without an outcome: one being typed, one left lying, two that were saved to be rung back."""
    first, second, *_ = stage.staff.operators
    technician = stage.staff.technicians[2]
    lately = stage.lately(50 * MINUTE)
    calls = (
        (stage.now - 4 * MINUTE, None, first, Channel.HOTLINE, "阳台上的水管好像在滴,她说再看一下"),
        (stage.now - 18 * MINUTE, None, second, Channel.HOTLINE, "问房子出租要不要登记,讲到一半断了"),
        (lately, lately + 2 * MINUTE, technician, Channel.MOBILE, "路上碰到说卫生间灯不亮,没讲清是几楼"),
        (lately - 90 * MINUTE, lately - 86 * MINUTE, second, Channel.HOTLINE, "投诉楼上半夜拖板凳,要求经理回电"),
    )
    for at, saved_at, user, channel, words in calls:
        yield saved_at or at, partial(_half_written, stage, at, saved_at, user, channel, words)


def _half_written(
    stage: Stage, at: datetime, saved_at: datetime | None, user: int, channel: Channel, words: str
) -> None:
    caller = stage.caller(stage.home())
    stage.board.write(at, saved_at, caller=caller, words=words + "。", outcome=None, channel=channel, logged_by=user)
