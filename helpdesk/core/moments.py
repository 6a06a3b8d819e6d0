"""Moments as people type them: 10:00, 930, 9点半, 明天 8:30, 11-26 10:00, +30. Read in Shanghai time, kept in UTC."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.errors import Refused

LONGEST = 30
_LATER = re.compile(r"\+ ?([0-9]{1,4})")  # minutes from now
_CLOCK = re.compile(r"([0-9]{1,2}) ?(?:[:.点时] ?(?:([0-9]{1,2}) ?分?|(半))?)|([0-9]{1,2})([0-9]{2})")
_DAY = re.compile(r"(?:([0-9]{4}) ?[-/.年] ?)?([0-9]{1,2}) ?[-/月] ?([0-9]{1,2}) ?日?")
_AHEAD = {"today": 0, "今天": 0, "今日": 0, "tomorrow": 1, "明天": 1, "明日": 1, "后天": 2}
_LONG_PAST = timedelta(days=180)  # a day without a year that lies further back is one of next year


def read(typed: str, now: datetime) -> datetime | None:
    """The moment somebody means; None if it is not one. A time without a day is the next time the clock shows it."""
    text = unicodedata.normalize("NFKC", typed[: LONGEST * 2]).strip().lower()
    if later := _LATER.fullmatch(text):
        return now + timedelta(minutes=int(later[1]))
    here = clock.local(now)
    day, rest = _day(text, here.date())
    at = _clock(rest)
    if at is None:
        return None
    try:
        if day is None:
            day = here.date() + timedelta(days=at <= here.time())
        return clock.from_local(datetime.combine(day, at))
    except (ValueError, OverflowError):
        return None


def typed_moment(field, now: datetime) -> datetime | None:
    """What stands in a field of a form; None for nothing. Refused, at this field, if it is no moment."""
    if not field.data:
        return None
    found = read(field.data, now)
    if found is None:
        raise Refused(_("Write a time such as 10:00, or with its day: 11-26 10:00."), field=field.name)
    return found


def _day(text: str, today: date) -> tuple[date | None, str]:
    """The day that is named first, and what follows it."""
    for word, ahead in _AHEAD.items():
        if text.startswith(word):
            return today + timedelta(days=ahead), text.removeprefix(word).strip()
    named = _DAY.match(text)
    if not named or not (rest := text[named.end() :].lstrip(" t")):
        return None, text
    year, month, number = (int(part) if part else None for part in named.groups())
    try:
        day = date(year or today.year, month, number)
        if year is None and today - day > _LONG_PAST:
            day = day.replace(year=today.year + 1)
    except ValueError:
        return None, ""
    return day, rest


def _clock(text: str) -> time | None:
    shown = _CLOCK.fullmatch(text)
    if not shown:
        return None
    hour, minute, half, plain_hour, plain_minute = shown.groups()
    try:
        return time(int(hour or plain_hour), 30 if half else int(minute or plain_minute or 0))
    except ValueError:
        return None
