"""Taking messages out of the outbox. Nothing is sent while a transaction is open."""

import random
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.phone_numbers import is_demo
from helpdesk.notify.adapters import Adapter, Outcome, Result, configured
from helpdesk.notify.models import Message
from helpdesk.notify.rules import MOST_ATTEMPTS, may_be_sent_at, retry_after
from helpdesk.notify.states import MessageStatus, move

AT_A_TIME = 18  # a minute and robot are what providers take at most
_chance = random.SystemRandom()


def deliver_due(now: datetime, adapter: Adapter | None = None) -> int:
    """Send what is due, each under its own id; returns how many were tried.

    Each attempt is counted before it is made, so a worker that dies in between tries again, a little later, under
    the same id. What nothing can carry is marked so, and does not wait for an adapter of some later day.
    """
    adapter = adapter or configured(current_app.config["MESSAGE_ADAPTER"])
    due = select(Message.id).where(Message.status == MessageStatus.QUEUED, Message.next_try_at <= now)
    ids = list(db.session.scalars(due.order_by(Message.next_try_at, Message.id).limit(AT_A_TIME)))
    return sum(_deliver(message_id, adapter, now) for message_id in ids)


def _deliver(row_id: int, adapter: Adapter | None, now: datetime) -> bool:
    with writing():
        message = db.session.get(Message, row_id)
        if message is None or message.status is not MessageStatus.QUEUED or message.next_try_at > now:
            return False
        if adapter is None:
            move(message, MessageStatus.NO_ADAPTER)
            return True
        later = may_be_sent_at(now, hurries=message.hurries)
        if later > now:
            message.next_try_at = later
            return False
        message.attempts += 1
        message.next_try_at = now + retry_after(message.attempts, _chance.random())
        envelope = message.message_id, message.template, dict(message.variables)
        digits = message.recipient.phone or ""
    result = _send(adapter, envelope, digits)
    with writing():
        _note(db.session.get(Message, row_id), result, now)
    return True


def _send(adapter: Adapter, envelope: tuple, digits: str) -> Result:
    """Ask the adapter, unless nobody could receive it: invented numbers are refused before any adapter sees them."""
    if not digits or is_demo(digits):
        return Result(Outcome.REFUSED, error_code="demo_number" if digits else "no_number")
    try:
        return adapter.send(*envelope, digits)
    except Exception as fault:
        return Result(Outcome.FAILED, error_code=type(fault).__qualname__[:40])


def _note(message: Message, result: Result, now: datetime) -> None:
    """What came of an attempt; nothing if somebody dropped the message meanwhile."""
    if message.status is not MessageStatus.QUEUED:
        return
    message.provider_ref, message.error_code = result.provider_ref[:80], result.error_code[:40]
    if result.outcome is Outcome.SENT:
        move(message, MessageStatus.SENT)
        message.sent_at = now
    elif result.outcome is Outcome.REFUSED or message.attempts >= MOST_ATTEMPTS:
        move(message, MessageStatus.DEAD)
    elif result.retry_after:
        message.next_try_at = now + result.retry_after
