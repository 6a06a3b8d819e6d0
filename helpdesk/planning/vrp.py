"""Asks PyVRP to improve a plan. It is fast and knows less than we do, so what it says is tried on our own lines.

What it cannot know is settled for it beforehand: crews stay at their moment, emergencies come no later than now, lunch
lies where it is taken in the plan it starts from. Ways by its lunch are never shorter than ours, so its gains are real.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from helpdesk.planning.line import LUNCH
from helpdesk.planning.model import Priority
from helpdesk.planning.ready import Shift, has_begun
from helpdesk.planning.state import State

try:
    import numpy
    import pyvrp
except ImportError:  # the product runs without it; see `available`
    pyvrp = None

FORBIDDEN = 10_000_000
EVER = 10**9


def available() -> bool:
    """Tell whether PyVRP is installed."""
    return pyvrp is not None


@dataclass(slots=True)
class _Doors:
    """What PyVRP visits: nodes, places, bounds. A visit with two windows is two doors, of which one is used."""

    nodes: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    clients: list = field(default_factory=list)
    only: dict[int, int] = field(default_factory=dict)  # a door that belongs to one line
    groups: list = field(default_factory=list)


def improve(state: State, stop: Callable[[float], bool], seed: int, warm: bool = True) -> bool:
    """Let PyVRP work until `stop` says so. The state is changed only if that makes it better; tells whether it did.

    Not `warm`, it begins with a plan of its own: from a good one it hardly ever leaves that one's neighbourhood.
    """
    before, saved = state.total(), state.saved()
    doors = _doors(state)
    if not doors.nodes:
        return False
    kinds = _kinds(state, doors)
    problem = _problem(state, doors, kinds)
    initial = _initial(state, doors, kinds, problem) if warm else None
    result = pyvrp.solve(problem, stop, seed, collect_stats=False, initial_solution=initial)
    if not result.best.is_feasible() or not state.adopt(_orders(state, doors, kinds, result.best)):
        return False
    if state.total() >= before:
        state.restore(saved)
        return False
    return True


def _doors(state: State) -> _Doors:
    tables, doors = state.tables, _Doors()
    must = not state.absent
    ready = tables.ready
    for node, reason in enumerate(ready.reasons):
        if reason is None and tables.alone[node]:
            _add_visit(state, doors, node, must or has_begun(ready.visits[node]))
    for node, start in state.pins.items():
        for line in state.where[node]:
            doors.only[len(doors.nodes)] = line
            _add(doors, node, tables.place[node], tables.duration[node], (start, start), required=True)
    for number, line in enumerate(state.lines):
        if lunch := line.shift.lunch:
            doors.only[len(doors.nodes)] = number
            place = line.places[line.nodes.index(LUNCH)]
            _add(doors, LUNCH, place, lunch.duration_s, (lunch.earliest, lunch.latest), required=True)
    return doors


def _add_visit(state: State, doors: _Doors, node: int, must: bool) -> None:
    tables, group = state.tables, None
    windows = _bounded(state, node)
    if len(windows) > 1:
        group = len(doors.groups)
        numbers = range(len(doors.nodes), len(doors.nodes) + len(windows))
        doors.groups.append(pyvrp.ClientGroup(list(numbers), required=must))
    for window in windows:
        kind = {"required": must and group is None, "prize": 0 if must else tables.penalty[node]}
        kind |= {} if group is None else {"group": group}
        if tables.load[node]:
            kind["delivery"] = [tables.load[node]]
        _add(doors, node, tables.place[node], tables.duration[node], window, **kind)


def _add(doors: _Doors, node: int, place: int, duration: int, window: tuple[int, int], **kind) -> None:
    number = len(doors.nodes)
    doors.nodes.append(node)
    doors.places.append(place)
    early, late = max(0, window[0]), max(0, min(window[1], EVER))
    doors.clients.append(
        pyvrp.Client(number, service_duration=duration, tw_early=early, tw_late=max(early, late), **kind)
    )


def _bounded(state: State, node: int):
    """Return the windows, narrowed to where the points of a served visit for its time do not get worse."""
    tables, problem = state.tables, state.tables.ready.problem
    windows, visit = tables.windows[node], tables.ready.visits[node]
    if tables.plain[node] or not state.where[node]:
        return windows
    line = state.lines[state.where[node][0]]
    start = line.start[line.nodes.index(node)]
    first, last = windows[0][0], windows[-1][1]
    if visit.priority is Priority.EMERGENCY:
        last = min(last, start)
    if visit.promised and visit.promised[0] <= start <= visit.promised[1]:
        first, last = max(first, visit.promised[0]), min(last, visit.promised[1])
    if visit.planned:
        moved = max(problem.weights.move_free_s, abs(start - visit.planned.start))
        first, last = max(first, visit.planned.start - moved), min(last, visit.planned.start + moved)
    return tuple((max(a, first), min(b, last)) for a, b in windows if max(a, first) <= min(b, last))


def _kinds(state: State, doors: _Doors) -> list[list[int]]:
    """Return the lines in groups that are all alike, because one kind of five vehicles is searched faster than five."""
    ready, alike = state.tables.ready, {}
    own = set(doors.only.values())
    known = {who for visit in ready.visits if visit.planned for who in visit.planned.technicians}
    for number, shift in enumerate(ready.shifts):
        mine = tuple(n for n, leads in enumerate(ready.leads) if number in leads)
        who = shift.technician
        same = (shift.start, shift.until, shift.start_place, shift.end_place, who.mode, who.capacity, mine)
        same += (number if number in own or who.id in known else None,)
        alike.setdefault(same, []).append(number)
    return list(alike.values())


def _problem(state: State, doors: _Doors, kinds: list[list[int]]):
    tables, ready = state.tables, state.tables.ready
    depots = sorted({p for s in ready.shifts for p in (s.start_place, s.end_place)})
    places = numpy.array([*doors.places, *depots])
    depot_of = {place: number for number, place in enumerate(depots)}
    loads = any(tables.load)
    types, ways, times, base = [], [], [], {}
    for number, lines in enumerate(kinds):
        shift = ready.shifts[lines[0]]
        if id(shift.out) not in base:
            base[id(shift.out)] = numpy.minimum(numpy.array(shift.out)[places][:, places], FORBIDDEN)
        seconds = base[id(shift.out)].copy()
        points = seconds * tables.travel
        _restrict(state, doors, lines[0], seconds, points)
        numpy.fill_diagonal(seconds, 0)
        numpy.fill_diagonal(points, 0)
        times.append(seconds)
        ways.append(points)
        capacity = {"capacity": [min(tables.capacity[shift.technician.id], EVER)]} if loads else {}
        ends = {"start_depot": depot_of[shift.start_place], "end_depot": depot_of[shift.end_place]}
        hours = {"tw_early": shift.start, "tw_late": shift.until}
        types.append(pyvrp.VehicleType(len(lines), profile=number, **ends, **hours, **capacity))
    locations = [pyvrp.Location(0, 0) for _ in places]
    homes = [pyvrp.Depot(len(doors.nodes) + number) for number in range(len(depots))]
    return pyvrp.ProblemData(locations, doors.clients, homes, types, ways, times, doors.groups)


def _restrict(state: State, doors: _Doors, line: int, seconds, points) -> None:
    """Forbid the doors that this line may not serve, and add what a change of technician costs to the way there."""
    ready = state.tables.ready
    shift: Shift = ready.shifts[line]
    for door, node in enumerate(doors.nodes):
        only = doors.only.get(door)
        if only != line if only is not None else line not in ready.leads[node]:
            seconds[:, door] = points[:, door] = FORBIDDEN
            seconds[door, :] = points[door, :] = FORBIDDEN
        elif only is None and (planned := ready.visits[node].planned):
            if shift.technician.id not in planned.technicians:
                points[:, door] += ready.problem.weights.technician


def _initial(state: State, doors: _Doors, kinds: list[list[int]], problem):
    """Return the state's plan as PyVRP sees it."""
    routes = []
    for kind, lines in enumerate(kinds):
        for number in lines:
            visits = _numbers(state, doors, number)
            if visits:
                acts = [pyvrp.Activity(pyvrp.ActivityType.CLIENT, door) for door in visits]
                routes.append(pyvrp.Route(problem, acts, kind))
    return pyvrp.Solution(problem, routes)


def _numbers(state: State, doors: _Doors, number: int) -> list[int]:
    """Return the doors of a line in order: of a visit with several windows the one its start lies in."""
    by_node: dict[int, list[int]] = {}
    for door, node in enumerate(doors.nodes):
        if doors.only.get(door, number) == number:
            by_node.setdefault(node, []).append(door)
    line, found = state.lines[number], []
    for node, start in zip(line.nodes, line.start, strict=True):
        mine = by_node.get(node, [])
        fitting = [d for d in mine if doors.clients[d].tw_early <= start <= doors.clients[d].tw_late]
        found.extend((fitting or mine)[:1])
    return found


def _orders(state: State, doors: _Doors, kinds: list[list[int]], solution) -> dict[int, list[int]]:
    """Return for every line its nodes in PyVRP's order. A line it leaves out is empty."""
    free = {kind: list(lines) for kind, lines in enumerate(kinds)}
    orders: dict[int, list[int]] = {}
    for route in solution.routes():
        visited = [act.idx for act in route.schedule() if act.type == pyvrp.ActivityType.CLIENT]
        orders[free[route.vehicle_type()].pop(0)] = [doors.nodes[door] for door in visited]
    for lines in free.values():
        for number in lines:
            orders[number] = [LUNCH] if state.lines[number].shift.lunch else []
    return orders
