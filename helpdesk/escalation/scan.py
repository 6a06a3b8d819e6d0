"""Telling what is due, once each. Called by the worker; any number of them may look at the same time."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from helpdesk.audit.actions import record
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.escalation.models import Escalation
from helpdesk.escalation.queries import Waiting, to_ring, waiting_of
from helpdesk.escalation.rules import RUNG_FOR, Level, Promise, Step, steps_due
from helpdesk.notify.actions import post
from helpdesk.notify.models import Template
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.rules import DeadlineKind
from helpdesk.repairs.states import OPEN

PAGE = 200  # orders looked at together, holding no lock
CHUNK = 25  # orders told about in one transaction


def tell_what_is_due(now: datetime) -> int:
    """Tell every step that is due and was not told yet; returns how many. Looks without a lock, tells in chunks."""
    told, last = 0, 0
    while orders := _open_orders(WorkOrder.id > last, limit=PAGE):
        last = orders[-1].id
        behind = list(_untold(orders, now))
        db.session.rollback()
        for start in range(0, len(behind), CHUNK):
            with writing():
                told += _tell(_open_orders(WorkOrder.id.in_(behind[start : start + CHUNK])), now)
    db.session.rollback()
    return told


def _open_orders(*which, limit: int | None = None) -> list[WorkOrder]:
    found = select(WorkOrder).where(WorkOrder.status.in_(OPEN), *which).order_by(WorkOrder.id).limit(limit)
    return list(db.session.scalars(found))


def _untold(orders: list[WorkOrder], now: datetime) -> dict[int, list[Step]]:
    """By id of the order: the steps that are due and were not told."""
    waiting, known = waiting_of(orders, now), _told([order.id for order in orders])
    due = {order.id: steps_due(order, acknowledge_by=_by(order, waiting), now=now) for order in orders}
    untold = {order_id: [step for step in steps if (order_id, step) not in known] for order_id, steps in due.items()}
    return {order_id: steps for order_id, steps in untold.items() if steps}


def _by(order: WorkOrder, waiting: dict[int, Waiting]) -> datetime | None:
    return waiting[order.id].acknowledge_by if order.urgency in RUNG_FOR else None


def _told(order_ids: Collection[int]) -> set[tuple[int, Step]]:
    rows = db.session.scalars(select(Escalation).where(Escalation.work_order_id.in_(order_ids)))
    return {(row.work_order_id, Step(row.promise, row.level, row.due_at)) for row in rows}


def _tell(orders: list[WorkOrder], now: datetime) -> int:
    """Under the write lock: what was told meanwhile is left out, and what was due first comes first."""
    waiting, by_id = waiting_of(orders, now), {order.id: order for order in orders}
    steps = [(step, by_id[order_id]) for order_id, steps in _untold(orders, now).items() for step in steps]
    for step, order in sorted(steps, key=lambda pair: (pair[0].due_at, pair[1].id)):
        _tell_one(order, step, waiting[order.id], now)
    return len(steps)


def _tell_one(order: WorkOrder, step: Step, waits: Waiting, now: datetime) -> None:
    nobody = step.promise is Promise.ACKNOWLEDGE
    row = Escalation(
        work_order_id=order.id, promise=step.promise, level=step.level, due_at=step.due_at, told_at=now,
        policy_id=waits.policy.id if nobody and waits.policy else None,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    about = {"escalation_id": row.id, "due_at": step.due_at, "raises_version": False}
    if nobody:
        record("work_order.unacknowledged", order, actor=None, now=now, topics=order.topics, **about)
        _post_to_next(order, now)
        return
    deadline = DeadlineKind(step.promise.value)
    kind = "work_order.warned" if step.level is Level.WARNED else "work_order.late"
    record(kind, order, actor=None, now=now, topics=order.topics, deadline=deadline, **about)


def _post_to_next(order: WorkOrder, now: datetime) -> None:
    """A message to whoever is rung next. It only helps: the ring list works without it."""
    person = to_ring(order, now).person
    if person:
        template = Template.NOBODY_ACKNOWLEDGED
        post(estate_id=order.estate_id, template=template, recipient=person, hurries=True, now=now, order=order.id)
