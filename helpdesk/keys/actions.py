"""Adding a key, sealing everything anew, letting a key go that nothing needs. At the shell, told in the history."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from helpdesk.audit.actions import record
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.core.sealed import SEALED, Piece
from helpdesk.core.sealing import new_key, ring
from helpdesk.core.transactions import writing
from helpdesk.keys.models import SealingKey
from helpdesk.keys.start import know


def add_key(*, now: datetime) -> str:
    """A new key that seals from now on, in every process that reads the same file; returns its id."""
    key = new_key()
    ring().keep([key, *ring().keys])  # under the lock: two who add at once must not overwrite each other's
    record("sealing_key.added", know(key), actor=None, now=now)
    return key.id


def uses() -> Counter:
    """How many sealed things each key is needed for, by its id."""
    return sum((kind.uses() for kind in SEALED), Counter())


def seal_anew(*, now: datetime) -> Iterator[tuple[str, Piece]]:
    """Seal with the newest key whatever another one sealed, a piece at a time; broken off, it goes on where it stood.

    Not to be called inside `writing()`: each piece is a transaction of its own.
    """
    done = 0
    for kind in SEALED:
        after = 0
        while (piece := kind.renew(ring().newest.id, after)).last is not None:
            after, done = piece.last, done + piece.done
            yield kind.name, piece
    with writing():
        newest = db.session.scalar(select(SealingKey).where(SealingKey.key_id == ring().newest.id))
        record("sealing_key.rotated", newest, actor=None, now=now, count=done)


def drop_key(key_id: str, *, now: datetime) -> None:
    """Let the database forget a key. Conflict while anything needs it, or while it is the one that seals."""
    if key_id == ring().newest.id:
        raise Conflict(f"{key_id} seals now: add another key first.")
    known = db.session.scalar(select(SealingKey).where(SealingKey.key_id == key_id))
    if known is None and ring().find(key_id) is None:
        raise Conflict(f"There is no key {key_id}.")
    if needed := uses()[key_id]:
        raise Conflict(f"{needed} sealed values still need {key_id}: run flask --app wsgi keys rotate first.")
    if known is not None:
        record("sealing_key.dropped", known, actor=None, now=now, left=_left())
        db.session.delete(known)


def forget_key(key_id: str) -> None:
    """Take a key out of the file, once the database has let it go: a key too many does no harm, one too few does."""
    if not ring().given:
        ring().keep([key for key in ring().keys if key.id != key_id])


def _left() -> int:
    return db.session.scalar(select(func.count()).select_from(SealingKey)) - 1
