"""The scenes everybody should find: the burst pipe at 02:14, the handrail, the wall that seeps, and others."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from helpdesk.cases.models import CaseKind
from helpdesk.core import clock
from helpdesk.demo import outages
from helpdesk.demo.desk import Order
from helpdesk.demo.stage import MINUTE, Scene, Stage
from helpdesk.demo.stories import at_local
from helpdesk.demo.switchboard import Caller, where
from helpdesk.hotline.models import Channel, Outcome
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.states import Setback
from helpdesk.windows.rules import windows_of

BURST_AT = time(2, 14)
BURST_LASTS = timedelta(minutes=65)
JOINED = 6  # calls that came to the order about the seeping wall after the first


def scenes(stage: Stage) -> Iterator[Scene]:
    yield burst_pipe_at(stage.now), lambda: burst_pipe(stage)
    if not burst_goes_on(stage.now):
        yield stage.now - 11 * MINUTE, lambda: stairwell_without_power(stage)
    yield at_local(stage.now, time(16, 20), -2), lambda: broken_handrail(stage)
    yield from seeping_wall(stage)
    yield stage.lately(35 * MINUTE), lambda: told_on_a_mobile(stage)
    yield stage.lately(75 * MINUTE), lambda: one_number_two_homes(stage)
    yield at_local(stage.now, time(17, 40), -1), lambda: wires_in_the_garage(stage)
    yield at_local(stage.now, time(14, 5), -1), lambda: sheet_of_12345(stage)


def burst_pipe_at(now: datetime) -> datetime:
    """Last night at 02:14, or the night before while it is not 02:14 yet."""
    tonight = at_local(now, BURST_AT)
    return tonight if tonight <= now else at_local(now, BURST_AT, -1)


def burst_goes_on(now: datetime) -> bool:
    return now - burst_pipe_at(now) < BURST_LASTS


def burst_pipe(stage: Stage) -> None:
    """Somebody of 81, alone, hard of hearing, on a landline that a second home shares."""
    home, began = stage.board.register.places.scene_home, burst_pipe_at(stage.now)
    stage.used.add(home)
    words = f"我是{where(home)}的,厨房水管爆了,水喷得到处都是,我关不动阀门,家里就我一个人。"
    order = stage.report("WATER_BURST", Urgency.P1, began, home, stage.caller(home), words)

    def story(order: Order) -> None:
        visit = stage.send(order, began + MINUTE / 2, stage.staff.technicians[0])
        stage.step_by_step(order, visit, began + 2 * MINUTE, began + 5 * MINUTE, began + 24 * MINUTE)
        work = "关楼道总阀,更换水槽下爆裂软管,通水试压正常;厨房积水已帮忙扫干,插座检查无进水"
        stage.finish(order, visit, began + 66 * MINUTE, "WATER_BURST", work, "不锈钢软管 1 根,角阀 1 只")
        told = began + 75 * MINUTE
        words = "已打电话告诉女儿,老人没受惊,早上再去看一趟。"
        stage.desk.remark(order, told, words=words, actor=stage.board.teller.operator(told))
        rung = at_local(began, time(9, 40))
        stage.desk.close(order, rung, actor=stage.board.teller.operator(rung))

    stage.tell(order, story)


def stairwell_without_power(stage: Stage) -> None:
    """The emergency that runs whenever the burst pipe does not: somebody is on the way."""
    began, spot = stage.now - 11 * MINUTE, stage.stairwell("9-1")
    words = "九幢一单元整个单元没电了,楼道也黑,三楼有个坐轮椅的。"
    order = stage.report("POWER_OUT_STAIR", Urgency.P1, began, spot, stage.from_stairwell(spot), words)

    def story(order: Order) -> None:
        visit = stage.send(order, began + MINUTE / 2, stage.staff.technicians[1])
        stage.step_by_step(order, visit, began + 2 * MINUTE, began + 4 * MINUTE, began + 18 * MINUTE)

    stage.tell(order, story)


def broken_handrail(stage: Stage) -> None:
    """Made safe at once, then it waits for a part; the second visit is this afternoon."""
    began, spot = at_local(stage.now, time(16, 20), -2), stage.stairwell("7-2")
    words = "七幢二单元三楼到四楼的楼梯扶手断了一截,老人上下没得扶,吓人。"
    order = stage.report("HANDRAIL", Urgency.P1, began, spot, stage.from_stairwell(spot), words)

    def story(order: Order) -> None:
        welder = stage.staff.technicians[4]
        visit = stage.send(order, began + MINUTE, welder)
        stage.step_by_step(order, visit, began + 3 * MINUTE, began + 6 * MINUTE, began + 19 * MINUTE)
        note = "断口已用绳子绑牢,拉了警戒带;要焊 1.2 米新扶手,等方管。"
        stage.desk.fail(order, visit, began + 38 * MINUTE, reason=Setback.PARTS, note=note, parts_needed="方管 1.2 米")
        ordered = at_local(stage.now, time(10), -1)
        window = windows_of(clock.local_date(stage.now))[2]
        visit = stage.send(order, ordered, welder, window, window.starts_at + 5 * MINUTE)
        morning = at_local(stage.now, time(7, 50))
        start = window.starts_at
        stage.step_by_step(order, visit, morning, start + 2 * MINUTE, start + 9 * MINUTE)
        stage.finish(
            order,
            visit,
            start + 62 * MINUTE,
            "HANDRAIL",
            "焊接新扶手 1.2 米,打磨补漆,摇动不晃",
            "方管 1.5 米,防锈漆 1 罐",
        )

    stage.tell(order, story)


def seeping_wall(stage: Stage) -> Iterator[Scene]:
    """One order for a whole wall: surveyed, waiting for the contractor, and six more calls came to it."""
    began, spot = at_local(stage.now, time(9, 30), -12), stage.stairwell("12-3")
    known: list[Order] = []

    def first() -> None:
        words = "十二幢三单元西墙渗水,一下雨从上到下都湿,墙皮掉了一大片。"
        order = stage.report("WALL_SEEP", Urgency.P3, began, spot, stage.from_stairwell(spot), words)
        order.version += JOINED  # of each call that is added to it later
        known.append(order)
        outages.open_outage(
            stage, began + 30 * MINUTE, "WALL_SEEP", places=[spot], orders=[order], starts_at=began,
            outside_party="2021 年改造施工单位",
        )  # fmt: skip
        stage.tell(order, story)

    def story(order: Order) -> None:
        asked, tomorrow = began + 50 * MINUTE, clock.local_date(began) + timedelta(days=1)
        window = windows_of(tomorrow)[1]
        visit = stage.send(order, asked, stage.staff.technicians[4], window)
        start = window.starts_at
        stage.step_by_step(order, visit, start - 90 * MINUTE, start + 3 * MINUTE, start + 9 * MINUTE)
        note = "西墙三楼以上有两道贯通裂缝,要搭吊篮,报 2021 年改造施工单位按质保处理。"
        stage.desk.fail(order, visit, start + 50 * MINUTE, reason=Setback.OUTSIDE, note=note)
        for days, words in ((-9, "施工单位回复:下周派人看。"), (-3, "施工单位已来看,等天晴搭吊篮,预计一周内。")):
            told = at_local(stage.now, time(15, 20), days)
            stage.desk.remark(order, told, words=words, actor=stage.board.teller.operator(told))

    def joins(at: datetime) -> None:
        caller = stage.from_stairwell(spot)
        words = stage.rng.choice(stage.fault("WALL_SEEP").said) + ",十二幢三单元的。"
        outages.add_caller(stage, known[0], at, caller, words)

    yield began, first
    for number in range(JOINED):
        at = at_local(stage.now, time(8 + number, 17), -11 + 2 * number)
        yield at, lambda at=at: joins(at)


def told_on_a_mobile(stage: Stage) -> None:
    """A resident rang a technician on his own phone; he wrote it down three hours later."""
    saved, spot = stage.lately(35 * MINUTE), stage.home("5-1-302")
    words = "厨房插座没电,电饭锅用不起来。师傅手机上接的,当时在别家干活。"
    order = stage.report(
        "SOCKET_LIGHT", Urgency.P2, saved, spot, stage.caller(spot), words, talked=5 * MINUTE,
        channel=Channel.MOBILE, happened_at=saved - 180 * MINUTE, logged_by=stage.staff.technicians[3],
    )  # fmt: skip
    stage.tell(order, lambda order: None)


def one_number_two_homes(stage: Stage) -> None:
    """A daughter asks after her parents' home on the number that is known in hers."""
    shared = [line for line in stage.board.register.lines if len(line.homes) > 1 and line.digits.startswith("1")]
    line = (shared or stage.board.register.lines)[0]
    caller = Caller(line.digits, line.homes[-1], line.people[0], line)
    at = stage.lately(75 * MINUTE)
    words = "替我爸妈问一下,下周查燃气是哪天,他们耳朵不好,请打我这个电话。"
    operator = stage.board.teller.operator(at)
    stage.board.write(at - 2 * MINUTE, at, caller=caller, words=words, outcome=Outcome.ENQUIRY, logged_by=operator)


def wires_in_the_garage(stage: Stage) -> None:
    """Found on patrol: somebody charges in a garage on a wire from upstairs. Made safe; the call back is due."""
    places, began = stage.board.register.places, at_local(stage.now, time(17, 40), -1)
    spot = places.at("3-车12") or places.garages[0]
    words = "巡查发现三幢 12 号车库从楼上拉线给电瓶车充电,线皮发烫,边上堆着纸箱。"
    order = stage.report("FLY_WIRE", Urgency.P1, began, spot, Caller(""), words, channel=Channel.PATROL)

    def story(order: Order) -> None:
        visit = stage.send(order, began + MINUTE, stage.staff.technicians[3])
        stage.step_by_step(order, visit, began + 2 * MINUTE, began + 6 * MINUTE, began + 15 * MINUTE)
        stage.finish(order, visit, began + 37 * MINUTE, "FLY_WIRE", "当面讲清危险,拆除飞线,纸箱清走,引导到充电棚充电")

    stage.tell(order, story)


def sheet_of_12345(stage: Stage) -> None:
    """A case that came on paper, with its own date in its words."""
    began, spot = at_local(stage.now, time(14, 5), -1), stage.board.register.places.at("小区道路")
    due = clock.local_date(stage.now) + timedelta(days=5)
    words = f"12345 转办单:反映小区道路夜间积水、电瓶车打滑,要求 {due.month} 月 {due.day} 日前书面答复。办事处转来。"
    order = stage.report("ROAD", Urgency.P3, began, spot, Caller(""), words, channel=Channel.CASE_12345)

    def story(order: Order) -> None:
        asked = began + 40 * MINUTE
        window = windows_of(clock.local_date(stage.now) + timedelta(days=1))[1]
        stage.send(order, asked, stage.staff.technicians[4], window)
        stage.desk.remark(order, asked + MINUTE, words="书面答复由经理签字后送办事处。", actor=stage.staff.manager)

    work = stage.board.casework
    due_at = clock.from_local(datetime.combine(due, time(17, 30)))
    case = work.open(
        CaseKind.CASE_12345, began, stage.staff.manager, words=words, due_at=due_at, owner_id=stage.staff.manager,
        external_ref="TZ2026-111356", received_from="城南办事处", place_id=spot.id if spot else None,
        work_order_id=order.id,
    )  # fmt: skip
    work.tell(case, lambda case: None)
    stage.tell(order, story)
