"""Forgetting counts whose window is over, a chunk at a time, so that nobody waits for the lock. The worker calls it."""

from datetime import datetime

from sqlalchemy import delete, select

from helpdesk.accounts.models import Throttle
from helpdesk.accounts.throttle import WINDOW
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing

CHUNK = 500


def forget_throttles(now: datetime) -> int:
    """Counts of tries whose window is over; returns how many there were."""
    forgotten = 0
    while True:
        with writing():
            keys = list(db.session.scalars(select(Throttle.key).where(Throttle.since < now - WINDOW).limit(CHUNK)))
            db.session.execute(delete(Throttle).where(Throttle.key.in_(keys)))
        forgotten += len(keys)
        if len(keys) < CHUNK:
            return forgotten
