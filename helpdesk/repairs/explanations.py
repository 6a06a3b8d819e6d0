"""Why a deadline is when it is: from where it was counted, what was passed over, and what counted.

Beside `deadlines`, which says when; here is said why, as codes and moments that `explained` puts into sentences.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from helpdesk.core.clock import from_local, local
from helpdesk.repairs.deadlines import DAYTIME_ENDS, OPENS, WORK_ENDS, Clock, Promised, due_at
from helpdesk.workdays.rules import is_workday

_THROUGH_THE_NIGHT = timedelta(hours=12)  # as long or longer runs on by day and night, on the daytime clock


class Later(StrEnum):
    """Why counting starts after the report."""

    TOO_EARLY = "too_early"  # before the hours that count
    TOO_LATE = "too_late"  # after them
    NOT_WORKED = "not_worked"  # the day does not count


class Why(StrEnum):
    """Why a day is passed over, or counts although it is a Saturday or Sunday."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MADE_UP = "made_up"


@dataclass(frozen=True, slots=True)
class DayNote:
    """A local date, why it is noted, and what the announced calendar calls it."""

    day: date
    why: Why
    name: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one deadline came about.

    `runs` are the stretches that were counted, when minutes are; `days` the dates, when days are. `skipped` lie
    between the report and the deadline and did not count; `made_up` did although they are weekends. `unknown_years`
    were counted without an announced calendar. All moments are in UTC.
    """

    clock: Clock
    reported_at: datetime
    starts_at: datetime
    due: datetime
    later: Later | None = None
    minutes: int | None = None
    runs: tuple[tuple[datetime, datetime], ...] = ()
    days: tuple[date, ...] = ()
    skipped: tuple[DayNote, ...] = ()
    made_up: tuple[DayNote, ...] = ()
    unknown_years: tuple[int, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """The announced days: kind and name by date, and the years that were announced at all."""

    days: Mapping[date, tuple[str, str]]
    years: frozenset[int]

    def works(self, day: date) -> bool:
        return is_workday(day, {day: self.days[day][0]} if day in self.days else {})

    def note(self, day: date) -> DayNote | None:
        """What is to be said of a day; None of an ordinary one."""
        _kind, name = self.days.get(day, ("", ""))
        is_weekend = day.weekday() > 4
        if self.works(day):
            return DayNote(day, Why.MADE_UP, name) if is_weekend else None
        return DayNote(day, Why.HOLIDAY, name) if name else DayNote(day, Why.WEEKEND)


def explain(
    start: datetime, clock: str, *, minutes: int | None = None, days: int | None = None, calendar: Calendar
) -> Explanation | None:
    """Why `due_at` answers what it does; None where nothing is promised."""
    due = due_at(start, clock, minutes=minutes, days=days, is_workday=calendar.works)
    if due is None:
        return None
    reported, clock = start.astimezone(UTC), Clock(clock)
    by_calendar = clock is Clock.WORKING_DAYS or (days is not None and clock is Clock.WALL)
    begins = reported
    if clock is Clock.DAYTIME or (clock is Clock.WORKING_DAYS and days is None):
        begins = due_at(reported, clock, minutes=0, is_workday=calendar.works)
    notes = _notes(reported, due, calendar, whole_days=days is not None) if by_calendar else []
    years = range(local(reported).year, local(due).year + 1) if by_calendar else ()
    return Explanation(
        clock, reported, begins, due, _later(reported, begins, clock, calendar),
        minutes=minutes if days is None else None,
        runs=tuple(_runs(begins, clock, timedelta(minutes=minutes or 0), calendar)) if days is None else (),
        days=tuple(_days(begins, due, clock, calendar)) if days is not None else (),
        skipped=tuple(note for note in notes if note.why is not Why.MADE_UP),
        made_up=tuple(note for note in notes if note.why is Why.MADE_UP),
        unknown_years=tuple(year for year in years if year not in calendar.years),
    )  # fmt: skip


def explain_promise(level: Promised, promise: str, *, counted_from: datetime, calendar: Calendar) -> Explanation | None:
    """The explanation of one promise of a class: "respond", "arrive" or "finish"."""
    minutes, days = {
        "respond": (level.respond_minutes, None),
        "arrive": (level.arrive_minutes, level.arrive_days),
        "finish": (level.done_minutes, level.done_days),
    }[promise]
    return explain(counted_from, level.clock, minutes=minutes, days=days, calendar=calendar)


def _later(reported: datetime, begins: datetime, clock: Clock, calendar: Calendar) -> Later | None:
    if begins == reported:
        return None
    here = local(reported)
    if clock is Clock.WORKING_DAYS and not calendar.works(here.date()):
        return Later.NOT_WORKED
    return Later.TOO_EARLY if here.time() < OPENS else Later.TOO_LATE


def _runs(begins: datetime, clock: Clock, left: timedelta, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """The stretches in which so much time passes, from the moment counting starts."""
    if clock is Clock.WALL or (clock is Clock.DAYTIME and left >= _THROUGH_THE_NIGHT):
        yield begins, begins + left
        return
    closes = DAYTIME_ENDS if clock is Clock.DAYTIME else WORK_ENDS
    start = begins
    while left:
        day = local(start).date()
        if clock is Clock.DAYTIME or calendar.works(day):
            run = min(left, from_local(datetime.combine(day, closes)) - start)
            yield start, start + run
            left -= run
        start = from_local(datetime.combine(day + timedelta(days=1), OPENS))


def _days(begins: datetime, due: datetime, clock: Clock, calendar: Calendar) -> Iterator[date]:
    """The days that counted: after the first, up to the one it is due on."""
    first, last = local(begins).date(), local(due).date()
    after = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    return (day for day in after if clock is Clock.DAYTIME or calendar.works(day))


def _notes(reported: datetime, due: datetime, calendar: Calendar, *, whole_days: bool) -> list[DayNote]:
    """What is to be said of the days up to the deadline; the day of the report only where hours count."""
    first, last = local(reported).date(), local(due).date()
    days = (first + timedelta(days=number) for number in range(int(whole_days), (last - first).days + 1))
    return [note for day in days if (note := calendar.note(day))]
