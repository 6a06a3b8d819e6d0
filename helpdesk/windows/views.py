"""The page on which managers say which windows residents are offered and what stops a dispatcher."""

from flask import Blueprint, redirect, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.htmx import answer, wants_part
from helpdesk.core.terms import check_seen
from helpdesk.core.transactions import writing
from helpdesk.estate.queries import chosen_estate, visible_estates
from helpdesk.windows.actions import set_grid, set_reserves, set_rules
from helpdesk.windows.forms import GridForm, ReservesForm, RulesForm
from helpdesk.windows.page import page, seen_rows
from helpdesk.windows.queries import policy_rows, reserve_rows, window_rows
from helpdesk.windows.rules import minutes_words
from helpdesk.windows.words import grid_words, weekday_names, what_it_does, when_broken

bp = Blueprint("windows", __name__, url_prefix="/scheduling-rules")
P = Permission
PAGE, PREVIEW = "windows/index.html", "windows/_preview.html"
for words in (grid_words, minutes_words, weekday_names, what_it_does, when_broken):
    bp.add_app_template_global(words)


@bp.get("")
@needs(P.PLAN_DUTY)
def index():
    return render_template(PAGE, **_context(_estate().id))


@bp.get("/preview")
@needs(P.PLAN_DUTY)
def preview():
    if not wants_part():
        return redirect(url_for(".index"))
    form = GridForm(formdata=request.args, meta={"csrf": False})
    form.validate()
    wrong = [error for field in form.days for error in field.errors]
    return render_template(PREVIEW, week=None if wrong else form.week, wrong=wrong)


@bp.post("/windows")
@needs(P.PLAN_DUTY)
def grid():
    form, estate_id = GridForm(), _estate().id
    if form.validate():
        with form.keeping_typed(), writing():
            check_seen(form.seen.data, seen_rows(window_rows(estate_id)))
            set_grid(_estate(), form.week, valid_from=form.valid_from.data, actor=me(), now=clock.now())
    return _answered(form, "grid", estate_id)


@bp.post("/reserves")
@needs(P.PLAN_DUTY)
def reserves():
    form, estate_id = ReservesForm(), _estate().id
    if form.validate():
        with form.keeping_typed(), writing():
            check_seen(form.seen.data, seen_rows(reserve_rows(estate_id)))
            set_reserves(_estate(), form.minutes, valid_from=form.valid_from.data, actor=me(), now=clock.now())
    return _answered(form, "reserves", estate_id)


@bp.post("/rules")
@needs(P.PLAN_DUTY)
def rules():
    form, estate_id = RulesForm(), _estate().id
    if form.validate():
        with form.keeping_typed(), writing():
            check_seen(form.seen.data, seen_rows(policy_rows(estate_id)))
            set_rules(_estate(), form.policy, form.severities, actor=me(), now=clock.now())
    return _answered(form, "rules", estate_id)


def _answered(form, name: str, estate_id: int):
    shown = {name: form} if form.http_status != 200 else {}
    url = url_for(".index", estate=estate_id, _anchor=name)
    return answer(form, PAGE, PAGE, url=url, **_context(estate_id, **shown))


def _context(estate_id: int, **shown) -> dict:
    return {**page(estate_id, clock.local_date(clock.now()), **shown), "estates": visible_estates(me(), P.PLAN_DUTY)}


def _estate():
    """The estate that the address names, else the first; 404 for one that is not theirs."""
    return chosen_estate(me(), request.args.get("estate"), P.PLAN_DUTY)
