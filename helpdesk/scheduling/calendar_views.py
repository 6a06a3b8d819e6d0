"""The private address under which a technician's phone reads their visits, and the page to make and revoke it."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, redirect, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.limits import guessed_at_most, no_such_link
from helpdesk.accounts.models import User
from helpdesk.accounts.sessions import hashed, new_number
from helpdesk.core import clock
from helpdesk.core.access import Guard, Permission, can_anywhere, me, needs
from helpdesk.core.extensions import db
from helpdesk.core.forms import CreatingForm, Form
from helpdesk.core.local_paths import whole_address
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.repairs.models import Visit
from helpdesk.repairs.states import VisitStatus
from helpdesk.repairs.words import work_name
from helpdesk.scheduling.actions import make_calendar_link, revoke_calendar_links
from helpdesk.scheduling.ical import Entry, calendar
from helpdesk.scheduling.models import CalendarLink
from helpdesk.scheduling.queries import my_visits
from helpdesk.scheduling.words import place_in_words

bp = Blueprint("calendar", __name__)
PAGE = "scheduling/calendar.html"
BACK, AHEAD = timedelta(days=7), timedelta(days=60)
MOST = 500


@bp.get("/jobs/calendar")
@needs(Permission.DO_VISITS)
def show():
    return _page(CreatingForm(formdata=None), current_link(me()))


@bp.post("/jobs/calendar")
@needs(Permission.DO_VISITS)
def make():
    form, token = CreatingForm(), new_number()
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: make_calendar_link(me(), token=token, actor=me(), now=clock.now()).id)
    link = current_link(me())
    shown = whole_address(".feed", token=token) if link and link.token_hash == hashed(token) else ""
    return _page(form, link, shown)


@bp.post("/jobs/calendar/revoke")
@needs(Permission.DO_VISITS)
def revoke():
    form = Form()
    if form.validate():
        with form.keeping_typed(), writing():
            revoke_calendar_links(me(), actor=me(), now=clock.now())
    return redirect(url_for(".show"), 303)


@bp.get("/calendar/<token>.ics")
@needs(Guard.PUBLIC)
@guessed_at_most("MOST_GUESSES")
def feed(token: str):
    """Whoever holds the address reads it without signing in, as calendars do; 256 bits cannot be guessed."""
    now, user = clock.now(), owner_of(token) or no_such_link()
    with force_locale(user.language):
        text = calendar(_("My visits"), entries_of(user, now))
    return Response(text, mimetype="text/calendar", headers={"Content-Disposition": "inline; filename=visits.ics"})


def _page(form, link: CalendarLink | None, url: str = ""):
    """The address is shown in the answer that made it, and never again: only its hash is kept."""
    return render_template(PAGE, form=form, link=link, url=url), form.http_status


def current_link(user: User) -> CalendarLink | None:
    """The address of this user that still answers, if there is one."""
    mine = select(CalendarLink).where(CalendarLink.user_id == user.id, CalendarLink.revoked_at.is_(None))
    return db.session.scalar(mine.order_by(CalendarLink.id.desc()).limit(1))


def owner_of(token: str) -> User | None:
    """Whose visits this address tells: nobody's once it is revoked, the account disabled or the role taken away."""
    held = select(CalendarLink).where(CalendarLink.token_hash == hashed(token), CalendarLink.revoked_at.is_(None))
    link = db.session.scalar(held) if len(token) < 200 else None
    return link.user if link and can_anywhere(link.user, Permission.DO_VISITS) else None


def entries_of(user: User, now: datetime) -> list[Entry]:
    """The visits of the last week and the next two months, by place and kind of work only."""
    in_time = (Visit.planned_at >= now - BACK, Visit.planned_at < now + AHEAD, Visit.status != VisitStatus.CANCELLED)
    visits = db.session.scalars(my_visits(user).where(*in_time).order_by(Visit.planned_at, Visit.id).limit(MOST))
    return [_entry(visit, now) for visit in visits]


def _entry(visit: Visit, now: datetime) -> Entry:
    order = visit.work_order
    return Entry(
        uid=f"visit-{visit.id}@property-service-desk", starts_at=visit.planned_at,
        ends_at=visit.planned_at + timedelta(minutes=visit.duration_minutes),
        summary=f"{place_in_words(order.place)} {work_name(order)}", description=order.number,
        changed_at=now, sequence=order.version,
    )  # fmt: skip
