"""Who could go to an emergency now."""

from datetime import datetime

from flask import redirect, render_template, url_for
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.errors import Conflict
from helpdesk.core.transactions import writing
from helpdesk.dayplans.emergencies import SHOWN_FOR, Answer, Way, send_now, ways_to_go
from helpdesk.dayplans.forms import SendForm
from helpdesk.dayplans.views import bp
from helpdesk.dayplans.words import why_never
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import get_work_order

PAGE = "dayplans/emergency.html"


@bp.get("/schedule/emergency/<number>")
@needs(Permission.DISPATCH)
def emergency(number: str):
    return _page(SendForm(formdata=None), get_work_order(me(), number))


@bp.post("/schedule/emergency/<number>")
@needs(Permission.DISPATCH)
def send(number: str):
    form, now = SendForm(), clock.now()
    way = _chosen(form, get_work_order(me(), number), now) if form.validate() else None
    if form.http_status == 200:
        with form.keeping_typed(), writing():
            order = get_work_order(me(), number, seen_version=form.version.data)
            send_now(order, _still(way), seen=form.seen.data, actor=me(), now=now)
    if form.http_status == 200:
        return redirect(url_for("repairs.show", number=number), 303)
    return _page(form, get_work_order(me(), number))


def _chosen(form: SendForm, order: WorkOrder, now: datetime) -> Way | None:
    """The way that was shown, worked out again from the moment at which it was; before any lock is held."""
    if not now - SHOWN_FOR <= form.at.data <= now:
        return None
    try:
        ways = ways_to_go(me(), order, at=form.at.data).ways
    except Conflict:
        return None
    return next((way for way in ways if way.key == form.key.data), None)


def _still(way: Way | None) -> Way:
    if way is None:
        raise Conflict(_("The day changed while you were looking. Look at it again."))
    return way


def _page(form: SendForm, order: WorkOrder):
    now = clock.now()
    try:
        answer, words = ways_to_go(me(), order, at=now), ""
    except Conflict as no:
        answer, words = Answer([], ""), no.message
    why = words or (why_never(answer.reason) if answer.reason else "")
    page = render_template(PAGE, form=form, work_order=order, answer=answer, why=why, now=now)
    return page, form.http_status
