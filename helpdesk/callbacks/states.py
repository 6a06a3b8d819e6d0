"""The statuses of a call-back, and the only function that changes them."""

from enum import StrEnum

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict
from helpdesk.core.words import word


class CallbackStatus(StrEnum):
    OPEN = "open"
    REACHED = "reached"
    GIVEN_UP = "given_up"


S = CallbackStatus
NEXT: dict[CallbackStatus, frozenset[CallbackStatus]] = {
    S.OPEN: frozenset({S.REACHED, S.GIVEN_UP}),
    S.REACHED: frozenset(),
    S.GIVEN_UP: frozenset({S.OPEN}),
}


def move(callback, to: CallbackStatus) -> CallbackStatus:
    """Change the status and return the old one; Conflict if the table forbids it."""
    old = callback.status
    if to not in NEXT[old]:
        raise Conflict(_("This call-back is “%(old)s”; it cannot become “%(new)s”.", old=word(old), new=word(to)))
    callback.status = to
    return old
