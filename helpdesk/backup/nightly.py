"""The backup of every night: begun by the worker, made in a process of its own, and old ones removed after it."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import delete

from helpdesk.backup.making import make_backup
from helpdesk.backup.manifest import BackupTrouble, Manifest
from helpdesk.backup.models import Backup
from helpdesk.backup.queries import begun_at, last_good, newest_try
from helpdesk.backup.rules import LONGEST, is_due, may_go
from helpdesk.core import clock, processes
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing

NAME = re.compile(r"helpdesk-(\d{8}-\d{6})\.backup")
STAMP = "%Y%m%d-%H%M%S"
ROWS_KEPT = timedelta(days=90)


def begin_nightly(now: datetime) -> int | None:
    """Start a process that makes one, if one is due; the row is the sign that it was begun. Returns its id."""
    wanted = _is_due(now)
    db.session.rollback()
    if not wanted:
        return None
    with writing():
        if not _is_due(now):
            return None
        row = Backup(begun_at=now)
        db.session.add(row)
        db.session.flush()
        row_id = row.id
    processes.start("backup", "nightly", str(row_id))
    return row_id


def _is_due(now: datetime) -> bool:
    newest = newest_try()
    unfinished = newest if newest is not None and newest.made_at is None else None
    since, fault = last_good() or begun_at(), unfinished.fault if unfinished else ""
    begun = unfinished.begun_at if unfinished else None
    return bool(current_app.config["BACKUP_KEPT"]) and is_due(now, since=since, begun_at=begun, fault=fault)


def make_nightly(row_id: int, *, now: datetime) -> Path:
    """Make the backup that this row announces, note how it went, and remove what is old. Raises BackupTrouble."""
    folder = Path(current_app.config["BACKUP_FOLDER"])
    path = folder / f"helpdesk-{clock.local(now):{STAMP}}.backup"
    try:
        _make_folder(folder)
        manifest = make_backup(path, now=now)
    except BaseException as fault:
        _note_fault(row_id, str(fault) if isinstance(fault, BackupTrouble) else type(fault).__name__)
        raise
    note(manifest, path, begun_at=now, row_id=row_id)
    remove_old(folder, now=now)
    return path


def before_update(*, now: datetime) -> Path:
    """Put aside the tables of an older version; such a file stays until somebody removes it. Raises BackupTrouble."""
    folder = Path(current_app.config["BACKUP_FOLDER"])
    path = folder / f"before-update-{clock.local(now):{STAMP}}.backup"
    _make_folder(folder)
    make_backup(path, now=now)
    return path


def note(manifest: Manifest, path: Path, *, begun_at: datetime, row_id: int | None = None) -> None:
    """Remember that there is a good one, and forget rows that tell nothing any more."""
    with writing():
        row = (db.session.get(Backup, row_id) if row_id else None) or Backup(begun_at=begun_at)
        row.made_at, row.bytes, row.fault = manifest.made_at, path.stat().st_size, ""
        db.session.add(row)
        db.session.execute(delete(Backup).where(Backup.begun_at < begun_at - ROWS_KEPT))


def _note_fault(row_id: int, fault: str) -> None:
    with writing():
        if row := db.session.get(Backup, row_id):
            row.fault = fault[:200]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise BackupTrouble(f"BACKUP_FOLDER {folder} cannot be used: {problem.strerror}.") from None


def remove_old(folder: Path, *, now: datetime) -> None:
    """Only files that we named ourselves, and what was left by one that was killed; all else is somebody's."""
    for path in folder.glob(".helpdesk-*.backup.*"):
        if now.timestamp() - path.stat().st_mtime > LONGEST.total_seconds():
            path.unlink(missing_ok=True)
    found = dict(_ours(folder))
    for moment in may_go(found, kept=current_app.config["BACKUP_KEPT"], weeks=current_app.config["BACKUP_WEEKS"]):
        found[moment].unlink(missing_ok=True)


def _ours(folder: Path) -> Iterator[tuple[datetime, Path]]:
    for path in sorted(folder.glob("helpdesk-*.backup")):
        if named := NAME.fullmatch(path.name):
            yield clock.from_local(datetime.strptime(named[1], STAMP)), path
