"""What people do to places: add them, correct them, and note what must be known of a stairwell."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.estate.facts import Fact, write
from helpdesk.estate.importing.places import Spot, stairs
from helpdesk.estate.indexing import index_place
from helpdesk.estate.models import Crib, FloodMark, Place, PlaceKind

AFTER_CHANGE: list[Callable[..., None]] = []  # called with a place of which something was corrected; see reactions
FIRST_HOME_NO, LAST_HOME_NO = 1001, 9999


def add_place(
    spot: Spot, facts: Mapping[Fact, object], *, flood: str | None, estate_id: int, actor: User, now: datetime
) -> Place:
    """Add a place, and the stairs that lead to it; a dwelling without a home number is given the next free one.

    `flood` is None, or what is known of the water that comes. Refused if the address or the home number is taken.
    """
    require(actor, Permission.EDIT_REGISTER, estate_id)
    place = Place(estate_id=estate_id, kind=spot.kind, version=0, door_note="")
    _stand(place, spot, actor, now)
    write(place, facts)
    if spot.kind is PlaceKind.DWELLING and not place.home_no:
        place.home_no = _free_home_no(estate_id)
    _check(place)
    db.session.add(place)
    _mark(place, flood)
    index_place(place)
    record("place.added", place, actor=actor, now=now)
    return place


def change_place(
    place: Place, spot: Spot, facts: Mapping[Fact, object], *, flood: str | None, actor: User, now: datetime
) -> None:
    """Correct what is known of a place. Refused as in `add_place`; the same again changes nothing."""
    require(actor, Permission.EDIT_REGISTER, place.estate_id)
    moved = [Fact.ADDRESS] if spot.address != place.address else []
    with db.session.no_autoflush:
        if moved:
            _stand(place, spot, actor, now)
        changed = [*moved, *write(place, facts)]
        _check(place)
    if _mark(place, flood):
        changed.append(Fact.FLOOD)
    if not changed:
        return
    if {Fact.ADDRESS, Fact.HOME_NO} & set(changed):
        index_place(place)
    record("place.changed", place, actor=actor, now=now, fields=changed)
    for effect in AFTER_CHANGE:
        effect(place, actor=actor, now=now)


def change_crib(place: Place, facts: Mapping[Fact, object], *, actor: User, now: datetime) -> None:
    """Note where the valve and the breaker of a stairwell are, and who has the key."""
    require(actor, Permission.EDIT_REGISTER, place.estate_id)
    crib = place.crib or Crib(place_id=place.id, **dict.fromkeys((fact.value for fact in facts), ""))
    changed = write(crib, facts)
    if changed:
        db.session.add(crib)
        record("place.crib_changed", place, actor=actor, now=now, fields=changed)


def _stand(place: Place, spot: Spot, actor: User, now: datetime) -> None:
    """Let a place be where this says; stairs that are not in the register yet are added."""
    place.address, place.building_no, place.unit_no = spot.address, spot.building_no, spot.unit_no
    place.floor_no, place.room_no = spot.floor_no, spot.room_no
    place.stairwell_id = _stairs_of(place.estate_id, spot, actor, now) if spot.stairwell else None


def _stairs_of(estate_id: int, spot: Spot, actor: User, now: datetime) -> int:
    known = _at(estate_id, spot.stairwell)
    if known is None:
        building, unit = (int(number) for number in spot.stairwell.split("-"))
        known = add_place(stairs(building, unit), {}, flood=None, estate_id=estate_id, actor=actor, now=now)
    return known.id


def _check(place: Place) -> None:
    there = _at(place.estate_id, place.address)
    if there is not None and there.id != place.id:
        raise Refused(_("This address is in the register already."), field="address")
    same_number = select(Place.address).where(Place.estate_id == place.estate_id, Place.home_no == place.home_no)
    taken = db.session.scalar(same_number.where(Place.id != (place.id or 0))) if place.home_no else None
    if taken:
        raise Refused(_("%(address)s has this home number.", address=taken), field="home_no")


def _at(estate_id: int, address: str) -> Place | None:
    return db.session.scalar(select(Place).where(Place.estate_id == estate_id, Place.address == address))


def _free_home_no(estate_id: int) -> str | None:
    taken = set(db.session.scalars(select(Place.home_no).where(Place.estate_id == estate_id)))
    return next((str(n) for n in range(FIRST_HOME_NO, LAST_HOME_NO + 1) if str(n) not in taken), None)


def _mark(place: Place, flood: str | None) -> bool:
    """Set or take away the mark that water comes here; whether that changed anything."""
    before = place.flood.words if place.flood else None
    if before == flood:
        return False
    if flood is None:
        db.session.delete(place.flood)
        place.flood = None
    elif place.flood:
        place.flood.words = flood
    else:
        place.flood = FloodMark(words=flood)
    return True
