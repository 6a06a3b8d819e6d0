"""What whoever sits at the hotline does with the ring list: note a try, and what was said by whoever was reached."""

from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.callbacks.models import Answer
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.escalation.models import Decision, Ring
from helpdesk.escalation.queries import to_ring
from helpdesk.escalation.rules import RUNG_WHILE
from helpdesk.repairs.models import Visit, WorkOrder
from helpdesk.repairs.queries import running_visit
from helpdesk.repairs.states import VisitStatus, move_visit
from helpdesk.repairs.visit_actions import hand_over_visit, schedule_visit

ANSWERS = (Answer.ANSWERED, Answer.NO_ANSWER, Answer.SWITCHED_OFF)


def note_ring(work_order: WorkOrder, *, person_id: int, answer: Answer, seen: int, actor: User, now: datetime) -> Ring:
    """Say that somebody of the chain was rung about an order, and what came of it.

    Refused for somebody who is not of the chain; Conflict if somebody else noted a try since `seen`, or if nobody
    needs to be rung any more.
    """
    require(actor, Permission.DISPATCH, work_order.estate_id)
    item = to_ring(work_order, now)
    if work_order.status not in RUNG_WHILE:
        raise Conflict(_("Nobody needs to be rung about this work order any more."))
    if item.seen != seen:
        raise Conflict(_("Somebody else has just rung about this. Look at whom to ring now."))
    person = next((person for person in item.chain if person.id == person_id), None)
    if person is None:
        raise Refused(_("Choose somebody who is to be rung about this."), field="person_id")
    ring = Ring(work_order=work_order, user=person, by_id=actor.id, at=now, answer=answer)
    db.session.add(ring)
    db.session.flush()
    record(
        "work_order.rung", work_order, actor=actor, now=now, topics=work_order.topics, raises_version=False,
        ring_id=ring.id, rung=[person.id], answer=answer,
    )  # fmt: skip
    return ring


def decide_ring(ring: Ring, *, decision: Decision, actor: User, now: datetime) -> None:
    """Say whether somebody who was reached takes the job.

    A technician who takes it is sent and has accepted: in place of a crew that nobody reached, else beside it. Whoever
    does no visits takes charge. Conflict if it was said before, or if the order needs nobody any more.
    """
    work_order = ring.work_order
    require(actor, Permission.DISPATCH, work_order.estate_id)
    if not ring.is_open or work_order.status not in RUNG_WHILE:
        raise Conflict(_("This was settled meanwhile. Look at the work order again."))
    ring.decision, ring.decided_at = decision, now
    takes = decision is Decision.TAKES and can(ring.user, Permission.DO_VISITS, work_order.estate_id)
    before = work_order.topics
    visit = _sent(work_order, ring.user, actor, now) if takes else None
    record(
        "work_order.ring_decided", work_order, actor=actor, now=now, topics=before | work_order.topics,
        ring_id=ring.id, rung=[ring.user_id], decision=decision, visit_id=visit.id if visit else None,
    )  # fmt: skip


def _sent(work_order: WorkOrder, person: User, actor: User, now: datetime) -> Visit:
    """The visit this person makes, accepted on their behalf."""
    visit = running_visit(work_order)
    if visit is None:
        visit = schedule_visit(work_order, crew=[person], actor=actor, now=now)
    elif person not in visit.crew:
        waits = visit.status is VisitStatus.PLANNED
        hand_over_visit(visit, crew=[person] if waits else [*visit.crew, person], actor=actor, now=now)
    if visit.status is VisitStatus.PLANNED:
        move_visit(visit, VisitStatus.ACCEPTED)
        visit.accepted_at = now
    return visit
