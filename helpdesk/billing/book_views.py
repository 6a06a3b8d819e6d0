"""The books of an estate: billing runs, arrears, how fees are reckoned, and the till."""

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from helpdesk.billing.actions import set_fee_rules
from helpdesk.billing.fees import fee_rules
from helpdesk.billing.forms import ActForm, ClosingForm, HandInForm, RulesForm, RunForm, as_typed, rules_of
from helpdesk.billing.ledger import arrears
from helpdesk.billing.models import FeeUse
from helpdesk.billing.payments import cash_of, close_day, count_hand_in, till_of
from helpdesk.billing.queries import carriers, closings_of, get_run, hand_ins_of, runs_of
from helpdesk.billing.rules import first_of, next_month
from helpdesk.billing.runs import ask_run, check_months, drop_run, preview, start_run
from helpdesk.core import clock, processes
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.htmx import answer, go_on, page_or_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate

bp = Blueprint("books", __name__, url_prefix="/billing")
P = Permission
RUNS, RUN, TILL, RULES = "billing/runs.html", "billing/run.html", "billing/till.html", "billing/rules.html"


@bp.get("/arrears")
@needs(P.SEE_MONEY)
def late():
    estate_id, today = estate_here(P.SEE_MONEY), clock.local_date(clock.now())
    return render_template("billing/arrears.html", late=arrears(estate_id, today), today=today, estate_id=estate_id)


@bp.get("/runs")
@needs(P.SEE_MONEY)
def runs():
    month = f"{first_of(clock.local_date(clock.now())):%Y-%m}"
    return render_template(RUNS, **_runs(RunForm(formdata=None, since=month, until=month)))


@bp.post("/runs")
@needs(P.RUN_BILLING)
def ask():
    form, run_id = RunForm(), None
    if form.validate():
        with form.keeping_typed():
            asked = _previewed(form)
            with writing():
                run_id = once(me(), form, lambda: ask_run(**asked(), actor=me(), now=clock.now()).id)
    return go_on(url_for(".run", run_id=run_id)) if run_id else (render_template(RUNS, **_runs(form)), form.http_status)


@bp.get("/runs/<int:run_id>")
@needs(P.SEE_MONEY)
def run(run_id: int):
    return page_or_part(RUN, "billing/_run.html", run=get_run(me(), run_id), act_form=ActForm(formdata=None))


@bp.post("/runs/<int:run_id>/start")
@needs(P.RUN_BILLING)
def start(run_id: int):
    form = ActForm()
    get_run(me(), run_id)
    if form.validate():
        with form.keeping_typed(), writing():
            start_run(get_run(me(), run_id, seen_version=form.version.data), actor=me(), now=clock.now())
    if form.http_status == 200:
        processes.start("billing", "run", str(run_id))
    return _run_again(form, run_id)


@bp.post("/runs/<int:run_id>/drop")
@needs(P.RUN_BILLING)
def drop(run_id: int):
    form = ActForm()
    get_run(me(), run_id)
    if form.validate():
        with form.keeping_typed(), writing():
            drop_run(get_run(me(), run_id, seen_version=form.version.data), actor=me(), now=clock.now())
    return _run_again(form, run_id)


@bp.get("/rules")
@needs(P.SEE_MONEY)
def rules():
    return render_template(RULES, **_rules())


@bp.post("/rules")
@needs(P.SET_TARIFF)
def set_rules():
    form, estate_id = RulesForm(), estate_here(P.SET_TARIFF)
    if form.validate():
        with form.keeping_typed(), writing():
            estate = db.session.get_one(Estate, estate_id)
            said = {"valid_from": form.valid_from.data, "actor": me(), "now": clock.now()}
            once(me(), form, lambda: set_fee_rules(estate, rules_of(form), **said) or estate.id)
    return answer(form, RULES, RULES, url=url_for(".rules"), **_rules() | {"rules_form": form})


@bp.get("/till")
@needs(P.TAKE_PAYMENT)
def till():
    return render_template(TILL, **_till())


@bp.post("/hand-ins")
@needs(P.TAKE_PAYMENT)
def hand_in():
    form, estate_id = HandInForm(), estate_here(P.TAKE_PAYMENT)
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: _counted(form, estate_id))
    return answer(form, TILL, TILL, url=url_for(".till"), **_till() | {"refused": form})


@bp.post("/closings")
@needs(P.TAKE_PAYMENT)
def close():
    form, estate_id = ClosingForm(), estate_here(P.TAKE_PAYMENT)
    if form.validate():
        said = {"seen_fen": form.seen_fen.data, "counted_fen": form.counted.fen, "words": form.words.data}
        with form.keeping_typed(), writing():
            once(me(), form, lambda: close_day(estate_id, **said, actor=me(), now=clock.now()).payments)
    return answer(form, TILL, TILL, url=url_for(".till"), **_till() | {"closing_form": form})


def _runs(form: RunForm) -> dict:
    estate_id = estate_here(P.SEE_MONEY)
    return {"runs": runs_of(me(), estate_id), "run_form": form, "estate_id": estate_id}


def _previewed(form: RunForm):
    """What a run would make, worked out before anything is locked."""
    estate = db.session.get_one(Estate, estate_here(P.RUN_BILLING))
    since, until = form.months
    today, estate_id = clock.local_date(clock.now()), estate.id
    check_months(since, until, today)
    found = preview(estate, since, until, today)
    known = {"month_from": since, "month_until": until, "found": found}
    return lambda: {"estate": db.session.get_one(Estate, estate_id), **known}


def _run_again(form, run_id: int):
    page = {"run": get_run(me(), run_id), "act_form": form}
    return answer(form, RUN, "billing/_run.html", url=url_for(".run", run_id=run_id), **page)


def _rules() -> dict:
    estate_id, today = estate_here(P.SEE_MONEY), clock.local_date(clock.now())
    found = fee_rules(estate_id, first_of(today))
    form = RulesForm(formdata=None, valid_from=next_month(today), **as_typed(found))
    return {"rules": found, "uses": list(FeeUse), "rules_form": form, "estate_id": estate_id}


def _counted(form: HandInForm, estate_id: int) -> int:
    """Of a technician who carries money of this estate; anybody else has nothing to hand in."""
    carried = {user.id: user for user in carriers(estate_id)}
    technician = carried.get(form.technician_id.data)
    if technician is None:
        raise Refused(_("Nothing is left to hand in."))
    said = {"seen_fen": form.seen_fen.data, "counted_fen": form.counted.fen, "words": form.words.data}
    return count_hand_in(technician, estate_id=estate_id, **said, actor=me(), now=clock.now()).id


def _till() -> dict:
    estate_id = estate_here(P.TAKE_PAYMENT)
    found, carried = till_of(estate_id), carriers(estate_id)
    return {
        "till": found, "carried": [(user, payments, cash_of(payments)) for user, payments in carried.items()],
        "closings": closings_of(estate_id), "hand_ins": hand_ins_of(estate_id), "estate_id": estate_id,
        "hand_in_form": HandInForm(formdata=None), "refused": None,
        "closing_form": ClosingForm(formdata=None, seen_fen=found["expected_fen"]),
    }  # fmt: skip
