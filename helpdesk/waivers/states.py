"""What an application is, the only function that changes it, and whether a waiver counts on a day.

What is stored is what somebody decided; "counts", "not yet" and "expired" follow from dates, here and, as the same rule
in SQL, in `queries.counting_on`.
"""

from datetime import date
from enum import StrEnum

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict
from helpdesk.core.words import word


class WaiverStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"  # waits to be verified
    VERIFYING = "verifying"  # the community was asked
    MORE_PAPERS = "more_papers"
    VERIFIED = "verified"  # waits for a decision
    APPROVED = "approved"
    SUSPENDED = "suspended"
    REFUSED = "refused"
    ENDED = "ended"
    REVOKED = "revoked"


class Standing(StrEnum):
    """What an approved waiver is on a day."""

    NOT_YET = "not_yet"
    ACTIVE = "active"
    EXPIRED = "expired"


S = WaiverStatus
NEXT: dict[WaiverStatus, frozenset[WaiverStatus]] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.VERIFIED, S.ENDED}),
    S.SUBMITTED: frozenset({S.VERIFYING, S.VERIFIED, S.MORE_PAPERS, S.REFUSED, S.ENDED}),
    S.VERIFYING: frozenset({S.VERIFIED, S.MORE_PAPERS, S.SUBMITTED, S.REFUSED, S.ENDED}),
    S.MORE_PAPERS: frozenset({S.SUBMITTED, S.VERIFIED, S.REFUSED, S.ENDED}),
    S.VERIFIED: frozenset({S.APPROVED, S.REFUSED, S.MORE_PAPERS, S.SUBMITTED, S.ENDED}),
    S.APPROVED: frozenset({S.SUSPENDED, S.ENDED, S.REVOKED}),
    S.SUSPENDED: frozenset({S.APPROVED, S.ENDED, S.REVOKED}),
    S.REFUSED: frozenset({S.VERIFIED, S.SUBMITTED}),  # looked at once more, by somebody else
    S.ENDED: frozenset(),
    S.REVOKED: frozenset(),
}
OPEN = (S.SUBMITTED, S.VERIFYING, S.MORE_PAPERS, S.VERIFIED)
GRANTED = (S.APPROVED, S.SUSPENDED, S.ENDED, S.REVOKED)


def move(application, to: WaiverStatus) -> WaiverStatus:
    """Change the status and return the old one; Conflict if the table forbids it."""
    old = application.status
    if to not in NEXT[old]:
        raise Conflict(_("This application is “%(old)s”; it cannot become “%(new)s”.", old=word(old), new=word(to)))
    application.status = to
    return old


def standing(status: WaiverStatus, begins_on: date, until_on: date | None, day: date) -> Standing | None:
    """What a waiver is on a local date, from the day it begins up to but not including `until_on`.

    None for what was never granted, or rests: suspended, ended and revoked ones have no standing of their own.
    """
    if status is not S.APPROVED:
        return None
    if day < begins_on:
        return Standing.NOT_YET
    return Standing.EXPIRED if until_on is not None and day >= until_on else Standing.ACTIVE
