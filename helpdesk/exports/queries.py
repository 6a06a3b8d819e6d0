"""Finding what was taken out."""

from flask import abort
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.exports.models import OF_MONEY, ExportFile, ExportLog

ROWS = 100


def visible_exports(user) -> Select[tuple[ExportLog]]:
    mine = ExportLog.estate_id.in_(estates(user, Permission.SEE_EXPORTS))
    return select(ExportLog).where(mine).order_by(ExportLog.id.desc())


def latest_exports(user) -> list[ExportLog]:
    return list(db.session.scalars(visible_exports(user).limit(ROWS).options(joinedload(ExportLog.taken_by))))


def visible_files(user) -> Select[tuple[ExportFile]]:
    """Only what this user asked for, and only while they may."""
    money, others = estates(user, Permission.EXPORT_MONEY), estates(user, Permission.EXPORT)
    may = or_(
        and_(ExportFile.what.in_(OF_MONEY), ExportFile.estate_id.in_(money)),
        and_(ExportFile.what.not_in(OF_MONEY), ExportFile.estate_id.in_(others)),
    )
    return select(ExportFile).where(ExportFile.asked_by_id == user.id, may)


def latest_files(user) -> list[ExportFile]:
    return list(db.session.scalars(visible_files(user).order_by(ExportFile.id.desc()).limit(ROWS)))


def get_file(user, file_id: int) -> ExportFile:
    return db.session.scalar(visible_files(user).where(ExportFile.id == file_id)) or abort(404)
