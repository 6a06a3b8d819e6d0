"""What people do with an upload. Each of these starts a process afterwards; see `work`."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.importing.columns import SEVERAL, Field
from helpdesk.estate.importing.models import RegisterUpload
from helpdesk.estate.importing.states import RUNNING, Stage, move

KEPT = timedelta(days=1)
SILENT = timedelta(seconds=60)  # without a sign of life: the process was killed


def is_stopped(upload: RegisterUpload, now: datetime) -> bool:
    return upload.status in RUNNING and now - (upload.seen_at or upload.asked_at) > SILENT


def receive(
    estate_id: int, *, file_key: str, suffix: str, file_name: str, actor: User, now: datetime
) -> RegisterUpload:
    """Keep a file that was sent and have it read. What lay about for a day goes, its files right after."""
    require(actor, Permission.IMPORT_REGISTER, estate_id)
    for old in db.session.scalars(select(RegisterUpload).where(RegisterUpload.uploaded_at < now - KEPT)):
        db.session.delete(old)
    upload = RegisterUpload(
        estate_id=estate_id, file_key=file_key, suffix=suffix, file_name=file_name, uploaded_by_id=actor.id,
        uploaded_at=now, asked_by_id=actor.id, asked_at=now,
    )  # fmt: skip
    db.session.add(upload)
    db.session.flush()
    _ask(upload, actor, now)
    record("upload.received", upload, actor=actor, now=now)
    return upload


def choose_sheet(upload: RegisterUpload, sheet: str, *, actor: User, now: datetime) -> None:
    require(actor, Permission.IMPORT_REGISTER, upload.estate_id)
    move(upload, Stage.READING)
    upload.sheet, upload.columns, upload.header_row = sheet, None, None
    _ask(upload, actor, now)
    record("upload.sheet_chosen", upload, actor=actor, now=now)


def choose_columns(
    upload: RegisterUpload, chosen: dict[int, Field], *, header_row: int, actor: User, now: datetime
) -> None:  # fmt: skip
    """Settle which column holds what, and have every row checked. Refused without a room, or with a field twice."""
    require(actor, Permission.IMPORT_REGISTER, upload.estate_id)
    fields = list(chosen.values())
    if Field.ROOM not in fields:
        raise Refused(_("Choose the column that holds the room (房号) or the whole address."))
    twice = next((known for known in fields if known not in SEVERAL and fields.count(known) > 1), None)
    if twice:
        raise Refused(_("Two columns cannot both hold the same. Leave one of them out."))
    move(upload, Stage.CHECKING)
    upload.columns, upload.header_row = {str(at): known.value for at, known in chosen.items()}, header_row
    _ask(upload, actor, now)
    record("upload.columns_chosen", upload, actor=actor, now=now)


def ask_to_apply(upload: RegisterUpload, *, skip_errors: bool, actor: User, now: datetime) -> None:
    """Have a checked file written: all of it, or by choice the rows without a problem."""
    require(actor, Permission.IMPORT_REGISTER, upload.estate_id)
    if upload.counts.get("problems") and not skip_errors:
        raise Refused(_("Rows have problems. Correct them, or choose to take the good rows only."))
    move(upload, Stage.APPLYING)
    upload.skip_errors = skip_errors
    _ask(upload, actor, now)
    record("upload.apply_asked", upload, actor=actor, now=now, skip_errors=skip_errors)


def start_again(upload: RegisterUpload, *, actor: User, now: datetime) -> None:
    """After the process was killed, or the file failed: from its columns if they are known, else from the file."""
    require(actor, Permission.IMPORT_REGISTER, upload.estate_id)
    if upload.status is not Stage.FAILED and not is_stopped(upload, now):
        raise Conflict(_("This import is at another step by now. Look at it again."))
    move(upload, Stage.LOOKED if upload.columns is not None else Stage.READING)
    upload.trouble, upload.trouble_value = None, ""
    if upload.status is Stage.READING:
        _ask(upload, actor, now)
    else:
        upload.attempt += 1  # a process that was only slow may not write any more
    record("upload.started_again", upload, actor=actor, now=now)


def discard(upload: RegisterUpload, *, actor: User, now: datetime) -> str:
    """Forget an upload; returns the key of its files, which go after the transaction."""
    require(actor, Permission.IMPORT_REGISTER, upload.estate_id)
    if upload.status is Stage.APPLYING and not is_stopped(upload, now):
        raise Conflict(_("It is just being applied. Wait until that has ended."))
    record("upload.discarded", upload, actor=actor, now=now)
    db.session.delete(upload)
    return upload.file_key


def _ask(upload: RegisterUpload, actor: User, now: datetime) -> None:
    """One process at a time for an estate: two would compare with a register that the other changes."""
    others = select(RegisterUpload).where(
        RegisterUpload.estate_id == upload.estate_id, RegisterUpload.status.in_(RUNNING),
        RegisterUpload.id != upload.id,
    )  # fmt: skip
    if any(not is_stopped(other, now) for other in db.session.scalars(others)):
        raise Refused(_("Another import of this estate is running. Wait until it has ended, then try again."))
    upload.attempt += 1
    upload.asked_by_id, upload.asked_at, upload.seen_at, upload.rows_read = actor.id, now, None, 0
