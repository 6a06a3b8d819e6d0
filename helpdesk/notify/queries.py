"""Finding messages. Every query starts from what this administrator looks after."""

from datetime import datetime

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.notify.models import Message
from helpdesk.notify.states import MessageStatus

LISTED = 200
CAME_TO_NOTHING = (MessageStatus.DEAD, MessageStatus.NO_ADAPTER)


def visible_messages(user) -> Select[tuple[Message]]:
    return select(Message).where(Message.estate_id.in_(estates(user, Permission.ADMINISTER)))


def unsent(user) -> list[Message]:
    """What came to nothing and what still waits, the newest first."""
    wanted = Message.status.in_((*CAME_TO_NOTHING, MessageStatus.QUEUED))
    found = visible_messages(user).where(wanted).order_by(Message.id.desc()).limit(LISTED)
    return list(db.session.scalars(found.options(joinedload(Message.recipient))))


def get_message(user, message_id: int, *, seen_version: int | None = None) -> Message:
    """One message; 404 if it is not this administrator's, Conflict if it changed since they looked."""
    message = db.session.scalar(visible_messages(user).where(Message.id == message_id)) or abort(404)
    if seen_version is not None and seen_version != message.version:
        raise Conflict(_("Someone changed this message while you were looking at it. Look at the list again."))
    return message


def oldest_due(now: datetime) -> datetime | None:
    """Since when the oldest message that should be out by now is due; None if none is."""
    due = select(func.min(Message.next_try_at)).where(Message.status == MessageStatus.QUEUED)
    return db.session.scalar(due.where(Message.next_try_at <= now))
