from flask import Blueprint, abort, redirect, render_template, request, url_for

from helpdesk.accounts.queries import technicians
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates, me, needs
from helpdesk.core.htmx import answer, page_or_part, wants_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.queries import residents_of
from helpdesk.repairs import panel, rules, staffing, timeline, words
from helpdesk.repairs.actions import add_remark, cancel_work_order, change_urgency, close_work_order, hold_work_order
from helpdesk.repairs.explained import why_due
from helpdesk.repairs.filters import Group, Sort, read
from helpdesk.repairs.forms import CancelForm, CloseForm, CrewForm, HoldForm, RemarkForm, UrgencyForm, VisitForm
from helpdesk.repairs.lists import choices, order_page
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.naming import name_windows, named_windows
from helpdesk.repairs.panel import FORMS, Act, acts_for, asked_act, times_offered
from helpdesk.repairs.queries import get_work_order, guaranteed, reach_of, service_level_of
from helpdesk.repairs.visit_actions import hand_over_visit, schedule_visit

bp = Blueprint("repairs", __name__, url_prefix="/work-orders")
P = Permission
PAGE = "repairs/show.html"
SAID = (
    words.category_name, words.work_name, words.chased_when, words.chased_words, words.next_promise,
    words.promise_words, words.promises_of, words.running_visit, rules.chases_now,
    words.service_level_name, words.state_of, words.tone_of, timeline.list_names, timeline.window_words,
    panel.act_label, panel.act_url, staffing.missing_skills, staffing.visits_while_away, named_windows,
)  # fmt: skip
for say in SAID:
    bp.app_template_global(say.__name__)(say)


@bp.get("")
@needs(P.SEE_WORK_ORDERS)
def index():
    asked, now = read(request.args), clock.now()
    people = technicians(estates(me(), P.SEE_WORK_ORDERS))
    listed = order_page(me(), asked, now=now)
    codes = {"all_groups": Group, "all_sorts": Sort, "all_urgencies": Urgency}
    context = {"asked": asked, "listed": listed, "now": now, "people": people, **choices(me()), **codes}
    return page_or_part("repairs/index.html", "repairs/_orders.html", **context)


@bp.get("/<number>")
@needs(P.SEE_WORK_ORDERS)
def show(number: str):
    work_order = get_work_order(me(), number)
    act = asked_act(work_order, me(), request.args.get("act"))
    form = FORMS[act](work_order) if act else None
    return page_or_part(PAGE, "repairs/_act.html", **_around(work_order, act, form))


@bp.get("/<number>/facts")
@needs(P.SEE_WORK_ORDERS)
def facts(number: str):
    work_order = get_work_order(me(), number)
    return _region("repairs/_facts.html", **_facts(work_order))


@bp.get("/<number>/history")
@needs(P.SEE_WORK_ORDERS)
def history(number: str):
    work_order = get_work_order(me(), number)
    return _region("repairs/_history.html", work_order=work_order, entries=timeline.timeline(work_order, me()))


@bp.get("/<number>/print")
@needs(P.SEE_WORK_ORDERS)
def slip(number: str):
    return render_template("repairs/slip.html", work_order=get_work_order(me(), number), now=clock.now())


@bp.post("/<number>/visits")
@needs(P.DISPATCH)
def schedule(number: str):
    form = VisitForm(get_work_order(me(), number))

    def act() -> int:
        work_order = get_work_order(me(), number, seen_version=form.version.data)
        when = {"planned_at": form.planned_at, "promised": form.promised}
        visit = schedule_visit(work_order, crew=form.crew.chosen(), **when, actor=me(), now=clock.now())
        name_windows(work_order, form.also.windows, actor=me(), now=clock.now())
        return visit.id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _acted(form, number, Act.VISIT)


@bp.post("/<number>/visits/<int:visit_id>/crew")
@needs(P.DISPATCH)
def hand_over(number: str, visit_id: int):
    form = CrewForm(get_work_order(me(), number))
    if form.validate():
        with form.keeping_typed(), writing():
            work_order = get_work_order(me(), number, seen_version=form.version.data)
            visit = next((visit for visit in work_order.visits if visit.id == visit_id), None) or abort(404)
            hand_over_visit(visit, crew=form.crew.chosen(), actor=me(), now=clock.now())
    return _acted(form, number, Act.CREW)


@bp.post("/<number>/hold")
@needs(P.DISPATCH)
def hold(number: str):
    form = HoldForm(get_work_order(me(), number))
    if form.validate():
        with form.keeping_typed(), writing():
            work_order = get_work_order(me(), number, seen_version=form.version.data)
            hold_work_order(work_order, reason=form.reason.data, actor=me(), now=clock.now())
    return _acted(form, number, Act.HOLD)


@bp.post("/<number>/cancellation")
@needs(P.DISPATCH)
def cancel(number: str):
    form = CancelForm(get_work_order(me(), number))
    if form.validate():
        with form.keeping_typed(), writing():
            work_order = get_work_order(me(), number, seen_version=form.version.data)
            cancel_work_order(work_order, reason=form.reason.data, actor=me(), now=clock.now())
    return _acted(form, number, Act.CANCEL)


@bp.post("/<number>/closing")
@needs(P.CLOSE_WORK_ORDER)
def close(number: str):
    form = CloseForm(get_work_order(me(), number))
    if form.validate():
        with form.keeping_typed(), writing():
            work_order = get_work_order(me(), number, seen_version=form.version.data)
            close_work_order(work_order, actor=me(), now=clock.now())
    return _acted(form, number, Act.CLOSE)


@bp.post("/<number>/urgency")
@needs(P.DISPATCH)
def urgency(number: str):
    form = UrgencyForm(get_work_order(me(), number))
    if form.validate():
        with form.keeping_typed(), writing():
            work_order = get_work_order(me(), number, seen_version=form.version.data)
            change_urgency(work_order, urgency=form.urgency.data, actor=me(), now=clock.now())
    return _acted(form, number, Act.URGENCY)


@bp.post("/<number>/remarks")
@needs(P.SEE_WORK_ORDERS)
def remark(number: str):
    form = RemarkForm()

    def act() -> int:
        return add_remark(get_work_order(me(), number), words=form.words.data, actor=me(), now=clock.now()).id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _remarked(form, number)


def _region(part: str, *, work_order, **context):
    """A region that asks for itself; without scripts its address leads to the whole page."""
    if not wants_part():
        return redirect(url_for(".show", number=work_order.number))
    return render_template(part, work_order=work_order, **context)


def _acted(form, number: str, act: Act):
    """The panel of acts again: fresh after success, else with the form and what was typed in it."""
    work_order = get_work_order(me(), number)
    saved = form.http_status == 200
    around = _around(work_order, None if saved else act, None if saved else form)
    return _told(answer(form, PAGE, "repairs/_act.html", url=url_for(".show", number=number), **around), work_order)


def _remarked(form: RemarkForm, number: str):
    work_order = get_work_order(me(), number)
    saved = form.http_status == 200
    act = asked_act(work_order, me(), None)
    around = _around(work_order, act, FORMS[act](work_order, formdata=None) if act else None)
    around["seen_now"] = saved and form.version.data == work_order.version - 1
    if not saved:
        around["remark_form"] = form
    return _told(answer(form, PAGE, "repairs/_remark.html", url=url_for(".show", number=number), **around), work_order)


def _told(response, work_order):
    """The regions of this page that show the order ask for themselves at once, also where nothing is live."""
    response.headers["HX-Trigger"] = f"orders:{work_order.estate_id}-changed"
    return response


def _facts(work_order) -> dict:
    known, now = can(me(), P.SEE_REGISTER, work_order.estate_id), clock.now()
    at_home = residents_of([work_order.place_id], on=clock.local_date(now)) if known else []
    residents = list(dict.fromkeys(lives.person for lives in at_home))
    level = service_level_of(work_order)
    return {
        "work_order": work_order, "known": known, "residents": residents, "level": level, "now": now,
        "reach": reach_of(work_order, today=clock.local_date(now)) if known else None,
        "guaranteed": guaranteed(me(), work_order),
        "reasons": why_due(work_order, level),
    }  # fmt: skip


def _around(work_order, act: Act | None, act_form=None) -> dict:
    """All that the page of one order shows; its parts take what they need."""
    return {
        **_facts(work_order), "entries": timeline.timeline(work_order, me()), "act": act, "act_form": act_form,
        "acts": acts_for(work_order, me()), "when": times_offered(work_order, act_form, clock.now()), "seen_now": False,
        "remark_form": RemarkForm(formdata=None),
    }  # fmt: skip
