"""What people at the desk do to work orders. One function, one intention, one event."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Phone, Place
from helpdesk.repairs.deadlines import Deadlines
from helpdesk.repairs.models import (
    CancelReason,
    Category,
    Chase,
    HoldReason,
    Remark,
    Urgency,
    WorkOrder,
    WorkOrderKind,
)
from helpdesk.repairs.numbers import next_number
from helpdesk.repairs.policy import deadlines_of, service_level_in_force
from helpdesk.repairs.rules import counted_from, finish_by
from helpdesk.repairs.states import OPEN, STILL_TO_DO, Status, call_off, move
from helpdesk.windows.rules import Window


def open_work_order(
    *, place: Place, category: Category, urgency: Urgency, summary: str, reporter: Person | None = None,
    phone: Phone | None = None, kind: WorkOrderKind = WorkOrderKind.REPAIR, reported_at: datetime | None = None,
    actor: User, now: datetime,
) -> WorkOrder:  # fmt: skip
    """Open a work order for a place, with the next number of the day and the promised times in force.

    They count from when it was reported (`reported_at`, or now): what is entered late may be late at once.
    Refused if the category, the person or the number belongs to another estate, or if nothing is promised there yet.
    """
    require(actor, Permission.OPEN_WORK_ORDER, place.estate_id)
    return open_by_consequence(
        place=place, category=category, urgency=urgency, summary=summary, reporter=reporter, phone=phone, kind=kind,
        reported_at=reported_at, actor=actor, now=now,
    )  # fmt: skip


def open_by_consequence(
    *, place: Place, category: Category, urgency: Urgency, summary: str, reporter: Person | None = None,
    phone: Phone | None = None, kind: WorkOrderKind = WorkOrderKind.REPAIR, reported_at: datetime | None = None,
    actor: User | None, now: datetime,
) -> WorkOrder:  # fmt: skip
    """As `open_work_order`, for an act that asked for its own permission, or for the worker (`actor` None)."""
    if any(thing is not None and thing.estate_id != place.estate_id for thing in (category, reporter, phone)):
        raise Refused(_("This belongs to another estate."))
    reported_at = reported_at or now
    level = service_level_in_force(place.estate_id, urgency, clock.local_date(reported_at))
    promised = deadlines_of(level, counted_from=reported_at)
    work_order = WorkOrder(
        number=next_number(now), estate_id=place.estate_id, kind=kind, place=place, category=category, urgency=urgency,
        service_level_id=level.id, summary=summary, reporter=reporter, phone=phone, reported_at=reported_at,
        respond_by=promised.respond_by, arrive_by=promised.arrive_by, done_by=promised.done_by, version=0,
    )  # fmt: skip
    db.session.add(work_order)
    record(
        "work_order.opened", work_order, actor=actor, now=now, topics=work_order.topics, urgency=urgency,
        category_id=category.id, place_id=place.id,
    )  # fmt: skip
    return work_order


def promise_window(work_order: WorkOrder, *, window: Window, actor: User, now: datetime) -> None:
    """The resident was told when somebody comes, though nobody is chosen yet: who dispatches it is offered this window.

    Its end becomes the moment to arrive by. Refused for a window that is over; Conflict once somebody was chosen.
    """
    require(actor, Permission.OPEN_WORK_ORDER, work_order.estate_id)
    if work_order.status is not Status.REPORTED:
        raise Conflict(_("This work order no longer waits for somebody to be chosen. Look at it again."))
    if window.ends_at <= now:
        raise Refused(_("This time is already over. Choose a later one."), field="window")
    work_order.promised_from, work_order.promised_until = window.starts_at, window.ends_at
    arrive_within(work_order, window.ends_at)
    record(
        "work_order.window_promised", work_order, actor=actor, now=now, topics=work_order.topics,
        promised_from=window.starts_at, promised_until=window.ends_at,
    )  # fmt: skip


def hold_work_order(work_order: WorkOrder, *, reason: HoldReason, actor: User, now: datetime) -> None:
    """Let an order wait. Nobody is sent until it is dispatched again; its deadlines go on.

    Somebody at work there leaves without having finished; who was only planned is called off.
    """
    require(actor, Permission.DISPATCH, work_order.estate_id)
    if work_order.hold_reason is reason:
        raise Refused(_("The work order already waits for this."), field="reason")
    before = work_order.topics
    old = move(work_order, Status.ON_HOLD)
    work_order.hold_reason = reason
    call_off(work_order)
    record("work_order.held", work_order, actor=actor, now=now, topics=before, from_status=old, reason=reason)


def cancel_work_order(work_order: WorkOrder, *, reason: CancelReason, actor: User, now: datetime) -> None:
    """End an order without a repair. Void, for one opened by mistake, only before anybody was sent.

    Nothing is deleted: the number stays taken and the history stays readable.
    """
    require(actor, Permission.DISPATCH, work_order.estate_id)
    if reason is CancelReason.VOID and work_order.visits:
        raise Refused(_("Somebody was already sent. Cancel it with another reason."), field="reason")
    cancel_by_consequence(work_order, reason=reason, actor=actor, now=now)


def cancel_by_consequence(work_order: WorkOrder, *, reason: CancelReason, actor: User, now: datetime) -> None:
    """As `cancel_work_order`, for an act that asked for its own permission."""
    before = work_order.topics
    old = move(work_order, Status.CANCELLED)
    work_order.hold_reason, work_order.cancel_reason = None, reason
    call_off(work_order)
    record("work_order.cancelled", work_order, actor=actor, now=now, topics=before, from_status=old, reason=reason)


def close_work_order(work_order: WorkOrder, *, actor: User, now: datetime) -> None:
    """The resident was rung and is content: the order is over. Conflict unless it is done."""
    require(actor, Permission.CLOSE_WORK_ORDER, work_order.estate_id)
    old = move(work_order, Status.CLOSED)
    work_order.closed_at = now
    record("work_order.closed", work_order, actor=actor, now=now, topics=work_order.topics, from_status=old)


def change_urgency(work_order: WorkOrder, *, urgency: Urgency, actor: User, now: datetime) -> None:
    """Raise or lower the urgency; the promises are counted anew from when it was reported (or reopened).

    A window promised to the resident stays the moment to arrive by, unless the raised urgency asks for an earlier one.
    """
    require(actor, Permission.DISPATCH, work_order.estate_id)
    old = work_order.urgency
    if work_order.status not in OPEN:
        raise Conflict(_("This work order is over; its urgency no longer changes."))
    if urgency is old:
        raise Refused(_("This is already its urgency."), field="urgency")
    start = counted_from(work_order)
    level = service_level_in_force(work_order.estate_id, urgency, clock.local_date(start))
    promised = deadlines_of(level, counted_from=start)
    work_order.urgency, work_order.service_level_id = urgency, level.id
    set_deadlines(work_order, promised)
    to_come = [visit.promised_until for visit in work_order.visits if visit.status in STILL_TO_DO]
    for window_ends_at in filter(None, [work_order.promised_until, *to_come]):
        arrive_within(work_order, window_ends_at)
        if urgency < old and promised.arrive_by:  # raised
            work_order.arrive_by = min(promised.arrive_by, window_ends_at)
    record(
        "work_order.urgency_changed", work_order, actor=actor, now=now, topics=work_order.topics, from_urgency=old,
        to_urgency=urgency,
    )  # fmt: skip


def add_remark(work_order: WorkOrder, *, words: str, actor: User, now: datetime) -> Remark:
    """Add words to the history of an order: staff who see it, at the desk or as one who was sent."""
    require(actor, Permission.LOG_CALL, work_order.estate_id)
    was_sent = any(actor.id == user.id for visit in work_order.visits for user in visit.crew)
    sees_all = can(actor, Permission.SEE_WORK_ORDERS, work_order.estate_id)
    if not sees_all and not (was_sent and can(actor, Permission.DO_VISITS, work_order.estate_id)):
        raise NotAllowed()
    if not words.strip():
        raise Refused(_("Write what should be remembered."), field="words")
    remark = Remark(work_order_id=work_order.id, words=words.strip(), said_at=now, said_by_id=actor.id)
    db.session.add(remark)
    db.session.flush()  # the remark needs its id
    record("work_order.remarked", work_order, actor=actor, now=now, topics=work_order.topics, remark_id=remark.id)
    return remark


def chase_work_order(work_order: WorkOrder, *, call_id: int | None = None, actor: User, now: datetime) -> Chase:
    """Somebody asks why nobody has come: whoever is sent sees it, and the desk. Refused once the order is over."""
    require(actor, Permission.LOG_CALL, work_order.estate_id)
    if work_order.status not in OPEN:
        raise Refused(_("This work order is over. Reopen it, or open a new one."), field="chased")
    chase = Chase(call_id=call_id, chased_at=now, chased_by_id=actor.id)
    work_order.chases.append(chase)
    db.session.flush()  # the chase needs its id
    record("work_order.chased", work_order, actor=actor, now=now, topics=work_order.topics, chase_id=chase.id)
    return chase


def arrive_within(work_order: WorkOrder, ends_at: datetime) -> None:
    """Come by the end of the window; work that may wait is finished after it."""
    usual_time = timedelta(minutes=work_order.category.duration_minutes)
    may_wait = work_order.urgency in (Urgency.P2, Urgency.P3)
    work_order.arrive_by = ends_at
    work_order.done_by = finish_by(work_order.done_by, ends_at, usual_time, may_wait=may_wait)


def set_deadlines(work_order: WorkOrder, promised: Deadlines) -> None:
    work_order.respond_by, work_order.arrive_by, work_order.done_by = (
        promised.respond_by, promised.arrive_by, promised.done_by,
    )  # fmt: skip
