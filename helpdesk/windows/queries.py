"""The windows, reserves and planning rules in force on a local date; without rows, what the product ships with."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.terms import counts
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
    rows = window_rows(estate_id)
    return {day: windows_of(day, _week(rows, day)[day.weekday()]) for day in sorted(days)}


def week_on(estate_id: int, day: date) -> list[list[tuple[int, int]]]:
    """The windows of each weekday that are in force on a date, in minutes after midnight."""
    return _week(window_rows(estate_id), day)


def window_rows(estate_id: int) -> list[WindowGrid]:
    """The windows of an estate of every term."""
    mine = select(WindowGrid).where(WindowGrid.estate_id == estate_id)
    return list(db.session.scalars(mine.order_by(WindowGrid.valid_from.desc(), WindowGrid.weekday, WindowGrid.id)))


def reserve_rows(estate_id: int) -> list[Reserve]:
    """What an estate keeps free, of every term."""
    mine = select(Reserve).where(Reserve.estate_id == estate_id)
    return list(db.session.scalars(mine.order_by(Reserve.valid_from.desc(), Reserve.id)))


def policy_rows(estate_id: int) -> list[SchedulingPolicy]:
    """How an estate plans its days, of every term."""
    mine = select(SchedulingPolicy).where(SchedulingPolicy.estate_id == estate_id)
    return list(db.session.scalars(mine.order_by(SchedulingPolicy.valid_from.desc())))


def offered_windows(estate_id: int, now: datetime, days: int = DAYS_OFFERED) -> list[Window]:
    """The windows of today and the days after it, in order of time, without those almost over."""
    today = clock.local_date(now)
    grid = grid_on(estate_id, [today + timedelta(days=ahead) for ahead in range(days)])
    return still_offered((window for of_day in grid.values() for window in of_day), now)


def reserves_on(estate_id: int, day: date) -> dict[tuple[str, Half], int]:
    """Minutes kept free for emergencies on a local date, by skill and half of the day."""
    rows = reserve_rows(estate_id)
    begun = any(row.valid_from <= day for row in rows)
    rows = [row for row in rows if counts(row, day)] if begun else _reserves(estate_id, date.min)
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


def _week(rows: list[WindowGrid], day: date) -> list[list[tuple[int, int]]]:
    """The windows of each weekday; before anybody set some, those the product ships with."""
    if not any(row.valid_from <= day for row in rows):
        return [list(SHIPPED_GRID) for _weekday in range(7)]
    week: list[list[tuple[int, int]]] = [[] for _weekday in range(7)]
    for row in rows:
        if counts(row, day):
            week[row.weekday].append((row.from_minute, row.until_minute))
    return [sorted(spans) for spans in week]


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
