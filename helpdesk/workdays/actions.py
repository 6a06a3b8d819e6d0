"""What people do to the calendar: put in a whole year as announced, or change a single day."""

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, can_anywhere
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.workdays.models import CalendarDay, CalendarYear
from helpdesk.workdays.queries import days_of
from helpdesk.workdays.rules import AnnouncedDay, DayKind, is_workday

BY_HAND = "-"  # the source of a day that somebody ticked


def announce_year(
    year: int, days: Sequence[AnnouncedDay], *, source: str, seen_version: int, actor: User, now: datetime
) -> CalendarYear:
    """Put in the plan of a year; it takes the place of everything that was noted of that year before.

    Days of the years beside it are put in as well, where nothing is noted of them. Deadlines that are running stay.
    Conflict if somebody changed the year since it was looked at; Refused if the plan says what is there already.
    """
    calendar = _year(year, seen_version, actor)
    before = days_of(year)
    planned = {day.day: day for day in days}
    in_year = {day: planned[day] for day in planned if day.year == year}
    same = {day: (row.kind, row.name) for day, row in before.items()}
    if calendar.announced and same == {day: (found.kind, found.name) for day, found in in_year.items()}:
        raise Refused(_("This is the calendar that is here already; nothing changes."), field="document")
    for row in before.values():
        db.session.delete(row)
    db.session.flush()
    for found in days:
        if found.day.year == year or db.session.get(CalendarDay, found.day) is None:
            db.session.add(CalendarDay(day=found.day, kind=found.kind, name=found.name, source=source[:80]))
    calendar.announced = True
    record(
        "calendar.announced", calendar, actor=actor, now=now, days=len(in_year),
        added=len(in_year.keys() - before.keys()), removed=len(before.keys() - in_year.keys()),
    )  # fmt: skip
    return calendar


def set_day(day: date, *, works: bool, name: str, seen_version: int, actor: User, now: datetime) -> CalendarYear:
    """Say that one day is worked, or that it is not; back at what the day of the week says, its note goes.

    Conflict if somebody changed the year since it was looked at; Refused if it is so already.
    """
    calendar = _year(day.year, seen_version, actor)
    row = db.session.get(CalendarDay, day)
    if is_workday(day, {day: row.kind} if row else {}) == works:
        raise Refused(_("This day is so already; nothing changes."), field="day")
    if row:
        db.session.delete(row)
        db.session.flush()
    kind = None
    if is_workday(day, {}) != works:
        kind = DayKind.WORKDAY if works else DayKind.OFF
        db.session.add(CalendarDay(day=day, kind=kind, name=name, source=BY_HAND))
    record("calendar.day_set", calendar, actor=actor, now=now, day_of_year=day.timetuple().tm_yday, becomes=kind)
    return calendar


def _year(year: int, seen_version: int, actor: User) -> CalendarYear:
    """The year, for whoever may change it: the calendar is everybody's, so holding the right anywhere is enough."""
    if not can_anywhere(actor, Permission.SET_WORKDAYS):
        raise NotAllowed()
    calendar = db.session.get(CalendarYear, year)
    if calendar is None:
        calendar = CalendarYear(id=year, announced=False, version=0)
        db.session.add(calendar)
        db.session.flush()
    if calendar.version != seen_version:
        raise Conflict(_("Someone changed this calendar while you were looking at it. Check, then save again."))
    return calendar
