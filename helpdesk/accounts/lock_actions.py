"""Locking a screen and unlocking it, with a PIN or the password, and after how long it locks itself.

A PIN is short, so it is worth something only together with a session or a device, and only for five tries: each is
counted and kept before anything is compared, and the fifth wrong one ends what it was to open.
"""

import re
from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts import passwords
from helpdesk.accounts.device_models import EnrolledDevice, LockPolicy, UserPin
from helpdesk.accounts.models import Session, User
from helpdesk.accounts.proof import require_proof
from helpdesk.accounts.rules import is_easy
from helpdesk.accounts.sessions import LOCK_MINUTES, hashed, new_number
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, can_anywhere
from helpdesk.core.errors import NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing

TRIES = 5
PIN = re.compile(r"[0-9]{4,6}")


def stay(row: Session, *, now: datetime) -> None:
    """Somebody is here, although they only read: it counts as any page they ask for."""
    row.seen_at = now


def lock(row: Session, *, now: datetime) -> None:
    row.locked_at = row.locked_at or now


def try_counted(table: type[Session] | type[EnrolledDevice], row_id: int) -> bool:
    """Count one try to open this, in a transaction of its own; whether there was one left."""
    with writing():
        row = db.session.get(table, row_id)
        row.tries += 1
        return row.tries <= TRIES


def opens(user: User, secret: str) -> bool:
    """Whether this is the PIN of that user, or the password: nobody's password is as short as a PIN."""
    pin = db.session.get(UserPin, user.id)
    kept = pin.pin_hash if pin and PIN.fullmatch(secret) else user.password_hash
    return passwords.matches(kept, secret)


def unlock(row: Session, *, right: bool, now: datetime) -> None:
    """Go on where it was locked; the last wrong try ends the session instead."""
    if right:
        row.locked_at, row.seen_at, row.tries = None, now, 0
        return
    record("session.refused", row.user, actor=None, now=now, raises_version=False)
    if row.tries >= TRIES:
        row.ended_at = now
        record("session.ended", row, actor=None, now=now)


def open_session_by_pin(device: EnrolledDevice, *, right: bool, now: datetime) -> str | None:
    """Sign in on an enrolled phone; returns the number for the cookie. The last wrong try revokes the phone."""
    if device.revoked_at or not device.user.active:
        return None
    if right:
        device.tries, device.seen_at, number = 0, now, new_number()
        row = Session(token_hash=hashed(number), user_id=device.user_id, opened_at=now, seen_at=now)
        db.session.add(row)
        record("session.opened", row, actor=device.user, now=now)
        return number
    record("session.refused", device.user, actor=None, now=now, raises_version=False)
    if device.tries >= TRIES:
        device.revoked_at = now
        record("device.revoked", device, actor=None, now=now)
    return None


def set_pin(user: User, *, pin: str, pin_hash: str, proved: bool, now: datetime) -> None:
    require_proof(proved)
    if is_easy(pin):
        raise Refused(_("Anybody would try this PIN first. Choose another."), field="pin")
    kept = db.session.get(UserPin, user.id)
    if kept is None:
        kept = UserPin(user_id=user.id)
        db.session.add(kept)
    kept.pin_hash, kept.set_at = pin_hash, now
    record("user.pin_set", user, actor=user, now=now)


def lock_minutes() -> int:
    policy = db.session.get(LockPolicy, 1)
    return policy.minutes if policy else LOCK_MINUTES


def set_lock_minutes(minutes: int, *, actor: User, now: datetime) -> None:
    """For every estate of this installation: a desk may serve several."""
    if not can_anywhere(actor, Permission.ADMINISTER):
        raise NotAllowed()
    policy = db.session.get(LockPolicy, 1)
    if policy is None:
        policy = LockPolicy(id=1)
        db.session.add(policy)
    policy.minutes = minutes
    record("lock_policy.set", policy, actor=actor, now=now, minutes=minutes)
