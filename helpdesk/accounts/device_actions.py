"""Knowing a phone or a computer as somebody's own, and no longer knowing it."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk.accounts.device_models import DeviceKind, EnrolledDevice, UserPin
from helpdesk.accounts.models import User
from helpdesk.accounts.proof import require_proof
from helpdesk.accounts.sessions import DESK, hashed, idle_limit, new_number
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, can_anywhere
from helpdesk.core.errors import NotAllowed, Refused
from helpdesk.core.extensions import db

DEVICE_LASTS = timedelta(days=30)


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
