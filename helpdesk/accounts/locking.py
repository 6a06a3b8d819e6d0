"""Locking a screen and unlocking it, PINs, and the devices that are known as somebody's own.

A PIN is short, so it is worth something only together with a session or a device, and only for five tries: each is
counted and kept before anything is compared, and the fifth wrong one ends what it was to open.
"""

import re
from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk.accounts import passwords
from helpdesk.accounts.actions import end_all_sessions
from helpdesk.accounts.device_models import DeviceKind, EnrolledDevice, LockPolicy, UserPin
from helpdesk.accounts.models import Session, User
from helpdesk.accounts.proof import require_proof
from helpdesk.accounts.rules import is_easy
from helpdesk.accounts.sessions import DESK, LOCK_MINUTES, hashed, idle_limit, new_number
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, can_anywhere
from helpdesk.core.errors import NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing

TRIES = 5
DEVICE_LASTS = timedelta(days=30)
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


def device_kind(user: User) -> DeviceKind | None:
    """What a device of this user can be enrolled for; an operator's desk is shared, so none of theirs."""
    if can_anywhere(user, Permission.DO_VISITS):
        return DeviceKind.PHONE
    return DeviceKind.READING if idle_limit(user) == DESK else None


def enrol(
    user: User, *, device: tuple[str, str], former: EnrolledDevice | None, proved: bool, now: datetime
) -> str:  # fmt: skip
    """Know this browser for 30 days; returns the number for its cookie. Whoever had it before has it no longer."""
    require_proof(proved)
    kind = device_kind(user)
    if kind is None:
        raise NotAllowed(_("This computer is used by several people. Lock the screen instead."))
    if kind is DeviceKind.PHONE and db.session.get(UserPin, user.id) is None:
        raise Refused(_("Choose a PIN first."))
    if former and not former.revoked_at:
        former.revoked_at = now
    number, (browser, system) = new_number(), device
    row = EnrolledDevice(
        token_hash=hashed(number), user_id=user.id, kind=kind, browser=browser, system=system,
        enrolled_at=now, expires_at=now + DEVICE_LASTS, seen_at=now, tries=0,
    )  # fmt: skip
    db.session.add(row)
    record("device.enrolled", row, actor=user, now=now, device=kind)
    return number


def revoke(device: EnrolledDevice, *, actor: User, now: datetime) -> None:
    """The device is a stranger's from now on; whoever may see it in a list may do this."""
    if device.revoked_at is None:
        device.revoked_at = now
        record("device.revoked", device, actor=actor, now=now)


def sign_out_elsewhere(user: User, *, but: int | None, actor: User, now: datetime) -> None:
    """Everywhere, or everywhere but in the session whose id is `but`."""
    end_all_sessions(user, now, but=but)
    record("user.signed_out", user, actor=actor, now=now, raises_version=False)


def lock_minutes() -> int:
    policy = db.session.get(LockPolicy, 1)
    return policy.minutes if policy else LOCK_MINUTES


def set_lock_minutes(minutes: int, *, actor: User, now: datetime) -> None:
    """For every estate of this installation: a desk may serve several."""
    if not can_anywhere(actor, Permission.ADMINISTER):
        raise NotAllowed(_("You may not do this. If you need to, ask your manager."))
    policy = db.session.get(LockPolicy, 1)
    if policy is None:
        policy = LockPolicy(id=1)
        db.session.add(policy)
    policy.minutes = minutes
    record("lock_policy.set", policy, actor=actor, now=now, minutes=minutes)
