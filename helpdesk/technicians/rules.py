"""What somebody can do and when they work, as plain decisions. Moments are aware and in UTC."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from helpdesk.technicians.models import Level, TechnicianSkill

Spell = tuple[datetime, datetime]  # from a moment up to but not including another
USUAL_MINUTES = tuple((weekday, 8 * 60, 17 * 60 + 30) for weekday in range(5))
# Monday to Friday from 08:00 to 17:30, of whoever has no hours of their own yet


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
