"""How long a way takes, from positions or from experience."""

from collections.abc import Iterable
from math import ceil, hypot
from statistics import median

from helpdesk.travel.models import Mode

OFFICE = 0  # the number under which the office itself stands
SPEED_M_S = {Mode.WALK: 1.1, Mode.EBIKE: 3.3}  # with bends, gates and stairs in between
DETOUR = 1.3  # paths are longer than the straight line
SAME_BUILDING_S = 120  # from one door to another of one building, stairs included
DOOR_S = 90  # to park, ring and climb, on every way between buildings
UNKNOWN_S = 360  # where nobody knows where a building stands
ENOUGH_SAMPLES = 5
BELIEVED_S = range(15, 30 * 60 + 1)  # shorter or longer ways were tapped by mistake, or somebody was held up
FURTHEST_M = 20_000  # of a building from the office


def travel_s(a: tuple[int, int] | None, b: tuple[int, int] | None, mode: Mode) -> int:
    """Whole seconds from one building to another, each given as (east, north) in metres; None is unknown."""
    if a is None or b is None:
        return UNKNOWN_S
    return DOOR_S + ceil(hypot(a[0] - b[0], a[1] - b[1]) * DETOUR / SPEED_M_S[mode])


def learned(ways: Iterable[tuple[int, int, int]]) -> dict[tuple[int, int], tuple[int, int]]:
    """From ways (from building, to building, seconds) to (seconds, samples) of each pair, both directions as one.

    The median of those that are believable and not three times longer or shorter than the others; only where at
    least five are left.
    """
    by_pair: dict[tuple[int, int], list[int]] = {}
    for a, b, seconds in ways:
        if a != b and seconds in BELIEVED_S:
            by_pair.setdefault((min(a, b), max(a, b)), []).append(seconds)
    found = {}
    for pair, times in by_pair.items():
        middle = median(times)
        kept = [seconds for seconds in times if middle / 3 <= seconds <= middle * 3]
        if len(kept) >= ENOUGH_SAMPLES:
            found[pair] = round(median(kept)), len(kept)
    return found


class BadLine(ValueError):
    """A line of typed positions that cannot be read."""

    def __init__(self, number: int, line: str) -> None:
        super().__init__(line)
        self.number, self.line = number, line


def read_positions(typed: str) -> dict[int, tuple[int, int]]:
    """Lines of building, metres east, metres north, however they are separated; BadLine for one that is not that."""
    found = {}
    for number, line in enumerate(typed.splitlines(), start=1):
        if not line.strip():
            continue
        parts = line.replace(",", " ").replace("，", " ").replace(";", " ").replace("；", " ").split()
        values = [int(part) for part in parts if part.lstrip("-").isdecimal() and part.isascii() and len(part) <= 6]
        if len(parts) != 3 or len(values) != 3 or not 0 <= values[0] <= 999 or values[0] in found:
            raise BadLine(number, line.strip()[:60])
        if max(abs(values[1]), abs(values[2])) > FURTHEST_M:
            raise BadLine(number, line.strip()[:60])
        found[values[0]] = values[1], values[2]
    return found
