"""Forgetting what is over, a chunk at a time, so that nobody waits for the lock. The worker calls it."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select

from helpdesk.accounts.device_models import EnrolledDevice
from helpdesk.accounts.models import Session, Throttle
from helpdesk.accounts.throttle import WINDOW
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing

KEPT = timedelta(days=90)  # of a session or a device, after it ended or was last used
CHUNK = 500


def forget_old_sessions(now: datetime) -> int:
    """Sessions that ended, or were last used, more than 90 days ago; returns how many there were."""
    return _forget(Session, Session.id, func.coalesce(Session.ended_at, Session.seen_at) < now - KEPT)


def forget_old_devices(now: datetime) -> int:
    """Phones and computers that nobody has known for 90 days; returns how many there were."""
    over = func.coalesce(EnrolledDevice.revoked_at, EnrolledDevice.expires_at) < now - KEPT
    return _forget(EnrolledDevice, EnrolledDevice.id, over)


def forget_throttles(now: datetime) -> int:
    """Counts of tries whose window is over; returns how many there were."""
    return _forget(Throttle, Throttle.key, Throttle.since < now - WINDOW)


def _forget(table: type, key, over: ColumnElement[bool]) -> int:
    forgotten = 0
    while True:
        with writing():
            keys = list(db.session.scalars(select(key).where(over).limit(CHUNK)))
            db.session.execute(delete(table).where(key.in_(keys)))
        forgotten += len(keys)
        if len(keys) < CHUNK:
            return forgotten
