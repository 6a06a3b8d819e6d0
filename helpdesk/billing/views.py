"""The account of one home: what it owes and why, what was paid, and what is done about it."""

from flask import Blueprint, abort, redirect, render_template, request, url_for

from helpdesk.accounts.limits import at_most
from helpdesk.billing.accounts import account_of
from helpdesk.billing.actions import correct_charge, open_account, reveal_paid_until, write_off
from helpdesk.billing.explained import what, why
from helpdesk.billing.forms import CorrectionForm, PaymentForm, ReasonForm, RevealForm
from helpdesk.billing.ledger import arrears, collected
from helpdesk.billing.payment_models import Method, TakenAt
from helpdesk.billing.payments import reverse_payment, take_payment, to_hand_in
from helpdesk.billing.queries import (
    account_page,
    accounts_at,
    get_account,
    get_charge,
    get_payment,
    parts_of,
    year_of,
)
from helpdesk.billing.rules import collected_bp
from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.forms import Form
from helpdesk.core.htmx import answer, go_on, page_or_part
from helpdesk.core.money import plain_yuan
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Place
from helpdesk.estate.queries import get_place, place_at
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import get_work_order

bp = Blueprint("billing", __name__)
P = Permission
PAGE, DOOR = "billing/account.html", "billing/door.html"
for say in (what, why):
    bp.app_template_global(f"charge_{say.__name__}")(say)
bp.app_template_global()(to_hand_in)


@bp.get("/billing")
@needs(P.SEE_MONEY)
def index():
    estate_id, today = estate_here(P.SEE_MONEY), clock.local_date(clock.now())
    since, until = year_of(today)
    found = collected(estate_id, since, until)
    shown = {"estate_id": estate_id, "since": since, "until": until, "found": found, "today": today}
    home = _without_account()
    shown |= {"home": home, "missing": home.address if home else request.args.get("address", "")}
    shown |= {"late": arrears(estate_id, today)}
    rate = collected_bp(found.paid_fen, found.due_fen, found.waived_fen)
    return render_template("billing/index.html", rate=rate, **shown)


def _without_account() -> Place | None:
    """The home that was asked for and has no account."""
    place_id = request.args.get("place", type=int)
    return get_place(me(), place_id) if place_id and 0 < place_id < 2**31 else None


@bp.get("/billing/find")
@needs(P.SEE_MONEY)
def find():
    """The account of an address."""
    address = request.args.get("address", "").strip()[:60]
    place = place_at(me(), address, estate_id=estate_here(P.SEE_MONEY)) if address else None
    return redirect(url_for(".of_place", place_id=place.id) if place else url_for(".index", address=address or None))


@bp.get("/billing/places/<int:place_id>")
@needs(P.SEE_MONEY)
def of_place(place_id: int):
    """The account of a home; where it has none yet, the page that says so."""
    if known := accounts_at(me(), place_id):
        return redirect(url_for(".account", account_id=known[0].id))
    return redirect(url_for(".index", place=get_place(me(), place_id).id))


@bp.post("/billing/places/<int:place_id>/account")
@needs(P.TAKE_PAYMENT)
def open_one(place_id: int):
    """The account of a home that no run opened yet: somebody stands there and wants to pay."""
    form = Form()
    get_place(me(), place_id)
    if form.validate():
        with form.keeping_typed(), writing():
            open_account(get_place(me(), place_id), actor=me(), now=clock.now())
    return redirect(url_for(".of_place", place_id=place_id), 303)


@bp.get("/billing/accounts/<int:account_id>")
@needs(P.SEE_MONEY)
def account(account_id: int):
    return render_template(PAGE, form=None, **_shown(account_id))


@bp.get("/billing/accounts/<int:account_id>/bill")
@needs(P.SEE_MONEY)
def bill(account_id: int):
    return render_template("billing/bill.html", **account_page(me(), account_id), today=clock.local_date(clock.now()))


@bp.post("/billing/accounts/<int:account_id>/payments")
@needs(P.TAKE_PAYMENT)
def pay(account_id: int):
    form, number = PaymentForm(), None
    get_account(me(), account_id)
    if form.validate():
        with form.keeping_typed(), writing():
            number = once(me(), form, lambda: _paid(form, account_id))
    return go_on(url_for(".receipt", payment_id=number)) if number else _again(account_id, form, payment_form=form)


@bp.post("/work-orders/<number>/money")
@needs(P.TAKE_DOOR_MONEY)
def pay_at_door(number: str):
    """What a technician is given at the door of a job of their own."""
    form, payment_id = PaymentForm(), None
    get_job(number)
    if form.validate():
        with form.keeping_typed(), writing():
            payment_id = once(me(), form, lambda: _paid_at_door(form, number))
    url = url_for(".receipt", payment_id=payment_id) if payment_id else ""
    return answer(form, DOOR, DOOR, url=url, work_order=get_job(number), payment_form=form)


@bp.get("/work-orders/<number>/money")
@needs(P.TAKE_DOOR_MONEY)
def at_door(number: str):
    form = PaymentForm(formdata=None, method=Method.CASH)
    return render_template(DOOR, form=None, work_order=get_job(number), payment_form=form)


@bp.get("/billing/payments/<int:payment_id>/receipt")
@needs(P.SEE_MONEY, P.TAKE_DOOR_MONEY)
def receipt(payment_id: int):
    payment = get_payment(me(), payment_id)
    return render_template("billing/receipt.html", payment=payment, parts=parts_of(payment))


@bp.post("/billing/payments/<int:payment_id>/reversal")
@needs(P.TAKE_PAYMENT)
def reverse(payment_id: int):
    form, account_id = ReasonForm(), get_payment(me(), payment_id).account_id
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: _reversed(form, payment_id))
    return _again(account_id, form, refused=("reverse", payment_id))


@bp.post("/billing/charges/<int:charge_id>/correction")
@needs(P.RUN_BILLING)
def correct(charge_id: int):
    form, account_id = CorrectionForm(), get_charge(me(), charge_id).account_id
    if form.validate():
        with form.keeping_typed(), writing():
            said = {"amount_fen": form.amount.fen, "reason": form.reason.data, "actor": me(), "now": clock.now()}
            once(me(), form, lambda: correct_charge(get_charge(me(), charge_id), **said).charge_id)
    return _again(account_id, form, refused=("correct", charge_id))


@bp.post("/billing/charges/<int:charge_id>/write-off")
@needs(P.WRITE_OFF)
def give_up(charge_id: int):
    form, account_id = ReasonForm(), get_charge(me(), charge_id).account_id
    if form.validate():
        with form.keeping_typed(), writing():
            said = {"reason": form.reason.data, "actor": me(), "now": clock.now()}
            once(me(), form, lambda: write_off(get_charge(me(), charge_id), **said).charge_id)
    return _again(account_id, form, refused=("give_up", charge_id))


@bp.post("/billing/places/<int:place_id>/paid-until")
@needs(P.REVEAL_PAID_UNTIL)
@at_most("MOST_REVEALS")
def paid_until(place_id: int):
    """A look at one home; posted, because it is noted."""
    form, told = RevealForm(), None
    get_place(me(), place_id)
    if form.validate():
        with form.keeping_typed(), writing():
            found = get_place(me(), place_id)
            told = reveal_paid_until(found, words=form.words.data, actor=me(), now=clock.now())
    shown = {"place": get_place(me(), place_id), "told": told, "form": form}
    return page_or_part("billing/told.html", "billing/_told.html", form.http_status, **shown)


def get_job(number: str) -> WorkOrder:
    """An order this technician is or was sent to; 404 for any other, whatever else they may see."""
    order = get_work_order(me(), number)
    return order if any(me() in visit.crew for visit in order.visits) else abort(404)


def _paid_at_door(form: PaymentForm, number: str) -> int:
    order = get_job(number)
    account = account_of(order.place, actor=me(), now=clock.now())
    return take_payment(
        account, amount_fen=form.amount.fen, method=Method(form.method.data), taken_at=TakenAt.DOOR,
        invoice_wanted=form.invoice_wanted.data, paid_by=form.paid_by.data, actor=me(), now=clock.now(),
    ).id  # fmt: skip


def _reversed(form: ReasonForm, payment_id: int) -> int:
    payment = get_payment(me(), payment_id)
    reverse_payment(payment, reason=form.reason.data, actor=me(), now=clock.now())
    return payment.id


def _paid(form: PaymentForm, account_id: int) -> int:
    return take_payment(
        get_account(me(), account_id), amount_fen=form.amount.fen, method=Method(form.method.data),
        taken_at=TakenAt.DESK, invoice_wanted=form.invoice_wanted.data, paid_by=form.paid_by.data,
        meant_for=form.meant_for.data, actor=me(), now=clock.now(),
    ).id  # fmt: skip


def _again(account_id: int, form, **shown):
    """The page again; `refused` is which of its small forms that was, and of which line."""
    return answer(form, PAGE, PAGE, url=url_for(".account", account_id=account_id), **_shown(account_id) | shown)


def _shown(account_id: int) -> dict:
    found, today = account_page(me(), account_id), clock.local_date(clock.now())
    owed = max(found["balance"].balance_fen, 0)
    payment_form = PaymentForm(formdata=None, amount=plain_yuan(owed) if owed else "", method=Method.CASH)
    fresh = {"payment_form": payment_form, "reason_form": ReasonForm(formdata=None)}
    return found | fresh | {"correction_form": CorrectionForm(formdata=None), "today": today, "refused": None}
