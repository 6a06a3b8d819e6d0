"""Prices, posted for everybody, and what the work of one order costs."""

from flask import Blueprint, abort, redirect, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Guard, Permission, can, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.extensions import db
from helpdesk.core.htmx import answer
from helpdesk.core.money import plain_yuan
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import get_work_order
from helpdesk.tariff.actions import (
    accept_quote,
    change_list,
    decline_quote,
    draft_list,
    drop_list,
    make_quote,
    may_quote,
    put_in_force,
)
from helpdesk.tariff.forms import AcceptForm, DraftForm, DropForm, ForceForm, ListForm, QuoteForm, as_lines
from helpdesk.tariff.models import Agreed
from helpdesk.tariff.queries import cost_of, get_list, items_for, less_of, list_in_force, lists_of, quote_on, quotes_of
from helpdesk.tariff.reductions import Scope, reductions_of
from helpdesk.tariff.words import item_name

bp = Blueprint("tariff", __name__)
P = Permission
LISTS, LIST, QUOTE = "tariff/lists.html", "tariff/list.html", "tariff/quote.html"
bp.app_template_global("item_name")(item_name)
bp.app_template_global("cost_of")(cost_of)


@bp.get("/prices/<int:estate_id>")
@needs(Guard.PUBLIC)
def prices(estate_id: int):
    """The posted prices: for anybody, and for the notice board."""
    estate = db.session.get(Estate, estate_id) or abort(404)
    found = list_in_force(estate_id, clock.local_date(clock.now())) or abort(404)
    return render_template("tariff/prices.html", estate=estate, price_list=found)


@bp.get("/tariff")
@needs(P.SET_TARIFF)
def index():
    return render_template(LISTS, form=None, **_lists())


@bp.post("/tariff/drafts")
@needs(P.SET_TARIFF)
def draft():
    form, list_id = DraftForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            said = {"actor": me(), "now": clock.now()}
            list_id = once(me(), form, lambda: draft_list(estate_here(P.SET_TARIFF), **said).id)
    return redirect(url_for(".show", list_id=list_id), 303) if list_id else _refused(form)


@bp.get("/tariff/<int:list_id>")
@needs(P.SET_TARIFF)
def show(list_id: int):
    return render_template(LIST, form=None, **_list(list_id))


@bp.post("/tariff/<int:list_id>")
@needs(P.SET_TARIFF)
def change(list_id: int):
    form = ListForm()
    get_list(me(), list_id)
    if form.validate():
        with form.keeping_typed(), writing():
            found = get_list(me(), list_id, seen_version=form.version.data)
            change_list(found, form.items, call_out_fen=form.call_out_fen, actor=me(), now=clock.now())
    return _list_again(form, list_id, list_form=form)


@bp.post("/tariff/<int:list_id>/force")
@needs(P.SET_TARIFF)
def force(list_id: int):
    form = ForceForm()
    get_list(me(), list_id)
    if form.validate():
        with form.keeping_typed(), writing():
            found = get_list(me(), list_id, seen_version=form.version.data)
            put_in_force(found, valid_from=form.valid_from.data, actor=me(), now=clock.now())
    return _list_again(form, list_id, force_form=form)


@bp.post("/tariff/<int:list_id>/drop")
@needs(P.SET_TARIFF)
def drop(list_id: int):
    form = DropForm()
    get_list(me(), list_id)
    if form.validate():
        with form.keeping_typed(), writing():
            drop_list(get_list(me(), list_id, seen_version=form.version.data), actor=me(), now=clock.now())
    return _list_again(form, list_id)


@bp.get("/work-orders/<number>/quote")
@needs(P.QUOTE)
def quote(number: str):
    return render_template(QUOTE, form=None, **_quote(number))


@bp.get("/work-orders/<number>/quotes/<int:quote_id>")
@needs(P.QUOTE)
def paper(number: str, quote_id: int):
    """One quote for the resident, with what need not be paid."""
    order = _order(number)
    found = quote_on(order, quote_id)
    less = less_of(found, clock.local_date(clock.now()))
    return render_template("tariff/paper.html", work_order=order, quote=found, less_fen=less)


@bp.post("/work-orders/<number>/quote")
@needs(P.QUOTE)
def make(number: str):
    form = QuoteForm()
    order = _order(number)
    if form.validate():
        picked = form.picked(items_for(order, clock.local_date(clock.now())), request.form)
        with form.keeping_typed(), writing():
            said = {"with_call_out": form.with_call_out.data, "actor": me(), "now": clock.now()}
            once(me(), form, lambda: make_quote(_order(number), picked, **said).id)
    return _quote_again(form, number, quote_form=form)


@bp.post("/work-orders/<number>/quotes/<int:quote_id>/acceptance")
@needs(P.QUOTE)
def accept(number: str, quote_id: int):
    form = AcceptForm()
    quote_on(_order(number), quote_id)
    if form.validate():
        with form.keeping_typed(), writing():
            found = quote_on(_order(number), quote_id, seen_version=form.version.data)
            how = Agreed(form.accepted_how.data)
            accept_quote(found, by=form.accepted_by.data, how=how, actor=me(), now=clock.now())
    return _quote_again(form, number, accept_form=form)


@bp.post("/work-orders/<number>/quotes/<int:quote_id>/refusal")
@needs(P.QUOTE)
def decline(number: str, quote_id: int):
    form = DropForm()
    quote_on(_order(number), quote_id)
    if form.validate():
        with form.keeping_typed(), writing():
            decline_quote(
                quote_on(_order(number), quote_id, seen_version=form.version.data), actor=me(), now=clock.now()
            )
    return _quote_again(form, number)


def _order(number: str) -> WorkOrder:
    """An order that this person may quote; 404 for any other."""
    order = get_work_order(me(), number)
    return order if may_quote(me(), order) else abort(404)


def _lists() -> dict:
    estate_id = estate_here(P.SET_TARIFF)
    return {"lists": lists_of(me(), estate_id), "estate_id": estate_id, "draft_form": DraftForm(formdata=None)}


def _refused(form: DraftForm):
    return render_template(LISTS, form=form, **_lists()), form.http_status


def _list(list_id: int) -> dict:
    found, today = get_list(me(), list_id), clock.local_date(clock.now())
    fresh = {"formdata": None, "version": found.version}
    list_form = ListForm(**fresh, call_out=plain_yuan(found.call_out_fen), lines=as_lines(found.items))
    return {"price_list": found, "list_form": list_form, "force_form": ForceForm(**fresh, valid_from=today)}


def _list_again(form, list_id: int, **shown):
    kept = shown if form.http_status != 200 else {}
    return answer(form, LIST, LIST, url=url_for(".show", list_id=list_id), **_list(list_id) | kept)


def _quote(number: str) -> dict:
    """What may be quoted, and that labour is free where it is; never why."""
    order, today = _order(number), clock.local_date(clock.now())
    at_the_door = not can(me(), P.SEE_WORK_ORDERS, order.estate_id)
    free = reductions_of([order.place_id], Scope.LABOUR, today).get(order.place_id)
    quotes = quotes_of(order)
    return {
        "work_order": order, "quotes": quotes, "less_fen": less_of(quotes[0], today) if quotes else 0,
        "items": items_for(order, today), "reduced": free is not None, "free": free is not None and free.is_whole,
        "prices": list_in_force(order.estate_id, today), "quote_form": QuoteForm(formdata=None),
        "accept_form": AcceptForm(formdata=None, accepted_how=Agreed.AT_THE_DOOR if at_the_door else None),
        "at_the_door": at_the_door, "typed": {},
    }  # fmt: skip


def _quote_again(form, number: str, **shown):
    """The page again; what was refused keeps what was typed, and so do the quantities."""
    kept = shown | {"typed": request.form} if form.http_status != 200 else {}
    return answer(form, QUOTE, QUOTE, url=url_for(".quote", number=number), **_quote(number) | kept)
