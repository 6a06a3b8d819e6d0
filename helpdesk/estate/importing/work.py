"""The slow part of an upload, in a process of its own: `flask estate work ID ATTEMPT`, started by a page.

So no request waits and no other page becomes slow. Every step ends with one short transaction; the sign of life in
the row tells pages whether the process still lives. Killed half-way, it has written nothing.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from helpdesk.core import clock, processes
from helpdesk.core.errors import DomainError
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.importing import files, keys, reading, run, sheets, uploads
from helpdesk.estate.importing.apply import import_register
from helpdesk.estate.importing.households import Sheet, read_sheet
from helpdesk.estate.importing.models import RegisterUpload
from helpdesk.estate.importing.rows import RowReader
from helpdesk.estate.importing.states import RUNNING, Stage, move
from helpdesk.estate.importing.troubles import Unreadable

BEAT_S = 5


def start(upload: RegisterUpload) -> None:
    """Start the process for what was just asked."""
    processes.start("estate", "work", str(upload.id), str(upload.attempt))


def do(upload_id: int, attempt: int, now: Callable[[], datetime]) -> None:
    """Do what an upload waits for, unless a later process was started for it."""
    with writing():
        upload = db.session.get(RegisterUpload, upload_id)
        if upload is None or upload.attempt != attempt or upload.seen_at or upload.status not in RUNNING:
            return
        upload.seen_at = now()
    over, app = threading.Event(), current_app._get_current_object()
    threading.Thread(target=_beat, args=(app, upload_id, attempt, now, over), daemon=True).start()
    try:
        STEPS[Stage(upload.status)](upload, attempt)
    except Unreadable as wrong:
        _fail(upload_id, attempt, wrong)
    except Exception:
        db.session.rollback()
        _fail(upload_id, attempt)
        raise
    finally:
        over.set()


def _beat(app, upload_id: int, attempt: int, now: Callable[[], datetime], over: threading.Event) -> None:
    alive = update(RegisterUpload).where(RegisterUpload.id == upload_id, RegisterUpload.attempt == attempt)
    with app.app_context():
        while not over.wait(BEAT_S):
            with suppress(OperationalError), writing():  # while we apply, we hold the lock ourselves
                db.session.execute(alive.values(seen_at=now()))


def _current(upload_id: int, attempt: int) -> RegisterUpload | None:
    """The upload, if this process is still the one that was asked. Belongs inside `writing()`."""
    upload = db.session.get(RegisterUpload, upload_id)
    return upload if upload and upload.attempt == attempt else None


def _fail(upload_id: int, attempt: int, wrong: Unreadable | None = None) -> None:
    with writing():
        if upload := _current(upload_id, attempt):
            move(upload, Stage.FAILED)
            upload.trouble, upload.trouble_value = (wrong.trouble, wrong.value[:40]) if wrong else (None, "")


def _look(upload: RegisterUpload, attempt: int) -> None:
    upload_id, path, sheet = upload.id, uploads.original(upload), upload.sheet
    rows, head = uploads.part(upload, "rows"), uploads.part(upload, "head")
    db.session.rollback()
    uploads.store_rows(head, [sheets.names_of(path)])
    found = reading.look(sheets.rows_of(path, sheet))
    uploads.store_rows(rows, found.rows)
    with writing():
        if upload := _current(upload_id, attempt):
            move(upload, Stage.LOOKED)
            upload.header_row, upload.columns = found.header_row, found.columns
            upload.rows_read = found.count


def _check(upload: RegisterUpload, attempt: int) -> None:
    upload_id, places = upload.id, _places(upload)
    sheet, report, plan = _compared(upload)
    plan.spool.close()
    as_of, area_code = clock.local_date(upload.asked_at), upload.estate.area_code
    db.session.rollback()
    uploads.store_rows(places["problems"], reading.with_cells(_filled(places["rows"], sheet, as_of, area_code), report))
    uploads.store_rows(places["report"], [reading.told(report)])
    files.write_errors(
        places["errors"], sheet.columns, _filled(places["rows"], sheet, as_of, area_code), report.to_correct
    )
    with writing():
        if upload := _current(upload_id, attempt):
            move(upload, Stage.CHECKED)
            upload.counts = reading.figures(report)
    places["original"].unlink(missing_ok=True)


def _apply(upload: RegisterUpload, attempt: int) -> None:
    upload_id, estate_id = upload.id, upload.estate_id
    for tries_left in reversed(range(run.TRIES)):
        _sheet, report, plan = _compared(db.session.get_one(RegisterUpload, upload_id))
        try:
            _write(upload_id, attempt, report, plan)
            break
        except DomainError:
            if not tries_left:
                raise
        finally:
            plan.spool.close()
    keys.complete(estate_id)


def _write(upload_id: int, attempt: int, report, plan) -> None:
    """The register and the upload's own row change together: what says that it was applied is true."""
    with writing():
        if upload := _current(upload_id, attempt):
            import_register(plan, actor=upload.asked_by, now=upload.asked_at)
            move(upload, Stage.APPLIED)
            upload.counts = reading.figures(report)


def _compared(upload: RegisterUpload):
    """The kept rows as a sheet, and how it differs from the register; the snapshot is left afterwards."""
    as_of, estate_id = clock.local_date(upload.asked_at), upload.estate_id
    sheet = read_sheet(
        uploads.rows_in(uploads.part(upload, "rows")), as_of=as_of, area_code=upload.estate.area_code,
        columns=reading.columns_of(upload),
    )  # fmt: skip
    report, plan = run.prepare(sheet, estate_id, as_of)
    return sheet, report, plan


def _places(upload: RegisterUpload) -> dict[str, Path]:
    named = {name: uploads.part(upload, name) for name in ("rows", "problems", "report")}
    return named | {"errors": uploads.errors(upload), "original": uploads.original(upload)}


def _filled(path: Path, sheet: Sheet, as_of, area_code: str) -> Iterator[tuple[int, list[str]]]:
    reader = RowReader(sheet.columns, as_of=as_of, area_code=area_code)
    return ((no, reader.filled(row)) for no, row in uploads.rows_in(path) if no > sheet.columns.row_no)


STEPS = {Stage.READING: _look, Stage.CHECKING: _check, Stage.APPLYING: _apply}
