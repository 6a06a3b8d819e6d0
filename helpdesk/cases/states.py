"""The statuses of a case, and the only function that changes them."""

from enum import StrEnum

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict
from helpdesk.core.words import word


class CaseStatus(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    RETURNED = "returned"
    CLOSED = "closed"


S = CaseStatus
NEXT: dict[CaseStatus, frozenset[CaseStatus]] = {
    S.OPEN: frozenset({S.ANSWERED, S.RETURNED}),
    S.ANSWERED: frozenset({S.CLOSED, S.OPEN}),
    S.RETURNED: frozenset({S.OPEN}),  # whoever sent it sends it again
    S.CLOSED: frozenset({S.OPEN}),
}


def move(case, to: CaseStatus) -> CaseStatus:
    """Change the status and return the old one; Conflict if the table forbids it."""
    old = case.status
    if to not in NEXT[old]:
        raise Conflict(_("This case is “%(old)s”; it cannot become “%(new)s”.", old=word(old), new=word(to)))
    case.status = to
    return old
