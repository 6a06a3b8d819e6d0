"""When a work order must be answered, reached and done, counted from the promised times of its class.

Three clocks. Wall: every minute counts. Daytime: 08:00 to 20:00 of every day; a report outside those hours
counts as made at the next 08:00. Working days: 08:00 to 17:30 of days that are worked.
Source: the company's service levels, service_levels.json beside this file, and decision 31 in docs/decisions.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from helpdesk.core.clock import from_local, local

OPENS = time(8, 0)
DAYTIME_ENDS = time(20, 0)
WORK_ENDS = time(17, 30)
_WHOLE_DAYTIME = timedelta(hours=12)
_SHORTEST_WARNING = timedelta(minutes=5)
_LONGEST_CLOSURE_DAYS = 366


class Clock(StrEnum):
    """Which hours count towards a deadline."""

    WALL = "wall"
    DAYTIME = "daytime"
    WORKING_DAYS = "working_days"


class Standing(StrEnum):
    ON_TIME = "on_time"
    AT_RISK = "at_risk"
    LATE = "late"


class Promised(Protocol):
    """The promised times of one class, as the service-level row holds them; None promises nothing."""

    @property
    def clock(self) -> str: ...
    @property
    def respond_minutes(self) -> int | None: ...
    @property
    def arrive_minutes(self) -> int | None: ...
    @property
    def arrive_days(self) -> int | None: ...
    @property
    def done_minutes(self) -> int | None: ...
    @property
    def done_days(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Moments in UTC; None where nothing is promised."""

    respond_by: datetime | None
    arrive_by: datetime | None
    done_by: datetime | None


def deadlines(level: Promised, *, reported_at: datetime, is_workday: Callable[[date], bool]) -> Deadlines:
    """Return the three deadlines of a report.

    Whoever must be finished at noon cannot arrive in the evening: arriving is due no later than finishing.
    """

    def due(minutes: int | None, days: int | None = None) -> datetime | None:
        return due_at(reported_at, level.clock, minutes=minutes, days=days, is_workday=is_workday)

    arrive_by, done_by = due(level.arrive_minutes, level.arrive_days), due(level.done_minutes, level.done_days)
    if arrive_by and done_by:
        arrive_by = min(arrive_by, done_by)
    return Deadlines(due(level.respond_minutes), arrive_by, done_by)


def due_at(
    start: datetime,
    clock: str,
    *,
    minutes: int | None = None,
    days: int | None = None,
    is_workday: Callable[[date], bool],
) -> datetime | None:
    """Return the moment, in UTC, at which so many minutes or days have passed on a clock; None for neither.

    Minutes: in daytime, twelve hours or more run through the night from the moment counting starts (24 h from
    Monday 21:00 end on Wednesday 08:00), fewer are counted from 08:00 to 20:00 only.
    Days: in daytime, until 20:00 so many calendar days after counting starts; on the other clocks, until 17:30
    of so many working days after the local date of the report, which itself does not count.
    """
    if start.tzinfo is None:
        raise ValueError("naive datetime: give it a time zone")
    if minutes is None and days is None:
        return None
    moment = start.astimezone(UTC)
    if days is None and clock == Clock.WALL:
        return moment + timedelta(minutes=minutes or 0)
    here = local(moment).replace(tzinfo=None)
    if clock == Clock.DAYTIME:
        due = _in_daytime(here, timedelta(minutes=minutes or 0), days)
    elif days is not None:
        due = datetime.combine(_workday_after(here.date(), days, is_workday), WORK_ENDS)
    else:
        due = _counted(here, timedelta(minutes=minutes or 0), WORK_ENDS, is_workday)
    return max(from_local(due), moment)


def warn_before(start: datetime, deadline: datetime) -> timedelta:
    """How long before the deadline it is at risk: a quarter of the time there was, at least five minutes."""
    return max((deadline - start) / 4, _SHORTEST_WARNING)


def standing(deadline: datetime | None, now: datetime, warn_before: timedelta) -> Standing:
    """How a deadline stands. Its own moment is still in time; without a deadline nothing is ever late."""
    if deadline is None or now < deadline - warn_before:
        return Standing.ON_TIME
    return Standing.AT_RISK if now <= deadline else Standing.LATE


def _in_daytime(reported: datetime, duration: timedelta, days: int | None) -> datetime:
    """`reported` and what is returned are in local time, without a zone, here and in what follows."""
    start = _counted(reported, timedelta(0), DAYTIME_ENDS, lambda _day: True)
    if days is not None:
        return datetime.combine(start.date() + timedelta(days=days), DAYTIME_ENDS)
    if duration >= _WHOLE_DAYTIME:
        return start + duration
    return _counted(start, duration, DAYTIME_ENDS, lambda _day: True)


def _counted(begins: datetime, duration: timedelta, closes: time, is_open: Callable[[date], bool]) -> datetime:
    """Let a duration pass in opening hours only. What is used up exactly at closing time ends then."""
    left, start, closed_days = duration, begins, 0
    while True:
        opening = datetime.combine(start.date(), OPENS)
        closing = datetime.combine(start.date(), closes)
        start = max(start, opening)
        if is_open(start.date()) and start < closing:
            closed_days = 0
            if left <= closing - start:
                return start + left
            left -= closing - start
        elif (closed_days := closed_days + 1) > _LONGEST_CLOSURE_DAYS:
            raise ValueError("no day in a whole year is worked")
        start = opening + timedelta(days=1)


def _workday_after(day: date, count: int, is_workday: Callable[[date], bool]) -> date:
    """The so-many-th working day after this one; none after it (0) is the day itself or the next that is worked."""
    closed_days = 0
    if count <= 0 and is_workday(day):
        return day
    left = max(count, 1)
    while left:
        day += timedelta(days=1)
        if is_workday(day):
            left, closed_days = left - 1, 0
        elif (closed_days := closed_days + 1) > _LONGEST_CLOSURE_DAYS:
            raise ValueError("no day in a whole year is worked")
    return day
