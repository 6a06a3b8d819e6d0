"""Decisions about the roster: where nobody is on, who is on twice, and how a pattern fills the weeks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from helpdesk.core import clock

WEEK = timedelta(days=7)
LONGEST = timedelta(days=8)  # of one shift: a week on call, and the evening it is handed over
BACK = timedelta(days=31)  # how far back a roster is still put right
AHEAD = timedelta(days=400)


class Pattern(StrEnum):
    THREE_SHIFTS = "three_shifts"  # three people share each day
    DAY_EACH = "day_each"  # one person a day, in turn
    WEEK_EACH = "week_each"  # one person a week, in turn


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From a moment up to but not including another."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A span that the person at this place of a list takes."""

    person: int
    span: Span


def gaps(spans: Iterable[Span], whole: Span) -> list[Span]:
    """The parts of `whole` that none of the spans covers, in order of time."""
    found, covered_until = [], whole.starts_at
    for span in sorted(spans):
        if span.starts_at >= whole.ends_at:
            break
        if span.starts_at > covered_until:
            found.append(Span(covered_until, span.starts_at))
        covered_until = max(covered_until, span.ends_at)
    if covered_until < whole.ends_at:
        found.append(Span(covered_until, whole.ends_at))
    return found


def doubled(spans: Iterable[Span]) -> list[Span]:
    """When two or more of the spans run at once, in order of time; parts that touch are one."""
    both, latest = [], None  # the end of what has begun so far
    for span in sorted(spans):
        if latest is not None and span.starts_at < latest:
            both.append(Span(span.starts_at, min(latest, span.ends_at)))
        latest = span.ends_at if latest is None else max(latest, span.ends_at)
    return merged(both)


def overlap(one: Span, other: Span) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def pieces(whole: Span, part: Span) -> tuple[Span | None, Span | None]:
    """What is left of a shift before and after the part that somebody else takes; ValueError if it is no part."""
    if not whole.starts_at <= part.starts_at < part.ends_at <= whole.ends_at:
        raise ValueError("not a part of the shift")
    before = Span(whole.starts_at, part.starts_at) if part.starts_at > whole.starts_at else None
    after = Span(part.ends_at, whole.ends_at) if part.ends_at < whole.ends_at else None
    return before, after


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time with as few spans as possible: what touches or overlaps is one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.starts_at <= found[-1].ends_at:
            span = Span(found[-1].starts_at, max(found.pop().ends_at, span.ends_at))
        found.append(span)
    return found


def week_of(day: date) -> date:
    """The Monday of a local date's week."""
    return day - timedelta(days=day.weekday())


def laid_out(
    pattern: Pattern, first_on: date, *, weeks: int, people: int, changes: tuple[time, time, time], rotates: bool
) -> list[Turn]:
    """Who takes which span from this day on, for so many weeks.

    Three shifts a day change at `changes`; with `rotates` everybody moves one shift on each week. With a day or a week
    each, people take turns and change at the first of `changes`.
    """
    days = [first_on + timedelta(days=number) for number in range(7 * weeks)]
    if pattern is Pattern.WEEK_EACH:
        return [
            Turn(number % people, _span(days[7 * number], changes[0], days[7 * number] + WEEK, changes[0]))
            for number in range(weeks)
        ]
    if pattern is Pattern.DAY_EACH:
        return [
            Turn(n % people, _span(day, changes[0], day + timedelta(days=1), changes[0])) for n, day in enumerate(days)
        ]
    turns = []
    for number, day in enumerate(days):
        moved = number // 7 if rotates else 0
        tomorrow = day + timedelta(days=1)
        ends = ((day, changes[1]), (day, changes[2]), (tomorrow, changes[0]))
        for slot, (end_on, end_at) in enumerate(ends):
            turns.append(Turn((slot - moved) % people, _span(day, changes[slot], end_on, end_at)))
    return turns


def _span(first: date, start: time, last: date, end: time) -> Span:
    return Span(clock.from_local(datetime.combine(first, start)), clock.from_local(datetime.combine(last, end)))
