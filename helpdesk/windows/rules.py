"""Which windows a day has, how forms name them, and what a broken rule does, as plain decisions."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from helpdesk.core import clock
from helpdesk.core.clock import YEARS
from helpdesk.windows.models import Rule, Severity

WINDOW_VALUE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})/([0-9]{2}:[0-9]{2})", re.ASCII)
DAYS_OFFERED = 7
SPAN = re.compile(r"([0-9]{1,2})[:：]([0-9]{2})\s*[-–—~～至到]\s*([0-9]{1,2})[:：]([0-9]{2})", re.ASCII)
SHORTEST = 30  # minutes of a window
LEAST_LEFT = timedelta(minutes=30)  # of a window that is still offered

# What a new estate begins with: every day of the week alike, in minutes after local midnight.
SHIPPED_GRID = ((510, 600), (600, 720), (840, 930), (930, 1020))
SHIPPED_LUNCH = (690, 840, 60)  # not before 11:30, over by 14:00, one hour
SHIPPED_NOON = 750  # 12:30
SHIPPED_RESERVE = 30  # minutes of each half-day, of every trade that emergencies need
RESERVED = ("plumber", "electrician", "drain")
RESERVABLE = (*RESERVED, "general", "locksmith", "weak_current", "waterproofing", "welder", "mason")
SHIPPED_SEVERITIES = {
    Rule.SKILL: Severity.WARN,
    Rule.LICENCE: Severity.BLOCK,
    Rule.OVERLAP: Severity.BLOCK,
    Rule.TRAVEL: Severity.WARN,
    Rule.PROMISE: Severity.WARN,
    Rule.HOURS: Severity.WARN,
    Rule.ABSENCE: Severity.BLOCK,
    Rule.CREW: Severity.WARN,
    Rule.RESERVE: Severity.WARN,
}


class Wrong(StrEnum):
    """Why the windows that somebody typed for a day cannot be."""

    UNREADABLE = "unreadable"
    BACKWARDS = "backwards"
    TOO_SHORT = "too_short"
    OVERLAP = "overlap"


class BadSpans(ValueError):
    """Windows that cannot be; `what` are the words or times that are wrong."""

    def __init__(self, why: Wrong, what: str) -> None:
        super().__init__(why)
        self.why, self.what = why, what


@dataclass(frozen=True, slots=True)
class Window:
    """When the resident was told that somebody comes: two moments in UTC, the end after the start."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self):
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("naive datetime: give it a time zone")
        if self.ends_at <= self.starts_at:
            raise ValueError("a window ends after it starts")


def window_value(window: Window) -> str:
    """How a form names a window: 2026-03-02T08:30/10:00, in Shanghai time."""
    return f"{clock.local(window.starts_at):%Y-%m-%dT%H:%M}/{clock.local(window.ends_at):%H:%M}"


def window_named(value: str | None) -> Window | None:
    """The window that a form named; None if it is not one, or of a year nobody plans for."""
    match = WINDOW_VALUE.fullmatch(value or "")
    try:
        starts_at = datetime.fromisoformat(match[1]) if match else None
        ends_at = datetime.combine(starts_at.date(), time.fromisoformat(match[2])) if match else None
    except ValueError:
        return None
    if starts_at is None or starts_at.year not in YEARS or ends_at <= starts_at:
        return None
    return Window(clock.from_local(starts_at), clock.from_local(ends_at))


def windows_of(day: date, spans: Iterable[tuple[int, int]] = SHIPPED_GRID) -> list[Window]:
    """Spans of minutes after midnight as the windows of one local date, in order of time."""
    midnight = clock.start_of_day(day)
    return [Window(midnight + timedelta(minutes=a), midnight + timedelta(minutes=b)) for a, b in sorted(spans)]


def read_spans(typed: str) -> list[tuple[int, int]]:
    """Windows as people type them, "08:30-10:00, 14:00–15:30", in minutes after midnight; else BadSpans."""
    left = SPAN.sub("", typed).strip(" ,，、;；\n\t")
    if left.translate(str.maketrans("", "", " ,，、;；\n\t")):
        raise BadSpans(Wrong.UNREADABLE, left[:40])
    spans = []
    for hour, minute, to_hour, to_minute in SPAN.findall(typed):
        begin, end = int(hour) * 60 + int(minute), int(to_hour) * 60 + int(to_minute)
        if int(minute) > 59 or int(to_minute) > 59 or begin >= 1440 or end > 1440:
            raise BadSpans(Wrong.UNREADABLE, f"{hour}:{minute}–{to_hour}:{to_minute}")
        spans.append((begin, end))
    spans.sort()
    for at, (begin, end) in enumerate(spans):
        if end <= begin:
            raise BadSpans(Wrong.BACKWARDS, minutes_words(begin, end))
        if end - begin < SHORTEST:
            raise BadSpans(Wrong.TOO_SHORT, minutes_words(begin, end))
        if at and begin < spans[at - 1][1]:
            raise BadSpans(Wrong.OVERLAP, f"{minutes_words(*spans[at - 1])}, {minutes_words(begin, end)}")
    return spans


def minutes_words(begin: int, end: int) -> str:
    return f"{begin // 60:02}:{begin % 60:02}–{end // 60:02}:{end % 60:02}"


def alike(week: Sequence[Sequence[tuple[int, int]]]) -> list[tuple[list[int], Sequence[tuple[int, int]]]]:
    """The days of a week with the same windows together: ([0, 1, 2, 3, 4], windows), ([5, 6], others)."""
    found: list[tuple[list[int], Sequence[tuple[int, int]]]] = []
    for day, spans in enumerate(week):
        same = next((days for days, own in found if list(own) == list(spans)), None)
        if same is None:
            found.append(([day], spans))
        else:
            same.append(day)
    return found


def still_offered(windows: Iterable[Window], now: datetime) -> list[Window]:
    """Those in which somebody could still come: half an hour has to be left."""
    return [window for window in windows if window.ends_at >= now + LEAST_LEFT]


def severity(severities: dict, rule: Rule) -> Severity:
    """What breaking a rule does under a policy; a rule the policy does not know does what the product ships."""
    return Severity(severities.get(rule.value, SHIPPED_SEVERITIES[rule]))
