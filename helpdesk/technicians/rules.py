"""What somebody can do and when they work, as plain decisions. Moments are aware and in UTC."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from helpdesk.core import clock
from helpdesk.technicians.models import Level, TechnicianSkill

Spell = tuple[datetime, datetime]  # from a moment up to but not including another
USUAL_MINUTES = tuple((weekday, 8 * 60, 17 * 60 + 30) for weekday in range(5))
# Monday to Friday from 08:00 to 17:30, of whoever has no hours of their own yet


WARNED = (7, 30, 60)  # days before a licence expires
NOON = time(12, 30)  # divides an absence of half a day


class Part(StrEnum):
    """Which part of a day somebody is away."""

    WHOLE = "whole"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    HOURS = "hours"


def warned(expires_on: date | None, today: date) -> int | None:
    """The warning that is due for a licence: 60, 30 or 7 days ahead, 0 once it is out of date, None before."""
    if expires_on is None:
        return None
    left = (expires_on - today).days
    return 0 if left <= 0 else next((days for days in WARNED if left <= days), None)


def away(part: Part, first: date, last: date, begins: time | None, ends: time | None) -> Spell | None:
    """When somebody is away: whole days from first to last, else a part of the first; None if it has no time."""
    if part is Part.WHOLE:
        spell = clock.start_of_day(first), clock.start_of_day(last + timedelta(days=1))
    elif part is Part.MORNING:
        spell = clock.start_of_day(first), _at(first, NOON)
    elif part is Part.AFTERNOON:
        spell = _at(first, NOON), clock.start_of_day(first + timedelta(days=1))
    else:
        spell = (_at(first, begins), _at(first, ends)) if begins and ends else None
    return spell if spell and spell[0] < spell[1] else None


def week_of_halves(
    mornings: Iterable[int], afternoons: Iterable[int], *, begins: time, noon: time, again: time, ends: time
) -> list[tuple[int, int, int]]:
    """Weekly hours from ticked half-days, as (weekday, from, until) in minutes; a whole day is one row."""
    mornings, afternoons = set(mornings), set(afternoons)
    spells = []
    for weekday in range(7):
        if weekday in mornings or weekday in afternoons:
            start = begins if weekday in mornings else again
            end = ends if weekday in afternoons else noon
            spells.append((weekday, _minutes(start), _minutes(end)))
    return spells


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _at(day: date, at: time) -> datetime:
    return clock.from_local(datetime.combine(day, at))


def masters(skills: Sequence[TechnicianSkill], skill: str, level: int, on: date) -> bool | None:
    """Whether these skills of one technician reach the level on a local date; None if only an expired one does.

    Somebody of whom no skill is known at all counts as able to work alone at everything that needs no licence: an
    estate that has not listed its skills yet can still plan.
    """
    held = [own for own in skills if own.ended_on is None or own.ended_on > on]
    if not skills:
        return level <= Level.ALONE
    enough = [own for own in held if own.skill == skill and own.level >= level]
    if any(own.expires_on is None or own.expires_on > on for own in enough):
        return True
    return None if enough else False


def without(spells: Iterable[Spell], gaps: Iterable[Spell]) -> list[Spell]:
    """What is left of some spells when the gaps are cut out of them, in order of time."""
    left = sorted(spells)
    for starts_at, ends_at in sorted(gaps):
        cut = []
        for begin, end in left:
            if ends_at <= begin or starts_at >= end:
                cut.append((begin, end))
                continue
            if begin < starts_at:
                cut.append((begin, starts_at))
            if ends_at < end:
                cut.append((ends_at, end))
        left = cut
    return left
