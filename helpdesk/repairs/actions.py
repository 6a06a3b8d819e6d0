"""What people at the desk do to work orders. One function, one intention, one event."""

import secrets
from collections.abc import Iterable, Sequence
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
    Lock,
    Remark,
    Urgency,
    Visit,
    WorkOrder,
    WorkOrderKind,
)
from helpdesk.repairs.numbers import next_number
from helpdesk.repairs.policy import deadlines_of, service_level_in_force
from helpdesk.repairs.queries import in_force
from helpdesk.repairs.rules import counted_from, finish_by
from helpdesk.repairs.states import NOT_SET_OUT, OPEN, STILL_TO_DO, Status, VisitStatus, call_off, move, move_visit
from helpdesk.windows.models import Override, Rule
from helpdesk.windows.rules import Window

SLACK = timedelta(minutes=2)  # a time chosen just now is not past when it arrives here


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


def schedule_visit(
    work_order: WorkOrder, *, crew: Sequence[User], planned_at: datetime | None = None,
    promised: Window | None = None, actor: User, now: datetime,
) -> Visit:  # fmt: skip
    """Send technicians: at the planned time, else when the promised window begins, else at once.

    The end of the window becomes the moment to arrive by. An order that was done or closed is reopened, and its
    promises are counted anew. A visit nobody has set out for is replaced.
    Refused without technicians of this estate or for a time that is over; Conflict while somebody is on the way.
    """
    require(actor, Permission.DISPATCH, work_order.estate_id)
    sent = real_crew(crew, work_order)
    start = planned_at or (max(promised.starts_at, now) if promised else now)
    if start < now - SLACK or (promised and promised.ends_at <= now):
        raise Refused(_("This time is already over. Choose a later one."), field="window")
    before = work_order.topics
    call_off(work_order, only=NOT_SET_OUT)
    old = move(work_order, Status.ASSIGNED)
    work_order.hold_reason = None
    if old in (Status.DONE, Status.CLOSED):
        _reopen(work_order, now)
    work_order.responded_at = work_order.responded_at or now
    work_order.promised_from = work_order.promised_until = None  # from now on the visit's
    visit = _add_visit(work_order, sent, start, promised, in_force(work_order.category, clock.local_date(now)))
    record(
        "visit.scheduled", work_order, actor=actor, now=now, topics=before | work_order.topics, from_status=old,
        visit_id=visit.id, crew=_ids(sent), promised_from=visit.promised_from, promised_until=visit.promised_until,
    )  # fmt: skip
    return visit


def hand_over_visit(visit: Visit, *, crew: Sequence[User], actor: User, now: datetime) -> None:
    """Give a visit to other technicians; those who had it and those who get it hear of it.

    If nobody of the crew stays, the new ones have not accepted it yet, and nobody is on the way any more.
    Conflict once it has ended, or if somebody is at work there and would not stay.
    """
    work_order = visit.work_order
    require(actor, Permission.DISPATCH, work_order.estate_id)
    sent, had, before = real_crew(crew, work_order), _ids(visit.crew), work_order.topics
    if visit.status not in STILL_TO_DO:
        raise Conflict(_("This visit has ended; it can no longer be handed over."))
    if _ids(sent) == had:
        raise Refused(_("This visit is already theirs. Choose somebody else."), field="crew")
    if not set(had) & set(_ids(sent)):
        if visit.status is VisitStatus.ON_SITE:
            raise Conflict(_("Somebody is at work there. Add people to the visit, or hold the work order first."))
        if visit.status is not VisitStatus.PLANNED:
            move_visit(visit, VisitStatus.PLANNED)
        if work_order.status is not Status.ASSIGNED:
            move(work_order, Status.ASSIGNED)
        visit.accepted_at = visit.departed_at = None
    visit.crew = sent
    record(
        "visit.handed_over", work_order, actor=actor, now=now, topics=before | work_order.topics,
        visit_id=visit.id, from_crew=had, crew=_ids(sent),
    )  # fmt: skip


def rearrange_visit(
    visit: Visit, *, crew: Sequence[User], planned_at: datetime, minutes: int | None = None, lock: Lock | None = None,
    agreed: Window | None = None, broke: Sequence[Rule] = (), reason: Override | None = None, actor: User,
    now: datetime,
) -> None:  # fmt: skip
    """Move a visit, give it to others, change how long it takes or its lock, or note a window the resident agreed to.

    Without such a window what was promised stays promised. Whoever is on the way or on site stays, and comes when they
    come: others may join. `broke` are rules that somebody who plans breaks all the same, for this `reason`.
    Refused for a time that is over, and if nothing changes; Conflict once it has ended, or they have set out.
    """
    work_order = visit.work_order
    require(actor, Permission.DISPATCH, work_order.estate_id)
    sent, had, from_at = real_crew(crew, work_order), _ids(visit.crew), visit.planned_at
    before = work_order.topics
    minutes, lock = minutes or visit.duration_minutes, lock or visit.lock
    others, moved = _ids(sent) != had, planned_at != from_at
    if not (others or moved or agreed or (minutes, lock) != (visit.duration_minutes, visit.lock)):
        raise Refused(_("Nothing is different from before."))
    check_movable(visit, crew=sent, planned_at=planned_at, now=now)
    if others:
        _give(visit, sent)
    visit.planned_at, visit.duration_minutes, visit.lock = planned_at, minutes, lock
    visit.crew_size = max(work_order.category.crew_size, len(sent))  # a larger crew is what the planner sends, too
    if agreed:
        visit.promised_from, visit.promised_until = agreed.starts_at, agreed.ends_at
        arrive_within(work_order, agreed.ends_at)
    record(
        "visit.reassigned" if others else "visit.moved", work_order, actor=actor, now=now,
        topics=before | work_order.topics, visit_id=visit.id, from_crew=had, crew=_ids(sent), from_at=from_at,
        to_at=planned_at, minutes=minutes, lock=lock, broke=list(broke), reason=reason if broke else None,
        promised_from=agreed and agreed.starts_at, promised_until=agreed and agreed.ends_at,
    )  # fmt: skip


def check_movable(visit: Visit, *, crew: Sequence[User], planned_at: datetime, now: datetime) -> None:
    """Conflict once a visit has ended, or they have set out and it or one of them would go; Refused if it is over."""
    moved, stays = planned_at != visit.planned_at, set(_ids(visit.crew)) <= set(_ids(crew))
    if visit.status not in STILL_TO_DO:
        raise Conflict(_("This visit has ended; it can no longer be moved."))
    if visit.status not in NOT_SET_OUT and (moved or not stays):
        raise Conflict(_("They are on the way or at work there: the visit stays theirs, and now."))
    if moved and planned_at < now - SLACK:
        raise Refused(_("This time is already over. Choose a later one."), field="starts_at")


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
    _set_deadlines(work_order, promised)
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
        raise NotAllowed(_("You may not do this. If you need to, ask your manager."))
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


def real_crew(crew: Sequence[User], work_order: WorkOrder) -> list[User]:
    """The people to send, each once, by id; Refused unless all of them work here."""
    sent = sorted({user.id: user for user in crew if user}.values(), key=lambda user: user.id)
    if not sent or not all(can(user, Permission.DO_VISITS, work_order.estate_id) for user in sent):
        raise Refused(_("Choose at least one technician of this estate."), field="crew")
    return sent


def _give(visit: Visit, crew: list[User]) -> None:
    """If nobody of the crew stays, the new ones have not accepted it yet."""
    if not set(_ids(visit.crew)) & set(_ids(crew)) and visit.status is VisitStatus.ACCEPTED:
        move_visit(visit, VisitStatus.PLANNED)
        visit.accepted_at = None
    visit.crew = crew


def _ids(crew: Iterable[User]) -> list[int]:
    return sorted(user.id for user in crew)


def _add_visit(
    work_order: WorkOrder, crew: list[User], start: datetime, promised: Window | None, takes: Category
) -> Visit:
    """The next visit, as long as such work takes now. A window is a new promise to come; this visit keeps it."""
    visit = Visit(
        crew=crew, planned_at=start, status=VisitStatus.PLANNED, duration_minutes=takes.duration_minutes,
        crew_size=takes.crew_size, door_code=f"{secrets.randbelow(100):02}",
    )  # fmt: skip
    if promised:
        visit.promised_from, visit.promised_until = promised.starts_at, promised.ends_at
        work_order.arrived_at = None
        arrive_within(work_order, promised.ends_at)
    work_order.visits.append(visit)
    db.session.flush()  # the visit needs its id
    return visit


def _reopen(work_order: WorkOrder, now: datetime) -> None:
    level = service_level_in_force(work_order.estate_id, work_order.urgency, clock.local_date(now))
    work_order.reopened += 1
    work_order.service_level_id = level.id
    work_order.arrived_at = work_order.done_at = work_order.closed_at = None
    work_order.responded_at = now
    _set_deadlines(work_order, deadlines_of(level, counted_from=now))


def arrive_within(work_order: WorkOrder, ends_at: datetime) -> None:
    """Come by the end of the window; work that may wait is finished after it."""
    usual_time = timedelta(minutes=work_order.category.duration_minutes)
    may_wait = work_order.urgency in (Urgency.P2, Urgency.P3)
    work_order.arrive_by = ends_at
    work_order.done_by = finish_by(work_order.done_by, ends_at, usual_time, may_wait=may_wait)


def _set_deadlines(work_order: WorkOrder, promised: Deadlines) -> None:
    work_order.respond_by, work_order.arrive_by, work_order.done_by = (
        promised.respond_by, promised.arrive_by, promised.done_by,
    )  # fmt: skip
