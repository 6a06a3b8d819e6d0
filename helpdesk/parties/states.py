"""The statuses of a hand-off, and the only function that changes them."""

from enum import StrEnum

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict


class HandOffStatus(StrEnum):
    WAITING = "waiting"
    RETURNED = "returned"
    FINISHED = "finished"


S = HandOffStatus
NEXT: dict[HandOffStatus, frozenset[HandOffStatus]] = {
    S.WAITING: frozenset({S.RETURNED, S.FINISHED}),
    S.RETURNED: frozenset(),
    S.FINISHED: frozenset(),
}


def move(hand_off, to: HandOffStatus) -> HandOffStatus:
    """Change the status and return the old one; Conflict if the table forbids it."""
    old = hand_off.status
    if to not in NEXT[old]:
        raise Conflict(_("This hand-off has ended. Check the work order again."))
    hand_off.status = to
    return old
