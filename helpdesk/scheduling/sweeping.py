"""Photo files that no row names: left by a server that was killed between the file and its row. The worker calls it."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.repairs.models import Photo

OLD = timedelta(days=1)  # younger ones may be about to get their row
CHUNK = 500
log = logging.getLogger(__name__)


def sweep_photos(now: datetime) -> int:
    """Remove files older than a day that belong to no photo; returns how many there were."""
    swept = 0
    found = iter(_old_files(Path(current_app.config["PHOTO_FOLDER"]), now))
    while paths := list(islice(found, CHUNK)):
        names = {path: _name_of(path) for path in paths}
        known = set(db.session.scalars(select(Photo.file_name).where(Photo.file_name.in_(set(names.values())))))
        db.session.rollback()
        for path, name in names.items():
            if name not in known or path.suffix == ".part":
                path.unlink(missing_ok=True)
                swept += 1
    if swept:
        log.warning("photos: %d files without a row removed", swept)
    return swept


def _old_files(folder: Path, now: datetime) -> Iterable[Path]:
    """Files as we name them, in the folders as we name them; anything else there is not ours to touch."""
    for path in folder.glob("[0-9a-f][0-9a-f]/*"):
        if path.suffix in (".jpg", ".part") and path.is_file():
            written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if now - written > OLD:
                yield path


def _name_of(path: Path) -> str:
    """The name in the row: both the picture and its small copy go by it."""
    return f"{path.stem.removesuffix('-small')}.jpg"
