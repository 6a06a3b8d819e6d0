"""Making a backup while people work: the database first and its files after, so that no row lacks its file.

Files are written before the row that names them and removed after it, and never changed under their name except by
sealing anew: whatever the copy of the database names is there, or was deleted meanwhile.
"""

import secrets
import zipfile
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from helpdesk.backup.archive import Archive, Writer, new_archive
from helpdesk.backup.manifest import DATABASE, BackupTrouble, Manifest, Stand
from helpdesk.backup.on_sqlite import PLAIN
from helpdesk.backup.sides import ours
from helpdesk.backup.standing import look, place_of
from helpdesk.core import disk
from helpdesk.core.extensions import db
from helpdesk.core.sealing import ID_BYTES, SealBroken, key_id_of

COPIES = 2  # of the database are on the disk at most: the copy, and the archive


def make_backup(path: Path, *, now: datetime) -> Manifest:
    """Put everything aside in one file, and read it once more. Raises BackupTrouble; then there is no file."""
    _refuse_others(path)
    db.session.rollback()
    copy = path.with_name(f".{path.name}.{secrets.token_hex(4)}.copy")
    try:
        disk.refuse_without_room(path.parent, ours().size() * COPIES)
        with new_archive(path) as writer, ours().copied(copy) as connection:
            stand = look(connection)
            manifest = _filled(writer, copy, stand, now)
            writer.close(manifest)
        _read_once_more(path)
    except disk.NoRoom as problem:
        raise BackupTrouble(f"There is no room for a backup in {path.parent}: {problem}.") from None
    except OSError as problem:
        raise BackupTrouble(f"The backup cannot be written to {path.parent}: {problem.strerror}.") from None
    except DBAPIError as problem:
        raise BackupTrouble(f"The database cannot be copied: {type(problem.orig).__name__}.") from None
    finally:
        for left in copy.parent.glob(f"{copy.name}*"):
            left.unlink(missing_ok=True)
    return manifest


def _filled(writer: Writer, copy: Path, stand: Stand, now: datetime) -> Manifest:
    dialect = db.engine.dialect.name
    first = writer.add(DATABASE[dialect], copy, packed=True)
    copy.unlink()  # its room is needed for the files
    keys, gone = set(stand.keys), []
    disk.refuse_without_room(copy.parent, sum(_size(place_of(name)) for name in stand.files))
    for name in stand.files:
        try:
            begins = writer.add(name, place_of(name))
        except FileNotFoundError:
            gone.append(name)
            continue
        if name.startswith("scans/"):
            keys |= _key_of(begins)
    return Manifest(
        made_at=now, dialect=dialect, encrypted=dialect == "sqlite" and first != PLAIN, revision=stand.revision,
        counts=stand.counts, head=stand.head, keys=sorted(keys), parts=writer.parts, gone=gone,
    )  # fmt: skip


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _key_of(begins: bytes) -> set[str]:
    """A scan may have been sealed anew meanwhile, with a key that is younger than the copy of the database."""
    try:
        return {key_id_of(begins[:ID_BYTES])}
    except SealBroken:
        return set()


def _read_once_more(path: Path) -> None:
    archive = Archive(path)
    try:
        archive.check_files()
    finally:
        archive.close()


def _refuse_others(path: Path) -> None:
    """A name typed by mistake must not cost the database, or anything else."""
    if not path.parent.is_dir():
        raise BackupTrouble(f"There is no folder {path.parent}.")
    if path.is_dir() or (path.exists() and not zipfile.is_zipfile(path)):
        raise BackupTrouble(f"{path} is there already, and is no backup: choose another name.")
