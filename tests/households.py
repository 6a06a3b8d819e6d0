"""People at home, for tests: written with their search keys, as the register is."""

from datetime import date

from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate import search_keys
from helpdesk.estate.models import Occupancy, OccupancyRole, Person, Phone, Place, PlaceKind, SearchKey

MOVED_IN = date(2020, 5, 1)


def keep(thing, keys, **finds) -> None:
    db.session.add(thing)
    db.session.flush()
    for key in keys:
        found = {name: thing.id for name in finds}
        db.session.add(SearchKey(estate_id=thing.estate_id, kind=key.kind, key=key.key, **found))


def add_home(estate, building, unit, room, *, home_no=None, **more) -> Place:
    address = f"{building}-{unit}-{room}"
    place = Place(
        estate_id=estate.id, kind=PlaceKind.DWELLING, address=address, building_no=building, unit_no=unit,
        floor_no=int(room[:-2]), room_no=room, home_no=home_no, **more,
    )  # fmt: skip
    with writing():
        keep(place, search_keys.of_place(address, room_no=room, home_no=home_no), place_id=True)
    return place


def add_person(estate, name, *places, role=OccupancyRole.HEAD, since=MOVED_IN, until=None, **more) -> Person:
    person = Person(estate_id=estate.id, name=name, **more)
    with writing():
        keep(person, search_keys.of_name(name), person_id=True)
        for place in places:
            db.session.add(
                Occupancy(
                    person_id=person.id,
                    place_id=place.id,
                    role=role,
                    from_on=since,
                    until_on=until,
                    end_reason="moved" if until else None,
                )  # fmt: skip
            )
    return person


def add_phone(estate, digits, *, people=(), places=()) -> Phone:
    phone = Phone(estate_id=estate.id, digits=digits)
    with writing():
        keep(phone, search_keys.of_phone(digits), phone_id=True)
        phone.people = [db.session.get(Person, person.id) for person in people]
        phone.places = [db.session.get(Place, place.id) for place in places]
    return phone


def index_place(place) -> Place:
    with writing():
        keep(
            db.session.get(Place, place.id),
            search_keys.of_place(place.address, room_no=place.room_no, home_no=place.home_no), place_id=True,
        )  # fmt: skip
    return place
