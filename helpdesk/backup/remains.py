"""What a restore or a trial of a backup leaves when it is killed: found, and removed once nobody can be at work on it.

Whoever is at work holds the folder of the installation locked; the system lets go of it with the process, however that
ends. Where there are no such locks (Windows, some disks of a network) nothing is removed by itself.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

from helpdesk.backup import on_postgres
from helpdesk.backup.manifest import BackupTrouble
from helpdesk.core.extensions import db

try:
    import fcntl
except ImportError:  # not POSIX
    fcntl = None

BUSY = "Another backup is being tried or put back here: wait until that has ended."
OF_A_STAGE = re.compile(r"\.restoring-[0-9a-f]{8}(\.db(-\w+)?)?|\.(restoring_[0-9a-f]{8})\.dump")


@contextmanager
def at_work(*, alone: bool) -> Iterator[None]:
    """Lets others know that somebody is at work here, and clears away what dead ones left. Raises BackupTrouble."""
    folder = Path(current_app.instance_path)
    folder.mkdir(parents=True, exist_ok=True)
    with _opened(folder) as held:
        free = _locked(held, alone=True)
        if free:
            _clear_away()
        if (alone and free is False) or (not alone and _locked(held, alone=False) is False):
            raise BackupTrouble(BUSY)
        yield


def left_by_dead_ones() -> list[Path]:
    """What lies here although nobody is at work."""
    if not _found():
        return []
    with _opened(Path(current_app.instance_path)) as held:
        return [] if _locked(held, alone=True) is False else _found()


def _clear_away() -> None:
    for path in _found():
        database = OF_A_STAGE.fullmatch(path.name)[3]
        if database and db.engine.dialect.name == "postgresql":
            on_postgres.drop(database)
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _found() -> list[Path]:
    folders = {Path(current_app.instance_path)}
    if db.engine.dialect.name == "sqlite":
        folders.add(Path(db.engine.url.database).parent)
    lying = (path for folder in sorted(folders) if folder.is_dir() for path in sorted(folder.iterdir()))
    return [path for path in lying if OF_A_STAGE.fullmatch(path.name) and not path.is_symlink()]


@contextmanager
def _opened(folder: Path) -> Iterator[int | None]:
    """The folder, to lock it; nothing where that is not known."""
    held = os.open(folder, os.O_RDONLY) if fcntl else None
    try:
        yield held
    finally:
        if held is not None:
            os.close(held)


def _locked(held: int | None, *, alone: bool) -> bool | None:
    """Whether we have the lock now; None where nobody can have one."""
    if held is None:
        return None
    try:
        fcntl.flock(held, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
