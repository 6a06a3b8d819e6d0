"""Finding what was taken out."""

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.exports.models import ExportFile, ExportLog

ROWS = 100


def visible_exports(user) -> Select[tuple[ExportLog]]:
    mine = ExportLog.estate_id.in_(estates(user, Permission.SEE_EXPORTS))
    return select(ExportLog).where(mine).order_by(ExportLog.id.desc())


def latest_exports(user) -> list[ExportLog]:
    return list(db.session.scalars(visible_exports(user).limit(ROWS).options(joinedload(ExportLog.taken_by))))


def visible_files(user) -> Select[tuple[ExportFile]]:
    """Only what this user asked for, and only while they may."""
    mine = ExportFile.asked_by_id == user.id
    return select(ExportFile).where(mine, ExportFile.estate_id.in_(estates(user, Permission.EXPORT)))


def latest_files(user) -> list[ExportFile]:
    return list(db.session.scalars(visible_files(user).order_by(ExportFile.id.desc()).limit(ROWS)))


def get_file(user, file_id: int) -> ExportFile:
    return db.session.scalar(visible_files(user).where(ExportFile.id == file_id)) or abort(404)
