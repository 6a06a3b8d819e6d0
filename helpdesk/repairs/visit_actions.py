"""Visits: who is sent when, and what may be changed about it; see actions.py for the work order itself."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.repairs.actions import arrive_within, set_deadlines
from helpdesk.repairs.models import (
    Category,
    Lock,
    Visit,
    WorkOrder,
)
from helpdesk.repairs.policy import deadlines_of, service_level_in_force
from helpdesk.repairs.queries import in_force
from helpdesk.repairs.states import NOT_SET_OUT, STILL_TO_DO, Status, VisitStatus, call_off, move, move_visit
from helpdesk.windows.models import Override, Rule
from helpdesk.windows.rules import Window

SLACK = timedelta(minutes=2)  # a time chosen just now is not past when it arrives here


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
    set_deadlines(work_order, deadlines_of(level, counted_from=now))
