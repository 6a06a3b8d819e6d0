"""Counting the deadlines of planned orders anew after the calendar was changed. It never happens by itself."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, estates, require
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.repairs.deadlines import Clock
from helpdesk.repairs.models import ServiceLevel, WorkOrder
from helpdesk.repairs.policy import deadlines_of
from helpdesk.repairs.queries import visible_work_orders
from helpdesk.repairs.rules import counted_from
from helpdesk.repairs.states import OPEN

AT_MOST = 200  # in one go; the others are offered afterwards


@dataclass(frozen=True)
class Moved:
    """An order that would be due otherwise by the calendar as it is now."""

    work_order: WorkOrder
    arrive_by: datetime | None
    done_by: datetime | None


def to_recount(user: User) -> list[Moved]:
    """Open orders that count in working days and would be due otherwise, of the estates this user dispatches in.

    A time the resident was promised stays: only what was counted is counted anew.
    """
    in_working_days = select(ServiceLevel.id).where(ServiceLevel.clock == Clock.WORKING_DAYS)
    found = visible_work_orders(user).where(
        WorkOrder.status.in_(OPEN), WorkOrder.service_level_id.in_(in_working_days),
        WorkOrder.estate_id.in_(estates(user, Permission.DISPATCH)),
    )  # fmt: skip
    moved = (_counted_anew(order) for order in db.session.scalars(found.limit(AT_MOST)))
    return [one for one in moved if (one.arrive_by, one.done_by) != (one.work_order.arrive_by, one.work_order.done_by)]


def digest_of(moved: list[Moved]) -> str:
    """A short sign of a preview: what is confirmed is what was shown."""
    told = [(one.work_order.number, one.work_order.version, str(one.arrive_by), str(one.done_by)) for one in moved]
    return sha256(repr(told).encode()).hexdigest()[:16]


def recount(moved: list[Moved], *, seen: str, actor: User, now: datetime) -> int:
    """Let these orders be due as they are counted now; returns how many. Conflict if it is not what was shown."""
    if digest_of(moved) != seen:
        raise Conflict(_("Something changed while you were looking. Check the list, then confirm again."))
    for one in moved:
        work_order = one.work_order
        require(actor, Permission.DISPATCH, work_order.estate_id)
        work_order.arrive_by, work_order.done_by = one.arrive_by, one.done_by
        record(
            "work_order.recounted", work_order, actor=actor, now=now, topics=work_order.topics,
            arrive_by=one.arrive_by, done_by=one.done_by,
        )  # fmt: skip
    return len(moved)


def _counted_anew(work_order: WorkOrder) -> Moved:
    start = counted_from(work_order)
    promised = deadlines_of(db.session.get_one(ServiceLevel, work_order.service_level_id), counted_from=start)
    has_window = work_order.promised_until or any(visit.promised_until for visit in work_order.visits)
    arrive_by = work_order.arrive_by if has_window else promised.arrive_by
    done_by = max(filter(None, (promised.done_by, arrive_by)), default=None) if has_window else promised.done_by
    return Moved(work_order, arrive_by, done_by)
