"""The address to which a telephone system reports, what the console shows of it, and the administrator's pages."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for

from helpdesk.accounts.sessions import hashed, new_number
from helpdesk.accounts.throttle import Limit, here, wait_needed
from helpdesk.callbacks.queries import get_hotline_staff
from helpdesk.core import clock
from helpdesk.core.access import Guard, Permission, me, needs
from helpdesk.core.body_limits import body_limit
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.extensions import csrf, db
from helpdesk.core.htmx import answer, page_or_part, wants_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate import phone_numbers
from helpdesk.estate.models import Estate
from helpdesk.telephony.actions import add_line, end_line, set_extension, set_hotline, take_report
from helpdesk.telephony.forms import ExtensionForm, HotlineForm, LineEndForm, LineForm
from helpdesk.telephony.models import Line
from helpdesk.telephony.queries import (
    figures,
    get_line,
    has_line,
    last_rings,
    line_of,
    reports_of,
    ringing,
    visible_lines,
)
from helpdesk.telephony.rules import read

bp = Blueprint("telephony", __name__)
bp.add_app_template_global(ringing)
bp.add_app_template_global(has_line, "has_telephone_line")
LINES, LINE = "telephony/lines.html", "telephony/line.html"
LARGEST_REPORT = 8 * 1024
REPORTS = 3_000  # of one telephone system, in the window of the throttle (15 minutes)
STRANGERS = 60  # tries from one address with a token that nobody holds


@bp.post("/telephony/events/<token>")
@csrf.exempt
@needs(Guard.PUBLIC)
@body_limit(LARGEST_REPORT)
def event(token: str):
    told, line, now = read(_sent()), line_of(token), clock.now()
    limit = Limit(f"telephone line {line.id}", REPORTS) if line else Limit(f"no line {here()}", STRANGERS)
    with writing():
        wait, line = wait_needed([limit], now), line_of(token)
        if line and not wait:
            take_report(line, told, now=now)
    if wait:
        return {"ok": False}, 429, {"Retry-After": str(int(wait / timedelta(seconds=1)) + 1)}
    return ({"ok": True}, 200) if line else ({"ok": False}, 404)


def _sent() -> dict:
    """The fields of a report, from JSON or from a form; nothing for what is neither."""
    if not request.is_json:
        return {name.removesuffix("[]"): value for name, value in request.form.items()}
    try:
        sent = request.get_json(silent=True)
    except RecursionError:  # brackets within brackets within brackets
        return {}
    return sent if isinstance(sent, dict) else {}


@bp.get("/telephony")
@needs(Permission.WORK_HOTLINE)
def index():
    shown = {"rings": last_rings(me()), "figures": figures(me(), clock.now())}
    return page_or_part("telephony/index.html", "telephony/_calls.html", **shown)


@bp.get("/telephony/ringing")
@needs(Permission.WORK_HOTLINE)
def ringing_now():
    if not wants_part():
        return redirect(url_for("hotline.console"))
    return render_template("telephony/_ringing.html", now=clock.now())


@bp.get("/telephony/lines")
@needs(Permission.ADMINISTER)
def lines():
    return render_template(LINES, form=LineForm(), **_lines())


@bp.post("/telephony/hotline")
@needs(Permission.ADMINISTER)
def new_hotline():
    form = HotlineForm()
    if form.validate():
        with form.keeping_typed(), writing():
            told = {"digits": form.digits, "seen": form.seen.data, "actor": me(), "now": clock.now()}
            set_hotline(db.session.get_one(Estate, estate_here(Permission.ADMINISTER)), **told)
    if form.http_status == 200:
        return redirect(url_for(".lines"), 303)
    return render_template(LINES, form=LineForm(formdata=None), **_lines(form)), form.http_status


@bp.post("/telephony/lines")
@needs(Permission.ADMINISTER)
def add():
    form, token, added = LineForm(), new_number(), None
    if form.validate():
        with form.keeping_typed(), writing():
            added = once(me(), form, lambda: _added(form, token))
    line = get_line(me(), added) if added else None
    shown = token if line and line.token_hash == hashed(token) else ""
    form = LineForm(formdata=None) if line else form
    page = "telephony/_lines.html" if wants_part() else LINES
    return render_template(page, form=form, **_lines() | {"added": line, "token": shown}), form.http_status


@bp.get("/telephony/lines/<int:line_id>")
@needs(Permission.ADMINISTER)
def line(line_id: int):
    return render_template(LINE, **_of(get_line(me(), line_id)))


@bp.post("/telephony/lines/<int:line_id>/end")
@needs(Permission.ADMINISTER)
def end(line_id: int):
    get_line(me(), line_id)
    form = LineEndForm()
    if form.validate():
        with form.keeping_typed(), writing():
            end_line(get_line(me(), line_id, seen_version=form.version.data), actor=me(), now=clock.now())
    return _answered(line_id, end_form=form)


@bp.post("/telephony/lines/<int:line_id>/extensions")
@needs(Permission.ADMINISTER)
def extension(line_id: int):
    form = ExtensionForm(get_line(me(), line_id))
    if form.validate():
        with form.keeping_typed(), writing():
            found = get_line(me(), line_id, seen_version=form.version.data)
            user = get_hotline_staff(form.user_id.data, estate_id=found.estate_id)
            set_extension(found, number=form.number.data, user=user, actor=me(), now=clock.now())
    return _answered(line_id, extension_form=form)


def _added(form: LineForm, token: str) -> int:
    estate_id = estate_here(Permission.ADMINISTER)
    return add_line(estate_id=estate_id, name=form.name.data, token=token, actor=me(), now=clock.now()).id


def _lines(refused: HotlineForm | None = None) -> dict:
    """The number residents ring, as it stands now, and the telephone systems."""
    estate = db.session.get_one(Estate, estate_here(Permission.ADMINISTER))
    hotline = refused or HotlineForm(formdata=None, hotline=phone_numbers.display(estate.hotline))
    hotline.seen.data = estate.hotline
    found = list(db.session.scalars(visible_lines(me())))
    return {"hotline": hotline, "estate": estate, "lines": found, "added": None, "token": ""}


def _of(line: Line, **forms) -> dict:
    """What the page of one telephone system needs."""
    fresh = {"end_form": LineEndForm(formdata=None), "extension_form": ExtensionForm(line, formdata=None)}
    return {"line": line, "reports": reports_of(line), **fresh, **forms}


def _answered(line_id: int, **forms):
    """The page after a form of it; a form that was taken is empty again."""
    form = next(iter(forms.values()))
    shown = _of(get_line(me(), line_id), **({} if form.http_status == 200 else forms))
    return answer(form, LINE, "telephony/_line.html", url=url_for(".line", line_id=line_id), **shown)
