"""Decisions about outages: what they are called, what is said of them, when people are rung; values in, values out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.core import clock
from helpdesk.estate.addresses import spoken
from helpdesk.estate.models import Person, Place
from helpdesk.repairs.models import WorkOrder

TOGETHER = timedelta(hours=1)  # orders that come within it may have one cause
MANY = 3  # so many of them are proposed to be made one outage
NAMES = {
    "NO_WATER": "停水", "POWER_OUT_STAIR": "停电", "POWER_OUT_HOME": "停电", "LIFT_FAULT": "电梯停运",
    "GAS_SMELL": "停气",
}  # fmt: skip
WATERY = frozenset({"WATER", "DRAIN", "SEEPAGE"})  # a burst pipe above is a leak below, and a blocked drain too
AGAIN = {"停水": "供水", "停电": "供电", "停气": "供气", "电梯停运": "运行"}


def alike(group_code: str) -> frozenset[str]:
    """The groups of faults whose cause may be the same as of one of this group."""
    return WATERY if group_code in WATERY else frozenset({group_code})


def come_together(moments: Sequence[datetime]) -> slice | None:
    """The longest run of moments within an hour, as a slice of the sorted moments; None if fewer than three come so.

    Of two runs of one length the later counts.
    """
    best, first = slice(0, 0), 0
    for last, moment in enumerate(moments):
        while moment - moments[first] > TOGETHER:
            first += 1
        if last + 1 - first >= best.stop - best.start:
            best = slice(first, last + 1)
    return best if best.stop - best.start >= MANY else None


def name_of(code: str, name_zh: str, *, planned: bool) -> str:
    """What residents call it: 停水, 计划停电, 外墙渗水. What stands behind a stroke or in brackets is for the desk."""
    name = NAMES.get(code) or name_zh.split("/")[0].split("（")[0].split("(")[0]
    return f"计划{name}" if planned else name


def areas_zh(
    buildings: Iterable[int], stairwells: Iterable[tuple[int, int]], others: Iterable[str], *, aloud: bool
) -> str:
    """三幢、七幢二单元、小区北门 aloud, 3幢、7幢2单元、小区北门 to read. No home is named: a chat is read by all."""
    whole = sorted(set(buildings))
    parts = [(number, None) for number in whole] + sorted({(b, u) for b, u in stairwells if b not in whole})
    named = [_spoken_or_written(building, unit, aloud) for building, unit in parts]
    return "、".join([*named, *dict.fromkeys(others)])


def _spoken_or_written(building: int, unit: int | None, aloud: bool) -> str:
    if aloud:
        return spoken(building, unit, None)
    return f"{building}幢" + (f"{unit}单元" if unit else "")


def moment_zh(moment: datetime, now: datetime) -> str:
    """今天 14:30, 明天 08:00, else 11月24日 08:00."""
    here = clock.local(moment)
    near = {-1: "昨天", 0: "今天", 1: "明天"}.get((here.date() - clock.local_date(now)).days)
    return f"{near or f'{here.month}月{here.day}日'} {here:%H:%M}"


def words_to_say(
    name: str, where: str, *, starts_at: datetime, ends_at: datetime | None, outside_party: str, over: bool,
    begun: bool, now: datetime,
) -> str:  # fmt: skip
    """What an operator reads to whoever rings."""
    if over:
        return f"{where}{name}已经处理好了。您家里要是还不正常，请告诉我，我马上给您登记。"
    if not begun:
        until = f"，预计{moment_zh(ends_at, now)}恢复" if ends_at else ""
        return f"{where}{moment_zh(starts_at, now)}起{name}{until}。请提前做好准备，给您添麻烦了。"
    who = f"已经联系{outside_party}处理" if outside_party else "师傅正在处理"
    if ends_at and ends_at > now:
        return f"{where}{name}我们已经知道了，{who}，预计{moment_zh(ends_at, now)}恢复。好了以后我们会给您回电话。"
    return f"{where}{name}我们已经知道了，{who}，恢复时间还没定。好了以后我们会给您回电话。"


def notice_to_copy(
    name: str, where: str, *, starts_at: datetime, ends_at: datetime | None, over_at: datetime | None,
    outside_party: str, begun: bool, hotline: str, now: datetime,
) -> str:  # fmt: skip
    """The text for a chat: places and times, nobody's name, home or number but the hotline's."""
    asks = f"\n有事请拨打服务热线 {hotline}。" if hotline else ""
    if over_at:
        again = AGAIN.get(name.removeprefix("计划"))
        done = f"已恢复{again}" if again else "已处理好"
        return f"【恢复通知】{where}{name}，{moment_zh(over_at, now)}{done}。感谢各位邻居的耐心等待。{asks}"
    if not begun:
        until = f"至{moment_zh(ends_at, now)}" if ends_at else "起"
        by = f"（{outside_party}施工）" if outside_party else ""
        return f"【{name}通知】{where}{moment_zh(starts_at, now)}{until}{name}{by}。请各位邻居提前做好准备。{asks}"
    until = f"预计{moment_zh(ends_at, now)}恢复" if ends_at and ends_at > now else "恢复时间另行通知"
    by = f"{outside_party}正在处理" if outside_party else "正在处理"
    return (
        f"【{name}通知】{where}{moment_zh(starts_at, now)}起{name}，{by}，{until}。给各位邻居带来不便，敬请谅解。{asks}"
    )


@dataclass(frozen=True)
class Rung:
    """Somebody who rang, and how to reach them: each of home, person and number may be missing."""

    place: Place | None
    person: Person | None
    number: str
    call_id: int | None
    work_order: WorkOrder | None


def once_each(rung: Iterable[Rung]) -> list[Rung]:
    """Each household and each number once, the first that rang counts; who left neither cannot be rung.

    A number known later completes a home known earlier, so that somebody can be reached there.
    """
    kept: list[Rung] = []
    for one in rung:
        if not (one.place or one.person or one.number):
            continue
        known = next((number for number, other in enumerate(kept) if _same(one, other)), None)
        if known is None:
            kept.append(one)
        elif one.number and not kept[known].number:
            kept[known] = replace(kept[known], number=one.number, call_id=kept[known].call_id or one.call_id)
    return kept


def _same(one: Rung, other: Rung) -> bool:
    if one.place and other.place:
        return one.place.id == other.place.id
    if one.person and other.person and one.person.id == other.person.id:
        return True
    return bool(one.number) and one.number == other.number
