"""The schedule board, and the form with which a visit gets its place on it."""

from datetime import date, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, can, me, needs
from helpdesk.core.clock import YEARS
from helpdesk.core.htmx import go_on, page_or_part, wants_part
from helpdesk.core.ids import read_id
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.dispatch import feed as feeds
from helpdesk.dispatch.actions import rearrange_on_board, send_order
from helpdesk.dispatch.board import board_of, boards_of
from helpdesk.dispatch.forms import MoveForm, SendForm
from helpdesk.dispatch.placing import asked_place, changes_since, day_or_today, offered, placing_form, would_break
from helpdesk.dispatch.words import breach_words, named_words
from helpdesk.estate.queries import chosen_estate
from helpdesk.repairs.queries import get_work_order, running_visit
from helpdesk.repairs.rules import next_missing

bp = Blueprint("dispatch", __name__)
P = Permission
PAGE, PART = "dispatch/place.html", "dispatch/_place.html"
VIEWS = ("board", "list", "week")
for say in (breach_words, named_words, feeds.load_words, feeds.card_words, feeds.language_tag):
    bp.app_template_global(say.__name__)(say)


@bp.get("/schedule")
@needs(P.SEE_WORK_ORDERS)
def index():
    estate_id, day = asked_estate(), asked_day()
    if request.args.get("view") == "week":
        return page_or_part("dispatch/week.html", "dispatch/_week.html", **_week(estate_id, day))
    return page_or_part("dispatch/board.html", "dispatch/_day.html", **_day(estate_id, day))


@bp.get("/schedule/feed")
@needs(P.SEE_WORK_ORDERS)
def feed():
    return feeds.feed_of(board_of(me(), asked_estate(), asked_day()), me())


@bp.get("/schedule/waiting")
@needs(P.SEE_WORK_ORDERS)
def waiting():
    estate_id, day = asked_estate(), asked_day()
    if not wants_part():
        return redirect(url_for(".index", day=day, estate=estate_id))
    return render_template("dispatch/_tray.html", **_day(estate_id, day))


@bp.get("/schedule/orders/<number>")
@needs(P.DISPATCH)
def place(number: str):
    work_order, asked = get_work_order(me(), number), asked_place(request.args)
    who = asked.pop("who", None)
    form = placing_form(work_order, clock.now(), formdata=None, **asked, **({"crew": [who]} if who else {}))
    return page_or_part(PAGE, PART, **_around(form, work_order))


@bp.post("/schedule/orders/<number>/visits")
@needs(P.DISPATCH)
def send(number: str):
    work_order = get_work_order(me(), number)
    form = offered(SendForm(work_order), work_order, clock.now())

    def act() -> int:
        order = get_work_order(me(), number, seen_version=form.version.data)
        return send_order(order, form.wish, actor=me(), now=clock.now()).id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _placed(form, number)


@bp.post("/schedule/orders/<number>/visits/<int:visit_id>")
@needs(P.DISPATCH)
def move(number: str, visit_id: int):
    work_order = get_work_order(me(), number)
    form = offered(MoveForm(_visit(work_order, visit_id)), work_order, clock.now())
    if form.validate():
        with form.keeping_typed(), writing():
            order = get_work_order(me(), number, seen_version=form.version.data)
            rearrange_on_board(_visit(order, visit_id), form.wish, actor=me(), now=clock.now())
    return _placed(form, number)


def asked_estate(permission: Permission = P.SEE_WORK_ORDERS) -> int:
    return chosen_estate(me(), request.args.get("estate"), permission).id


def asked_day() -> date:
    """The day asked for; today for nonsense."""
    try:
        asked = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        asked = None
    return asked if asked and asked.year in YEARS else clock.local_date(clock.now())


def placed_on(day: date, estate_id: int):
    """After an act: the board of that day; where it stands open already, its regions ask for themselves."""
    came_from = urlsplit(request.headers.get("HX-Current-URL", "")).path
    if wants_part() and came_from in ("", url_for(".index")):
        return "", 204, {"HX-Trigger": f"orders:{estate_id}-changed"}
    return go_on(url_for(".index", day=day, estate=estate_id))


def _visit(work_order, visit_id: int):
    return next((visit for visit in work_order.visits if visit.id == visit_id), None) or abort(404)


def _day(estate_id: int, day: date) -> dict:
    board = board_of(me(), estate_id, day)
    chosen = board.chosen(read_id(request.args.get("who")))
    waiting = sorted(board.sheet.waiting, key=_due)
    view = request.args.get("view")
    return {**_frame(estate_id, day, view), "board": board, "chosen": chosen, "waiting": waiting}


def _week(estate_id: int, day: date) -> dict:
    monday = day - timedelta(days=day.weekday())
    boards = boards_of(me(), estate_id, [monday + timedelta(days=ahead) for ahead in range(7)])
    return {**_frame(estate_id, day, "week"), "boards": boards, "monday": monday}


def _frame(estate_id: int, day: date, view: str | None) -> dict:
    return {
        "estate_id": estate_id, "day": day, "view": view if view in VIEWS else VIEWS[0], "now": clock.now(),
        "today": clock.local_date(clock.now()), "may": can(me(), P.DISPATCH, estate_id), "step": timedelta(days=1),
    }  # fmt: skip


def _due(work_order):
    """What is due first stands first; what was promised nothing comes last."""
    promise = next_missing(work_order)
    return promise is None, promise and promise[1], work_order.id


def _placed(form: SendForm | MoveForm, number: str):
    work_order = get_work_order(me(), number)
    if form.http_status == 200:
        return placed_on(day_or_today(form, clock.now()), work_order.estate_id)
    return page_or_part(PAGE, PART, form.http_status, **_around(form, work_order, seen=form.version.data))


def _around(form: SendForm | MoveForm, work_order, *, seen=None) -> dict:
    """The form, what it would break, and above it how the order stands now."""
    visit, now = running_visit(work_order), clock.now()
    if isinstance(form, MoveForm) is not (visit is not None):  # sent, or ended, by somebody else meanwhile
        typed = {"crew": form.crew.data, "starts_at": form.starts_at.data, "minutes": form.minutes.data}
        form, refused = placing_form(work_order, now, formdata=None, **typed), form
        form.form_errors, form.http_status = refused.form_errors, refused.http_status
    return {
        "form": form, "work_order": work_order, "visit": visit, "found": would_break(form, work_order, me()),
        "changes": changes_since(work_order, seen, me()), "day": day_or_today(form, now), "now": now,
    }  # fmt: skip
