"""How a building is shown: values in, values out."""

from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.estate.models import Place, PlaceKind


@dataclass(frozen=True)
class Unit:
    """One entrance of a building. `floors` are from the top down, each with its homes from left to right."""

    unit_no: int | None
    floors: list[tuple[int | None, list[Place]]]


def grid_of(places: Iterable[Place]) -> list[Unit]:
    """The dwellings among these places, the way the building stands; `places` are in order of unit, floor and room."""
    units: dict[int | None, dict[int | None, list[Place]]] = {}
    for place in places:
        if place.kind is PlaceKind.DWELLING:
            units.setdefault(place.unit_no, {}).setdefault(place.floor_no, []).append(place)
    return [
        Unit(unit_no, sorted(floors.items(), key=lambda floor: floor[0] or 0, reverse=True))
        for unit_no, floors in units.items()
    ]
