"""Whether an archive is what it says: every file, and its database tried on a stage beside ours."""

from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from sqlalchemy.exc import DBAPIError

from helpdesk.audit.models import ChainHead
from helpdesk.audit.queries import heads_that_do_not_fit, noted_heads, verify_chain
from helpdesk.backup.archive import Archive
from helpdesk.backup.manifest import BackupTrouble, Manifest
from helpdesk.backup.remains import at_work
from helpdesk.backup.sides import side_of
from helpdesk.backup.standing import look
from helpdesk.core import disk
from helpdesk.core.sealing import ring


@dataclass(frozen=True)
class Need:
    """A key that an archive needs, and whether it is here."""

    name: str
    here: bool


def verify_archive(path: Path) -> Manifest:
    """Raises BackupTrouble, which says what is wrong; otherwise whoever has its keys could restore it."""
    archive = Archive(path)
    try:
        archive.check_files()
        side = side_of(archive.manifest)
        with at_work(alone=False):
            refuse_without_room(archive.manifest)
            with side.staged(archive) as url:
                check_rows(url, archive.manifest)
    finally:
        archive.close()
    return archive.manifest


def refuse_without_room(manifest: Manifest, files: int = 0) -> None:
    """What a stage takes; a dump of PostgreSQL grows."""
    folder = Path(current_app.instance_path)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        disk.refuse_without_room(folder, manifest.parts[manifest.database].bytes + files)
    except disk.NoRoom as problem:
        raise BackupTrouble(f"There is no room to try it in {folder}: {problem}.") from None


def check_rows(url: str, manifest: Manifest) -> None:
    """The staged database holds together, agrees with the manifest, and so does its history."""
    side = side_of(manifest)
    engine = side.engine_of(url)
    try:
        with engine.connect() as connection:
            side.check(connection)
            if wrong := manifest.differs(look(connection)):
                raise BackupTrouble(f"Its database is not what the manifest says: {wrong}.")
            if (broken_at := verify_chain(connection)) is not None:
                raise BackupTrouble(f"Its history is broken at event {broken_at}.")
            if _has_heads(manifest) and heads_that_do_not_fit(noted_heads(connection), connection):
                raise BackupTrouble("Its history was cut or written anew: it does not fit the heads noted day by day.")
    except DBAPIError as problem:
        raise BackupTrouble(f"Its database cannot be read: {type(problem.orig).__name__}.") from None
    finally:
        engine.dispose()


def _has_heads(manifest: Manifest) -> bool:
    """Older versions noted none."""
    return ChainHead.__tablename__ in manifest.counts


def needed_keys(manifest: Manifest) -> list[Need]:
    """What must be in the file of secrets, or in the environment, before it can be restored here."""
    needs = [Need(f"DATA_KEY {key_id}", ring().find(key_id) is not None) for key_id in manifest.keys]
    if manifest.encrypted:
        needs.append(Need("DATABASE_KEY", bool(current_app.config["DATABASE_KEY"])))
    return needs
