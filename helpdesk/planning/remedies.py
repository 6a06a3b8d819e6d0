"""Finds what would let a visit be served after all, each with its price; the cheapest first."""

from collections.abc import Iterator
from dataclasses import replace

from helpdesk.planning.insertion import Place, cheapest
from helpdesk.planning.line import Line, Unfit
from helpdesk.planning.model import Help, Id, Reason, Remedy, Unserved, Window
from helpdesk.planning.ready import ALL_DAY, Ready, Shift, has_begun
from helpdesk.planning.state import State

LONGEST_EXTENSION_S = 2 * 3600
WINDOW_S, STEP_S = 2 * 3600, 3600
MOST_DROPPED = 12  # visits that are tried without
ONLY = {
    Reason.NO_DURATION: Remedy.SET_DURATION,
    Reason.NO_PLACE: Remedy.SET_PLACE,
    Reason.NO_SKILL: Remedy.FIND_SKILL,
    Reason.LOCK_IMPOSSIBLE: Remedy.RELEASE_LOCK,
    Reason.LOCKS_CLASH: Remedy.RELEASE_LOCK,
    Reason.BAD_CREW: Remedy.NONE,
    Reason.RESERVE: Remedy.USE_RESERVE,
}
POINTS = {  # beside a point for each second of overtime; a promise is dearer than two hours of it
    Remedy.NAMED_WINDOW: 900,
    Remedy.MOVE_WINDOW: 1_800,
    Remedy.DROP_VISIT: 14_400,
    Remedy.NEXT_DAY: 18_000,
    Remedy.SECOND_PERSON: 21_600,
}
PROMISE = 9_000


def remedy(state: State, unserved: Unserved) -> Unserved:
    """Return the same with everything that would help, the cheapest first."""
    if unserved.reason in ONLY:
        return replace(unserved, helps=(Help(ONLY[unserved.reason]),))
    node = state.tables.ready.numbers[unserved.visit]
    found = []
    for way in (_without_lock, _named_window, _longer_shift, _other_window, _without_another, _second_person):
        if helps := way(state, node):
            found.append(helps)
    return replace(unserved, helps=tuple(sorted(found, key=lambda one: one.points)))


def _without_lock(state: State, node: int) -> Help | None:
    visit, tables = state.tables.ready.visits[node], state.tables
    if visit.planned is None or visit.lock == "none":
        return None
    windows = tuple(sorted(visit.windows)) or (ALL_DAY,)
    able = [n for n, s in enumerate(tables.ready.shifts) if visit.skills <= s.technician.skills]
    place = _place_in(state, node, windows, able)
    return Help(Remedy.RELEASE_LOCK, _who(state, place)) if place else None


def _named_window(state: State, node: int) -> Help | None:
    """Find a window that the resident named, but was not promised."""
    visit, now = state.tables.ready.visits[node], state.tables.ready.problem.now or 0
    for first, last in sorted(visit.windows) if visit.promised else ():
        window = max(first, now), last
        promised = visit.promised[0] <= first <= last <= visit.promised[1]
        if not promised and now <= last and (place := _place_in(state, node, (window,))):
            return Help(Remedy.NAMED_WINDOW, _who(state, place), window, people=1, points=POINTS[Remedy.NAMED_WINDOW])
    return None


def _other_window(state: State, node: int) -> Help | None:
    """Find the free window that is nearest to those that were asked for."""
    visit = state.tables.ready.visits[node]
    windows = visit.windows
    wanted = min(windows)[0] if windows else 0
    points = POINTS[Remedy.MOVE_WINDOW] + (PROMISE if visit.promised else 0)
    for window in sorted(grid(state.tables.ready), key=lambda window: (abs(window[0] - wanted), window)):
        if window not in windows and (place := _place_in(state, node, (window,))):
            return Help(Remedy.MOVE_WINDOW, _who(state, place), window, people=1, points=points)
    return None


def _without_another(state: State, node: int) -> Help | None:
    """Find the least urgent visit that would make room; never one that is more urgent, was settled or has begun."""
    visits, penalty = state.tables.ready.visits, state.tables.penalty
    others = {n for line in _near(state, node) for n in state.lines[line].nodes if n >= 0}
    able = [
        n for n in others
        if visits[n].priority >= visits[node].priority and visits[n].lock == "none" and not has_begun(visits[n])
    ]  # fmt: skip
    saved = state.saved()
    for other in sorted(able, key=lambda n: (-visits[n].priority, penalty[n], n))[:MOST_DROPPED]:
        state.remove({other})
        place = cheapest(state, node)
        state.restore(saved)
        if place:
            points = POINTS[Remedy.DROP_VISIT]
            return Help(Remedy.DROP_VISIT, _who(state, place), other=visits[other].id, people=1, points=points)
    return None


def _near(state: State, node: int) -> tuple[int, ...]:
    ready = state.tables.ready
    return ready.helpers[node] if ready.visits[node].crew_size > 1 else ready.leads[node]


def _who(state: State, place: Place) -> Id:
    return state.lines[place.where[0][0]].shift.technician.id


def grid(ready: Ready) -> list[Window]:
    """Return windows of two hours, one for each full hour of the day's shifts."""
    first = min((shift.start for shift in ready.shifts), default=0) // STEP_S * STEP_S
    last = max((shift.until for shift in ready.shifts), default=0)
    now = ready.problem.now or 0
    return [(max(at, now), at + WINDOW_S - 1) for at in range(first, last - STEP_S + 1, STEP_S) if at + WINDOW_S > now]


def _place_in(state: State, node: int, windows: tuple[Window, ...], able: list[int] | None = None) -> Place | None:
    """Try a visit in other windows, or with other technicians."""
    tables = state.tables
    usual = tables.windows[node]
    tables.windows[node] = windows
    try:
        if able is None:
            return cheapest(state, node)
        return next((Place(0, 0, ((n, 1),)) for n in able for _ in state.lines[n].places_for(node, tables)), None)
    finally:
        tables.windows[node] = usual


def _longer_shift(state: State, node: int) -> Help | None:
    """Find whose shift would have to be how much longer, at least."""
    ready = state.tables.ready
    if ready.visits[node].crew_size > 1:
        return None
    best: tuple[int, Id] | None = None
    for number in ready.leads[node]:
        shift = state.lines[number].shift
        for end in _ends(state, node, number):
            if best is None or end - shift.until < best[0]:
                best = end - shift.until, shift.technician.id
    return best and Help(Remedy.EXTEND_SHIFT, best[1], overtime_s=best[0], points=best[0])


def _ends(state: State, node: int, number: int) -> Iterator[int]:
    """Yield when the technician would be done, with the visit at each position, if the shift were longer."""
    tables, old = state.tables, state.lines[number]
    longer: Shift = replace(old.shift, until=old.shift.until + LONGEST_EXTENSION_S)
    try:
        line = Line(longer, old.nodes, tables)
        for _added, at, _start in line.places_for(node, tables):
            end = Line(longer, [*old.nodes[:at], node, *old.nodes[at:]], tables).start[-1]
            if end > old.shift.until:
                yield end
    except Unfit:
        return


def _second_person(state: State, node: int) -> Help | None:
    """A crew that cannot be brought together may need somebody from outside, if one of ours could go."""
    ready = state.tables.ready
    if ready.visits[node].crew_size < 2:
        return None
    fits = ready.reasons[node] or any(
        True for n in ready.leads[node] for _ in state.lines[n].places_for(node, state.tables)
    )
    return Help(Remedy.SECOND_PERSON, points=POINTS[Remedy.SECOND_PERSON]) if fits else None
