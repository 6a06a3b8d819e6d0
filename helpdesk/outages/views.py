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
from helpdesk.outages.panel import ENDPOINTS, Act, acts_for, asked_act, form_for, outage_act_url
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


def _change(outage, form, **by) -> None:
    facts = typed.facts_of(form, me(), outage.estate_id, by["now"], before=outage)
    change_outage(outage, facts, **by)


def _end(outage, form, **by) -> None:
    end_outage(outage, taken_out=form.taken_out.data, words=form.words.data or "", **by)


def _order_named(form):
    (work_order,) = typed.orders_named(me(), [form.number.data])
    return work_order


ACTS = (  # the end of the address, the act of the panel, its form, and what is done
    ("changes", Act.CHANGE, ChangeForm, _change),
    ("beginning", Act.BEGIN, ActForm, lambda outage, _form, **by: begin_outage(outage, **by)),
    ("end", Act.END, EndForm, _end),
    ("cancellation", Act.CANCEL, ActForm, lambda outage, _form, **by: cancel_outage(outage, **by)),
    ("reopening", Act.REOPEN, ActForm, lambda outage, _form, **by: reopen_outage(outage, **by)),
    ("orders", Act.TAKE_IN, OrderForm, lambda outage, form, **by: add_order(outage, _order_named(form), **by)),
    ("removals", Act.TAKE_OUT, OrderForm, lambda outage, form, **by: take_out_order(outage, _order_named(form), **by)),
)


def _view_of(act: Act, form_class, do):
    """The acts on an outage differ in their form and in what is done, and in nothing else."""

    def view(outage_id: int):
        get_outage(me(), outage_id)
        form = form_class()
        if form.validate():
            with form.keeping_typed(), writing():
                outage = get_outage(me(), outage_id, seen_version=form.version.data)
                do(outage, form, actor=me(), now=clock.now())
        return _acted(form, outage_id, act)

    return needs(P.DISPATCH)(view)


for noun, act, form_class, do in ACTS:
    address = f"/outages/<int:outage_id>/{noun}"
    endpoint = ENDPOINTS[act].removeprefix("outages.")
    bp.add_url_rule(address, endpoint, _view_of(act, form_class, do), methods=["POST"])


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
