"""Doing what a plan says: whether it still may be done, each change by the acts of repairs, and who is to be rung."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.callbacks.models import Callback
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.dayplans.digests import digest_of, digests_of
from helpdesk.dayplans.models import DayPlan, PlanChange
from helpdesk.dispatch.day import DaySheet, day_sheet, ends_at, starts_at
from helpdesk.dispatch.telling import owe_a_call
from helpdesk.repairs.models import Lock
from helpdesk.repairs.queries import running_visit
from helpdesk.repairs.rules import promised_window
from helpdesk.repairs.states import STILL_TO_DO
from helpdesk.repairs.visit_actions import SLACK, rearrange_visit, schedule_visit

WITHOUT_THEM = {Lock.TECHNICIAN: Lock.NONE, Lock.BOTH: Lock.WINDOW}
"""What is left of a lock when whoever it held is away: it was about them, and nobody settled it for the next one."""


def is_stale(plan: DayPlan, taken: Sequence[PlanChange], actor: User, now: datetime) -> bool:
    """Tell whether an order to be changed, or the day of anybody who is touched, is no longer as the plan saw it."""
    current = digests_of(day_sheet(actor, plan.estate_id, plan.day))
    touched = {str(user_id) for change in taken for user_id in (*change.from_crew, *change.to_crew)}
    if any(current.get(user_id) != plan.base.get(user_id) for user_id in touched):
        return True
    return any(_changed(change) or change.to_at < now - SLACK for change in taken)


def check_no_overlap(plan: DayPlan, taken: Sequence[PlanChange], actor: User) -> None:
    """Refused if somebody would be at two doors at once who is not already: some changes only fit together."""
    sheet = day_sheet(actor, plan.estate_id, plan.day)
    by_order = {change.work_order_id: change for change in taken}
    for user_id in sorted({user_id for change in taken for user_id in change.to_crew}):
        spans = sorted(_spans(sheet, user_id, by_order), key=lambda span: span[:2])
        for one, other in zip(spans, spans[1:], strict=False):
            ours = {one[2].id, other[2].id} & set(by_order)
            if ours and one[1] > other[0] and not _overlapped(sheet, user_id, one, other):
                a, b = (span[2].place.address for span in (one, other))
                raise Refused(_("%(a)s and %(b)s would overlap: tick the changes of both, or of neither.", a=a, b=b))


def take(change: PlanChange, *, actor: User, now: datetime) -> Callback | None:
    """Do one change; the call-back that is owed for it, if one is."""
    order, visit = change.work_order, change.visit
    crew = list(db.session.scalars(select(User).where(User.id.in_(change.to_crew))))
    change.taken_at = now
    if visit is None:
        schedule_visit(order, crew=crew, planned_at=change.to_at, promised=promised_window(order), actor=actor, now=now)
        return None
    others = sorted(user.id for user in visit.crew) != sorted(change.to_crew)
    lock = WITHOUT_THEM.get(visit.lock) if others else None
    rearrange_visit(visit, crew=crew, planned_at=change.to_at, lock=lock, actor=actor, now=now)
    return owe_a_call(visit, others=others, actor=actor, now=now)


def _changed(change: PlanChange) -> bool:
    order = change.work_order
    return digest_of(order, running_visit(order)) != change.visit_digest


def _spans(sheet: DaySheet, user_id: int, by_order: dict[int, PlanChange]):
    """When a technician is where, once the changes are done: (from, until, order)."""
    for visit in sheet.visits:
        change = by_order.get(visit.work_order_id)
        if visit.status in STILL_TO_DO and change is None and any(user.id == user_id for user in visit.crew):
            yield starts_at(visit), ends_at(visit), visit.work_order
    for change in by_order.values():
        if user_id in change.to_crew:
            order, visit = change.work_order, change.visit
            minutes = visit.duration_minutes if visit else order.category.duration_minutes
            yield change.to_at, change.to_at + timedelta(minutes=minutes), order


def _overlapped(sheet: DaySheet, user_id: int, one, other) -> bool:
    """Tell whether these two overlapped already: then the plan did not do it."""
    mine = {visit.work_order_id: visit for visit in sheet.of(user_id)}
    a, b = mine.get(one[2].id), mine.get(other[2].id)
    return bool(a and b and max(starts_at(a), starts_at(b)) < min(ends_at(a), ends_at(b)))
