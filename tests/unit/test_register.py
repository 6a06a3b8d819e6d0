"""A building is drawn the way it stands."""

from helpdesk.estate.models import Place, PlaceKind
from helpdesk.estate.rules import grid_of


def home(unit, floor, room, kind=PlaceKind.DWELLING):
    return Place(kind=kind, unit_no=unit, floor_no=floor, room_no=room)


def test_floors_stand_above_each_other_and_homes_beside_each_other():
    units = grid_of([home(1, 1, "101"), home(1, 1, "102"), home(1, 2, "201"), home(2, 1, "101")])

    drawn = [(unit.unit_no, [[place.room_no for place in homes] for _floor, homes in unit.floors]) for unit in units]
    assert drawn == [(1, [["201"], ["101", "102"]]), (2, [["101"]])]


def test_only_dwellings_are_drawn():
    assert grid_of([home(1, None, "12", PlaceKind.GARAGE), home(None, None, None, PlaceKind.COMMON_AREA)]) == []
