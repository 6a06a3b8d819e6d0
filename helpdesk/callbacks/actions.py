"""What people do about call-backs: ask for one, take it on, ring, give up."""

from datetime import datetime, timedelta

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

SLACK = timedelta(minutes=2)  # a time chosen just now is not past when it arrives here
FURTHEST = timedelta(days=366)


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


def promise_to_ring(*, due_at: datetime | None, now: datetime, **more) -> Callback:
    """Tell somebody that they are rung by a moment: refused without one, or for one that is over."""
    if due_at is None:
        raise Refused(_("Say by when they are rung."), field="due_at")
    _check_ahead(due_at, now, "due_at")
    return ask_to_ring(due_at=due_at, now=now, **more)


def say_instead(callback: Callback, *, words: str, due_at: datetime, actor: User | None, now: datetime) -> None:
    """What is to be said changed before anybody reached them. Conflict once it has ended."""
    if actor:
        require(actor, Permission.LOG_CALL, callback.estate_id)
    if callback.status is not CallbackStatus.OPEN:
        raise Conflict(_("This call-back has ended. Check the list again."))
    callback.words, callback.due_at = words, due_at
    record("callback.changed", callback, actor=actor, now=now, topics=callback.topics, due_at=due_at)


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

    Whoever rings takes on what nobody owned. Refused for a moment that is over; Conflict once it has ended.
    """
    require(actor, Permission.WORK_HOTLINE, callback.estate_id)
    if callback.status is not CallbackStatus.OPEN:
        raise Conflict(_("This call-back has ended. Check the list again."))
    if again_at:
        _check_ahead(again_at, now, "again_at")
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


def give_up(callback: Callback, *, because: str, actor: User, now: datetime) -> None:
    """End a call-back without having reached anybody. Refused without a reason; Conflict once it has ended."""
    require(actor, Permission.WORK_HOTLINE, callback.estate_id)
    if not because.strip():
        raise Refused(_("Say why nobody will be rung any more."), field="because")
    move(callback, CallbackStatus.GIVEN_UP)
    callback.ended_at, callback.given_up_because = now, because.strip()
    record("callback.given_up", callback, actor=actor, now=now, topics=callback.topics)


def let_go(callback: Callback, *, because: str, now: datetime) -> None:
    """What it was about is gone: end a call-back that nobody has to make any more. Conflict once it has ended."""
    move(callback, CallbackStatus.GIVEN_UP)
    callback.ended_at, callback.given_up_because = now, because
    record("callback.given_up", callback, actor=None, now=now, topics=callback.topics)


def reopen(callback: Callback, *, due_at: datetime | None, actor: User, now: datetime) -> None:
    """Let somebody be rung after all, who was given up. Conflict unless it was."""
    require(actor, Permission.REOPEN_CALLBACK, callback.estate_id)
    if due_at is None:
        raise Refused(_("Say by when they are rung."), field="due_at")
    _check_ahead(due_at, now, "due_at")
    move(callback, CallbackStatus.OPEN)
    callback.ended_at, callback.due_at = None, due_at
    record("callback.reopened", callback, actor=actor, now=now, topics=callback.topics, due_at=due_at)


def note_they_rang(callback: Callback, *, actor: User | None, now: datetime) -> None:
    """They rang before anybody reached them: nothing is owed any more. Conflict once it has ended.

    `actor` is None for the telephone system.
    """
    if actor:
        require(actor, Permission.WORK_HOTLINE, callback.estate_id)
    move(callback, CallbackStatus.REACHED)
    callback.ended_at, callback.rang_themselves = now, True
    record("callback.rang_in", callback, actor=actor, now=now, topics=callback.topics)


def write_what_came(callback: Callback, *, words: str, actor: User, now: datetime) -> None:
    """Keep what was agreed with somebody who was reached. Refused without words; Conflict unless they were."""
    require(actor, Permission.WORK_HOTLINE, callback.estate_id)
    if callback.status is not CallbackStatus.REACHED:
        raise Conflict(_("Nobody has been reached yet."))
    if not words.strip():
        raise Refused(_("Write what came of it."), field="words")
    callback.came_of_it = words.strip()
    record("callback.told", callback, actor=actor, now=now, topics=callback.topics)


def _check_ahead(moment: datetime, now: datetime, field: str) -> None:
    if not now - SLACK <= moment < now + FURTHEST:
        raise Refused(_("Choose a time that is still to come, within a year."), field=field)


def _check_owner(owner: User | None, estate_id: int) -> None:
    if owner is not None and not can(owner, Permission.WORK_HOTLINE, estate_id):
        raise Refused(_("Choose somebody who works this hotline."), field="owner")
