"""The statuses of work orders and of visits, and the only functions that change them."""

from collections.abc import Collection
from enum import StrEnum

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict
from helpdesk.core.words import word


class Status(StrEnum):
    REPORTED = "reported"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    DONE = "done"
    CLOSED = "closed"
    CANCELLED = "cancelled"


S = Status
OPEN = (S.REPORTED, S.ASSIGNED, S.IN_PROGRESS, S.ON_HOLD)
NEXT: dict[Status, frozenset[Status]] = {
    S.REPORTED: frozenset({S.ASSIGNED, S.ON_HOLD, S.CANCELLED}),
    # done without being in progress: taps may be skipped
    S.ASSIGNED: frozenset({S.ASSIGNED, S.IN_PROGRESS, S.ON_HOLD, S.DONE, S.CANCELLED}),
    S.IN_PROGRESS: frozenset({S.ASSIGNED, S.IN_PROGRESS, S.ON_HOLD, S.DONE}),
    S.ON_HOLD: frozenset({S.ASSIGNED, S.ON_HOLD, S.CANCELLED}),
    S.DONE: frozenset({S.ASSIGNED, S.CLOSED}),  # "not satisfied" reopens with a new visit
    S.CLOSED: frozenset({S.ASSIGNED}),
    S.CANCELLED: frozenset(),
}


class VisitStatus(StrEnum):
    PLANNED = "planned"
    ACCEPTED = "accepted"
    ON_THE_WAY = "on_the_way"
    ON_SITE = "on_site"
    DONE = "done"
    NOBODY_HOME = "nobody_home"
    FAILED = "failed"  # needs help, parts or an outside party: the order is on hold
    CANCELLED = "cancelled"


V = VisitStatus
STILL_TO_DO = (V.PLANNED, V.ACCEPTED, V.ON_THE_WAY, V.ON_SITE)
NOT_SET_OUT = (V.PLANNED, V.ACCEPTED)
ENDS = frozenset({V.DONE, V.NOBODY_HOME, V.FAILED, V.CANCELLED})
NEXT_OF_VISIT: dict[VisitStatus, frozenset[VisitStatus]] = {
    V.PLANNED: frozenset({V.ACCEPTED, V.ON_THE_WAY, V.ON_SITE}) | ENDS,
    # back to planned: handed over to somebody who has not accepted it yet
    V.ACCEPTED: frozenset({V.PLANNED, V.ON_THE_WAY, V.ON_SITE}) | ENDS,
    V.ON_THE_WAY: frozenset({V.PLANNED, V.ON_SITE}) | ENDS,
    V.ON_SITE: ENDS,
    **{end: frozenset() for end in ENDS},
}


class Step(StrEnum):
    """What a technician taps on the way to the work; what came of it is an ending, not a step."""

    ACCEPT = "accept"
    DEPART = "depart"
    ARRIVE = "arrive"


class Setback(StrEnum):
    """Why a visit ended without the work done."""

    HELP = "help"
    PARTS = "parts"
    NOBODY_HOME = "nobody_home"
    OUTSIDE = "outside"


def move(work_order, to: Status) -> Status:
    """Change the status and return the old one; Conflict if the table forbids it."""
    old = work_order.status
    if to not in NEXT[old]:
        raise Conflict(_("This work order is “%(old)s”; it cannot become “%(new)s”.", old=word(old), new=word(to)))
    work_order.status = to
    return old


def move_visit(visit, to: VisitStatus) -> VisitStatus:
    """Change the status of a visit and return the old one; Conflict if the table forbids it."""
    old = visit.status
    if to not in NEXT_OF_VISIT[old]:
        raise Conflict(_("This visit is “%(old)s”; it cannot become “%(new)s”.", old=word(old), new=word(to)))
    visit.status = to
    return old


def call_off(work_order, *, only: Collection[VisitStatus] = STILL_TO_DO) -> None:
    """End the visits that are still to be done. When somebody left the site is not known, so no time is written.

    Conflict if a visit goes on that is not in `only`.
    """
    for visit in work_order.visits:
        if visit.status not in STILL_TO_DO:
            continue
        if visit.status not in only:
            raise Conflict(_("Somebody is already on the way or at work. Hand the visit over instead."))
        at_work = visit.status is VisitStatus.ON_SITE
        move_visit(visit, VisitStatus.FAILED if at_work else VisitStatus.CANCELLED)
