"""The windows, reserves and planning rules in force on a local date; without rows, what the product ships with."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.estate.models import Estate
from helpdesk.windows.models import Half, Reserve, SchedulingPolicy, WindowGrid
from helpdesk.windows.rules import (
    DAYS_OFFERED,
    RESERVED,
    SHIPPED_GRID,
    SHIPPED_LUNCH,
    SHIPPED_NOON,
    SHIPPED_RESERVE,
    SHIPPED_SEVERITIES,
    Window,
    still_offered,
    windows_of,
)


def install_defaults(estate: Estate, *, valid_from: date) -> None:
    """Give a new estate the windows, reserves and rules the product comes with, in force from this local date."""
    for weekday in range(7):
        db.session.add_all(_window(estate.id, weekday, *minutes, valid_from) for minutes in SHIPPED_GRID)
    db.session.add_all(_reserves(estate.id, valid_from))
    db.session.add(_policy(estate.id, valid_from))
    db.session.flush()


def grid_on(estate_id: int, days: Collection[date]) -> dict[date, list[Window]]:
    """The windows of each of some local dates, in order of time; an empty list on a weekday that has none."""
    rows = list(db.session.scalars(select(WindowGrid).where(WindowGrid.estate_id == estate_id)))
    if not rows:
        rows = [_window(estate_id, day, *minutes, date.min) for day in range(7) for minutes in SHIPPED_GRID]
    found = {}
    for day in sorted(days):
        valid = [row for row in rows if row.weekday == day.weekday() and _counts(row, day)]
        found[day] = windows_of(day, ((row.from_minute, row.until_minute) for row in valid))
    return found


def offered_windows(estate_id: int, now: datetime, days: int = DAYS_OFFERED) -> list[Window]:
    """The windows of today and the days after it, in order of time, without those almost over."""
    today = clock.local_date(now)
    grid = grid_on(estate_id, [today + timedelta(days=ahead) for ahead in range(days)])
    return still_offered((window for of_day in grid.values() for window in of_day), now)


def reserves_on(estate_id: int, day: date) -> dict[tuple[str, Half], int]:
    """Minutes kept free for emergencies on a local date, by skill and half of the day."""
    rows = list(db.session.scalars(select(Reserve).where(Reserve.estate_id == estate_id)))
    rows = [row for row in rows if _counts(row, day)] if rows else _reserves(estate_id, date.min)
    return {(row.skill, row.half): row.minutes for row in rows if row.minutes}


def policy_on(estate_id: int, day: date) -> SchedulingPolicy:
    """How this date is planned; the shipped policy where an estate has none."""
    in_force = (
        SchedulingPolicy.valid_from <= day,
        or_(SchedulingPolicy.valid_until.is_(None), SchedulingPolicy.valid_until > day),
    )
    newest = select(SchedulingPolicy).where(SchedulingPolicy.estate_id == estate_id, *in_force)
    found = db.session.scalar(newest.order_by(SchedulingPolicy.valid_from.desc()).limit(1))
    return found or _policy(estate_id, day)


def _counts(row, day: date) -> bool:
    return row.valid_from <= day and (row.valid_until is None or row.valid_until > day)


def _window(estate_id: int, weekday: int, from_minute: int, until_minute: int, valid_from: date) -> WindowGrid:
    return WindowGrid(
        estate_id=estate_id, weekday=weekday, from_minute=from_minute, until_minute=until_minute, valid_from=valid_from
    )


def _reserves(estate_id: int, valid_from: date) -> list[Reserve]:
    return [
        Reserve(estate_id=estate_id, skill=skill, half=half, minutes=SHIPPED_RESERVE, valid_from=valid_from)
        for skill in RESERVED
        for half in Half
    ]


def _policy(estate_id: int, valid_from: date) -> SchedulingPolicy:
    lunch_from, lunch_until, lunch = SHIPPED_LUNCH
    return SchedulingPolicy(
        estate_id=estate_id, lunch_from_minute=lunch_from, lunch_until_minute=lunch_until, lunch_minutes=lunch,
        noon_minute=SHIPPED_NOON, severities={rule.value: what.value for rule, what in SHIPPED_SEVERITIES.items()},
        valid_from=valid_from,
    )  # fmt: skip
