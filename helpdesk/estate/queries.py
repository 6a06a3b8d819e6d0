"""Finding in the register. What belongs to somebody is found through what this person may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import abort
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.estate import addresses
from helpdesk.estate.models import Estate, Occupancy, Person, Phone, Place, PlaceKind, SearchKey, Use


def estate_named(name: str) -> Estate | None:
    return db.session.scalar(select(Estate).where(Estate.name == name))


def every_estate() -> list[Estate]:
    """All of this installation: for commands, which see what nobody at a screen does."""
    return list(db.session.scalars(select(Estate).order_by(Estate.id)))


def visible_estates(user, permission: Permission = Permission.SEE_REGISTER) -> list[Estate]:
    return list(db.session.scalars(select(Estate).where(Estate.id.in_(estates(user, permission))).order_by(Estate.id)))


def visible_places(user) -> Select[tuple[Place]]:
    return select(Place).where(Place.estate_id.in_(estates(user, Permission.SEE_REGISTER)))


def visible_people(user) -> Select[tuple[Person]]:
    return select(Person).where(Person.estate_id.in_(estates(user, Permission.SEE_REGISTER)))


def visible_phones(user, permission: Permission = Permission.SEE_REGISTER) -> Select[tuple[Phone]]:
    return select(Phone).where(Phone.estate_id.in_(estates(user, permission)))


def visible_keys(user) -> Select[tuple[SearchKey]]:
    """Ways of finding what is in the registers this user may see: ids read from them may be looked up as they are."""
    return select(SearchKey).where(SearchKey.estate_id.in_(estates(user, Permission.SEE_REGISTER)))


def get_place(user, place_id: int) -> Place:
    """One place with its stairwell's crib; 404 if there is none for this user."""
    cribs = (joinedload(Place.stairwell).joinedload(Place.crib), joinedload(Place.crib))
    return db.session.scalar(visible_places(user).where(Place.id == place_id).options(*cribs)) or abort(404)


def place_at(user, estate_id: int, typed: str) -> Place | None:
    """The place that somebody means by an address, however it is written: 3-2-501, 三幢二单元, 小区北门."""
    keys = [typed, *(addresses.address_key(guess) for guess in addresses.parse(typed))]
    here = visible_places(user).where(Place.estate_id == estate_id, Place.address.in_(keys))
    found = {place.address: place for place in db.session.scalars(here)}
    return next((found[key] for key in keys if key in found), None)


def get_person(user, person_id: int) -> Person:
    """One person with phones and homes, past ones too; 404 if there is none for this user."""
    more = (selectinload(Person.phones), selectinload(Person.occupancies).joinedload(Occupancy.place))
    return db.session.scalar(visible_people(user).where(Person.id == person_id).options(*more)) or abort(404)


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
    return list(db.session.scalars(select(Phone).where(Phone.places.any(Place.id == place.id)).order_by(Phone.id)))


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
