"""Files of the installation are for its owner alone: names and numbers of residents stand in nearly all of them."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flask import current_app

from helpdesk.core.extensions import db

OTHERS = 0o077  # what others than the owner may do
BESIDE = ("", "-wal", "-shm", "-journal")  # what SQLite keeps beside its file


def for_us_alone() -> None:
    """Whatever this process makes from here on, SQLite's files too, opens for nobody else."""
    if os.name == "posix":
        os.umask(OTHERS)


def open_to_others() -> list[Path]:
    """The files and folders of this installation that somebody else on this computer may open."""
    return [path for path in _ours() if _mode(path) & OTHERS] if os.name == "posix" else []


def close_to_others() -> None:
    """Correct what an older version or a copy left open. What is somebody else's stays, and the doctor says so."""
    for path in open_to_others():
        with suppress(OSError):
            path.chmod(_mode(path) & 0o700)


def _ours() -> Iterator[Path]:
    if db.engine.dialect.name == "sqlite":
        yield from (Path(f"{db.engine.url.database}{end}") for end in BESIDE)
    for folder, _folders, files in os.walk(current_app.instance_path):
        yield from (Path(folder), *(Path(folder, name) for name in files))


def _mode(path: Path) -> int:
    """Nothing for what is gone meanwhile, and for a link: what it leads to need not be ours."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return 0
    return 0 if stat.S_ISLNK(mode) else stat.S_IMODE(mode)
