"""Decisions of the morning sheet: which calls came out of hours, whom to ring today, what may be put into a chat."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from helpdesk.core import clock

OFFICE_CLOSES, OFFICE_KNOWS = time(17, 30), time(12)  # by noon its people know what came meanwhile
OLD = 80
DAYS_OF_TURN = 7  # everybody is rung once a week


def out_of_office(day: date) -> tuple[datetime, datetime]:
    """The moments [from, until) before a day in which the office was closed, until its people know of it."""
    closed = datetime.combine(day - timedelta(days=1), OFFICE_CLOSES)
    return clock.from_local(closed), clock.from_local(datetime.combine(day, OFFICE_KNOWS))


def is_turn(person_id: int, day: date) -> bool:
    """Whether an elder is rung today: each once a week, always on the same weekday, shared out evenly."""
    return person_id % DAYS_OF_TURN == day.weekday()


def age_on(birth_year: int, day: date) -> int:
    """The age reached this year: the day of birth is not kept."""
    return day.year - birth_year


def family_name_of(name: str, double: Iterable[str]) -> str:
    """The family name alone: what a chat may hold of somebody at work."""
    return name[:2] if name[:2] in set(double) else name[:1]


def cut(rows: Sequence, most: int) -> tuple[Sequence, int]:
    """As many rows as fit on the page, and how many are left out; one that is left alone still fits."""
    return (rows, 0) if len(rows) <= most else (rows[: most - 1], len(rows) - most + 1)
