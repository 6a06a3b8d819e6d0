"""What needs ringing, whom to ring, and what was tried. The same number of queries for one order and for thirty."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import technicians
from helpdesk.audit.models import Event
from helpdesk.callbacks.models import Answer
from helpdesk.core import clock
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.core.words import locale
from helpdesk.duty.queries import CHAIN, chain_of, on_duty
from helpdesk.escalation.models import Decision, EscalationPolicy, Ring
from helpdesk.escalation.policy import policies_in_force
from helpdesk.escalation.rules import (
    RUNG_FOR,
    RUNG_WHILE,
    Next,
    Ringing,
    acknowledge_by,
    next_to_ring,
    ringing,
    waits_since,
)
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import running_visit, visible_work_orders
from helpdesk.repairs.states import VisitStatus

SENDS = ("visit.scheduled", "visit.handed_over", "visit.reassigned")
LISTED = 30


@dataclass(frozen=True)
class Waiting:
    """Whether an order waits for somebody to take it, and by when they must have said so."""

    since: datetime | None
    acknowledge_by: datetime | None
    policy: EscalationPolicy | None


@dataclass(frozen=True)
class ToRing:
    """One order of the ring list: why it stands there, whom to ring next, and what was tried."""

    work_order: WorkOrder
    why: Ringing | None
    person: User | None
    next: Next
    rings: list[Ring]  # all there ever were
    off_roster: bool  # nobody is on the roster, so all technicians of the estate are rung
    chain: list[User]
    policy: EscalationPolicy | None

    @property
    def open_ring(self) -> Ring | None:
        last = self.rings[-1] if self.rings else None
        return last if last and last.is_open else None

    @property
    def seen(self) -> int:
        """Names what somebody looked at: the last try."""
        return self.rings[-1].id if self.rings else 0

    @property
    def nobody_reached_text(self) -> str:
        if self.policy is None:
            return ""
        return self.policy.nobody_reached_zh if locale() == "zh" else self.policy.nobody_reached_en


def waiting_of(orders: Sequence[WorkOrder], now: datetime) -> dict[int, Waiting]:
    """By id of the order: since when each waits. Three queries."""
    policies = policies_in_force({order.estate_id for order in orders}, clock.local_date(now))
    sent = _last_sent([order.id for order in orders if order.urgency in RUNG_FOR])
    found = {}
    for order in orders:
        visit, policy = running_visit(order), policies.get((order.estate_id, order.urgency))
        since = waits_since(
            order.status, order.reported_at, order.promised_from, visit and visit.status, visit and visit.planned_at,
            sent.get(order.id),
        )  # fmt: skip
        found[order.id] = Waiting(since, acknowledge_by(since, policy and policy.acknowledge_minutes), policy)
    return found


def ring_list(user, now: datetime) -> list[ToRing]:
    """Every emergency of this user's hotline that nobody has acknowledged, or that is late; danger first."""
    at_hotline = WorkOrder.estate_id.in_(estates(user, Permission.WORK_HOTLINE))
    urgent = at_hotline, WorkOrder.urgency.in_(RUNG_FOR), WorkOrder.status.in_(RUNG_WHILE)
    oldest = visible_work_orders(user).where(*urgent).order_by(None).order_by(WorkOrder.urgency, WorkOrder.id)
    found = _to_ring(list(db.session.scalars(oldest)), now)
    listed = [item for item in found if item.why]
    return sorted(listed, key=lambda item: (item.work_order.urgency, item.why.due_at))[:LISTED]


def to_ring(work_order: WorkOrder, now: datetime) -> ToRing:
    """One order the caller has loaded through a permission, whether or not it needs ringing."""
    return _to_ring([work_order], now)[0]


def visible_rings(user) -> Select[tuple[Ring]]:
    mine = visible_work_orders(user).order_by(None).with_only_columns(WorkOrder.id)
    return select(Ring).where(Ring.work_order_id.in_(mine))


def get_ring(user, ring_id: int) -> Ring:
    """One try; 404 if its order is not this user's to know about."""
    return db.session.scalar(visible_rings(user).where(Ring.id == ring_id)) or abort(404)


def _to_ring(orders: list[WorkOrder], now: datetime) -> list[ToRing]:
    waiting, rings = waiting_of(orders, now), _rings([order.id for order in orders])
    why = {order.id: _ringing(order, waiting[order.id], rings[order.id], now) for order in orders}
    shifts = {estate_id: on_duty(estate_id, now) for estate_id in {order.estate_id for order in orders}}
    policies = {order.id: waiting[order.id].policy for order in orders}
    on_call = {
        order.id: chain_of(shifts[order.estate_id], policies[order.id].chain if policies[order.id] else CHAIN)
        for order in orders
    }
    bare = frozenset(order.estate_id for order in orders if not on_call[order.id])
    anybody = technicians_by_estate(bare)
    found = []
    for order in orders:
        visit = running_visit(order)
        anybody_else = () if on_call[order.id] else anybody[order.estate_id]
        people = [*(visit.crew if visit else ()), *on_call[order.id], *anybody_else]
        people = sorted(dict.fromkeys(people), key=lambda person: not person.phone)  # without a number last
        upcoming = _next(people, rings[order.id], why[order.id] or waiting[order.id])
        person = next((person for person in people if person.id == upcoming.person), None)
        found.append(ToRing(
            order, why[order.id], person, upcoming, rings[order.id], not on_call[order.id], people,
            waiting[order.id].policy,
        ))  # fmt: skip
    return found


def technicians_by_estate(estate_ids: frozenset[int]) -> dict[int, list[User]]:
    """Who may be sent, where there is no roster to say who is on call."""
    return {estate_id: technicians([estate_id]) for estate_id in estate_ids}


def _ringing(order: WorkOrder, waits: Waiting, rings: list[Ring], now: datetime) -> Ringing | None:
    taken_at = [ring.decided_at for ring in rings if ring.decision is Decision.TAKES]
    visit = running_visit(order)
    return ringing(
        order, since=waits.since, acknowledge_by=waits.acknowledge_by, taken_at=taken_at,
        on_site=visit is not None and visit.status is VisitStatus.ON_SITE, now=now,
    )  # fmt: skip


def _next(people: list[User], rings: list[Ring], why: Ringing | Waiting) -> Next:
    begins = why.counts_from if isinstance(why, Ringing) else why.since
    counted = [ring for ring in rings if begins and ring.at >= begins]
    tried = [ring.user_id for ring in counted if ring.answer is not Answer.ANSWERED or ring.decision]
    declined = {ring.user_id for ring in counted if ring.decision is Decision.CANNOT}
    return next_to_ring([person.id for person in people], tried, declined)


def _rings(order_ids: Collection[int]) -> dict[int, list[Ring]]:
    found = select(Ring).where(Ring.work_order_id.in_(order_ids)).order_by(Ring.id).options(joinedload(Ring.user))
    rings = defaultdict(list)
    for ring in db.session.scalars(found):
        rings[ring.work_order_id].append(ring)
    return rings


def _last_sent(order_ids: Collection[int]) -> dict[int, datetime]:
    """When somebody was last sent or handed the visit: a new crew gets its own minutes."""
    about = Event.subject_type == WorkOrder.__tablename__, Event.subject_id.in_(order_ids), Event.kind.in_(SENDS)
    newest = select(Event.subject_id, func.max(Event.at)).where(*about).group_by(Event.subject_id)
    return dict(db.session.execute(newest).all()) if order_ids else {}
