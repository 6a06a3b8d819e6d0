"""The report on waivers, its budget, and the claim list as a file."""

from datetime import date
from uuid import uuid4

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from helpdesk.accounts.proof import is_fresh, proved_by
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.money import format_fen
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.exports.actions import ask_for, take_out
from helpdesk.exports.making import path_of, write
from helpdesk.exports.models import ExportFile, ExportList, FileForm
from helpdesk.exports.rows import Table
from helpdesk.waiver_reports.budgets import budgets, set_budget
from helpdesk.waiver_reports.figures import (
    claims,
    ground_names,
    key_said,
    recorded_only,
    report,
    take_up,
)
from helpdesk.waiver_reports.forms import BudgetForm, ClaimForm
from helpdesk.waiver_reports.rules import By
from helpdesk.waivers.life_queries import billed_beyond
from helpdesk.waivers.rules import add_months

bp = Blueprint("waiver_reports", __name__, url_prefix="/waiver-reports")
P = Permission


@bp.get("")
@needs(P.SEE_WAIVERS, P.SEE_WAIVER_SUMS)
def index():
    return _page()


@bp.post("/budgets")
@needs(P.SET_WAIVER_POLICY)
def budget():
    estate_id = estate_here(P.SET_WAIVER_POLICY)
    form = BudgetForm(ground_names(estate_id))
    if form.validate():
        with form.keeping_typed(), writing():
            told = (form.year.data, form.bearer.data, form.amount_fen)
            set_budget(estate_id, *told, ground_code=form.ground.data, actor=me(), now=clock.now())
    return redirect(url_for(".index"), 303) if form.http_status == 200 else _page(budget_form=form)


@bp.post("/claims")
@needs(P.EXPORT)
def claim():
    form, file_id, estate_id = _claim_form(), None, estate_here(P.EXPORT)
    can(me(), P.SEE_WAIVERS, estate_id) or abort(404)
    if form.validate():
        file, found, count = _claim(form, estate_id)
        file.rows = write(file, found, me(), file.asked_at)
        with form.keeping_typed(), proved_by(form.password.data, me(), file.asked_at), writing():
            file_id = once(me(), form, lambda: _kept(file, count, len(found.titles)))
        file_id or path_of(file).unlink(missing_ok=True)
    if file_id is None:
        return _page(claim_form=form)
    return redirect(url_for("exports.file", file_id=file_id), 303)


def _claim(form: ClaimForm, estate_id: int) -> tuple[ExportFile, Table, int]:
    """The list for whoever pays it back; they need the ground, so only those who see waivers make it."""
    lines = claims(estate_id, form.first_month.data, add_months(form.last_month.data, 1))
    names = ground_names(estate_id)
    titles = [_("Month"), _("Address"), _("Name"), _("Ground"), _("Application"), _("Charge"), _("Waived in all")]
    rows = (
        [f"{line.month:%Y-%m}", line.address, line.name, names.get(line.ground_code, ""), line.number,
         format_fen(line.gross_fen), format_fen(line.amount_fen)]
        for line in lines
    )  # fmt: skip
    file = ExportFile(
        file_key=uuid4().hex, estate_id=estate_id, what=ExportList.WAIVER_CLAIM, form=FileForm.XLSX,
        with_phones=False, with_flags=False, reason=_("Claim"), asked={}, asked_at=clock.now(), rows=len(lines),
    )  # fmt: skip
    return file, Table(titles, None, rows), len(lines)


def _kept(file: ExportFile, rows: int, columns: int) -> int:
    ask_for(file, proved=is_fresh(file.asked_at), actor=me(), now=file.asked_at)
    take_out(file, rows=rows, columns=columns, actor=me(), now=file.asked_at)
    return file.id


def _page(budget_form: BudgetForm | None = None, claim_form: ClaimForm | None = None):
    estate_id, today = estate_here(P.SEE_WAIVERS, P.SEE_WAIVER_SUMS), clock.local_date(clock.now())
    first, last = _month("from", today.replace(month=1, day=1)), _month("until", today.replace(day=1))
    first = max(min(first, last), add_months(last, -35))
    names = ground_names(estate_id)
    refused = next((form for form in (budget_form, claim_form) if form), None)
    page = render_template(
        "waiver_reports/index.html", report=report(me(), estate_id, first, add_months(last, 1)), first=first,
        last=last, year=last.year, budgets=budgets(me(), estate_id, last.year), names=names,
        take_up=take_up(me(), estate_id, today), recorded=recorded_only(estate_id, today), By=By, key_said=key_said,
        budget_form=budget_form or BudgetForm(names, formdata=None, year=last.year),
        claim_form=claim_form or _claim_form(formdata=None), beyond=billed_beyond(me(), estate_id),
        may_claim=can(me(), P.EXPORT, estate_id) and can(me(), P.SEE_WAIVERS, estate_id), estate_id=estate_id,
        needs_proof=not is_fresh(clock.now()),
    )  # fmt: skip
    return page, refused.http_status if refused else 200


def _claim_form(**kwargs) -> ClaimForm:
    month = clock.local_date(clock.now()).replace(day=1)
    return ClaimForm(first_month=month.replace(month=1), last_month=month, **kwargs)


def _month(name: str, otherwise: date) -> date:
    """The month that the address asks for; the usual one for none, or for nonsense."""
    try:
        asked = date.fromisoformat(f"{request.args.get(name, '')}-01")
    except ValueError:
        return otherwise
    return asked if 2000 <= asked.year < 2100 else otherwise
