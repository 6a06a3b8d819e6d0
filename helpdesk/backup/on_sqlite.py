"""A backup's database on SQLite: a copy made by the database itself, which stays encrypted if the file is."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import current_app
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from helpdesk.backup.archive import Archive, sync_folder
from helpdesk.backup.manifest import BackupTrouble
from helpdesk.core.database_file import FileTrouble, opened, to_look_at
from helpdesk.core.extensions import db

PLAIN = b"SQLite format 3\0"
OPEN_ELSEWHERE = "The database is open elsewhere: stop the product (and every worker) first."


@contextmanager
def copied(part: Path) -> Iterator[Connection]:
    """Write a copy of the database as it is at one moment; nobody waits for it. Yields a connection to the copy."""
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    raw = db.engine.raw_connection()
    try:
        raw.driver_connection.execute("PRAGMA query_only=OFF")
        raw.driver_connection.execute("VACUUM INTO ?", (str(part),))
    finally:
        raw.close()
    with engine_of(f"sqlite:///{part}").connect() as connection:
        yield connection


def size() -> int:
    return _live().stat().st_size


def is_empty() -> bool:
    """A file that was only just made by asking for it holds nothing."""
    live = _live()
    if not live.exists() or not live.stat().st_size:
        return True
    with db.engine.connect() as connection:
        return not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()


def refuse_if_taken() -> None:
    """Raises BackupTrouble while anybody else has the database open."""
    if not is_empty():
        db.session.remove()
        db.engine.dispose()
        _alone(_live()).close()


@contextmanager
def staged(archive: Archive) -> Iterator[str]:
    """The archive's database beside ours; yields its address. It goes again unless it took our place."""
    folder = _live().parent if db.engine.dialect.name == "sqlite" else Path(current_app.instance_path)
    path = folder / f".restoring-{secrets.token_hex(4)}.db"
    _same_protection(archive)
    try:
        archive.extract(archive.manifest.database, path)
        yield f"sqlite:///{path}"
    finally:
        for left in (path, *path.parent.glob(f"{path.name}-*")):
            left.unlink(missing_ok=True)


def check(connection: Connection) -> None:
    """What SQLite itself says of a database. Raises BackupTrouble."""
    try:
        said = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    except DBAPIError:
        raise BackupTrouble("Its database cannot be opened: it needs another DATABASE_KEY than is set here.") from None
    if said != "ok":
        raise BackupTrouble(f"Its database is damaged: {said}.")
    if lost:
        raise BackupTrouble(f"Its database is damaged: {len(lost)} rows point to rows that are not there.")


def engine_of(url: str) -> Engine:
    return to_look_at(Path(url.removeprefix("sqlite:///")), current_app.config["DATABASE_KEY"])


def swap(url: str, beside: Path) -> None:
    """Let the staged database take the place of ours, in one step; ours goes into the folder `beside`."""
    live, new = _live(), Path(url.removeprefix("sqlite:///"))
    _alone(new).close()  # the log beside it goes into the file
    was_empty = is_empty()
    db.session.remove()
    db.engine.dispose()
    held = None if was_empty else _alone(live)
    try:
        if held is not None:
            held.execute("BEGIN EXCLUSIVE")
            keep_copy(live, beside / live.name)
        os.replace(new, live)
        with suppress(OSError):  # it is done: what failed now must not undo half of it
            sync_folder(live.parent)
    finally:
        if held is not None:
            held.close()


def keep_copy(path: Path, to: Path) -> None:
    """A second name for a file; a copy where the disk cannot do that."""
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.link(path, to)
    except OSError:
        shutil.copy2(path, to)


def _live() -> Path:
    return Path(db.engine.url.database)


def _alone(path: Path):
    """A connection to a database that nobody else has open, its log taken in. Raises BackupTrouble."""
    alone = opened(path, current_app.config["DATABASE_KEY"], isolation_level=None, timeout=2)
    try:
        alone.execute("PRAGMA journal_mode=DELETE")  # only whoever is alone may leave WAL
    except FileTrouble:
        alone.close()
        raise BackupTrouble(OPEN_ELSEWHERE) from None
    return alone


def _same_protection(archive: Archive) -> None:
    if archive.manifest.encrypted and not current_app.config["DATABASE_KEY"]:
        raise BackupTrouble("Its database is encrypted: set DATABASE_KEY, or put back the file of secrets.")
    if current_app.config["DATABASE_KEY"] and not archive.manifest.encrypted:
        raise BackupTrouble(
            "Its database is not encrypted, and DATABASE_KEY is set: restore without it, then run keys encrypt."
        )
