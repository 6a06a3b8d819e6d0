from flask import Blueprint, redirect, render_template, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, estates, me, needs
from helpdesk.core.htmx import answer, wants_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.escalation.actions import decide_ring, note_ring
from helpdesk.escalation.forms import ON_CONSOLE, DecisionForm, RingForm
from helpdesk.escalation.queries import get_ring, ring_list, to_ring
from helpdesk.escalation.rules import RUNG_FOR, RUNG_WHILE
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import get_work_order

bp = Blueprint("escalation", __name__)
P = Permission
PAGE, PART = "escalation/show.html", "escalation/_ring.html"


@bp.app_template_global()
def emergencies() -> dict:
    """The ring list of whoever looks: for the console, which stands further right."""
    return {"rings": ring_list(me(), clock.now()), "estate_ids": sorted(estates(me(), P.WORK_HOTLINE))}


@bp.app_template_global()
def ring_of(work_order: WorkOrder):
    """What was tried for one order, for its page."""
    return to_ring(work_order, clock.now())


@bp.app_template_global()
def may_ring_about(work_order: WorkOrder) -> bool:
    return work_order.urgency in RUNG_FOR and work_order.status in RUNG_WHILE


@bp.app_template_global()
def new_ring_form() -> RingForm:
    return RingForm(formdata=None)


@bp.get("/hotline/ring-list")
@needs(P.WORK_HOTLINE)
def band():
    return render_template("escalation/_ring_list.html") if wants_part() else redirect(url_for("hotline.console"))


@bp.get("/work-orders/<number>/rings")
@needs(P.SEE_WORK_ORDERS)
def rings(number: str):
    work_order = get_work_order(me(), number)
    if not wants_part():
        return redirect(url_for("repairs.show", number=number))
    return render_template("escalation/_rings_of_order.html", work_order=work_order)


@bp.post("/work-orders/<number>/rings")
@needs(P.DISPATCH)
def ring(number: str):
    get_work_order(me(), number)
    form = RingForm()

    def act() -> int:
        said = {"person_id": form.person_id.data, "answer": form.answer.data, "seen": form.seen.data}
        return note_ring(get_work_order(me(), number), **said, actor=me(), now=clock.now()).id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _acted(form, number)


@bp.post("/rings/<int:ring_id>/decision")
@needs(P.DISPATCH)
def decide(ring_id: int):
    number, form = get_ring(me(), ring_id).work_order.number, DecisionForm()

    def act() -> int:
        decide_ring(get_ring(me(), ring_id), decision=form.decision.data, actor=me(), now=clock.now())
        return ring_id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _acted(form, number)


def _acted(form, number: str):
    """The order's line of the ring list again; the regions beside it hear that something changed."""
    work_order = get_work_order(me(), number)
    on_console = form.shown_at.data == ON_CONSOLE
    url = url_for("hotline.console") if on_console else url_for("repairs.show", number=number)
    shown = {"ring": to_ring(work_order, clock.now()), "shown_at": ON_CONSOLE if on_console else "order"}
    response = answer(form, PAGE, PART, url=url, **shown)
    if form.http_status == 200:
        response.headers["HX-Trigger-After-Settle"] = f"orders:{work_order.estate_id}-changed"
    return response
