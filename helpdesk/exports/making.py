"""Making a file: at once if it is short, else in a process of its own: `flask exports make ID`, started by the page.

It is complete before anything of it is noted or sent. Files lie in the installation's own folder for a day, because a
backup must not keep them for years.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from helpdesk.accounts.models import User
from helpdesk.core import spreadsheets
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.core.words import local_time, word
from helpdesk.exports.actions import KEPT, take_out
from helpdesk.exports.models import ExportFile, ExportList, FileForm
from helpdesk.exports.rows import Table, Wish, table
from helpdesk.repairs.filters import read

BEAT_S = 2


def folder() -> Path:
    path = Path(current_app.instance_path) / "exports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def path_of(file: ExportFile) -> Path:
    return folder() / f"{file.file_key}.{file.form}"


def listed(file: ExportFile, user: User, now: datetime) -> Table:
    """The list that was asked for, as this user may see it."""
    dates = [] if file.what is ExportList.ORDERS else [_date(file.asked.get(name)) for name in ("from_on", "until_on")]
    return table(user, Wish(file.what, file.estate_id, now, file.extras, read(file.asked), *dates))


def write(file: ExportFile, found: Table, user: User, now: datetime) -> int:
    """Write the file, with a line that names who took it and when; returns how many rows it has."""
    path = path_of(file)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))  # for nobody else to read
    above = _("Taken by %(name)s on %(at)s. For internal use.", name=user.name, at=local_time(now))
    if file.form is FileForm.CSV:
        return spreadsheets.write_csv(path, found.titles, found.rows, above=above)
    return spreadsheets.write_xlsx(path, found.titles, found.rows, sheet=word(file.what)[:31], above=above)


def make(file_id: int, now: Callable[[], datetime]) -> None:
    """Make a file that somebody waits for, and note it; each is begun once."""
    with writing():
        file = db.session.get(ExportFile, file_id)
        if file is None or file.log_id or file.seen_at:
            return
        file.seen_at = now()
    over, progress, app = threading.Event(), [0], current_app._get_current_object()
    threading.Thread(target=_beat, args=(app, file_id, progress, now, over), daemon=True).start()
    try:
        _make(file_id, progress)
    except BaseException:
        db.session.rollback()
        with writing():
            db.session.execute(update(ExportFile).where(ExportFile.id == file_id).values(failed=True))
        raise
    finally:
        over.set()


def _make(file_id: int, progress: list[int]) -> None:
    file = db.session.get_one(ExportFile, file_id)
    with force_locale(file.asked_by.language):
        found = listed(file, file.asked_by, file.asked_at)
        found.rows = _counted(found.rows, progress)
        rows = write(file, found, file.asked_by, file.asked_at)
    with writing():
        file = db.session.get_one(ExportFile, file_id)
        take_out(file, rows=rows, columns=len(found.titles), actor=file.asked_by, now=file.asked_at)


def _counted(rows: Iterator, progress: list[int]) -> Iterator:
    for row in rows:
        progress[0] += 1
        yield row


def _beat(app, file_id: int, progress: list[int], now: Callable[[], datetime], over: threading.Event) -> None:
    alive = update(ExportFile).where(ExportFile.id == file_id, ExportFile.log_id.is_(None))
    with app.app_context():
        while not over.wait(BEAT_S):
            with suppress(OperationalError), writing():
                db.session.execute(alive.values(seen_at=now(), rows_done=progress[0]))


def forget_files(now: datetime) -> int:
    """Remove what has lain about for a day, rows first and then their files; the worker calls it."""
    with writing():
        forgotten = db.session.execute(delete(ExportFile).where(ExportFile.asked_at < now - KEPT)).rowcount
    known = set(db.session.scalars(select(ExportFile.file_key)))
    db.session.rollback()
    for path in folder().iterdir():
        if path.stem not in known and now.timestamp() - path.stat().st_mtime > KEPT.total_seconds():
            path.unlink(missing_ok=True)
    return forgotten


def _date(kept: str | None) -> date | None:
    return date.fromisoformat(kept) if kept else None
