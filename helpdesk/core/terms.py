"""Rows that hold from a local date on, until the next ones begin: the past stays as it was."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db


def counts(row, day: date) -> bool:
    """Whether a row is in force on a local date."""
    return row.valid_from <= day and (row.valid_until is None or row.valid_until > day)


def make_room(rows: Iterable, begins_on: date) -> None:
    """End what is in force when a new term begins; what was only planned for later goes."""
    for row in rows:
        if row.valid_from >= begins_on:
            db.session.delete(row)
        elif row.valid_until is None or row.valid_until > begins_on:
            row.valid_until = begins_on
    db.session.flush()


def digest(values: Iterable) -> str:
    """A short name of a state that has no version of its own, for forms to say what they were made from."""
    return sha256(repr(sorted(map(repr, values))).encode()).hexdigest()[:16]


def check_seen(seen: str, now: str) -> None:
    if seen != now:
        raise Conflict(_("Someone changed this while you were looking at it. Check, then save again."))


def check_begins(begins_on: date, today: date) -> None:
    """A new term begins today or later: what was so yesterday is not rewritten."""
    if begins_on < today:
        raise Refused(_("It can begin today at the earliest: what is past stays as it was."), field="valid_from")
    if (begins_on - today).days > 730:
        raise Refused(_("Choose a day within the next two years."), field="valid_from")
