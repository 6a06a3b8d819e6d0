"""How far an upload is, and the only function that takes it further."""

from enum import StrEnum

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict


class Stage(StrEnum):
    """Steps with -ING are done by a process of their own; at the others somebody is asked."""

    READING = "reading"
    LOOKED = "looked"  # which column holds what?
    CHECKING = "checking"
    CHECKED = "checked"  # apply it?
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"


S = Stage
RUNNING = (S.READING, S.CHECKING, S.APPLYING)
NEXT: dict[Stage, frozenset[Stage]] = {
    S.READING: frozenset({S.READING, S.LOOKED, S.FAILED}),  # to itself: begun again
    S.LOOKED: frozenset({S.READING, S.CHECKING}),
    S.CHECKING: frozenset({S.LOOKED, S.CHECKED, S.FAILED}),
    S.CHECKED: frozenset({S.CHECKING, S.APPLYING}),
    S.APPLYING: frozenset({S.LOOKED, S.APPLIED, S.FAILED}),
    S.APPLIED: frozenset(),
    S.FAILED: frozenset({S.READING, S.LOOKED, S.CHECKING}),
}


def move(upload, to: Stage) -> None:
    """Take an upload to another step; Conflict if it is not the next."""
    if to not in NEXT[Stage(upload.status)]:
        raise Conflict(_("This import is at another step by now. Look at it again."))
    upload.status = to
