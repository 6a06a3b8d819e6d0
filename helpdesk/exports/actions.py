"""Asking for a list, and noting that it was taken out."""

from datetime import datetime, timedelta

from helpdesk.accounts.models import User
from helpdesk.accounts.proof import require_proof
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, require
from helpdesk.core.extensions import db
from helpdesk.exports.models import ExportFile, ExportList, ExportLog
from helpdesk.repairs.filters import read

KEPT = timedelta(days=1)
SILENT = timedelta(seconds=60)  # without a sign of life: the process was killed


def is_stopped(file: ExportFile, now: datetime) -> bool:
    silent = now - (file.seen_at or file.asked_at) > SILENT
    return file.log_id is None and (file.failed or silent)


def ask_for(file: ExportFile, *, proved: bool = False, actor: User, now: datetime) -> ExportFile:
    """Keep what was asked for; it is noted once there is a file. Lists of people need fresh proof of who takes them."""
    require(actor, Permission.EXPORT, file.estate_id)
    require_proof(proved or not (file.what is ExportList.RESIDENTS or file.extras))
    file.asked_by_id, file.asked_at = actor.id, now
    db.session.add(file)
    db.session.flush()
    return file


def take_out(file: ExportFile, *, rows: int, columns: int, actor: User, now: datetime) -> None:
    """Note one export; the file is sent only after this is kept. The event gets codes and ids, never typed words."""
    require(actor, Permission.EXPORT, file.estate_id)
    log = ExportLog(
        estate_id=file.estate_id, what=file.what, form=file.form, with_phones=file.with_phones,
        with_flags=file.with_flags, rows=rows, reason=file.reason, taken_by_id=actor.id, taken_at=now,
    )  # fmt: skip
    db.session.add(log)
    db.session.flush()
    file.log_id, file.rows, file.rows_done = log.id, rows, rows
    asked = read(file.asked)
    codes = [code for code in (asked.group, asked.urgency, asked.technician, asked.building) if code]
    record(
        "export.taken", log, actor=actor, now=now, what=file.what, form=file.form,
        filter=codes if file.what is ExportList.ORDERS else [], rows=rows, extras=file.extras, columns=columns,
    )  # fmt: skip
