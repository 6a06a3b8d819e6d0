"""Files of what was erased. They go after the commit; what a killed server leaves behind the sweepers find."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from flask import current_app

from helpdesk.core.extensions import db
from helpdesk.core.transactions import BUSY_MS
from helpdesk.estate.importing import uploads
from helpdesk.scheduling import photos
from helpdesk.waivers import scans

WAIT_MS = 200


@dataclass(frozen=True, slots=True)
class Files:
    """Names of photos and of scans, whole paths of lists that were taken out, and the keys of imports."""

    photos: list[str] = field(default_factory=list)
    lists: Iterable[Path] = ()
    imports: Iterable[str] = ()
    scans: Iterable[str] = ()

    def remove(self) -> None:
        folder = Path(current_app.config["PHOTO_FOLDER"])
        for path in [path for name in self.photos for path in photos.paths(folder, name)] + list(self.lists):
            path.unlink(missing_ok=True)
        for name in self.scans:
            scans.path_of(name).unlink(missing_ok=True)
        for key in self.imports:
            uploads.drop(key)


def forget_log() -> None:
    """Let the log beside a SQLite file forget what it held; the file itself is overwritten as it goes.

    Somebody who reads just now holds it up: then it is left to the next time, and nobody waits for it.
    """
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        connection = db.engine.raw_connection()
        try:
            connection.execute(f"PRAGMA busy_timeout={WAIT_MS}")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
            connection.close()
