"""Finding in the register. What belongs to somebody is found through what this person may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.estate import addresses
from helpdesk.estate.models import (
    Estate,
    Occupancy,
    Person,
    PersonNote,
    Phone,
    PhoneNote,
    Place,
    PlaceKind,
    SearchKey,
    Use,
    phone_place,
)


def estate_named(name: str) -> Estate | None:
    return db.session.scalar(select(Estate).where(Estate.name == name))


def every_estate() -> list[Estate]:
    """All of this installation: for commands, which see what nobody at a screen does."""
    return list(db.session.scalars(select(Estate).order_by(Estate.id)))


def visible_estates(user, *permissions: Permission) -> list[Estate]:
    """Where this user holds one of the permissions; without any, where they see the register."""
    mine = frozenset().union(*(estates(user, one) for one in permissions or (Permission.SEE_REGISTER,)))
    return list(db.session.scalars(select(Estate).where(Estate.id.in_(mine)).order_by(Estate.id)))


def chosen_estate(user, asked: object, permission: Permission = Permission.SEE_REGISTER) -> Estate:
    """The estate that an address or a form asked for, else the user's first; 404 for one that is not theirs."""
    mine = visible_estates(user, permission)
    found = next((one for one in mine if str(one.id) == str(asked)), None if asked else next(iter(mine), None))
    return found or abort(404)


def visible_places(user) -> Select[tuple[Place]]:
    return select(Place).where(Place.estate_id.in_(estates(user, Permission.SEE_REGISTER)))


def visible_people(user) -> Select[tuple[Person]]:
    """Without those who turned out to be somebody else of the register (see `person_it_became`)."""
    return select(Person).where(Person.estate_id.in_(estates(user, Permission.SEE_REGISTER)), not_merged(Person))


def visible_phones(user, permission: Permission = Permission.SEE_REGISTER) -> Select[tuple[Phone]]:
    """Without wrong ways of writing another number."""
    return select(Phone).where(Phone.estate_id.in_(estates(user, permission)), is_itself(Phone))


def not_merged(person):
    """The condition that this row of Person, or of an alias of it, is nobody else."""
    became = select(PersonNote.person_id).where(PersonNote.person_id == person.id, PersonNote.became_id.is_not(None))
    return ~became.exists()


def is_itself(model):
    """The condition that a row of Person, Phone or Place is no pointer to another one."""
    if model is Phone:
        return ~select(PhoneNote.phone_id).where(PhoneNote.phone_id == Phone.id).exists()
    return not_merged(Person) if model is Person else true()


def person_it_became(user, person_id: int) -> int | None:
    """The id of the person into whom this one was merged, if it was, and is this user's to see."""
    mine = Person.estate_id.in_(estates(user, Permission.SEE_REGISTER))
    pointer = select(PersonNote.became_id).join(Person, Person.id == PersonNote.person_id)
    return db.session.scalar(pointer.where(mine, Person.id == person_id))


def visible_keys(user) -> Select[tuple[SearchKey]]:
    """Ways of finding what is in the registers this user may see: ids read from them may be looked up as they are."""
    return select(SearchKey).where(SearchKey.estate_id.in_(estates(user, Permission.SEE_REGISTER)))


def get_place(user, place_id: int, *, seen_version: int | None = None) -> Place:
    """One place with its stairwell's crib; 404 if there is none for this user, Conflict if it changed since."""
    cribs = (joinedload(Place.stairwell).joinedload(Place.crib), joinedload(Place.crib), joinedload(Place.flood))
    place = db.session.scalar(visible_places(user).where(Place.id == place_id).options(*cribs)) or abort(404)
    return as_seen(place, seen_version)


def get_person(user, person_id: int, *, seen_version: int | None = None) -> Person:
    """One person with phones and homes, past ones too; 404 if there is none for this user, Conflict if stale."""
    more = (selectinload(Person.phones), selectinload(Person.occupancies).joinedload(Occupancy.place))
    person = db.session.scalar(visible_people(user).where(Person.id == person_id).options(*more)) or abort(404)
    return as_seen(person, seen_version)


def as_seen(record, seen_version: int | None):
    """The same record, if nobody changed it since this person looked; Conflict otherwise."""
    if seen_version is not None and seen_version != record.version:
        raise Conflict(_("Someone changed this while you were looking at it. Check, then save again."))
    return record


def place_at(user, address: str, *, estate_id: int) -> Place | None:
    """The place of exactly this address, as the register writes it."""
    here = visible_places(user).where(Place.estate_id == estate_id, Place.address == address)
    return db.session.scalar(here)


def place_written(user, typed: str, *, estate_id: int) -> Place | None:
    """The one place that an address in any written form is: 3-2-501, 三号楼二单元501; None if it is not clear which."""
    keys = dict.fromkeys([typed.strip().upper(), *(addresses.address_key(guess) for guess in addresses.parse(typed))])
    found = [place for key in keys if (place := place_at(user, key, estate_id=estate_id))]
    return found[0] if len(found) == 1 else None


def get_phone(user, phone_id: int | None) -> Phone:
    """One number of the register; 404 if there is none for this user."""
    return db.session.scalar(visible_phones(user).where(Phone.id == phone_id)) or abort(404)


def get_occupancy(user, occupancy_id: int) -> Occupancy:
    """Somebody at some place, now or then; 404 if there is none for this user."""
    found = select(Occupancy).join(Occupancy.person).where(Occupancy.id == occupancy_id)
    return db.session.scalar(found.where(Person.id.in_(visible_people(user).with_only_columns(Person.id)))) or abort(
        404
    )


def lives_there(on: date):
    """`Occupancy.holds_on` as a condition."""
    return and_(Occupancy.from_on <= on, or_(Occupancy.until_on.is_(None), Occupancy.until_on > on))


def residents_of(place_ids: Iterable[int], *, on: date) -> list[Occupancy]:
    """Who holds or lives in these places on a date, with their phones; the head of the household first."""
    with_people = (joinedload(Occupancy.person).selectinload(Person.phones), joinedload(Occupancy.place))
    found = db.session.scalars(
        select(Occupancy).where(Occupancy.place_id.in_(set(place_ids)), lives_there(on)).options(*with_people)
    )
    return sorted(found, key=lambda occupancy: (_ORDER.index(occupancy.role.value), occupancy.id))


def history_of(place: Place) -> list[Occupancy]:
    """Everybody who ever held or lived in a place, the newest first."""
    return list(
        db.session.scalars(
            select(Occupancy)
            .where(Occupancy.place_id == place.id)
            .options(joinedload(Occupancy.person).selectinload(Person.phones))
            .order_by(Occupancy.from_on.desc(), Occupancy.id.desc())
        )
    )


def phones_of_place(place: Place) -> list[Phone]:
    """Every number noted at a place; which of them may be rung is for `ringing` to say."""
    noted = select(Phone).join(phone_place).where(phone_place.c.place_id == place.id)
    return list(db.session.scalars(noted.order_by(Phone.id)))


@dataclass(frozen=True)
class BuildingLine:
    """One building in the overview. `homes` is how many dwellings it has, `vacant` how many nobody lives in."""

    building_no: int
    units: int
    homes: int
    vacant: int
    garages: int
    shops: int


def buildings(estate: Estate) -> list[BuildingLine]:
    def count_if(condition):
        return func.count(Place.id).filter(condition)

    lines = db.session.execute(
        select(
            Place.building_no,
            func.count(Place.unit_no.distinct()),
            count_if(Place.kind == PlaceKind.DWELLING),
            count_if(Place.use == Use.VACANT),
            count_if(Place.kind == PlaceKind.GARAGE),
            count_if(Place.kind == PlaceKind.SHOP),
        )
        .where(Place.estate_id == estate.id, Place.building_no.is_not(None))
        .group_by(Place.building_no)
        .order_by(Place.building_no)
    )
    return [BuildingLine(*line) for line in lines]


def places_in(estate: Estate, building_no: int | None) -> list[Place]:
    """Everything in one building, or what stands outside of all of them: by unit, floor and room."""
    here = Place.building_no.is_(None) if building_no is None else Place.building_no == building_no
    found = db.session.scalars(select(Place).where(Place.estate_id == estate.id, here))
    return sorted(found, key=lambda p: (p.unit_no or 0, p.floor_no or 0, len(p.room_no or ""), p.room_no or "", p.id))


def residents_in(estate: Estate, building_no: int, *, on: date) -> dict[int, list[Occupancy]]:
    """Who lives where in one building on a date, by place."""
    found = db.session.scalars(
        select(Occupancy)
        .join(Occupancy.place)
        .join(Occupancy.person)
        .where(Place.estate_id == estate.id, Place.building_no == building_no, lives_there(on))
        .options(contains_eager(Occupancy.person))
    )
    homes: dict[int, list[Occupancy]] = {}
    for occupancy in sorted(found, key=lambda o: (_ORDER.index(o.role.value), o.id)):
        homes.setdefault(occupancy.place_id, []).append(occupancy)
    return homes


_ORDER = ("head", "owner", "tenant", "member")
