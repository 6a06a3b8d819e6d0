"""The statuses of an outage, and the only function that changes them."""

from enum import StrEnum

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict
from helpdesk.core.words import word


class OutageStatus(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


S = OutageStatus
STANDING = (S.RUNNING, S.PLANNED)
NEXT: dict[OutageStatus, frozenset[OutageStatus]] = {
    S.PLANNED: frozenset({S.RUNNING, S.OVER, S.CANCELLED}),  # over without having begun: nobody noted when it began
    S.RUNNING: frozenset({S.OVER, S.CANCELLED}),
    S.OVER: frozenset({S.RUNNING}),  # it was not over
    S.CANCELLED: frozenset(),
}


def move(outage, to: OutageStatus) -> OutageStatus:
    """Change the status and return the old one; Conflict if the table forbids it."""
    old = outage.status
    if to not in NEXT[old]:
        raise Conflict(_("This outage is “%(old)s”; it cannot become “%(new)s”.", old=word(old), new=word(to)))
    outage.status = to
    return old
