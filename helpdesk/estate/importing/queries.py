"""Finding uploads."""

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.estate.importing.models import RegisterUpload

MOST = 30


def visible_uploads(user) -> Select[tuple[RegisterUpload]]:
    """Uploads this user may go on with, their own and those of colleagues."""
    mine = RegisterUpload.estate_id.in_(estates(user, Permission.IMPORT_REGISTER))
    return select(RegisterUpload).where(mine).order_by(RegisterUpload.id.desc())


def latest_uploads(user) -> list[RegisterUpload]:
    people = (joinedload(RegisterUpload.uploaded_by), joinedload(RegisterUpload.estate))
    return list(db.session.scalars(visible_uploads(user).limit(MOST).options(*people)))


def get_upload(user, upload_id: int, *, seen_version: int | None = None) -> RegisterUpload:
    """One upload; 404 if there is none for this user, Conflict if it went on since they looked."""
    found = db.session.scalar(visible_uploads(user).where(RegisterUpload.id == upload_id)) or abort(404)
    if seen_version is not None and seen_version != found.version:
        raise Conflict(_("This import is at another step by now. Look at it again."))
    return found
