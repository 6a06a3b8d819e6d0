"""What is different between two plans, visit by visit, to be read before anybody agrees to it."""

from dataclasses import dataclass
from enum import StrEnum

from helpdesk.planning.evaluate import crews
from helpdesk.planning.model import Id, Plan

Schedule = dict[Id, tuple[int, tuple[Id, ...]]]


class Kind(StrEnum):
    """What happens to a visit."""

    ADDED = "added"
    DROPPED = "dropped"
    HANDED_OVER = "handed_over"  # the same time, others
    MOVED = "moved"  # the same people, another time
    BOTH = "both"


class Why(StrEnum):
    """The plainest cause that the two plans show."""

    NEW = "new"
    NO_ROOM = "no_room"
    TECHNICIAN_GONE = "technician_gone"
    LATER = "later"  # something before it takes longer, or is new
    EARLIER = "earlier"  # something before it is gone
    BETTER_ORDER = "better_order"


@dataclass(frozen=True, slots=True)
class Move:
    """One visit that is different. Starts are None and crews empty where it is in no plan."""

    visit: Id
    kind: Kind
    why: Why
    technicians_before: tuple[Id, ...]
    technicians_after: tuple[Id, ...]
    start_before: int | None
    start_after: int | None


def diff(before: Plan, after: Plan) -> tuple[Move, ...]:
    """Return every visit whose crew or start differs, in the order of the new plan, the dropped ones last."""
    old, new = crews(before), crews(after)
    there = {route.technician for route in after.routes}
    moves = [
        _move(visit, old.get(visit), new.get(visit), there)
        for visit in {**new, **old}
        if _plain(old.get(visit)) != _plain(new.get(visit))
    ]
    return tuple(sorted(moves, key=lambda move: (move.start_after is None, move.start_after or 0, str(move.visit))))


def apply(schedule: Schedule, moves: tuple[Move, ...]) -> Schedule:
    """Return a schedule after these moves: with all moves between two plans, that of the second."""
    after = dict(schedule)
    for move in moves:
        if move.start_after is None:
            del after[move.visit]
        else:
            after[move.visit] = move.start_after, move.technicians_after
    return after


def _plain(entry):
    return entry and (entry[0], frozenset(entry[1]))


def _move(visit: Id, old, new, there: set[Id]) -> Move:
    if old is None:
        return Move(visit, Kind.ADDED, Why.NEW, (), new[1], None, new[0])
    if new is None:
        return Move(visit, Kind.DROPPED, Why.NO_ROOM, old[1], (), old[0], None)
    same_crew = set(old[1]) == set(new[1])
    if same_crew:
        kind, why = Kind.MOVED, Why.LATER if new[0] > old[0] else Why.EARLIER
    else:
        kind = Kind.HANDED_OVER if old[0] == new[0] else Kind.BOTH
        why = Why.BETTER_ORDER if set(old[1]) <= there else Why.TECHNICIAN_GONE
    return Move(visit, kind, why, old[1], new[1], old[0], new[0])
