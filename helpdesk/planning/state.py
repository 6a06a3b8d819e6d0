"""A plan while it is being worked on: one line for each shift, and who is in none."""

from helpdesk.planning.line import END, LUNCH, START, Line, Unfit
from helpdesk.planning.model import Plan, Route, Stop
from helpdesk.planning.ready import has_begun
from helpdesk.planning.tables import Tables


class State:
    """Lines are never changed, so a copy is a few short lists, and trying something costs nothing to take back."""

    __slots__ = ("tables", "lines", "where", "absent", "pins")

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        ready = tables.ready
        self.lines: list[Line] = [empty_line(shift, tables) for shift in ready.shifts]
        self.where: list[tuple[int, ...]] = [() for _ in ready.visits]
        self.absent = {number for number, reason in enumerate(ready.reasons) if reason is None}
        self.pins: dict[int, int] = {}  # when the crew of a visit begins

    def saved(self) -> tuple:
        """Return all that `restore` needs."""
        return self.lines[:], self.where[:], set(self.absent), dict(self.pins)

    def restore(self, saved: tuple) -> None:
        """Be again as when this was saved."""
        lines, where, absent, pins = saved
        self.lines, self.where, self.absent = lines[:], where[:], set(absent)
        windows, usual = self.tables.windows, self.tables.ready.windows
        for node in self.pins:
            windows[node] = usual[node]
        self.pins = dict(pins)
        for node, start in pins.items():
            windows[node] = ((start, start),)

    def insert(self, node: int, line: int, position: int) -> None:
        """Put a visit for one person where `Line.places_for` said it fits."""
        self._put(node, line, position)
        self.where[node] = (line,)
        self.absent.discard(node)

    def insert_crew(self, node: int, start: int, where: tuple[tuple[int, int], ...]) -> None:
        """Put a visit into the lines of all its crew, each as (line, position), to begin together at `start`."""
        self.pins[node] = start
        self.tables.windows[node] = ((start, start),)
        for line, position in where:
            self._put(node, line, position)
        self.where[node] = tuple(line for line, _position in where)
        self.absent.discard(node)

    def bind(self, node: int, start: int) -> None:
        """Let a visit begin at this moment and no other, for as long as this state lives."""
        self.tables.windows[node] = ((start, start),)
        for line in self.where[node]:
            self._rebuild(line, self.lines[line].nodes)

    def _put(self, node: int, line: int, position: int) -> None:
        old = self.lines[line]
        nodes = [*old.nodes[:position], node, *old.nodes[position:]]
        self.lines[line] = Line(old.shift, nodes, self.tables)

    def remove(self, nodes: set[int]) -> None:
        """Take visits out of all lines they are in. What stays begins as early as it can."""
        touched = {line for node in nodes for line in self.where[node]}
        for node in nodes:
            self.absent.add(node)
            self.where[node] = ()
            if self.pins.pop(node, None) is not None:
                self.tables.windows[node] = self.tables.ready.windows[node]
        for line in touched:
            self._rebuild(line, [node for node in self.lines[line].nodes if node not in nodes])

    def _rebuild(self, line: int, nodes: list[int]) -> None:
        """Time a line anew. Where a table has a way round that is shorter than the way, who is late now goes, too."""
        try:
            self.lines[line] = Line(self.lines[line].shift, nodes, self.tables)
        except Unfit as unfit:
            late = _whom_to_drop(unfit, nodes)
            self._rebuild(line, [node for node in nodes if node != late])
            self.where[late] = tuple(other for other in self.where[late] if other != line)
            self.remove({late})

    def total(self) -> int:
        """Return the points of the whole, as `evaluate` counts them."""
        penalty, visits = self.tables.penalty, self.tables.ready.visits
        points = sum(line.points for line in self.lines) + sum(penalty[node] for node in self.absent)
        for node, start in self.pins.items():
            crew = tuple(self.lines[line].shift.technician.id for line in self.where[node])
            points += self.tables.points_for(node, crew, start)
        points += sum(penalty[n] for n, reason in enumerate(self.tables.ready.reasons) if reason) if visits else 0
        return points + self.tables.ready.problem.weights.reserve_second * sum(self.short())

    def short(self) -> list[int]:
        """Return for each reserve by how many seconds it is short."""
        return [max(0, -spare) for spare in self.spare()]

    def spare(self) -> list[int]:
        """Return for each reserve how many seconds more than wanted are free; negative if it is short."""
        return [
            sum(line.free[k] for line in self.lines) - reserve.seconds for k, reserve in enumerate(self.tables.reserves)
        ]

    def load_plan(self, plan: Plan) -> None:
        """Take over what of a plan is still possible; the rest is absent. Times become as early as they can be.

        What has begun stands first, wherever the plan has it: else what was planned before it, and never begun, would
        drive it out.
        """
        ready = self.tables.ready
        begun = self._begun()
        lines = {(s.technician.id, s.number): n for n, s in enumerate(ready.shifts)}
        crews: dict[int, list[tuple[int, int]]] = {}
        for route in plan.routes:
            line = lines.get((route.technician, route.shift))
            for stop in route.stops if line is not None else ():
                node = ready.numbers.get(stop.visit)
                if node is not None and not self.tables.alone[node] and self._may(node, line):
                    crews.setdefault(node, []).append((stop.start, line))
        bound = {node for node, places in crews.items() if self._bind_crew(node, places)}
        planned = {lines.get((route.technician, route.shift)): route.stops for route in plan.routes}
        for line in range(len(self.lines)):
            nodes = list(begun[line])
            for stop in planned.get(line, ()):
                node = LUNCH if stop.visit is None else ready.numbers.get(stop.visit)
                if node is None or (node >= 0 and not self._may(node, line)):
                    continue
                if node == LUNCH or self.tables.alone[node] or node in bound:
                    nodes.append(node)
            self._take_over(line, nodes)
        for node in bound:
            if len(self.where[node]) < ready.visits[node].crew_size:
                self.remove({node})

    def _begun(self) -> list[list[int]]:
        """Return for each line what has begun on it, in its turn; it is bound to its crew."""
        ready = self.tables.ready
        found: list[list[int]] = [[] for _ in self.lines]
        nodes = [n for n, visit in enumerate(ready.visits) if has_begun(visit) and not ready.reasons[n]]
        for node in sorted(nodes, key=lambda n: ready.visits[n].planned.start):
            visit, places = ready.visits[node], {}
            for number, shift in enumerate(ready.shifts):
                if number in ready.helpers[node] and shift.start <= visit.planned.start:
                    places[shift.technician.id] = number  # the last shift that has begun by then
            together = [(visit.planned.start, line) for line in places.values()]
            if self.tables.alone[node] or self._bind_crew(node, together):
                for line in places.values():
                    found[line].append(node)
        return found

    def _may(self, node: int, line: int) -> bool:
        ready = self.tables.ready
        mine = ready.leads if self.tables.alone[node] else ready.helpers
        free = node in self.absent and not has_begun(ready.visits[node])
        return ready.reasons[node] is None and line in mine[node] and free

    def _take_over(self, line: int, nodes: list[int]) -> None:
        shift = self.lines[line].shift
        nodes = list(dict.fromkeys(node for node in nodes if node != LUNCH or shift.lunch))
        if shift.lunch and LUNCH not in nodes:
            nodes.append(LUNCH)
        while True:
            try:
                self.lines[line] = Line(shift, [START, *nodes, END], self.tables)
                break
            except Unfit as unfit:
                nodes.remove(_whom_to_drop(unfit, nodes))
        for node in nodes:
            if node >= 0:
                self.where[node] = (*self.where[node], line)
                if len(self.where[node]) == self.tables.ready.visits[node].crew_size:
                    self.absent.discard(node)

    def adopt(self, orders: dict[int, list[int]]) -> bool:
        """Take these orders of stops for the lines; False, and nothing changed, if one does not fit.

        Crews must stand where they stood: they stay bound to their moment.
        """
        saved = self.saved()
        for node, where in enumerate(self.where):
            if where and self.tables.alone[node]:
                self.where[node] = ()
                self.absent.add(node)
        try:
            for line, nodes in orders.items():
                self.lines[line] = Line(self.lines[line].shift, [START, *nodes, END], self.tables)
        except Unfit:
            self.restore(saved)
            return False
        for line, nodes in orders.items():
            for node in nodes:
                if node >= 0 and self.tables.alone[node]:
                    self.where[node] = (line,)
                    self.absent.discard(node)
        return True

    def _bind_crew(self, node: int, places: list[tuple[int, int]]) -> bool:
        """Bind a crew to the moment at which a plan has it, if it is still allowed to be there then."""
        visit, start = self.tables.ready.visits[node], places[0][0]
        together = len({line for _start, line in places}) == len(places) == visit.crew_size
        allowed = any(first <= start <= last for first, last in self.tables.windows[node])
        if not (together and allowed and any(line in self.tables.ready.leads[node] for _start, line in places)):
            return False
        self.tables.windows[node], self.pins[node] = ((start, start),), start
        return True

    def plan(self) -> Plan:
        """Return the routes. The unserved are named without a reason yet; see reasons.py."""
        return Plan(tuple(_route(line, self.tables) for line in self.lines))


def _whom_to_drop(unfit: Unfit, nodes: list[int]) -> int:
    """Return the late visit; the last one, if it is lunch or the end that is late. An empty line always fits."""
    return unfit.node if unfit.node >= 0 else next(node for node in reversed(nodes) if node >= 0)


def empty_line(shift, tables: Tables) -> Line:
    """Return a shift without visits; without lunch, if there is no time for it."""
    return Line(shift, [START, *([LUNCH] if shift.lunch else []), END], tables)


def _route(line: Line, tables: Tables) -> Route:
    visits = tables.ready.visits
    stops = tuple(
        Stop(None if node == LUNCH else visits[node].id, start, leave, leg)
        for node, start, leave, leg in zip(line.nodes, line.start, line.leave, line.legs, strict=True)
        if node not in (START, END)
    )
    return Route(line.shift.technician.id, line.shift.number, stops, line.legs[-1])
