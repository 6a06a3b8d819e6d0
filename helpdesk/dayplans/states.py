"""How a run of the planner goes, and the only function that changes its status."""

from enum import StrEnum

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict
from helpdesk.core.words import word


class PlanStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    ACCEPTED = "accepted"  # whole or in part
    DISMISSED = "dismissed"
    STALE = "stale"  # the day changed under it
    FAILED = "failed"
    CANCELLED = "cancelled"


P = PlanStatus
UNDER_WAY = (P.QUEUED, P.RUNNING)
NEXT: dict[PlanStatus, frozenset[PlanStatus]] = {
    P.QUEUED: frozenset({P.RUNNING, P.FAILED, P.CANCELLED}),
    P.RUNNING: frozenset({P.QUEUED, P.READY, P.FAILED, P.CANCELLED}),  # queued again when its worker died
    P.READY: frozenset({P.ACCEPTED, P.DISMISSED, P.STALE}),
    **{end: frozenset() for end in (P.ACCEPTED, P.DISMISSED, P.STALE, P.FAILED, P.CANCELLED)},
}


def move(plan, to: PlanStatus) -> PlanStatus:
    """Change the status and return the old one; Conflict if the table forbids it."""
    old = plan.status
    if to not in NEXT[old]:
        raise Conflict(_("This plan is “%(old)s”; it cannot become “%(new)s”.", old=word(old), new=word(to)))
    plan.status = to
    return old
