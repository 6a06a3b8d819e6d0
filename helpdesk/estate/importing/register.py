"""What the register holds of an estate when a file is compared with it."""

from dataclasses import dataclass, field
from datetime import date
from sys import intern
from typing import NamedTuple

from sqlalchemy import Select, func, select

from helpdesk.core.extensions import db
from helpdesk.estate.models import (
    Occupancy,
    OccupancyEnd,
    OccupancyRole,
    OpeningPosition,
    Person,
    Phone,
    PhoneNote,
    Place,
    PlaceKind,
    SearchKey,
    Use,
    phone_person,
    phone_place,
)


class KnownPlace(NamedTuple):
    id: int
    kind: PlaceKind
    floor_no: int | None
    use: Use | None
    home_no: str | None
    area: int | None
    unit_price: int | None
    stairwell_id: int | None


class KnownPerson(NamedTuple):
    id: int
    name: str
    birth_year: int | None
    hearing: bool
    mobility: bool
    dialect: bool
    lives_alone: bool
    emergency_contact: str


class KnownOccupancy(NamedTuple):
    id: int
    person_id: int
    role: OccupancyRole
    from_on: date
    end_reason: OccupancyEnd | None


@dataclass(slots=True)
class Register:
    """One snapshot. `fingerprint` tells later whether anything was written since."""

    estate_id: int
    fingerprint: tuple[int, ...]
    last_ids: dict[str, int]
    places: dict[str, KnownPlace] = field(default_factory=dict)
    people: dict[int, KnownPerson] = field(default_factory=dict)
    living: dict[int, list[KnownOccupancy]] = field(default_factory=dict)  # by place, ended ones too
    dead: set[int] = field(default_factory=set)
    phones: dict[str, int] = field(default_factory=dict)
    people_of: dict[int, tuple[int, ...]] = field(default_factory=dict)  # whom a phone reaches
    places_of: dict[int, tuple[int, ...]] = field(default_factory=dict)  # where it rings
    openings: dict[int, tuple[date | None, int]] = field(default_factory=dict)


ROWS_AT_ONCE = 2_000
NUMBERED = (Place, Person, Phone, Occupancy)  # whose ids a plan gives out


def fingerprint() -> tuple[int, ...]:
    """Figures that change with every write to the register; cheap enough to ask for under the write lock."""
    asked = [func.max(model.id) for model in (*NUMBERED, SearchKey)]
    asked += [func.sum(Place.version), func.sum(Person.version)]
    asked += [func.count(table.c.phone_id) for table in (phone_person, phone_place)]
    asked += [func.count(OpeningPosition.place_id), func.sum(OpeningPosition.arrears_fen)]
    return tuple(int(db.session.scalar(select(figure)) or 0) for figure in asked)


def load(estate_id: int) -> Register:
    """Read all that a file may touch, in the snapshot of this transaction."""
    figures = fingerprint()
    last_ids = {model.__tablename__: last for model, last in zip(NUMBERED, figures, strict=False)}
    register = Register(estate_id, figures, last_ids)
    columns = (Place.address, *(getattr(Place, name) for name in KnownPlace._fields))
    for address, *values in _ask(select(*columns).where(Place.estate_id == estate_id)):
        register.places[intern(address)] = KnownPlace(*values)
    people = select(*(getattr(Person, name) for name in KnownPerson._fields)).where(Person.estate_id == estate_id)
    register.people = {row.id: KnownPerson(row.id, intern(row.name), *row[2:]) for row in _ask(people)}
    for row in _ask(
        select(Occupancy.place_id, *(getattr(Occupancy, name) for name in KnownOccupancy._fields))
        .join(Occupancy.place)
        .where(Place.estate_id == estate_id)
        .order_by(Occupancy.id)
    ):
        register.living.setdefault(row.place_id, []).append(KnownOccupancy(*row[1:]))
        if row.end_reason is OccupancyEnd.DIED:
            register.dead.add(row.person_id)
    _load_phones(register)
    openings = select(OpeningPosition.place_id, OpeningPosition.paid_until, OpeningPosition.arrears_fen)
    register.openings = {
        place_id: (paid_until, arrears)
        for place_id, paid_until, arrears in _ask(openings.join(Place).where(Place.estate_id == estate_id))
    }
    return register


def _ask(statement: Select):
    """Row by row: all of them at once would take as much memory again as what is made of them."""
    return db.session.execute(statement, execution_options={"yield_per": ROWS_AT_ONCE})


def _load_phones(register: Register) -> None:
    own = Phone.estate_id == register.estate_id
    register.phones = {intern(digits): phone_id for phone_id, digits in _ask(select(Phone.id, Phone.digits).where(own))}
    slips = select(Phone.digits, PhoneNote.became_id).join(PhoneNote, PhoneNote.phone_id == Phone.id).where(own)
    register.phones |= {digits: became for digits, became in _ask(slips)}  # written wrongly in the file again
    for known, link, reached in (
        (register.people_of, phone_person, phone_person.c.person_id),
        (register.places_of, phone_place, phone_place.c.place_id),
    ):
        for phone_id, found in _ask(select(link.c.phone_id, reached).join(Phone).where(own)):
            known[phone_id] = (*known.get(phone_id, ()), found)
