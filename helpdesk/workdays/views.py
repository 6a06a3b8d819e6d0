"""The calendar of a year: what is worked and what is not, and putting in what the State Council announced."""

import calendar
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.body_limits import body_limit
from helpdesk.core.transactions import writing
from helpdesk.workdays.actions import announce_year, set_day
from helpdesk.workdays.forms import FIRST, LAST, AnnouncementForm, DayForm
from helpdesk.workdays.queries import announced_years, days_of, missing_calendar, version_of
from helpdesk.workdays.rules import is_workday

bp = Blueprint("workdays", __name__, url_prefix="/admin/workdays")
PASTED = "Pasted or uploaded"
LARGEST_BODY = 512 * 1024  # so that a file that is too large is refused in the form


@bp.app_template_global()
def missing_calendar_year() -> int | None:
    """The year whose calendar somebody who can put it in must be told is missing."""
    return missing_calendar(me(), clock.local_date(clock.now()))


@bp.get("")
@needs(Permission.SET_WORKDAYS)
def index():
    return _page(_asked_year(), AnnouncementForm(formdata=None), DayForm(formdata=None))


@bp.post("")
@needs(Permission.SET_WORKDAYS)
@body_limit(LARGEST_BODY)
def announce():
    form = AnnouncementForm()
    if form.validate():
        with form.keeping_typed(), writing():
            announce_year(
                form.year, form.days, source=PASTED, seen_version=form.seen_version, actor=me(), now=clock.now()
            )
    if form.http_status == 200:
        return redirect(url_for(".index", year=form.year, changed=1), 303)
    return _page(form.year or _asked_year(), form, DayForm(formdata=None), form.http_status)


@bp.post("/days")
@needs(Permission.SET_WORKDAYS)
def tick():
    form = DayForm()
    if form.validate():
        works = form.works
        with form.keeping_typed(), writing():
            seen = {"seen_version": form.version.data, "actor": me(), "now": clock.now()}
            set_day(form.on, works=works, name=form.name.data, **seen)
    year = form.on.year if form.on else _asked_year()
    if form.http_status == 200:
        return redirect(url_for(".index", year=year, changed=1), 303)
    return _page(year, AnnouncementForm(formdata=None), form, form.http_status)


def _page(year: int, form, day_form, status: int = 200):
    noted, announced = days_of(year), announced_years()
    weeks = calendar.Calendar(firstweekday=0)
    kinds = {day: row.kind for day, row in noted.items()}
    months = [(date(year, month, 1), weeks.monthdatescalendar(year, month)) for month in range(1, 13)]
    worked = sum(
        is_workday(day, kinds) for _m, rows in months for week in rows for day in week if day.month == _m.month
    )
    page = render_template(
        "workdays/index.html", year=year, months=months, noted=noted, kinds=kinds, is_workday=is_workday, form=form,
        day_form=day_form, version=version_of(year), is_announced=year in announced, worked=worked,
        changed=request.args.get("changed"), years=(FIRST, LAST), today=clock.local_date(clock.now()),
    )  # fmt: skip
    return page, status


def _asked_year() -> int:
    typed = request.args.get("year", "")
    year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else 0
    return year if FIRST <= year <= LAST else clock.local_date(clock.now()).year
