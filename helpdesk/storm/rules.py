"""When moved visits begin, who is asked whether they are well, and what is said: values in, values out."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from helpdesk.callbacks.rules import ring_many_by
from helpdesk.core import clock
from helpdesk.storm.models import Cause
from helpdesk.windows.rules import Window

OLD, VERY_OLD = 60, 80
TRIES_IN_VAIN = 2  # then somebody goes there
CAUSES = {
    Cause.TYPHOON: "台风", Cause.RAINSTORM: "暴雨", Cause.COLD_WAVE: "寒潮", Cause.HEAT: "高温",
    Cause.POWER_CUT: "停电", Cause.STAFF_SHORT: "人手不够",
}  # fmt: skip
NO_SIGN = "电话没人接，去敲门看看人好不好。"  # what the work order says, in Chinese as people would write it
ASKED = {
    Cause.TYPHOON: "门窗关好了没有，阳台上的东西收进来没有，这两天先不要出门，家里有没有吃的和药。",
    Cause.RAINSTORM: "家里有没有进水、漏水，先不要下楼涉水，家里有没有吃的和药。",
    Cause.COLD_WAVE: "家里暖和不暖和，水管和水表包好了没有，用取暖器要开窗透气，家里有没有吃的和药。",
    Cause.HEAT: "家里凉快不凉快，有没有头晕不舒服，中午不要出门，多喝水。",
    Cause.POWER_CUT: "停电了要不要帮忙，有没有靠电的医疗器械，点蜡烛要小心。",
    Cause.STAFF_SHORT: "这几天身体好不好，有没有要帮忙的。",
}


class Whom(StrEnum):
    """Who is rung in a round; each is one reason, and one of them is enough."""

    LIVES_ALONE = "lives_alone"
    MOBILITY = "mobility"
    VERY_OLD = "very_old"


def is_asked(whom: Collection[Whom], *, age: int | None, youngest: int, lives_alone: bool, mobility: bool) -> bool:
    """Whether somebody is rung. Who lives alone with an unknown age is: better one call too many."""
    old = age is None or age >= youngest
    return (
        (Whom.LIVES_ALONE in whom and lives_alone and old)
        or (Whom.MOBILITY in whom and mobility and old)
        or (Whom.VERY_OLD in whom and age is not None and age >= VERY_OLD)
    )


def moved(window: Window, to: date) -> Window:
    """The same hours of another local date."""
    return Window(_on(window.starts_at, to), _on(window.ends_at, to))


def moved_moment(moment: datetime, to: date) -> datetime:
    return _on(moment, to)


def ring_by(now: datetime, first_visit_at: datetime) -> datetime:
    """By when a household is rung about a visit that was moved: as any list, but before somebody would come."""
    due = ring_many_by(now)
    return max(now, min(due, first_visit_at)) if first_visit_at > now else due


def said_of_moved(address: str, before: str, after: str, cause: Cause) -> str:
    """What a household is told, in Chinese whatever the language of the screen."""
    new = f"改到{after}" if after else "先推迟，新的时间再打电话跟您约"
    return f"{address}：原定{before}上门维修，因为{CAUSES[cause]}，{new}。"


def said_time(starts_at: datetime, ends_at: datetime | None) -> str:
    """11月25日08:30到10:00"""
    here = clock.local(starts_at)
    until = f"到{clock.local(ends_at):%H:%M}" if ends_at else ""
    return f"{here.month}月{here.day}日{here:%H:%M}{until}"


def _on(moment: datetime, day: date) -> datetime:
    return clock.from_local(datetime.combine(day, clock.local(moment).time()))
