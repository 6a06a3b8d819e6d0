"""The company's policy of an estate: what can be wrong, and what is promised for it."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from helpdesk.core import clock
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Estate
from helpdesk.repairs.deadlines import Clock, Deadlines, deadlines
from helpdesk.repairs.models import Category, ServiceLevel, Urgency, Where
from helpdesk.repairs.suggestions import from_document
from helpdesk.workdays.models import CalendarDay, CalendarYear
from helpdesk.workdays.rules import is_workday, read_calendar

HERE = Path(__file__).parent
CALENDAR = HERE.parent / "workdays" / "calendar_2026.json"
DAYS_AHEAD = 400  # further than any deadline reaches


def install_defaults(estate: Estate, *, valid_from: date) -> None:
    """Give a new estate the categories and service levels the product comes with, in force from this local date.

    The announced calendar of working days is kept as well, once for the whole installation.
    """
    for row in from_document(_shipped("categories.json")):
        codes = {"where": Where(row["where"]), "urgency": Urgency(row["urgency"])}
        db.session.add(Category(estate_id=estate.id, valid_from=valid_from, **row | codes))
    levels = _shipped("service_levels.json")
    for level in levels["levels"]:
        values = {**level, "clock": Clock(level["clock"])}
        db.session.add(
            ServiceLevel(estate_id=estate.id, profile=levels["profile"]["zh"], valid_from=valid_from, **values)
        )
    _install_calendar()
    db.session.flush()


def service_level_in_force(estate_id: int, urgency: Urgency, on: date) -> ServiceLevel:
    """The promised times of a class on one local date; before there were any, the first. Refused without any."""
    of_class = (ServiceLevel.estate_id == estate_id, ServiceLevel.applies_to == urgency.value)
    in_force = (ServiceLevel.valid_from <= on, or_(ServiceLevel.valid_until.is_(None), ServiceLevel.valid_until > on))
    newest = select(ServiceLevel).where(*of_class, *in_force).order_by(ServiceLevel.valid_from.desc()).limit(1)
    coming = select(ServiceLevel).where(*of_class, ServiceLevel.valid_from > on).order_by(ServiceLevel.valid_from)
    level = db.session.scalar(newest) or db.session.scalar(coming.limit(1))
    if level is None:
        raise Refused(_("This estate has no service levels yet. Ask the administrator to set them up."))
    return level


def deadlines_of(level: ServiceLevel, *, counted_from: datetime) -> Deadlines:
    """The three deadlines of one class, with the working days of this installation."""
    return deadlines(level, reported_at=counted_from, is_workday=_working_days_from(counted_from))


def profile_names() -> dict[str, str]:
    """The names of the shipped profiles as they are stored, and in English."""
    profile = _shipped("service_levels.json")["profile"]
    return {profile["zh"]: profile["en"]}


def _working_days_from(moment: datetime) -> Callable[[date], bool]:
    """Whether a local date is worked; the calendar is read once, and only if somebody asks."""
    kinds: dict[date, str] | None = None
    first = clock.local_date(moment)

    def worked(day: date) -> bool:
        nonlocal kinds
        if kinds is None:
            until = first + timedelta(days=DAYS_AHEAD)
            found = select(CalendarDay.day, CalendarDay.kind).where(CalendarDay.day >= first, CalendarDay.day < until)
            kinds = dict(db.session.execute(found).all())
        return is_workday(day, kinds)

    return worked


def _shipped(file_name: str) -> dict:
    return json.loads((HERE / file_name).read_text(encoding="utf-8"))


def _install_calendar() -> None:
    if db.session.scalar(select(func.count()).select_from(CalendarDay)):
        return
    document = json.loads(CALENDAR.read_text(encoding="utf-8"))
    source = str(document.get("source", ""))[:80]
    db.session.add(CalendarYear(id=document["year"], announced=True, version=0))
    for announced in read_calendar(document):
        db.session.add(CalendarDay(day=announced.day, kind=announced.kind, name=announced.name, source=source))
