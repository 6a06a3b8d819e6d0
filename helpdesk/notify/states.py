"""The statuses of a message, and the only function that changes them."""

from enum import StrEnum

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict
from helpdesk.core.words import word


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    NO_ADAPTER = "no_adapter"  # there was nothing that could carry it
    DEAD = "dead"  # tried too often, or refused for good
    DROPPED = "dropped"  # an administrator gave it up


M = MessageStatus
NEXT: dict[MessageStatus, frozenset[MessageStatus]] = {
    M.QUEUED: frozenset({M.SENT, M.NO_ADAPTER, M.DEAD, M.DROPPED}),
    M.NO_ADAPTER: frozenset({M.QUEUED, M.DROPPED}),
    M.DEAD: frozenset({M.QUEUED, M.DROPPED}),
    M.SENT: frozenset(),
    M.DROPPED: frozenset(),
}


def move(message, to: MessageStatus) -> MessageStatus:
    """Change the status and return the old one; Conflict if the table forbids it."""
    old = message.status
    if to not in NEXT[old]:
        raise Conflict(_("This message is “%(old)s”; it cannot become “%(new)s”.", old=word(old), new=word(to)))
    message.status = to
    return old
