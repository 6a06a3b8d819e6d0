"""Setting up buildings by pattern: "18 buildings, 3 entrances, 6 floors, 2 homes a landing"."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from helpdesk.estate.importing.households import Home
from helpdesk.estate.importing.places import spot
from helpdesk.estate.models import PlaceKind

MOST_BUILDINGS, MOST_UNITS, MOST_FLOORS, MOST_HOMES = 999, 20, 60, 20


@dataclass(frozen=True, slots=True)
class Pattern:
    """How each of these buildings is built; rooms are floor and door, so 502 is the second door of the fifth floor."""

    buildings: tuple[int, ...]
    units: int
    floors: int
    homes: int


def numbers(typed: str) -> tuple[int, ...]:
    """Building numbers from "1-12" or "1-3,5,7-9", in order and each once; ValueError for anything else."""
    found: set[int] = set()
    for part in filter(None, re.split(r"[,,、\s]+", typed)):
        match = re.fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", part)
        if not match or not 1 <= int(match[1]) <= int(match[2] or match[1]):
            raise ValueError(part)
        found.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    if not found:
        raise ValueError(typed)
    return tuple(sorted(found))


def written(buildings: Iterable[int]) -> str:
    """Building numbers as they are typed: 1, 2, 3 and 5 are "1-3, 5"."""
    runs: list[list[int]] = []
    for number in sorted(set(buildings)):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def homes_of(pattern: Pattern) -> Iterator[Home]:
    """Every home of these buildings, from the first door of the first entrance up."""
    for building, unit, floor, door in _doors(pattern):
        yield Home(0, spot(PlaceKind.DWELLING, building, unit, floor, f"{floor}{door:02}"))


def _doors(pattern: Pattern) -> Iterable[tuple[int, int, int, int]]:
    for building in pattern.buildings:
        for unit in range(1, pattern.units + 1):
            for floor in range(1, pattern.floors + 1):
                for door in range(1, pattern.homes + 1):
                    yield building, unit, floor, door
