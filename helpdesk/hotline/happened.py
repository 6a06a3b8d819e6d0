"""When a call came, as a person writes it down afterwards: 23:40, 昨晚 23:40, 11-24 23:40, 20 分钟前.

Plain text in, a moment out. Without a day, a time is the last one that has passed: "23:40" at 08:00 is last night's.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from enum import StrEnum

from helpdesk.core import clock

OLDEST = timedelta(days=60)  # further back is probably a slip of the pen, until somebody says that it is not
LATE_AFTER = timedelta(minutes=10)  # a call that is written down later than this is entered late
_SLACK = timedelta(minutes=1)  # the minute that is typed is not over yet
_LONGEST = 40

_DAYS = {"今天": 0, "今日": 0, "今": 0, "today": 0, "昨天": 1, "昨日": 1, "昨": 1, "yesterday": 1, "前天": 2, "前日": 2,
         "前": 2}  # fmt: skip
_NIGHTS = {"last night": 1, "tonight": 0, "this morning": 0}
_PARTS = {
    **dict.fromkeys(("凌晨", "清晨", "早上", "早晨", "早", "上午", "am"), "early"),
    **dict.fromkeys(("中午",), "noon"),
    **dict.fromkeys(("下午", "傍晚", "晚上", "晚", "pm"), "late"),
    **dict.fromkeys(("夜里", "半夜", "深夜", "夜"), "night"),
}
_DAY = (
    r"(?:(?P<year>[0-9]{4})[-/.年])?(?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})(?:日|号)?"
    r"|(?P<only_day>[0-9]{1,2})(?:日|号)"
    rf"|(?P<said>{'|'.join(sorted([*_DAYS, *_NIGHTS], key=len, reverse=True))})"
)
_TIME = (
    rf"(?P<part>{'|'.join(sorted(_PARTS, key=len, reverse=True))})?\s*(?:at\s+)?"
    r"(?P<hour>[0-9]{1,2})(?:[:点时](?P<minute>[0-9]{1,2}|半|一刻|三刻)?分?)?\s*(?P<after>am|pm)?"
)
_WHOLE = re.compile(rf"(?:(?P<date>{_DAY})[,t\s]*)?(?:{_TIME})")
_FOUR_DIGITS = re.compile(r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})")
_AGO = re.compile(
    r"(?:(?P<hours>[0-9]{1,3}|半)\s*(?:个)?(?:半)?(?:小时|钟头|h|hours?|hrs?))?\s*"
    r"(?:(?P<minutes>[0-9]{1,4})\s*(?:分钟|分|min|mins|minutes?|m))?\s*(?:前|以前|之前|ago)"
)
_MINUTES = {"半": 30, "一刻": 15, "三刻": 45}


class NoMoment(StrEnum):
    """Why what was typed is not when something happened."""

    UNREADABLE = "unreadable"
    FUTURE = "future"
    TOO_OLD = "too_old"


class NotThen(ValueError):
    def __init__(self, why: NoMoment):
        super().__init__(why.value)
        self.why = why


def happened_at(typed: str, *, now: datetime, long_ago: bool = False) -> datetime | None:
    """The moment that was typed; None for nothing. NotThen says why it cannot be.

    `long_ago` says that somebody means it although it is more than sixty days back.
    """
    text = unicodedata.normalize("NFKC", typed[: _LONGEST + 1]).strip().casefold()
    if not text:
        return None
    moment = _ago(text, now) or _at(text, now) if len(text) <= _LONGEST else None
    if moment is None:
        raise NotThen(NoMoment.UNREADABLE)
    if moment > now + _SLACK:
        raise NotThen(NoMoment.FUTURE)
    if moment < now - OLDEST and not long_ago:
        raise NotThen(NoMoment.TOO_OLD)
    return min(moment, now)


def written(moment: datetime) -> str:
    """How a form shows it again: with its whole date, because the form may be taken up on another day."""
    return f"{clock.local(moment):%Y-%m-%d %H:%M}"


def is_late(happened_at: datetime, logged_at: datetime) -> bool:
    """Whether a call was entered late: noticeably after it came."""
    return logged_at - happened_at >= LATE_AFTER


def _ago(text: str, now: datetime) -> datetime | None:
    match = _AGO.fullmatch(text)
    if not match or not (match["hours"] or match["minutes"]):
        return None
    hours = 0.5 if match["hours"] == "半" else float(match["hours"] or 0)
    half = 0.5 if re.search(r"[0-9]\s*个半", text) else 0
    return now - timedelta(hours=hours + half, minutes=int(match["minutes"] or 0))


def _at(text: str, now: datetime) -> datetime | None:
    match = _FOUR_DIGITS.fullmatch(text) or _WHOLE.fullmatch(text)
    if not match:
        return None
    found = match.groupdict()
    if not found.get("minute") and not re.search(r"[:点时]|am|pm", text):
        return None  # a bare number is no time
    try:
        day, night = _day_of(found, now)
        hour, minute = _time_of(found, night)
        moment = clock.from_local(datetime(day.year, day.month, day.day, hour, minute))  # noqa: DTZ001 - as typed
    except (ValueError, OverflowError):
        return None
    if _is_small_hours(found, night, hour):
        moment += timedelta(days=1)
    if moment <= now + _SLACK:
        return moment
    return _earlier(moment, found)


def _earlier(moment: datetime, found: dict) -> datetime:
    """A time without a day, or a day without a year, is the last one that has passed."""
    if not found.get("date"):
        return moment - timedelta(days=1)
    if found.get("month") and not found.get("year"):
        here = clock.local(moment)
        if here.month != 2 or here.day != 29:
            return clock.from_local(here.replace(year=here.year - 1, tzinfo=None))
    return moment


def _day_of(found: dict, now: datetime) -> tuple[date, bool]:
    """The local date that was said, and whether "last night" was."""
    today = clock.local_date(now)
    said = found.get("said")
    if said:
        return today - timedelta(days=_DAYS.get(said, _NIGHTS.get(said, 0))), said == "last night"
    if found.get("only_day"):
        day = int(found["only_day"])
        return (today if day <= today.day else today.replace(day=1) - timedelta(days=1)).replace(day=day), False
    if found.get("month"):
        return date(int(found["year"] or today.year), int(found["month"]), int(found["day"])), False
    return today, False


def _time_of(found: dict, night: bool) -> tuple[int, int]:
    minute = found.get("minute") or "0"
    minutes = _MINUTES.get(minute) or int(minute)
    hour = int(found["hour"])
    part = _PARTS.get(found.get("part") or found.get("after") or "", "late" if night else "")
    evening = _says_evening(found, night)
    small = part == "night" or evening or found.get("part") == "凌晨" or found.get("after") == "am"
    if hour == 12 and small:
        hour = 0
    elif part == "late" and hour < 12 and not (evening and hour < 5):
        hour += 12
    elif (part == "noon" and hour < 3) or (part == "night" and 6 <= hour < 12):
        hour += 12
    return hour, minutes


def _says_evening(found: dict, night: bool) -> bool:
    return night or found.get("part") in ("晚", "晚上")


def _is_small_hours(found: dict, night: bool, hour: int) -> bool:
    """昨晚 1 点 and 昨天半夜 12 点 are already today: the night belongs to the day it began on."""
    if not found.get("said") or found["said"] in ("今天", "今日", "今", "today", "tonight", "this morning"):
        return False
    at_night = _says_evening(found, night) or _PARTS.get(found.get("part") or "") == "night"
    return at_night and hour < 5
