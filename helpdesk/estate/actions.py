"""What people do to the register."""

from datetime import datetime

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, require
from helpdesk.core.extensions import db
from helpdesk.estate import phone_numbers
from helpdesk.estate.models import Estate, Phone
from helpdesk.estate.numbers import phone_of
from helpdesk.estate.phone_numbers import PhoneKind


def add_estate(*, name: str, now: datetime) -> Estate:
    """Add an estate to this installation: done once, by whoever sets it up, before anybody can sign in."""
    estate = Estate(name=name)
    db.session.add(estate)
    record("estate.added", estate, actor=None, now=now)
    return estate


def keep_number(typed: str, *, estate_id: int, actor: User, now: datetime) -> Phone | None:
    """Keep the number of a caller nobody knows, so that they can be rung back; nobody is named by it.

    Returns the row that is there already, or None for what cannot be rung back: words, or a public number like 120.
    """
    require(actor, Permission.LOG_CALL, estate_id)
    number = phone_numbers.normalise(typed, area_code=db.session.get_one(Estate, estate_id).area_code)
    if number is None or number.kind is PhoneKind.SHORT:
        return None
    phone, is_new = phone_of(number.digits, estate_id=estate_id)
    if is_new:
        record("phone.kept", phone, actor=actor, now=now)
    return phone
