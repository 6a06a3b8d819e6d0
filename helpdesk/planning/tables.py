"""What the search must know of each visit, by number, and what lines cost. Tests hold it to `evaluate.py`."""

from helpdesk.planning.evaluate import change_points, overlap, unserved_points
from helpdesk.planning.line import END, START, Line, Windows
from helpdesk.planning.model import Priority
from helpdesk.planning.ready import Ready, Shift

NO_BOUND = 10**12


class Tables:
    """Facts in the order of `ready.visits`. `windows` narrows to one moment while a crew is bound to it."""

    __slots__ = (
        "ready", "place", "duration", "windows", "load", "capacity", "penalty", "alone", "plain", "since", "travel",
        "reserves", "keepers",
    )  # fmt: skip

    def __init__(self, ready: Ready) -> None:
        self.ready = ready
        problem, visits = ready.problem, ready.visits
        self.place = [visit.place for visit in visits]
        self.duration = [visit.duration_s for visit in visits]
        self.windows: list[Windows] = list(ready.windows)
        self.load = [max(0, visit.load) for visit in visits]
        self.capacity = {
            technician.id: NO_BOUND if technician.capacity is None else technician.capacity
            for technician in ready.technicians.values()
        }
        self.penalty = [unserved_points(problem, visit) for visit in visits]
        self.alone = [visit.crew_size == 1 for visit in visits]
        self.plain = [not (v.planned or v.promised or v.priority is Priority.EMERGENCY) for v in visits]
        self.since = [ready.since(visit.id) for visit in visits]
        self.travel = problem.weights.travel
        self.reserves = problem.reserves
        self.keepers = [
            tuple(k for k, reserve in enumerate(self.reserves) if reserve.skill in shift.technician.skills)
            for shift in ready.shifts
        ]

    def points_for(self, node: int, technicians: tuple, start: int) -> int:
        """Return the points for serving a visit by these at this time, beside the travel."""
        if self.plain[node]:
            return 0
        visit, problem = self.ready.visits[node], self.ready.problem
        points = change_points(problem, visit, technicians, start)
        if visit.promised and not visit.promised[0] <= start <= visit.promised[1]:
            points += problem.weights.promise
        if visit.priority is Priority.EMERGENCY:
            points += problem.weights.emergency_second * max(0, start - self.since[node])
        return points

    def points(self, line: Line) -> int:
        """Return what a line costs: its travel and its visits. What crews cost beside travel, the state counts."""
        points = self.travel * sum(line.legs)
        plain, alone, crew = self.plain, self.alone, (line.shift.technician.id,)
        for node, start in zip(line.nodes, line.start, strict=True):
            if node >= 0 and not plain[node] and alone[node]:
                points += self.points_for(node, crew, start)
        return points

    def free(self, line: Line) -> tuple[int, ...]:
        """Return for each reserve how many seconds of its period this line leaves free."""
        if not self.reserves:
            return ()
        return tuple(
            self._free(line, reserve.period) if reserve.skill in line.shift.technician.skills else 0
            for reserve in self.reserves
        )

    def _free(self, line: Line, period) -> int:
        shift: Shift = line.shift
        free = overlap((shift.start, shift.until), period)
        for node, start, leg, leave in zip(line.nodes, line.start, line.legs, line.leave, strict=True):
            if node not in (START, END):
                free -= overlap((max(shift.start, start - leg), leave), period)
        return free
