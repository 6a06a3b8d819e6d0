"""Proof of identity again, before an act that a stranger at an open screen must not do.

The password, or the code of the second step, counts for a quarter of an hour, in this browser only. It is checked
before the lock of the act is taken, and every try is counted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import g
from flask_babel import gettext as _

from helpdesk.accounts import passwords, second_step
from helpdesk.accounts.models import Session, User
from helpdesk.accounts.throttle import Limit, forgive, here, minutes_of, wait_needed
from helpdesk.audit.actions import record
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing

LASTS = timedelta(minutes=15)


def is_fresh(now: datetime) -> bool:
    """Whether whoever sits here gave password or code a short while ago."""
    proved_at = g.session_row.proved_at if g.get("session_row") else None
    return proved_at is not None and timedelta(0) <= now - proved_at <= LASTS


@contextmanager
def proved_by(typed: str | None, user: User, now: datetime, *, field: str = "password") -> Iterator[None]:
    """Goes between `keeping_typed()` and `writing()`: checks what was typed as proof, if something was.

    Refused at this field when it is wrong, or was tried too often.
    """
    if typed:
        _check(typed, user, now, field)
    yield


def require_proof(proved: bool, *, field: str = "password") -> None:
    """For the act itself, which is told whether the proof is fresh."""
    if not proved:
        raise Refused(_("Give your password again: this needs to be you."), field=field)


def _check(typed: str, user: User, now: datetime, field: str) -> None:
    limits = [Limit(f"proof {user.id} {here()}", 5), Limit(f"proof {user.id}", 20)]
    row_id, user_id, known = g.session_row.id, user.id, user.password_hash
    code = second_step.read(typed, user_id) if user.second_step_since else second_step.Typed()
    with writing():
        wait = wait_needed(limits, now)
    if wait > timedelta(0):
        minutes = minutes_of(wait)
        raise Refused(_("Too many tries. Wait %(minutes)d minutes, then try again.", minutes=minutes), field=field)
    right = not code.digits and passwords.matches(known, typed)
    with writing():
        row, owner = db.session.get(Session, row_id), db.session.get(User, user_id)
        right = right or second_step.is_right(code, owner, now)
        if right:
            row.proved_at = now
            forgive(limits)
        tried = ("session.proved", row) if right else ("session.refused", owner)
        record(*tried, actor=owner if right else None, now=now, raises_version=False)
    if not right:
        raise Refused(_("The password is not right."), field=field)
