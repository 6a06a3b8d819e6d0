"""Planning a day: asking for a plan, watching it, deciding about it."""

from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.clock import YEARS
from helpdesk.core.errors import Refused
from helpdesk.core.htmx import answer, go_on, page_or_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.dayplans import making
from helpdesk.dayplans.actions import accept_plan, ask_plan, cancel_plan, dismiss_plan, plan_again, take_sick_call
from helpdesk.dayplans.forms import AcceptForm, AgainForm, AskForm, DecideForm, SickForm
from helpdesk.dayplans.models import DayPlan
from helpdesk.dayplans.queries import addresses_in, get_plan, helps_of, names_in, plans_of_day
from helpdesk.dayplans.question import waiting_on
from helpdesk.dayplans.states import UNDER_WAY, PlanStatus
from helpdesk.dayplans.words import FAULTS, what_helps, why_not
from helpdesk.dispatch.day import DaySheet, day_sheet
from helpdesk.repairs.states import NOT_SET_OUT
from helpdesk.technicians.queries import technicians_of

bp = Blueprint("dayplans", __name__)
P = Permission
PAGE, PART, ASK, SICK = "dayplans/show.html", "dayplans/_plan.html", "dayplans/index.html", "dayplans/sick.html"


@bp.get("/schedule/plans")
@needs(P.SEE_WORK_ORDERS)
def index():
    return render_template(ASK, **_day_page(AskForm(formdata=None, day=_day())))


@bp.post("/schedule/plans")
@needs(P.DISPATCH)
def ask():
    form, plan_id, estate_id = AskForm(), None, estate_here(P.DISPATCH)
    if form.validate():
        with form.keeping_typed(), writing():
            plan_id = once(me(), form, lambda: _asked(estate_id, form.day.data, form.asked))
    if plan_id is None:
        return render_template(ASK, **_day_page(form)), form.http_status
    return _begun(plan_id)


@bp.get("/schedule/plans/<int:plan_id>")
@needs(P.SEE_WORK_ORDERS)
def show(plan_id: int):
    return page_or_part(PAGE, PART, form=AcceptForm(formdata=None), **_shown(get_plan(me(), plan_id)))


@bp.post("/schedule/plans/<int:plan_id>/cancel")
@needs(P.DISPATCH)
def cancel(plan_id: int):
    form = DecideForm()
    if form.validate():
        with form.keeping_typed(), writing():
            cancel_plan(get_plan(me(), plan_id), actor=me(), now=clock.now())
    return _decided(form, plan_id)


@bp.post("/schedule/plans/<int:plan_id>/dismiss")
@needs(P.DISPATCH)
def dismiss(plan_id: int):
    form = DecideForm()
    if form.validate():
        with form.keeping_typed(), writing():
            dismiss_plan(get_plan(me(), plan_id, seen_version=form.version.data), actor=me(), now=clock.now())
    return _decided(form, plan_id)


@bp.post("/schedule/plans/<int:plan_id>/accept")
@needs(P.DISPATCH)
def accept(plan_id: int):
    form = AcceptForm()
    if form.validate():
        with form.keeping_typed(), writing():
            plan = get_plan(me(), plan_id, seen_version=form.version.data)
            accepted = accept_plan(plan, chosen=form.chosen.data or (), actor=me(), now=clock.now())
        if form.http_status == 200 and not accepted:
            form.http_status = 409
    return _decided(form, plan_id)


@bp.post("/schedule/plans/<int:plan_id>/again")
@needs(P.DISPATCH)
def again(plan_id: int):
    form, new_id = AgainForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            plan = get_plan(me(), plan_id)
            new_id = once(me(), form, lambda: plan_again(plan, actor=me(), now=clock.now()).id)
    return _decided(form, plan_id) if new_id is None else _begun(new_id)


@bp.get("/schedule/sick")
@needs(P.DISPATCH)
def sick():
    form = SickForm(formdata=None, day=_day(), technician=request.args.get("technician", type=int))
    return render_template(SICK, **_sick_page(form))


@bp.post("/schedule/sick")
@needs(P.DISPATCH)
def hand_out():
    form, plan_id, estate_id = SickForm(), None, estate_here(P.DISPATCH)
    if form.validate():
        with form.keeping_typed(), writing():
            plan_id = once(me(), form, lambda: _away(estate_id, form))
    if plan_id is None:
        return render_template(SICK, **_sick_page(form)), form.http_status
    no_visit = url_for("technicians.show", technician_id=form.technician.data, estate=estate_id)
    return _begun(plan_id) if plan_id else redirect(no_visit, 303)


def _asked(estate_id: int, day: date, asked: dict) -> int:
    return ask_plan(estate_id=estate_id, day=day, asked=asked, actor=me(), now=clock.now()).id


def _away(estate_id: int, form: SickForm) -> int:
    """The plan of who takes the visits of somebody of this estate; 0 if none is affected."""
    user = next((one for one in technicians_of(estate_id) if one.id == form.technician.data), None)
    if user is None:
        raise Refused(_("Choose one of these."), field="technician")
    said = {"estate_id": estate_id, "actor": me(), "now": clock.now()}
    plan = take_sick_call(user, day=form.day.data, spell=form.spell, **said)
    return plan.id if plan else 0


def _begun(plan_id: int):
    """The page of a plan that was asked for just now; of a form sent twice the first."""
    if get_plan(me(), plan_id).status is PlanStatus.QUEUED:
        making.start(plan_id)
    return go_on(url_for(".show", plan_id=plan_id))


def _decided(form, plan_id: int):
    return answer(form, PAGE, PART, url=url_for(".show", plan_id=plan_id), **_shown(get_plan(me(), plan_id)))


def _shown(plan: DayPlan) -> dict:
    names, addresses = names_in(plan), addresses_in(plan)
    told = [
        (one, why_not(one, addresses), [what_helps(helps, names, addresses) for helps in helps_of(one)])
        for one in plan.unserved
    ]
    return {
        "plan": plan, "names": names, "told": told, "fault": FAULTS.get(plan.fault, FAULTS["broken"]),
        "again_form": AgainForm(formdata=None), "under_way": plan.status in UNDER_WAY,
    }  # fmt: skip


def _day_page(form: AskForm) -> dict:
    estate_id, day = estate_here(P.SEE_WORK_ORDERS), form.day.data or clock.local_date(clock.now())
    sheet = day_sheet(me(), estate_id, day)
    visits = [visit for visit in sheet.visits if visit.status in NOT_SET_OUT]
    return {
        "form": form, "day": day, "estate_id": estate_id, "plans": plans_of_day(me(), estate_id, day),
        "visits": visits, "waiting": waiting_on(sheet), "there": _there(sheet),
    }  # fmt: skip


def _sick_page(form: SickForm) -> dict:
    estate_id, day = estate_here(P.DISPATCH), form.day.data or clock.local_date(clock.now())
    sheet = day_sheet(me(), estate_id, day)
    people = [
        (one.user, sum(visit.status in NOT_SET_OUT for visit in sheet.of(one.user.id))) for one in sheet.technicians
    ]
    return {"form": form, "day": day, "estate_id": estate_id, "people": people}


def _there(sheet: DaySheet) -> int:
    return sum(bool(one.works) for one in sheet.technicians)


def _day() -> date:
    """The day that the address names; today without one, 404 for nonsense."""
    typed = request.args.get("day", "")
    if not typed:
        return clock.local_date(clock.now())
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        abort(404)
    return day if day.year in YEARS else abort(404)
