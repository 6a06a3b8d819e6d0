"""How a building is shown, what is still guaranteed, which numbers look alike: values in, values out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from helpdesk.estate.models import Person, Place, PlaceKind, PreferredChannel

CALLED_FROM_AGE = 70  # whoever is as old as this is rung, unless they want it otherwise


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


class Guarantee(Protocol):
    """What a row of the table tells."""

    last_on: date
    codes: list
    buildings: list
    stairwells: list


def guarantees(
    known: Iterable[Guarantee], codes: Sequence[str], *, building_no: int | None, stairwell: str, on: date
) -> list[Guarantee]:
    """Those that still run on a day, for one of these codes, at this building or these stairs.

    `last_on` is the last day. Without buildings and stairwells a guarantee is for the whole estate.
    """
    return [
        one
        for one in known
        if one.last_on >= on
        and not set(codes).isdisjoint(one.codes)
        and (not (one.buildings or one.stairwells) or building_no in one.buildings or stairwell in one.stairwells)
    ]


def look_alike(one: str, other: str) -> bool:
    """Whether one number may be the other written wrongly: a digit changed, left out, or two of them swapped."""
    if one == other:
        return False
    if len(one) == len(other):
        differs = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        swapped = len(differs) == 2 and differs[1] == differs[0] + 1 and one[differs[0]] == other[differs[1]]
        return len(differs) == 1 or (swapped and one[differs[1]] == other[differs[0]])
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def channel_of(chosen: PreferredChannel | None, birth_year: int | None, *, this_year: int) -> PreferredChannel | None:
    """How to tell somebody something: as they wish, else by a call from 70 on; None if nothing is known."""
    if chosen is None and birth_year and this_year - birth_year >= CALLED_FROM_AGE:
        return PreferredChannel.CALL
    return chosen


YEARS_APART = 1  # a year of birth that was computed from an age may be one off


class Contradiction(StrEnum):
    """What speaks against two records being one person."""

    BIRTH = "other_birth_year"
    NUMBERS = "other_numbers"
    DEATH = "one_died"


def contradictions(one: Person, other: Person) -> tuple[Contradiction, ...]:
    """None of these decides alone, apart from the years of birth; a person has to look."""
    years, numbers = (one.birth_year, other.birth_year), [{p.digits for p in who.phones} for who in (one, other)]
    found = {
        Contradiction.BIRTH: all(years) and abs(years[0] - years[1]) > YEARS_APART,
        Contradiction.NUMBERS: all(numbers) and not numbers[0] & numbers[1],
        Contradiction.DEATH: bool(one.died_on) != bool(other.died_on),
    }
    return tuple(code for code, holds in found.items() if holds)
