"""The directory of outside parties, and the page on which an order is handed to one and chased."""

from flask import Blueprint, redirect, render_template, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates, me, needs
from helpdesk.core.errors import NotAllowed
from helpdesk.core.extensions import db
from helpdesk.core.htmx import answer, wants_part
from helpdesk.core.moments import typed_moment
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.queries import visible_estates
from helpdesk.parties.actions import add_party, change_party, chase, finish, hand_off, take_back
from helpdesk.parties.forms import ChaseForm, FinishForm, HandOffForm, PartyChangeForm, PartyForm, ReturnForm
from helpdesk.parties.queries import (
    get_hand_off,
    get_party,
    hand_offs_of,
    parties_of,
    visible_parties,
    waiting_hand_offs,
)
from helpdesk.parties.rules import next_chase, standing_of
from helpdesk.repairs.queries import get_work_order
from helpdesk.repairs.states import OPEN

bp = Blueprint("parties", __name__)
P = Permission
PAGE, PART = "parties/hand_offs.html", "parties/_hand_offs.html"


bp.add_app_template_global(hand_offs_of)


@bp.app_template_global()
def chase_standing(given) -> str:
    return standing_of(given.chase_at, clock.now())


@bp.get("/parties")
@needs(P.SEE_WORK_ORDERS)
def index():
    return render_template("parties/index.html", form=PartyForm(formdata=None), **_directory())


@bp.post("/parties")
@needs(P.DISPATCH)
def add():
    form = PartyForm()
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: _added(form))
    form = PartyForm(formdata=None) if form.http_status == 200 else form
    return answer(form, "parties/index.html", "parties/_directory.html", url=url_for(".index"), **_directory())


@bp.get("/parties/<int:party_id>")
@needs(P.SEE_WORK_ORDERS)
def party(party_id: int):
    party = get_party(me(), party_id)
    return render_template("parties/party.html", party=party, form=PartyChangeForm(party, formdata=None))


@bp.post("/parties/<int:party_id>")
@needs(P.DISPATCH)
def change(party_id: int):
    form = PartyChangeForm(get_party(me(), party_id))
    if form.validate():
        with form.keeping_typed(), writing():
            party = get_party(me(), party_id, seen_version=form.version.data)
            change_party(party, **_entry(form), in_use=form.in_use.data, actor=me(), now=clock.now())
    party, url = get_party(me(), party_id), url_for(".party", party_id=party_id)
    form = PartyChangeForm(party, formdata=None) if form.http_status == 200 else form
    return answer(form, "parties/party.html", "parties/_party.html", url=url, party=party)


@bp.get("/work-orders/<number>/hand-offs")
@needs(P.DISPATCH)
def of_order(number: str):
    return render_template(PAGE, **_around(get_work_order(me(), number)))


@bp.post("/work-orders/<number>/hand-offs")
@needs(P.DISPATCH)
def give(number: str):
    form = HandOffForm()

    def act() -> int:
        work_order, now = get_work_order(me(), number, seen_version=form.version.data), clock.now()
        party = next((one for one in parties_of(work_order.estate_id) if one.id == form.party_id.data), None)
        kept = {name: form[name].data for name in ("reference", "contact", "paid_by", "promised_on")}
        chase_at = typed_moment(form.chase_at, now)
        return hand_off(work_order, party=party, **kept, chase_at=chase_at, actor=me(), now=now).id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _acted(form, get_work_order(me(), number), "give_form")


@bp.post("/hand-offs/<int:hand_off_id>/chases")
@needs(P.DISPATCH)
def ask_again(hand_off_id: int):
    form = ChaseForm()

    def act() -> int:
        given, now = get_hand_off(me(), hand_off_id, seen_version=form.version.data), clock.now()
        told = {"note": form.note.data, "promised_on": form.promised_on.data}
        return chase(given, **told, chase_at=typed_moment(form.chase_at, now), actor=me(), now=now).id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _acted(form, get_hand_off(me(), hand_off_id).work_order, "chase_form")


@bp.post("/hand-offs/<int:hand_off_id>/return")
@needs(P.DISPATCH)
def came_back(hand_off_id: int):
    form = ReturnForm()
    if form.validate():
        with form.keeping_typed(), writing():
            given = get_hand_off(me(), hand_off_id, seen_version=form.version.data)
            take_back(given, because=form.because.data, actor=me(), now=clock.now())
    return _acted(form, get_hand_off(me(), hand_off_id).work_order, "return_form")


@bp.post("/hand-offs/<int:hand_off_id>/finish")
@needs(P.DISPATCH)
def done(hand_off_id: int):
    form = FinishForm()
    if form.validate():
        with form.keeping_typed(), writing():
            given = get_hand_off(me(), hand_off_id, seen_version=form.version.data)
            finish(given, actor=me(), now=clock.now())
    return _acted(form, get_hand_off(me(), hand_off_id).work_order, "finish_form")


def _added(form: PartyForm) -> int:
    offered = {estate.id for estate in visible_estates(me(), P.DISPATCH)}
    where = form.estate_id.data or min(offered, default=None)
    if where not in offered:
        raise NotAllowed()
    return add_party(estate_id=where, **_entry(form), actor=me(), now=clock.now()).id


def _entry(form) -> dict:
    return {
        "kind": form.kind.data, "name": form.name.data, "numbers": form.digits, "hours": form.hours.data,
        "note": form.note.data,
    }  # fmt: skip


def _directory() -> dict:
    waiting = waiting_hand_offs(me())
    return {
        "parties": list(db.session.scalars(visible_parties(me()))),
        "may_add": bool(estates(me(), P.DISPATCH)), "estates_here": visible_estates(me(), P.DISPATCH),
        "counts": {one: sum(given.party_id == one for given in waiting) for one in {g.party_id for g in waiting}},
    }  # fmt: skip


def _around(work_order, form=None, name: str = "") -> dict:
    forms = {
        "give_form": HandOffForm(formdata=None), "chase_form": ChaseForm(formdata=None),
        "return_form": ReturnForm(formdata=None), "finish_form": FinishForm(formdata=None),
    }  # fmt: skip
    open_still = work_order.status in OPEN and can(me(), P.DISPATCH, work_order.estate_id)
    return {
        **forms, **({name: form} if form else {}), "work_order": work_order, "given": hand_offs_of(work_order),
        "parties": parties_of(work_order.estate_id), "may_give": open_still,
        "usually_at": next_chase(None, clock.now()),
    }  # fmt: skip


def _acted(form, work_order, name: str):
    around = _around(work_order, form if form.http_status != 200 else None, name)
    if form.http_status == 200 and not wants_part():
        return redirect(url_for(".of_order", number=work_order.number), 303)
    response = answer(form, PAGE, PART, url=url_for(".of_order", number=work_order.number), **around)
    response.headers["HX-Trigger"] = f"orders:{work_order.estate_id}-changed"
    return response
