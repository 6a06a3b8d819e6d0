"""How long it takes between the buildings of an estate, and who goes how."""

from flask import abort
from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, can
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.travel.models import BuildingPosition, Leg, Mode, TechnicianMode
from helpdesk.travel.rules import ENOUGH_SAMPLES, OFFICE, SAME_BUILDING_S, travel_s


class TravelTimes:
    """Seconds between buildings of one estate for one mode; a building is its number, None one that has none."""

    def __init__(self, positions: dict[int, tuple[int, int]], learned: dict[tuple[int, int], int], mode: Mode) -> None:
        self.positions, self.learned, self.mode = positions, learned, mode

    def seconds(self, a: int | None, b: int | None) -> int:
        if a == b:
            return SAME_BUILDING_S
        if a is not None and b is not None and (known := self.learned.get((min(a, b), max(a, b)))) is not None:
            return known
        return travel_s(self.positions.get(a), self.positions.get(b), self.mode)


def positions_of(estate_id: int) -> list[BuildingPosition]:
    """Where the buildings of an estate stand, as far as somebody placed them, by number."""
    mine = select(BuildingPosition).where(BuildingPosition.estate_id == estate_id)
    return list(db.session.scalars(mine.order_by(BuildingPosition.building_no)))


def building_numbers(estate_id: int) -> list[int]:
    """The buildings of the register and those that were placed; 0 is the office."""
    known = select(func.distinct(Place.building_no)).where(Place.estate_id == estate_id, Place.building_no.is_not(None))
    placed = (row.building_no for row in positions_of(estate_id))
    return sorted({OFFICE, *db.session.scalars(known), *placed})


def learned_legs(estate_id: int) -> list[Leg]:
    """The ways that were learned, those gone most often first."""
    mine = select(Leg).where(Leg.estate_id == estate_id).order_by(Leg.samples.desc(), Leg.id)
    return list(db.session.scalars(mine))


def travel_times(estate_id: int) -> dict[Mode, TravelTimes]:
    """The ways of an estate by mode: learned where enough were tapped, else from the positions of its buildings."""
    places = db.session.scalars(select(BuildingPosition).where(BuildingPosition.estate_id == estate_id))
    positions = {row.building_no: (row.east_m, row.north_m) for row in places}
    learned: dict[Mode, dict[tuple[int, int], int]] = {mode: {} for mode in Mode}
    for leg in db.session.scalars(select(Leg).where(Leg.estate_id == estate_id, Leg.samples >= ENOUGH_SAMPLES)):
        learned[leg.mode][leg.from_building, leg.to_building] = leg.seconds
    return {mode: TravelTimes(positions, learned[mode], mode) for mode in Mode}


def get_goer(user_id: int, estate_id: int) -> User:
    """Somebody who can be sent in this estate; 404 for anybody else."""
    found = db.session.get(User, user_id)
    return found if found and can(found, Permission.DO_VISITS, estate_id) else abort(404)


def own_ways(estate_id: int, user_id: int) -> TravelTimes:
    """The ways of an estate as this technician goes them."""
    return travel_times(estate_id)[mode_of(user_id, estate_id)]


def mode_of(user_id: int, estate_id: int) -> Mode:
    """How a technician gets about in an estate."""
    row = db.session.get(TechnicianMode, (estate_id, user_id))
    return row.mode if row else Mode.WALK


def modes_of(estate_id: int) -> dict[int, Mode]:
    """How technicians get about, by their id; whoever is missing walks."""
    rows = db.session.scalars(select(TechnicianMode).where(TechnicianMode.estate_id == estate_id))
    return {row.user_id: row.mode for row in rows}
