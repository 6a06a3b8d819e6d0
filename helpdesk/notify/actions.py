"""Posting a message in the transaction of the act it tells of, and what an administrator does with one that failed."""

from datetime import datetime
from uuid import uuid4

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, require
from helpdesk.core.extensions import db
from helpdesk.notify.models import Channel, Message, Template
from helpdesk.notify.rules import fits, may_be_sent_at
from helpdesk.notify.states import MessageStatus, move


def post(
    *, estate_id: int, template: Template, recipient: User, channel: Channel = Channel.SMS, hurries: bool,
    now: datetime, **variables: int,
) -> Message:  # fmt: skip
    """Put a message into the outbox: it goes out if, and only if, this transaction is committed.

    ValueError for a variable that is not an id: words, names and numbers are never kept here.
    """
    if not all(fits(value) for value in variables.values()):
        raise ValueError(f"{template.value}: variables are ids")
    message = Message(
        message_id=str(uuid4()), estate_id=estate_id, template=template, variables=variables, channel=channel,
        recipient=recipient, hurries=hurries, posted_at=now, next_try_at=may_be_sent_at(now, hurries=hurries),
    )  # fmt: skip
    db.session.add(message)
    db.session.flush()
    return message


def retry_message(message: Message, *, actor: User, now: datetime) -> None:
    """Try a message again from the beginning, under the same id. Conflict unless it came to nothing."""
    require(actor, Permission.ADMINISTER, message.estate_id)
    old = move(message, MessageStatus.QUEUED)
    message.attempts, message.error_code = 0, ""
    message.next_try_at = may_be_sent_at(now, hurries=message.hurries)
    record("message.retried", message, actor=actor, now=now, from_status=old)


def drop_message(message: Message, *, actor: User, now: datetime) -> None:
    """Give a message up; it stays in the list of what was never sent. Conflict once it is sent or given up."""
    require(actor, Permission.ADMINISTER, message.estate_id)
    old = move(message, MessageStatus.DROPPED)
    record("message.dropped", message, actor=actor, now=now, from_status=old)
