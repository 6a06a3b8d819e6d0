"""Noting that a list was taken out."""

from datetime import datetime

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, require
from helpdesk.core.extensions import db
from helpdesk.exports.models import ExportList, ExportLog, Extra, FileForm


def take_out(
    what: ExportList, *, estate_id: int, form: FileForm, extras: list[Extra], filters: list, rows: int, columns: int,
    reason: str, actor: User, now: datetime,
) -> ExportLog:  # fmt: skip
    """Note one export; the file is sent only after this is kept. `filters` are codes and ids, never typed words."""
    require(actor, Permission.EXPORT, estate_id)
    log = ExportLog(
        estate_id=estate_id, what=what, form=form, with_phones=Extra.PHONES in extras, with_flags=Extra.FLAGS in extras,
        rows=rows, reason=reason, taken_by_id=actor.id, taken_at=now,
    )  # fmt: skip
    db.session.add(log)
    db.session.flush()
    record(
        "export.taken", log, actor=actor, now=now, what=what, form=form, filter=filters, rows=rows, extras=extras,
        columns=columns,
    )  # fmt: skip
    return log
