"""The pages of outages, and their part of other pages: the console's right column, an order's callers."""

from flask import Blueprint, redirect, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, can, can_anywhere, me, needs
from helpdesk.core.htmx import answer, go_on, page_or_part, wants_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.outages import timeline, told, typed
from helpdesk.outages.actions import (
    add_order,
    begin_outage,
    cancel_outage,
    change_outage,
    open_outage,
    take_out_order,
)
from helpdesk.outages.closing import end_outage, not_to_ring, reopen_outage, rings_of
from helpdesk.outages.forms import ActForm, ChangeForm, EndForm, OrderForm, OutageForm
from helpdesk.outages.panel import Act, acts_for, asked_act, form_for, outage_act_url
from helpdesk.outages.queries import (
    callers_of,
    callers_of_order,
    counts_of_outages,
    get_outage,
    orders_in,
    outage_behind,
    outage_of,
    past_outages,
    standing_outages,
)
from helpdesk.repairs.queries import get_work_order

bp = Blueprint("outages", __name__)
P = Permission
PAGE, NEW = "outages/show.html", "outages/new.html"
SAID = (
    told.title_of, told.where_of, told.what_to_say, told.what_to_copy, callers_of_order, outage_of, outage_behind,
    standing_outages, counts_of_outages, outage_act_url,
)  # fmt: skip
for say in SAID:
    bp.app_template_global(say.__name__)(say)


@bp.get("/outages")
@needs(P.SEE_WORK_ORDERS)
def index():
    return page_or_part("outages/index.html", "outages/_list.html", past=past_outages(me()), now=clock.now())


@bp.get("/outages/standing")
@needs(P.WORK_HOTLINE)
def standing():
    """The console's part; without scripts its address leads to the list."""
    return render_template("outages/_standing.html") if wants_part() else redirect(url_for(".index"))


@bp.get("/outages/new")
@needs(P.OPEN_WORK_ORDER)
def new():
    now = clock.now()
    form = typed.new_form(me(), request.args, now)
    return render_template(NEW, form=form, **typed.offered(me(), int(form.estate.data), now))


@bp.post("/outages")
@needs(P.OPEN_WORK_ORDER)
def add():
    form, now, opened = OutageForm(), clock.now(), None
    estate_id = typed.estate_asked(me(), form.estate.data)
    if form.validate():
        with form.keeping_typed(), writing():
            opened = once(me(), form, lambda: _open(form, estate_id))
    if opened and form.call_id and can_anywhere(me(), P.WORK_HOTLINE):
        return go_on(url_for("hotline.show", call_id=form.call_id))
    if opened:
        return go_on(url_for(".show", outage_id=opened))
    return render_template(NEW, form=form, **typed.offered(me(), estate_id, now)), form.http_status


def _open(form: OutageForm, estate_id: int) -> int:
    now, orders = clock.now(), typed.orders_named(me(), (form.orders.data or "").split())
    facts = typed.facts_of(form, me(), estate_id, now)
    return open_outage(facts, estate_id=estate_id, orders=orders, actor=me(), now=now).id


@bp.get("/outages/<int:outage_id>")
@needs(P.SEE_WORK_ORDERS)
def show(outage_id: int):
    outage = get_outage(me(), outage_id)
    act = asked_act(outage, me(), request.args.get("act"))
    return page_or_part(PAGE, "outages/_act.html", **_around(outage, act, form_for(act, outage, clock.now())))


@bp.get("/outages/<int:outage_id>/now")
@needs(P.SEE_WORK_ORDERS)
def state(outage_id: int):
    outage = get_outage(me(), outage_id)
    if not wants_part():
        return redirect(url_for(".show", outage_id=outage.id))
    return render_template("outages/_now.html", **_state(outage))


@bp.post("/outages/<int:outage_id>/changes")
@needs(P.DISPATCH)
def change(outage_id: int):
    get_outage(me(), outage_id)
    form = ChangeForm()
    if form.validate():
        with form.keeping_typed(), writing():
            outage, now = get_outage(me(), outage_id, seen_version=form.version.data), clock.now()
            facts = typed.facts_of(form, me(), outage.estate_id, now, before=outage)
            change_outage(outage, facts, actor=me(), now=now)
    return _acted(form, outage_id, Act.CHANGE)


@bp.post("/outages/<int:outage_id>/beginning")
@needs(P.DISPATCH)
def begin(outage_id: int):
    get_outage(me(), outage_id)
    form = ActForm()
    if form.validate():
        with form.keeping_typed(), writing():
            outage = get_outage(me(), outage_id, seen_version=form.version.data)
            begin_outage(outage, actor=me(), now=clock.now())
    return _acted(form, outage_id, Act.BEGIN)


@bp.post("/outages/<int:outage_id>/end")
@needs(P.DISPATCH)
def end(outage_id: int):
    get_outage(me(), outage_id)
    form = EndForm()
    if form.validate():
        with form.keeping_typed(), writing():
            outage = get_outage(me(), outage_id, seen_version=form.version.data)
            said = {"taken_out": form.taken_out.data, "words": form.words.data or ""}
            end_outage(outage, **said, actor=me(), now=clock.now())
    return _acted(form, outage_id, Act.END)


@bp.post("/outages/<int:outage_id>/cancellation")
@needs(P.DISPATCH)
def cancel(outage_id: int):
    get_outage(me(), outage_id)
    form = ActForm()
    if form.validate():
        with form.keeping_typed(), writing():
            outage = get_outage(me(), outage_id, seen_version=form.version.data)
            cancel_outage(outage, actor=me(), now=clock.now())
    return _acted(form, outage_id, Act.CANCEL)


@bp.post("/outages/<int:outage_id>/reopening")
@needs(P.DISPATCH)
def reopen(outage_id: int):
    get_outage(me(), outage_id)
    form = ActForm()
    if form.validate():
        with form.keeping_typed(), writing():
            outage = get_outage(me(), outage_id, seen_version=form.version.data)
            reopen_outage(outage, actor=me(), now=clock.now())
    return _acted(form, outage_id, Act.REOPEN)


@bp.post("/outages/<int:outage_id>/orders")
@needs(P.DISPATCH)
def take_in(outage_id: int):
    get_outage(me(), outage_id)
    form = OrderForm()
    if form.validate():
        with form.keeping_typed(), writing():
            outage = get_outage(me(), outage_id, seen_version=form.version.data)
            (work_order,) = typed.orders_named(me(), [form.number.data])
            add_order(outage, work_order, actor=me(), now=clock.now())
    return _acted(form, outage_id, Act.TAKE_IN)


@bp.post("/outages/<int:outage_id>/removals")
@needs(P.DISPATCH)
def take_out(outage_id: int):
    get_outage(me(), outage_id)
    form = OrderForm()
    if form.validate():
        with form.keeping_typed(), writing():
            outage = get_outage(me(), outage_id, seen_version=form.version.data)
            (work_order,) = typed.orders_named(me(), [form.number.data])
            take_out_order(outage, work_order, actor=me(), now=clock.now())
    return _acted(form, outage_id, Act.TAKE_OUT)


@bp.get("/work-orders/<number>/callers")
@needs(P.SEE_WORK_ORDERS)
def callers(number: str):
    """An order's part: the outage it belongs to, and who else rang."""
    work_order = get_work_order(me(), number)
    if not wants_part():
        return redirect(url_for("repairs.show", number=number))
    return render_template("outages/_of_order.html", work_order=work_order)


def _state(outage) -> dict:
    known, now = can(me(), P.SEE_REGISTER, outage.estate_id), clock.now()
    return {
        "outage": outage, "known": known, "orders": orders_in(outage), "callers": callers_of(outage),
        "rings": rings_of(outage), "entries": timeline.timeline(outage), "now": now, "silent": not_to_ring(outage, now),
    }  # fmt: skip


def _around(outage, act: Act | None, form) -> dict:
    offers = (
        typed.offered(me(), outage.estate_id, clock.now()) if act is Act.CHANGE else {"groups": {}, "buildings": {}}
    )
    return {**_state(outage), **offers, "act": act, "acts": acts_for(outage, me()), "act_form": form}


def _acted(form, outage_id: int, act: Act):
    """The panel of acts again: fresh after success, else with the form and what was typed in it."""
    outage = get_outage(me(), outage_id)
    saved = form.http_status == 200
    around = _around(outage, None if saved else act, None if saved else form)
    response = answer(form, PAGE, "outages/_act.html", url=url_for(".show", outage_id=outage_id), **around)
    response.headers["HX-Trigger"] = f"outages:{outage.estate_id}-changed"
    return response
