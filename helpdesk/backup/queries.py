"""How the backups are doing: for the worker, the monitor and the doctor."""

from datetime import datetime

from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.backup.models import Backup
from helpdesk.core.extensions import db


def last_good() -> datetime | None:
    """The moment that the newest good backup shows."""
    return db.session.scalar(select(func.max(Backup.made_at)))


def newest_try() -> Backup | None:
    return db.session.scalar(select(Backup).order_by(Backup.id.desc()).limit(1))


def begun_at() -> datetime | None:
    """When the installation began: its first event."""
    return db.session.scalar(select(Event.at).order_by(Event.seq).limit(1))
