"""Says of each visit that is not served why. What would help is in `remedies.py`."""

from dataclasses import replace

from helpdesk.planning.insertion import cheapest
from helpdesk.planning.line import LUNCH, Line, begin
from helpdesk.planning.model import Id, Lock, Plan, Progress, Reason, Unserved, Visit
from helpdesk.planning.remedies import remedy
from helpdesk.planning.state import State
from helpdesk.planning.tables import Tables

DAY_S = 86_400


def explain(state: State) -> Plan:
    """Return the plan of a state, with a reason and a remedy for each visit that is not in it."""
    ready = state.tables.ready
    unserved = [reason(state, node) for node in range(len(ready.visits)) if not state.where[node]]
    return replace(state.plan(), unserved=tuple(remedy(state, found) for found in unserved))


def reason(state: State, node: int) -> Unserved:
    """Return why a visit is not served."""
    ready = state.tables.ready
    visit = ready.visits[node]
    if never := ready.reasons[node]:
        return Unserved(visit.id, never)
    if settled(visit):
        if other := _clashing(state, node):
            return Unserved(visit.id, Reason.LOCKS_CLASH, other=other)
    elif state.tables.reserves and (place := cheapest(state, node)) and _as_promised(visit, place.start):
        return Unserved(visit.id, Reason.RESERVE)
    return Unserved(visit.id, Reason.FULL, amount_s=missing(state, node))


def _as_promised(visit: Visit, start: int) -> bool:
    return visit.promised is None or visit.promised[0] <= start <= visit.promised[1]


def settled(visit: Visit) -> bool:
    """Tell whether somebody settled its time or technician, or it has begun."""
    return visit.planned is not None and (visit.lock is not Lock.NONE or visit.progress is not Progress.NOT_STARTED)


def _clashing(state: State, node: int) -> Id | None:
    """Return a settled visit that stands in the way of this settled one: on its shifts, at its time."""
    tables, ready = state.tables, state.tables.ready
    first, last = ready.windows[node][0][0], ready.windows[node][-1][1] + tables.duration[node]
    for number in ready.leads[node]:
        line = state.lines[number]
        for other, start, leave in zip(line.nodes, line.start, line.leave, strict=True):
            if other >= 0 and settled(ready.visits[other]) and start <= last and leave >= first:
                return ready.visits[other].id
    return None


def missing(state: State, node: int) -> int:
    """Return how many seconds are missing where the visit fits best; for a crew, with the last of those needed."""
    ready = state.tables.ready
    visit, lacks = ready.visits[node], {}
    for number in ready.helpers[node]:
        who = ready.shifts[number].technician.id
        lack = lacking(state.lines[number], node, state.tables)
        lacks[who] = min(lacks.get(who, DAY_S), lack)
    leads = {ready.shifts[number].technician.id for number in ready.leads[node]}
    lead = min((lacks[who] for who in leads), default=DAY_S)
    return max(lead, sorted(lacks.values())[visit.crew_size - 1]) if len(lacks) >= visit.crew_size else lead


def lacking(line: Line, node: int, tables: Tables) -> int:
    """Return by how many seconds the visit misses this line at its best position; 0 if it fits."""
    windows, duration, place = tables.windows[node], tables.duration[node], tables.place[node]
    last, best = windows[-1][1], DAY_S
    for i in range(len(line.nodes) - 1):
        arrival = line.leave[i] + line.shift.into[place][line.places[i]]
        start = begin(windows, arrival)
        late = max(0, arrival - last)
        j = i + 1
        limit = line.latest[j] - (line.shift.out[place][line.places[j]] if line.nodes[j] != LUNCH else 0)
        over = max(0, (last if start is None else start) + duration - limit)
        best = min(best, max(late, over))
    return best
