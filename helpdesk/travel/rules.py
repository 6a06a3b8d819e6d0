"""How long a way takes, from positions or from experience."""

from math import ceil, hypot

from helpdesk.travel.models import Mode

OFFICE = 0  # the number under which the office itself stands
SPEED_M_S = {Mode.WALK: 1.1, Mode.EBIKE: 3.3}  # with bends, gates and stairs in between
DETOUR = 1.3  # paths are longer than the straight line
SAME_BUILDING_S = 120  # from one door to another of one building, stairs included
DOOR_S = 90  # to park, ring and climb, on every way between buildings
UNKNOWN_S = 360  # where nobody knows where a building stands
ENOUGH_SAMPLES = 5


def travel_s(a: tuple[int, int] | None, b: tuple[int, int] | None, mode: Mode) -> int:
    """Whole seconds from one building to another, each given as (east, north) in metres; None is unknown."""
    if a is None or b is None:
        return UNKNOWN_S
    return DOOR_S + ceil(hypot(a[0] - b[0], a[1] - b[1]) * DETOUR / SPEED_M_S[mode])
