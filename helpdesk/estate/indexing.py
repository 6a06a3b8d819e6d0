"""Search keys follow every edit: written anew from the record, and from those that were merged into it."""

from sqlalchemy import delete, select

from helpdesk.core.extensions import db
from helpdesk.estate import search_keys
from helpdesk.estate.models import Person, PersonNote, Phone, PhoneNote, Place, SearchKey


def index_place(place: Place) -> None:
    _write(place, search_keys.of_place(place.address, room_no=place.room_no, home_no=place.home_no), "place_id")


def index_person(person: Person) -> None:
    """By the name, and by the names under which they stood here before."""
    names = select(Person.name).join(PersonNote, PersonNote.person_id == Person.id)
    once = db.session.scalars(names.where(PersonNote.became_id == person.id).order_by(Person.id)).all()
    _write(person, [key for name in (person.name, *once) for key in search_keys.of_name(name)], "person_id")


def index_phone(phone: Phone) -> None:
    """By the digits, and by those that were a wrong way of writing it."""
    digits = select(Phone.digits).join(PhoneNote, PhoneNote.phone_id == Phone.id)
    once = db.session.scalars(digits.where(PhoneNote.became_id == phone.id).order_by(Phone.id)).all()
    _write(phone, [key for number in (phone.digits, *once) for key in search_keys.of_phone(number)], "phone_id")


def forget(thing: Person | Phone) -> None:
    """Let a record be found no longer."""
    column = SearchKey.person_id if isinstance(thing, Person) else SearchKey.phone_id
    db.session.execute(delete(SearchKey).where(column == thing.id))


def _write(thing, keys: list[search_keys.Key], column: str) -> None:
    db.session.flush()  # a new record needs its id
    db.session.execute(delete(SearchKey).where(getattr(SearchKey, column) == thing.id))
    for key in dict.fromkeys(keys):
        db.session.add(SearchKey(estate_id=thing.estate_id, kind=key.kind, key=key.key, **{column: thing.id}))
