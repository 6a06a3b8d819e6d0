"""The whole file of SQLite, encrypted: with its key nothing differs, without it nobody can open it."""

import os
import secrets
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, event

from helpdesk.config import sqlite, unlocked_by
from helpdesk.core.sealing import KeyTrouble, keep_secret

NAME = "DATABASE_KEY"
FileTrouble = sqlite.OperationalError  # such as: somebody else has it open


def opened(path: Path, key: str, **how) -> sqlite.Connection:
    """A connection to a file that need not be ours."""
    return (unlocked_by(key) if key else sqlite.Connection)(str(path), **how)


def to_look_at(path: Path, key: str) -> Engine:
    """An engine that only reads, on a file that need not be ours, without our settings."""
    how = {"connect_args": {"factory": unlocked_by(key)}} if key else {}
    engine = create_engine(f"sqlite:///{path}", module=sqlite, poolclass=NullPool, hide_parameters=True, **how)
    event.listen(engine, "connect", lambda opened, _record: opened.execute("PRAGMA query_only=ON"))
    return engine


def why_closed(path: Path, key: str) -> KeyTrouble:
    """What to say of a file that the driver does not take for a database."""
    if key:
        return KeyTrouble(f"{NAME} does not open {path}: put back its own key, or none if it is not encrypted.")
    return KeyTrouble(f"{path} is encrypted, or is no database: set {NAME}, or put back the file of secrets.")


def encrypt(path: Path, secrets_file: Path) -> None:
    """Encrypt a database that nobody has open, under a new key in the file of secrets.

    The encrypted copy is whole on the disk before its key is, and its key before it takes the place of the old file.
    Raises KeyTrouble while somebody has it open.
    """
    key, part = secrets.token_hex(32), path.with_name(f"{path.name}.encrypted.part")
    part.unlink(missing_ok=True)
    opened = sqlite.connect(path, isolation_level=None, timeout=2)
    try:
        opened.execute("PRAGMA journal_mode=DELETE")  # only whoever is alone may leave WAL
        opened.execute(f"ATTACH DATABASE ? AS encrypted KEY \"x'{key}'\"", (str(part),))
        opened.execute("BEGIN EXCLUSIVE")
        opened.execute("SELECT sqlcipher_export('encrypted')")
        opened.execute("COMMIT")
        opened.execute("DETACH DATABASE encrypted")
    except sqlite.OperationalError:
        part.unlink(missing_ok=True)
        raise KeyTrouble(f"{path} is open elsewhere: stop the product first.") from None
    finally:
        opened.close()
    _check(part, key)
    part.chmod(path.stat().st_mode & 0o777)
    keep_secret(secrets_file, NAME, key)
    os.replace(part, path)


def _check(path: Path, key: str) -> None:
    """Better no new file than one that does not open."""
    copy = unlocked_by(key)(path)
    try:
        (found,) = copy.execute("PRAGMA integrity_check").fetchone()
    finally:
        copy.close()
    if found != "ok":
        raise KeyTrouble(f"{path} came out damaged ({found}); nothing was changed.")
