"""Whether this program has the keys of its database, asked at each start: better no start than what nobody can open."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError

from helpdesk.core.extensions import db
from helpdesk.core.sealing import NAME, Key, KeyTrouble, Ring, SealBroken, new_key, ring, seal, unseal
from helpdesk.core.transactions import writing
from helpdesk.keys.models import SealingKey

WORD = b"canary"


def meet_database() -> None:
    """Refuse to go on without a key that the database knows; let it know the newest, and make the very first.

    A database that is not there yet, or away, is somebody else's to tell of. Raises KeyTrouble.
    """
    try:
        if not _is_there() or not inspect(db.engine).has_table(SealingKey.__tablename__):
            return
        known = list(db.session.scalars(select(SealingKey).order_by(SealingKey.id)))
        db.session.rollback()
        check(ring(), known)
        if not ring().keys or ring().keys[0].id not in {key.key_id for key in known}:
            with writing():
                _let_know(ring())
    except DBAPIError:
        return
    finally:
        db.session.remove()
        db.engine.dispose()  # a server that starts others must not hand them its connections


def check(keys: Ring, known: Sequence[SealingKey]) -> None:
    """Raises KeyTrouble for the first key that is missing, or is another one than it was."""
    for one in known:
        key = keys.find(one.key_id)
        if key is None:
            raise KeyTrouble(
                f"The database needs the key {one.key_id}, which is missing: put back {keys.file}, or set {NAME}."
            )
        try:
            if key.secret:
                unseal(bytes(one.canary), place=_place(one.key_id))
        except SealBroken:
            raise KeyTrouble(
                f"The key {one.key_id} is not the one this database was sealed with: put back {keys.file}, or {NAME}."
            ) from None


def _is_there() -> bool:
    """SQLite would make an empty file of a name that is only asked about."""
    return db.engine.dialect.name != "sqlite" or Path(db.engine.url.database or "").is_file()


def _let_know(keys: Ring) -> None:
    """Under the lock, so that two processes which start at the same moment agree on one first key."""
    known = set(db.session.scalars(select(SealingKey.key_id)))
    if not keys.keys:
        if known:
            raise KeyTrouble(f"The database needs a key that is missing: put back {keys.file}, or set {NAME}.")
        keys.keep([new_key()])
    if keys.newest.id not in known:
        know(keys.newest)


def know(key: Key) -> SealingKey:
    """Let the database know the newest key."""
    row = SealingKey(key_id=key.id, canary=seal(WORD, place=_place(key.id)))
    db.session.add(row)
    db.session.flush()
    return row


def _place(key_id: str) -> str:
    return f"{SealingKey.__tablename__}:{key_id}:canary"
