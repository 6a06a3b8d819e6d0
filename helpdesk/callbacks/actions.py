"""What people do about call-backs: ask for one, take it on, ring, give up."""

from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.callbacks.models import Answer, Attempt, Callback, Reason
from helpdesk.callbacks.states import CallbackStatus, move
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Place
from helpdesk.repairs.models import WorkOrder


def ask_to_ring(
    *, estate_id: int, reason: Reason, due_at: datetime, number: str = "", person: Person | None = None,
    place: Place | None = None, call_id: int | None = None, work_order: WorkOrder | None = None,
    owner: User | None = None, words: str = "", actor: User | None, now: datetime,
) -> Callback:  # fmt: skip
    """Let somebody be rung by a moment. `actor` is None for the telephone system and for the worker.

    Without an owner it waits for whoever works the hotline. Refused without anybody to ring, for what belongs to
    another estate, or for an owner who does not work this hotline.
    """
    if actor:
        require(actor, Permission.LOG_CALL, estate_id)
    if not (number or person or place):
        raise Refused(_("Say whom to ring: a number, a person or a home."), field="number")
    if any(thing is not None and thing.estate_id != estate_id for thing in (person, place, work_order)):
        raise Refused(_("This belongs to another estate."))
    _check_owner(owner, estate_id)
    callback = Callback(
        estate_id=estate_id, reason=reason, number=number, person=person, place=place, call_id=call_id,
        work_order=work_order, owner=owner, asked_at=now, asked_by_id=actor.id if actor else None, due_at=due_at,
        words=words, version=0,
    )  # fmt: skip
    db.session.add(callback)
    record(
        "callback.asked", callback, actor=actor, now=now, topics=callback.topics, reason=reason, due_at=due_at,
        owner_id=owner.id if owner else None, work_order_id=work_order.id if work_order else None,
    )  # fmt: skip
    return callback


def take_on(callback: Callback, *, owner: User | None, actor: User, now: datetime) -> None:
    """Make somebody answer for a call-back, or (None) nobody in particular. Conflict once it has ended."""
    require(actor, Permission.WORK_HOTLINE, callback.estate_id)
    if callback.status is not CallbackStatus.OPEN:
        raise Conflict(_("This call-back has ended. Check the list again."))
    _check_owner(owner, callback.estate_id)
    callback.owner = owner
    record(
        "callback.taken_on", callback, actor=actor, now=now, topics=callback.topics,
        owner_id=owner.id if owner else None,
    )  # fmt: skip


def note_attempt(
    callback: Callback, *, answer: Answer, note: str = "", again_at: datetime | None = None, actor: User, now: datetime
) -> Attempt:
    """Say what came of ringing once. Answered ends the call-back; otherwise it stays, due again at `again_at`.

    Whoever rings takes on what nobody owned. Conflict once it has ended.
    """
    require(actor, Permission.WORK_HOTLINE, callback.estate_id)
    if callback.status is not CallbackStatus.OPEN:
        raise Conflict(_("This call-back has ended. Check the list again."))
    attempt = Attempt(callback=callback, at=now, by=actor, answer=answer, note=note)
    db.session.add(attempt)
    callback.owner = callback.owner or actor
    if answer is Answer.ANSWERED:
        move(callback, CallbackStatus.REACHED)
        callback.ended_at = now
    elif again_at:
        callback.due_at = again_at
    db.session.flush()
    record(
        "callback.attempted", callback, actor=actor, now=now, topics=callback.topics, answer=answer,
        attempt_id=attempt.id, due_at=callback.due_at,
    )  # fmt: skip
    return attempt


def reached_otherwise(callback: Callback, *, actor: User | None, now: datetime) -> None:
    """End a call-back because somebody spoke with them after all, without ringing. Conflict once it has ended.

    `actor` is None for the telephone system.
    """
    if actor:
        require(actor, Permission.WORK_HOTLINE, callback.estate_id)
    move(callback, CallbackStatus.REACHED)
    callback.ended_at = now
    record("callback.reached", callback, actor=actor, now=now, topics=callback.topics)


def give_up(callback: Callback, *, because: str, actor: User, now: datetime) -> None:
    """End a call-back without having reached anybody. Refused without a reason; Conflict once it has ended."""
    require(actor, Permission.WORK_HOTLINE, callback.estate_id)
    if not because.strip():
        raise Refused(_("Say why nobody will be rung any more."), field="because")
    move(callback, CallbackStatus.GIVEN_UP)
    callback.ended_at, callback.given_up_because = now, because.strip()
    record("callback.given_up", callback, actor=actor, now=now, topics=callback.topics)


def _check_owner(owner: User | None, estate_id: int) -> None:
    if owner is not None and not can(owner, Permission.WORK_HOTLINE, estate_id):
        raise Refused(_("Choose somebody who works this hotline."), field="owner")
