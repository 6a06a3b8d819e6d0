"""Puts visits where they cost least: the first plan of a day, and the second half of every ruin-and-recreate."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from helpdesk.planning.line import LUNCH, Line, begin
from helpdesk.planning.state import State
from helpdesk.planning.tables import Tables

STARTS_TRIED = 16


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a visit fits and what it adds in points. A crew has several (line, position)."""

    points: int
    start: int
    where: tuple[tuple[int, int], ...]
    added_s: int = 0


def no_blink() -> bool:
    return False


def cheapest(
    state: State,
    node: int,
    blink: Callable[[], bool] = no_blink,
    spare: list[int] | None = None,
    limit: int | None = None,
) -> Place | None:
    """Return the cheapest place for a visit. A place is overlooked when `blink` says so.

    `spare` is what reserves have left. `limit` ends what is too dear: a place that costs as much is none.
    """
    if not state.tables.alone[node]:
        return cheapest_for_crew(state, node, spare)
    tables, lines = state.tables, state.lines
    plain, weight = tables.plain[node] and not spare, tables.travel
    best, found = NO_PLACE if limit is None else limit, None
    for number in tables.ready.leads[node]:
        line = lines[number]
        for added, position, start in line.places_for(node, tables):
            points = weight * added
            if points >= best or blink():
                continue
            if not plain:
                points += tables.points_for(node, (line.shift.technician.id,), start)
                points += reserve_points(tables, number, start, tables.duration[node] + added, spare)
                if points >= best:
                    continue
            best, found = points, (points, start, ((number, position),), added)
    return found and Place(*found)


NO_PLACE = 10**12


def reserve_points(tables: Tables, line: int, start: int, seconds: int, spare: list[int] | None) -> int:
    """Return roughly what it costs that so many seconds of this line are no longer free from `start` on."""
    points = 0
    for k in tables.keepers[line] if spare else ():
        first, until = tables.reserves[k].period
        if first <= start < until and spare[k] < seconds:
            points += tables.ready.problem.weights.reserve_second * (seconds - max(0, spare[k]))
    return points


def cheapest_for_crew(
    state: State, node: int, spare: list[int] | None = None, keep_reserve: bool = False
) -> Place | None:
    """Return where several people can begin together at least cost: one of them with the skills, the others anybody.

    `spare` is what reserves have left; with `keep_reserve` nobody goes who would make one short.
    """
    ready = state.tables.ready
    by_line = {number: list(_spans(state.lines[number], node, state.tables)) for number in ready.helpers[node]}
    moments = sorted({span[0] for spans in by_line.values() for span in spans})
    if len(moments) > STARTS_TRIED:
        moments = [moments[i * len(moments) // STARTS_TRIED] for i in range(STARTS_TRIED)]
    places = (_together(state, node, by_line, moment, spare, keep_reserve) for moment in moments)
    return min((place for place in places if place), default=None)


def _spans(line: Line, node: int, tables: Tables) -> Iterable[tuple[int, int, int, int]]:
    """Yield (earliest, latest, added travel, position): a visit could begin there at any allowed moment between."""
    out = line.shift.out[tables.place[node]]
    for added, position, start in line.places_for(node, tables):
        if line.nodes[position] == LUNCH:  # the way goes on from here afterwards
            limit = line.lunch_limit(position, out[line.places[position + 1]])
        else:
            limit = line.latest[position] - out[line.places[position]]
        yield start, limit - tables.duration[node], added, position


def _together(
    state: State, node: int, by_line: dict, moment: int, spare: list[int] | None, keep_reserve: bool
) -> Place | None:
    """Return the cheapest crew that can begin at this moment."""
    tables, ready = state.tables, state.tables.ready
    start = begin(tables.windows[node], moment)
    if start is None:
        return None
    options: dict = {}
    for number, spans in by_line.items():
        fitting = [(added, position) for first, last, added, position in spans if first <= start <= last]
        if fitting:
            technician = ready.shifts[number].technician.id
            option = (*min(fitting), number)
            options[technician] = min(options.get(technician, option), option)
    size = ready.visits[node].crew_size
    known = ready.visits[node].planned
    usual = set(known.technicians) if known else set()
    ranked = sorted(options.items(), key=lambda item: (item[0] not in usual, item[1]))
    leads = [item for item in ranked if item[1][2] in ready.leads[node]]
    left, crew, reserved = list(spare or ()), [], 0
    for item in [*leads, *ranked]:
        wanted = leads if not crew else ranked
        if item not in wanted or item in crew or len(crew) == size:
            continue
        seconds = tables.duration[node] + item[1][0]
        short = reserve_points(tables, item[1][2], start, seconds, left)
        if not (short and keep_reserve):
            crew.append(item)
            reserved += short
            _take(tables, item[1][2], start, seconds, left)
    if len(crew) < size:
        return None
    added = sum(option[0] for _technician, option in crew)
    points = tables.travel * added + tables.points_for(node, tuple(technician for technician, _option in crew), start)
    points += reserved
    return Place(points, start, tuple((number, position) for _t, (_added, position, number) in crew), added)


def _take(tables: Tables, line: int, start: int, seconds: int, left: list[int]) -> None:
    """Note that so much of what reserves have left is gone, so that the next of a crew is not counted against it."""
    for k in tables.keepers[line] if left else ():
        if tables.reserves[k].period[0] <= start < tables.reserves[k].period[1]:
            left[k] = max(0, left[k] - seconds)


def put(state: State, node: int, place: Place) -> None:
    """Put a visit where `cheapest` found room."""
    if state.tables.alone[node]:
        state.insert(node, *place.where[0])
    else:
        state.insert_crew(node, place.start, place.where)


def insert_all(state: State, nodes: Iterable[int], blink: Callable[[], bool] = no_blink) -> None:
    """Put visits one by one where each costs least, in the order given, unless leaving it out costs less."""
    reserves = bool(state.tables.reserves)
    for node in nodes:
        place = cheapest(state, node, blink, state.spare() if reserves else None, state.tables.penalty[node])
        if place is not None:
            put(state, node, place)


def first_plan(state: State) -> None:
    """Fill an empty or half empty plan: what is settled, crews, then by urgency, the narrowest first."""
    insert_all(state, sorted(state.absent, key=lambda node: urgency(state.tables, node)))


def urgency(tables: Tables, node: int) -> tuple:
    """Sorts visits: what is dear to leave out and hard to place comes first."""
    visit, windows = tables.ready.visits[node], tables.windows[node]
    settled = visit.lock != "none" or visit.progress != "not_started"
    width = sum(last - first for first, last in windows)
    return not settled, visit.priority, tables.alone[node], width, windows[0][0], -tables.duration[node]
