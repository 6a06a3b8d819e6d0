"""Forgetting what is over, a chunk at a time, so that nobody waits for the lock. The worker calls it."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select

from helpdesk.accounts.device_models import EnrolledDevice
from helpdesk.accounts.models import KnownAddress, SignInStep, Throttle
from helpdesk.accounts.throttle import DAY, WINDOW
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing

KEPT = timedelta(days=90)  # of an address or a device, after somebody last signed in there
CHUNK = 500


def forget_old_devices(now: datetime) -> int:
    """Phones and computers that nobody has known for 90 days; returns how many there were."""
    over = func.coalesce(EnrolledDevice.revoked_at, EnrolledDevice.expires_at) < now - KEPT
    return _forget(EnrolledDevice, EnrolledDevice.id, over)


def forget_throttles(now: datetime) -> int:
    """Counts of tries whose window is over, however long it was; returns how many there were."""
    return _forget(Throttle, Throttle.key, Throttle.since < now - DAY)


def forget_known_addresses(now: datetime) -> int:
    """Addresses from which nobody signed in for 90 days, and passwords that got no code; returns how many."""
    waiting = _forget(SignInStep, SignInStep.token_hash, SignInStep.opened_at < now - WINDOW)
    return waiting + _forget(KnownAddress, KnownAddress.address_hash, KnownAddress.seen_at < now - KEPT)


def _forget(table: type, key, over: ColumnElement[bool]) -> int:
    forgotten = 0
    while True:
        with writing():
            keys = list(db.session.scalars(select(key).where(over).limit(CHUNK)))
            db.session.execute(delete(table).where(key.in_(keys), over))
        forgotten += len(keys)
        if len(keys) < CHUNK:
            return forgotten
