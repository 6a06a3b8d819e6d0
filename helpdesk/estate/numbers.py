"""What people do to telephone numbers: which of them reach whom, and where."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate import phone_numbers
from helpdesk.estate.indexing import index_phone
from helpdesk.estate.models import Estate, Person, Phone, PhoneNote, Place
from helpdesk.estate.phone_numbers import PhoneKind


def digits_of(typed: str, *, estate_id: int, field: str = "number") -> str:
    """The number somebody typed, as it is kept; Refused for what nobody can be rung on."""
    number = phone_numbers.normalise(typed, area_code=db.session.get_one(Estate, estate_id).area_code)
    if number is None or number.kind is PhoneKind.SHORT:
        raise Refused(_("This is not a whole telephone number."), field=field)
    return number.digits


def phone_of(digits: str, *, estate_id: int) -> tuple[Phone, bool]:
    """The row of a number, and whether it is new. One that was merged away and turns up again is a number again."""
    phone = db.session.scalar(select(Phone).where(Phone.estate_id == estate_id, Phone.digits == digits))
    pointer = phone and db.session.get(PhoneNote, phone.id)
    if phone is not None and pointer is None:
        return phone, False
    if phone is None:
        phone = Phone(estate_id=estate_id, digits=digits)
        db.session.add(phone)
    if pointer is not None:
        became = db.session.get_one(Phone, pointer.became_id)
        db.session.delete(pointer)
        db.session.flush()
        index_phone(became)
    index_phone(phone)
    return phone, True


def add_number(of: Person | Place, typed: str, *, actor: User, now: datetime) -> Phone:
    """Note a number of a person or a place; others may share it. Refused if it is none, or noted there already."""
    require(actor, Permission.EDIT_REGISTER, of.estate_id)
    phone, _new = phone_of(digits_of(typed, estate_id=of.estate_id), estate_id=of.estate_id)
    reached = _reached(phone, of)
    if of in reached:
        raise Refused(_("This number is noted here already."), field="number")
    reached.append(of)
    db.session.flush()
    record(f"{of.__tablename__}.number_added", of, actor=actor, now=now, phone_id=phone.id)
    return phone


def remove_number(of: Person | Place, phone: Phone, *, actor: User, now: datetime) -> None:
    """Let a number no longer be noted here; calls from it stay what they were. Conflict if it is not noted any more."""
    require(actor, Permission.EDIT_REGISTER, of.estate_id)
    reached = _reached(phone, of)
    if of not in reached:
        raise Conflict(_("This number is not noted here any more."))
    reached.remove(of)
    record(f"{of.__tablename__}.number_removed", of, actor=actor, now=now, phone_id=phone.id)


def _reached(phone: Phone, of: Person | Place) -> list:
    return phone.people if isinstance(of, Person) else phone.places
