"""Which windows can be promised to somebody on the telephone: each with who would come, and what it costs the day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from helpdesk.planning.insertion import Place, cheapest_for_crew, insert_all, put, reserve_points
from helpdesk.planning.model import Id, Plan, Priority, Problem, Visit, Window
from helpdesk.planning.ready import prepare
from helpdesk.planning.state import State
from helpdesk.planning.tables import Tables


@dataclass(frozen=True, slots=True)
class Offer:
    """A window that really fits. `added_s` is the travel it adds, `slack_s` how late it may run without harm.

    `before` and `after` are the visits next to it on the first technician's way; None is the beginning or the end.
    """

    window: Window
    technicians: tuple[Id, ...]
    start: int
    added_s: int
    slack_s: int
    before: Id | None
    after: Id | None


def offers(problem: Problem, plan: Plan, visit: Visit, windows: Iterable[Window]) -> list[Offer]:
    """Return the windows in which the visit fits into the plan as it stands, the best first.

    Nobody else is moved out of their window, and only an emergency may use the reserve. Who is not in the plan yet
    gets the cheapest place first. Empty when nothing fits; `change.why_not` then names the reason.
    """
    others = tuple(other for other in problem.visits if other.id != visit.id)
    found = []
    windows = tuple(dict.fromkeys(windows))
    asked = replace(visit, windows=windows, lock="none", planned=None, promised=None)
    state = State(Tables(prepare(replace(problem, visits=(*others, asked)))))
    state.load_plan(plan)
    node = state.tables.ready.numbers[visit.id]
    if state.tables.ready.reasons[node]:
        return []
    if state.where[node]:
        state.remove({node})
    visits = state.tables.ready.visits
    insert_all(state, sorted(other for other in state.absent - {node} if visits[other].planned is None))
    usual = state.tables.ready.windows[node]
    for window in windows:
        now_possible = (max(window[0], usual[0][0]), window[1])
        if now_possible[0] <= window[1] and (offer := _offer(state, node, window, now_possible)):
            found.append(offer)
    return sorted(found, key=lambda offer: (offer.added_s - min(offer.slack_s, 1800) // 6, offer.start))


def _offer(state: State, node: int, window: Window, possible: Window) -> Offer | None:
    tables = state.tables
    usual, saved = tables.windows[node], state.saved()
    tables.windows[node] = (possible,)
    try:
        place = _alone(state, node) if tables.alone[node] else _crew(state, node)
        if place is None:
            return None
        if tables.alone[node]:
            added, start, number, position = place
            state.insert(node, number, position)
        else:
            added, start = place.added_s, place.start
            put(state, node, place)
        return _described(state, node, window, start, added)
    finally:
        state.restore(saved)
        tables.windows[node] = usual


def _alone(state: State, node: int) -> tuple[int, int, int, int] | None:
    """Return (added travel, start, line, position) of the cheapest place that leaves the reserve alone."""
    tables, spare = state.tables, state.spare()
    urgent = tables.ready.visits[node].priority is Priority.EMERGENCY
    return min(
        (
            (added, start, number, position)
            for number in tables.ready.leads[node]
            for added, position, start in state.lines[number].places_for(node, tables)
            if urgent or not reserve_points(tables, number, start, tables.duration[node] + added, spare)
        ),
        default=None,
    )


def _crew(state: State, node: int) -> Place | None:
    """Return the cheapest place of a crew that leaves the reserve alone."""
    urgent = state.tables.ready.visits[node].priority is Priority.EMERGENCY
    return cheapest_for_crew(state, node, None if urgent else state.spare(), keep_reserve=True)


def _described(state: State, node: int, window: Window, start: int, added: int) -> Offer:
    lines = [state.lines[number] for number in state.where[node]]
    line = lines[0]
    visits = [n for n in line.nodes if n >= 0]
    at = visits.index(node)
    ids = state.tables.ready.visits
    slack = min(each.slack(each.nodes.index(node)) for each in lines)
    return Offer(
        window,
        tuple(each.shift.technician.id for each in lines),
        start,
        added,
        slack,
        ids[visits[at - 1]].id if at else None,
        ids[visits[at + 1]].id if at + 1 < len(visits) else None,
    )
