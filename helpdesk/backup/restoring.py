"""Putting an archive back: tried on a stage first, brought to this version, and then in one step in place of ours.

Until that step nothing of ours is touched; what broke off before leaves it as it was. Files are added before: names are
drawn by chance, so none of ours is overwritten by another one, and the worker removes those without a row.
"""

import secrets
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy import delete, update

from helpdesk.accounts.device_models import EnrolledDevice
from helpdesk.accounts.models import FirstAdministratorLink, SecondFactorReset, Session, SignInStep, Throttle
from helpdesk.audit.actions import record
from helpdesk.audit.queries import verify_chain
from helpdesk.backup.archive import Archive, sync_folder
from helpdesk.backup.checking import check_rows, needed_keys, refuse_without_room
from helpdesk.backup.manifest import BackupTrouble, Manifest
from helpdesk.backup.models import Backup
from helpdesk.backup.on_sqlite import keep_copy
from helpdesk.backup.remains import at_work
from helpdesk.backup.sides import SIDES, ours
from helpdesk.backup.standing import place_of
from helpdesk.core import clock, processes
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing

Factory = Callable[[Mapping[str, str]], Flask]
OF_A_MOMENT = (Session, Throttle, SignInStep, FirstAdministratorLink, SecondFactorReset)
FOLDERS = ("PHOTO_FOLDER", "SCAN_FOLDER")


def restore(path: Path, *, replace: bool, application: Factory, now: datetime) -> tuple[Manifest, Path | None]:
    """All of it or nothing; returns what was restored, and the folder in which what was there before lies.

    Raises BackupTrouble.
    """
    archive = Archive(path)
    try:
        with at_work(alone=True):
            return _restored(archive, replace, application, now)
    except OSError as problem:
        raise BackupTrouble(f"It cannot be put back, and nothing was changed: {problem.strerror}.") from None
    finally:
        archive.close()


def _restored(archive: Archive, replace: bool, application: Factory, now: datetime) -> tuple[Manifest, Path | None]:
    manifest, beside = archive.manifest, _folder_beside(now)
    _refuse(manifest, replace=replace)
    was_empty = ours().is_empty()
    ours().refuse_if_taken()
    refuse_without_room(manifest, files=manifest.bytes)
    unpacked = Path(current_app.instance_path, f".restoring-{secrets.token_hex(4)}")
    try:
        for name in manifest.files:
            archive.extract(name, unpacked / name)
        with ours().staged(archive) as url:
            check_rows(url, manifest)
            _make_current(application, url, archive, now)
            if not was_empty:
                _keep_files(beside)
            _put_files(manifest, unpacked)
            ours().swap(url, beside)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    return manifest, beside if beside.exists() else None


def _folder_beside(now: datetime) -> Path:
    return Path(current_app.instance_path, f"before-restore-{clock.local(now):%Y%m%d-%H%M%S}")


def _refuse(manifest: Manifest, *, replace: bool) -> None:
    """What can be known before anything is unpacked."""
    if SIDES[manifest.dialect] is not ours():
        raise BackupTrouble(f"It was made on {manifest.dialect}, and DATABASE_URL is {db.engine.dialect.name}.")
    if manifest.revision not in known_revisions():
        raise BackupTrouble(f"It was made by a newer version of this program ({manifest.revision}). Install that one.")
    if missing := [need.name for need in needed_keys(manifest) if not need.here]:
        raise BackupTrouble(f"It needs {', '.join(missing)}: put back the file of secrets that was kept with it.")
    if not replace and not ours().is_empty():
        raise BackupTrouble("There is a database here already. Stop the product and add --replace to put it aside.")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(f"{current_app.root_path}/migrations")


def known_revisions() -> set[str]:
    return {script.revision for script in _scripts().walk_revisions()}


def newest_revision() -> str:
    return _scripts().get_current_head()


def _make_current(application: Factory, url: str, archive: Archive, now: datetime) -> None:
    """Bring the staged database to this version, end all sessions, and tell it in its history."""
    manifest = archive.manifest
    staged = application({**processes.settings(), "DATABASE_URL": url})
    with staged.app_context():
        try:
            if manifest.revision != newest_revision():
                upgrade()
            with writing():
                _forget_moment(now)
                _tell(manifest, archive.path.stat().st_size, now)
            if (broken_at := verify_chain()) is not None:
                raise BackupTrouble(f"Its history is broken at event {broken_at}.")
        finally:
            db.session.remove()
            db.engine.dispose()


def _forget_moment(now: datetime) -> None:
    """Everybody signs in again: who was signed out since must not be signed in by an old cookie."""
    for table in OF_A_MOMENT:
        db.session.execute(delete(table))
    known = update(EnrolledDevice).where(EnrolledDevice.revoked_at.is_(None))
    db.session.execute(known.values(revoked_at=now))


def _tell(manifest: Manifest, size: int, now: datetime) -> None:
    row = Backup(begun_at=now, made_at=manifest.made_at, bytes=size, fault="")
    db.session.add(row)
    told = {"made_at": manifest.made_at, "rows": sum(manifest.counts.values()), "files": len(manifest.files)}
    record("backup.restored", row, actor=None, now=now, **told)


def _keep_files(beside: Path) -> None:
    """Second names for all files that are here now."""
    beside.mkdir(parents=True, mode=0o700)
    for folder in (Path(current_app.config[name]) for name in FOLDERS):
        for path in sorted(folder.glob("*/*")):
            keep_copy(path, beside / folder.name / path.parent.name / path.name)


def _put_files(manifest: Manifest, unpacked: Path) -> None:
    folders = set()
    for name in manifest.files:
        place = place_of(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        (unpacked / name).replace(place)
        folders.add(place.parent)
    for folder in folders:
        sync_folder(folder)
