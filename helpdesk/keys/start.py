"""Whether this program has the keys of its database, asked at each start: better no start than what nobody can open."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from flask import current_app
from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError

from helpdesk.config import WrongSetting, kept_secrets
from helpdesk.core.extensions import db
from helpdesk.core.sealing import NAME, Key, Ring, SealBroken, new_key, ring, seal, unseal, written
from helpdesk.core.transactions import writing
from helpdesk.keys.models import SealingKey

WORD = b"canary"


def meet_database() -> None:
    """Refuse to go on without a key that the database knows; let it know the newest, and make the very first.

    A database that is not there yet, or away, is somebody else's to tell of. Raises WrongSetting.
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
    """Raises WrongSetting for the first key that is missing, or is another one than it was."""
    for one in known:
        key = keys.find(one.key_id)
        if key is None:
            raise WrongSetting(
                f"The database needs the key {one.key_id}, which is missing: put back {keys.file}, or set {NAME}."
            )
        try:
            if key.secret:
                unseal(bytes(one.canary), place=_place(one.key_id))
        except SealBroken:
            raise WrongSetting(
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
            raise WrongSetting(f"The database needs a key that is missing: put back {keys.file}, or set {NAME}.")
        keep_keys([new_key()])
    if keys.newest.id not in known:
        know(keys.newest)


def know(key: Key) -> SealingKey:
    """Let the database know the newest key."""
    row = SealingKey(key_id=key.id, canary=seal(WORD, place=_place(key.id)))
    db.session.add(row)
    db.session.flush()
    return row


def keep_keys(keys: Sequence[Key]) -> None:
    """Write the keys into the file of secrets, whole or not at all; what else it holds stays."""
    path = Path(current_app.config["SECRETS_FILE"])
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        kept = kept_secrets(path) if path.exists() else {}
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{name}={value}\n" for name, value in (kept | {NAME: written(keys)}).items()]
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as problem:
        part.unlink(missing_ok=True)
        raise WrongSetting(f"{path} cannot be written ({problem.strerror}). Set {NAME} instead.") from None


def _place(key_id: str) -> str:
    return f"{SealingKey.__tablename__}:{key_id}:canary"
