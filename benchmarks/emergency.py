"""`python -m benchmarks.emergency`: a burst pipe at 10:20 on a day of 150 visits; and how long a try takes."""

import time
from dataclasses import replace
from statistics import median

from benchmarks.planners import estate_day, machine
from helpdesk.planning.change import emergency
from helpdesk.planning.diff import Kind
from helpdesk.planning.evaluate import crews
from helpdesk.planning.model import Plan, Planned, Priority, Problem, Progress, Visit
from helpdesk.planning.offers import offers
from helpdesk.planning.ready import prepare
from helpdesk.planning.search import Effort, search
from helpdesk.planning.state import State
from helpdesk.planning.tables import Tables

AT = 10 * 3600 + 20 * 60


def main() -> None:
    """Print who changes, who comes when, and the times."""
    print(machine())
    for seed in range(900, 905):
        problem = estate_day(150, False, seed)
        plan = search(problem, None, Effort(2)).plan
        running = under_way(problem, plan)
        burst = Visit("burst", 75, 3600, skills=frozenset({"water"}), priority=Priority.EMERGENCY)
        began = time.perf_counter()
        found = emergency(running, plan, burst, AT)
        took = time.perf_counter() - began
        best = found[0]
        changed = sum(move.kind in (Kind.HANDED_OVER, Kind.BOTH, Kind.DROPPED) for move in best.moves)
        print(
            f"seed {seed}: on site after {(best.arrives - AT) / 60:.0f} min ({best.when}), {changed} of 149 change"
            f" technician ({changed / 1.49:.1f} %), {len(best.moves)} move in time or person,"
            f" {len(found)} candidates in {took * 1000:.0f} ms"
        )
    times(problem, plan)


def under_way(problem: Problem, plan: Plan) -> Problem:
    """Return the day at 10:20: what is over is gone, what has begun is on site."""
    served, visits = crews(plan), []
    for visit in problem.visits:
        start, crew = served.get(visit.id, (AT, ()))
        if visit.id not in served or start > AT:
            visits.append(visit)
        elif start + visit.duration_s > AT:
            visits.append(replace(visit, progress=Progress.ON_SITE, planned=Planned(crew, start)))
    return replace(problem, visits=tuple(visits), now=AT)


def times(problem: Problem, plan: Plan) -> None:
    """Print how long one try and one answer on the telephone take."""
    state = State(Tables(prepare(problem)))
    state.load_plan(plan)
    began, tries = time.perf_counter(), 0
    for node in range(len(problem.visits)):
        for line in state.lines:
            tries += len(line.nodes) - 1
            for _place in line.places_for(node, state.tables):
                pass
    spent = time.perf_counter() - began
    print(f"a try at one position: {spent / tries * 1e6:.2f} µs; on a whole shift: "
          f"{spent / len(problem.visits) / len(state.lines) * 1e6:.1f} µs")  # fmt: skip
    windows = [(hour * 3600, (hour + 2) * 3600) for hour in range(8, 16)]
    asked = Visit("asked", 33, 1800, skills=frozenset({"water"}))
    took = []
    for _ in range(9):
        began = time.perf_counter()
        offers(problem, plan, asked, windows)
        took.append(time.perf_counter() - began)
    print(f"offers for 8 windows on a plan of 150: {median(took) * 1000:.0f} ms, longest {max(took) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
