"""Finding days of the calendar. It is the installation's own and holds nothing about anybody: all staff may know it."""

from datetime import date

from sqlalchemy import select

from helpdesk.core.access import Permission, can_anywhere
from helpdesk.core.extensions import db
from helpdesk.workdays.models import CalendarDay, CalendarYear
from helpdesk.workdays.rules import missing_year


def announced_years() -> frozenset[int]:
    """The years whose whole plan is here."""
    return frozenset(db.session.scalars(select(CalendarYear.id).where(CalendarYear.announced)))


def days_of(year: int) -> dict[date, CalendarDay]:
    """The days of one year that differ from the rule."""
    in_year = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    return {row.day: row for row in db.session.scalars(select(CalendarDay).where(in_year).order_by(CalendarDay.day))}


def version_of(year: int) -> int:
    """The version of a year's calendar; 0 while nothing was ever put in."""
    return db.session.scalar(select(CalendarYear.version).where(CalendarYear.id == year)) or 0


def missing_calendar(user, today: date) -> int | None:
    """The year whose calendar is missing, for whoever can put it in; None for everybody else, or if all is here."""
    if not (user.is_authenticated and can_anywhere(user, Permission.SET_WORKDAYS)):
        return None
    return missing_year(today, announced_years())
