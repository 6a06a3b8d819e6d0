"""The pages of asking the community: what waits, a sheet on paper, and taking it in."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for

from helpdesk.core import clock, qr
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.extensions import db
from helpdesk.core.forms import Form
from helpdesk.core.local_paths import whole_address
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate
from helpdesk.looks.actions import note_look_aside
from helpdesk.looks.models import Looked, Purpose
from helpdesk.verification.actions import ask_community, decide_without, take_in
from helpdesk.verification.forms import AskForm, OrderCheckForm, TakeInForm
from helpdesk.verification.home_checks import checks_of, open_checks
from helpdesk.verification.queries import (
    chosen,
    get_sheet,
    latest_sheets,
    not_so,
    sheet_out,
    to_be_asked,
    to_be_reviewed,
    waiting_for_papers,
)
from helpdesk.waivers.policy import ground_of
from helpdesk.waivers.queries import get_application

bp = Blueprint("verification", __name__, url_prefix="/verification")
P = Permission
USUALLY = timedelta(days=7)
bp.add_app_template_global(ground_of, "ground_in_policy")


@bp.get("")
@needs(P.WORK_WAIVERS)
def index():
    return _index(_ask_form(formdata=None))


@bp.post("")
@needs(P.WORK_WAIVERS)
def ask():
    form, number = _ask_form(), None
    if form.validate():
        with form.keeping_typed(), writing():
            number = once(me(), form, lambda: _made(form, is_review=False))
    return redirect(url_for(".show", sheet_number=number), 303) if number else _index(form)


@bp.get("/review")
@needs(P.WORK_WAIVERS)
def review():
    return _review(_ask_form(formdata=None))


@bp.post("/review")
@needs(P.WORK_WAIVERS)
def ask_review():
    form, number = _ask_form(), None
    if form.validate():
        with form.keeping_typed(), writing():
            number = once(me(), form, lambda: _made(form, is_review=True))
    return redirect(url_for(".show", sheet_number=number), 303) if number else _review(form)


@bp.get("/sheets/<sheet_number>")
@needs(P.WORK_WAIVERS)
def show(sheet_number: str):
    sheet = get_sheet(me(), sheet_number)
    _look(sheet)
    form = TakeInForm(formdata=None, version=sheet.version, signed_on=clock.local_date(clock.now()))
    return render_template("verification/sheet.html", sheet=sheet, form=form, typed={})


@bp.post("/sheets/<sheet_number>")
@needs(P.WORK_WAIVERS)
def returned(sheet_number: str):
    form = TakeInForm()
    if form.validate():
        with form.keeping_typed(), writing():
            sheet = get_sheet(me(), sheet_number, seen_version=form.version.data)
            told = {name: form[name].data for name in ("signed_by_name", "signed_on", "letter_no", "papers_by")}
            take_in(sheet, form.answers(sheet), **told, actor=me(), now=clock.now())
    if form.http_status == 200:
        return redirect(url_for(".show", sheet_number=sheet_number), 303)
    sheet = get_sheet(me(), sheet_number)
    return render_template("verification/sheet.html", sheet=sheet, form=form, typed=request.form), form.http_status


@bp.get("/sheets/<sheet_number>/paper")
@needs(P.WORK_WAIVERS)
def paper(sheet_number: str):
    sheet = get_sheet(me(), sheet_number)
    _look(sheet)
    code = qr.path(whole_address(".show", sheet_number=sheet.number))
    estate = db.session.get_one(Estate, sheet.estate_id)
    return render_template("verification/paper.html", sheet=sheet, estate=estate, code=code)


@bp.post("/papers/<application_number>")
@needs(P.WORK_WAIVERS)
def without_papers(application_number: str):
    form = Form()
    if form.validate():
        with form.keeping_typed(), writing():
            decide_without(get_application(me(), application_number), actor=me(), now=clock.now())
    return redirect(url_for(".index"), 303) if form.http_status == 200 else _index(form)


@bp.app_template_global()
def asking_about(application) -> dict:
    """For the page of one application: the sheet it is on, looks at the home, and the forms to have either made."""
    return {
        "sheet": sheet_out(application), "checks": checks_of(application), "form": _ask_form(formdata=None),
        "check_form": OrderCheckForm(formdata=None),
    }  # fmt: skip


def _ask_form(**kwargs) -> AskForm:
    return AskForm(asked_by=clock.local_date(clock.now()) + USUALLY, **kwargs)


def _made(form: AskForm, *, is_review: bool) -> str:
    estate_id = estate_here(P.WORK_WAIVERS)
    told = {"asked_by": form.asked_by.data, "is_review": is_review}
    return ask_community(estate_id, chosen(me(), estate_id, form.ids), **told, actor=me(), now=clock.now()).number


def _index(refused):
    """The page; `refused` is whichever form of it says why nothing came of it."""
    estate_id = estate_here(P.WORK_WAIVERS)
    page = render_template(
        "verification/index.html", form=refused if isinstance(refused, AskForm) else _ask_form(formdata=None),
        refused=refused, waiting=to_be_asked(me(), estate_id), papers=waiting_for_papers(me(), estate_id),
        sheets=latest_sheets(me(), estate_id), checks=open_checks(me(), estate_id), today=clock.local_date(clock.now()),
    )  # fmt: skip
    return page, refused.http_status


def _review(form: AskForm):
    today = clock.local_date(clock.now())
    rows = to_be_reviewed(me(), estate_here(P.WORK_WAIVERS), today)
    page = render_template("verification/review.html", form=form, rows=rows, year=today.year, not_so=not_so(rows))
    return page, form.http_status


def _look(sheet) -> None:
    """Every home on a sheet was looked at, whoever opens or prints it."""
    for row in sheet.rows:
        one = row.application
        note_look_aside(
            estate_id=one.estate_id, what=Looked.WAIVER, subject_id=one.id, place_id=one.place_id,
            person_id=one.beneficiary_id, purpose=Purpose.VERIFYING, actor=me(), now=clock.now(),
        )  # fmt: skip
