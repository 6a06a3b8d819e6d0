"""Finds the cheapest thing that would let a visit be served after all. What asks nothing of a resident comes first."""

from collections.abc import Iterator
from dataclasses import replace

from helpdesk.planning.insertion import Place, cheapest
from helpdesk.planning.line import Line, Unfit
from helpdesk.planning.model import Id, Reason, Remedy, Unserved, Window
from helpdesk.planning.ready import ALL_DAY, Ready, Shift
from helpdesk.planning.state import State

LONGEST_EXTENSION_S = 2 * 3600
WINDOW_S, STEP_S = 2 * 3600, 3600
ONLY = {
    Reason.NO_DURATION: Remedy.SET_DURATION,
    Reason.NO_PLACE: Remedy.SET_PLACE,
    Reason.NO_SKILL: Remedy.FIND_SKILL,
    Reason.LOCK_IMPOSSIBLE: Remedy.RELEASE_LOCK,
    Reason.LOCKS_CLASH: Remedy.RELEASE_LOCK,
    Reason.RESERVE: Remedy.USE_RESERVE,
    Reason.CREW_SHORT: Remedy.SECOND_PERSON,
    Reason.BAD_CREW: Remedy.NONE,
}


def remedy(state: State, unserved: Unserved) -> Unserved:
    """Return the same with what would help. A promised window is moved only if nothing else helps."""
    if unserved.reason in ONLY:
        return replace(unserved, remedy=ONLY[unserved.reason])
    node = state.tables.ready.numbers[unserved.visit]
    visit = state.tables.ready.visits[node]
    ways = [_longer_shift, _other_window] if visit.promised else [_other_window, _longer_shift]
    for way in (_without_lock, *ways, _second_person):
        if helps := way(state, node):
            return replace(unserved, **helps)
    return unserved


def _without_lock(state: State, node: int) -> dict | None:
    visit, tables = state.tables.ready.visits[node], state.tables
    if visit.planned is None or visit.lock == "none":
        return None
    windows = tuple(sorted(visit.windows)) or (ALL_DAY,)
    able = [n for n, s in enumerate(tables.ready.shifts) if visit.skills <= s.technician.skills]
    return {"remedy": Remedy.RELEASE_LOCK} if _place_in(state, node, windows, able) else None


def _other_window(state: State, node: int) -> dict | None:
    """Find the free window that is nearest to those that were asked for."""
    windows = state.tables.ready.visits[node].windows
    wanted = min(windows)[0] if windows else 0
    for window in sorted(grid(state.tables.ready), key=lambda window: (abs(window[0] - wanted), window)):
        if window not in windows and (place := _place_in(state, node, (window,))):
            who = state.lines[place.where[0][0]].shift.technician.id
            return {"remedy": Remedy.MOVE_WINDOW, "window": window, "technician": who}
    return None


def grid(ready: Ready) -> list[Window]:
    """Return windows of two hours, one for each full hour of the day's shifts."""
    first = min((shift.start for shift in ready.shifts), default=0) // STEP_S * STEP_S
    last = max((shift.until for shift in ready.shifts), default=0)
    now = ready.problem.now or 0
    return [(max(at, now), at + WINDOW_S) for at in range(first, last - STEP_S + 1, STEP_S) if at + WINDOW_S > now]


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


def _longer_shift(state: State, node: int) -> dict | None:
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
    return best and {"remedy": Remedy.EXTEND_SHIFT, "technician": best[1], "remedy_s": best[0]}


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


def _second_person(state: State, node: int) -> dict | None:
    """A crew that cannot be brought together may need somebody from outside, if one of ours could go."""
    ready = state.tables.ready
    if ready.visits[node].crew_size < 2:
        return None
    fits = any(True for n in ready.leads[node] for _ in state.lines[n].places_for(node, state.tables))
    return {"remedy": Remedy.SECOND_PERSON} if fits else None
