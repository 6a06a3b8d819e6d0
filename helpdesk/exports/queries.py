"""Finding what was taken out."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.exports.models import ExportLog

ROWS = 100


def visible_exports(user) -> Select[tuple[ExportLog]]:
    mine = ExportLog.estate_id.in_(estates(user, Permission.SEE_EXPORTS))
    return select(ExportLog).where(mine).order_by(ExportLog.id.desc())


def latest_exports(user) -> list[ExportLog]:
    return list(db.session.scalars(visible_exports(user).limit(ROWS).options(joinedload(ExportLog.taken_by))))
