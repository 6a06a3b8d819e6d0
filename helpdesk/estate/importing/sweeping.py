"""Forgetting uploads that nobody went on with, rows first and then their files. The worker calls it."""

from datetime import datetime

from sqlalchemy import delete, select

from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.importing import uploads
from helpdesk.estate.importing.actions import KEPT
from helpdesk.estate.importing.models import RegisterUpload


def forget_uploads(now: datetime) -> int:
    """Uploads that have lain about for a day; returns how many there were."""
    with writing():
        forgotten = db.session.execute(delete(RegisterUpload).where(RegisterUpload.uploaded_at < now - KEPT)).rowcount
    uploads.sweep(set(db.session.scalars(select(RegisterUpload.file_key))))
    db.session.rollback()
    return forgotten
