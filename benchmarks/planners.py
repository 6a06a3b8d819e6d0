"""Other ways to plan the same day, judged by the same judge, and the days."""

import os
import platform
import random
import time
from importlib.metadata import PackageNotFoundError, version

from helpdesk.planning import vrp
from helpdesk.planning.insertion import first_plan
from helpdesk.planning.model import Lunch, Priority, Problem, Reserve, Technician, Visit
from helpdesk.planning.ready import prepare
from helpdesk.planning.search import Effort, finish, search
from helpdesk.planning.state import State
from helpdesk.planning.tables import Tables

HOUR = 3600
SKILLS = ("water", "power", "locks", "masonry")


def machine() -> str:
    """Say on what this ran."""
    found = []
    for name in ("pyvrp", "numpy", "ortools"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"without {name}")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    runs_on = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load:.1f}"
    return f"{runs_on}, Python {platform.python_version()}, {', '.join(found)}"


def estate_day(visits: int, crowded: bool, seed: int) -> Problem:
    """A day of an estate of six-storey houses in rows: walking and e-bike, lunch, skills, a reserve, a few crews."""
    chance = random.Random(seed)
    doors = [(120 * chance.randrange(10), 60 * chance.randrange(14), 12 * chance.randrange(6)) for _ in range(visits)]
    points = [(540, 420, 0), *doors]
    walk = [[_walk(a, b) for b in points] for a in points]
    ebike = [[_ebike(a, b) for b in points] for a in points]
    technicians = max(2, round(visits / (12 if crowded else 7)))
    people = tuple(
        Technician(
            n, frozenset(chance.sample(SKILLS, 3)), ((8 * HOUR, 17 * HOUR + 1800),), Lunch(41400, 46800, 3600), 0, 0,
            chance.choice(("walk", "ebike")),
        )
        for n in range(technicians)
    )  # fmt: skip
    reserves = tuple(
        Reserve(skill, period, 1800 * max(1, technicians // 4))
        for skill in ("water", "power")
        for period in ((8 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR + 1800))
    )
    return Problem(people, tuple(_door(chance, n) for n in range(visits)), {"walk": walk, "ebike": ebike}, reserves)


def _walk(a, b) -> int:
    return 0 if a == b else round((abs(a[0] - b[0]) + abs(a[1] - b[1])) / 1.2) + a[2] + b[2] + 20


def _ebike(a, b) -> int:
    return 0 if a == b else round((abs(a[0] - b[0]) + abs(a[1] - b[1])) / 4) + a[2] + b[2] + 40


def _door(chance, n: int) -> Visit:
    starts = chance.sample((8, 10, 14, 16), chance.choice((0, 1, 1, 1, 2)))
    windows = tuple((h * HOUR, (h + 2) * HOUR - 1800) for h in sorted(starts))
    return Visit(
        n,
        n + 1,
        chance.choice((900, 1800, 1800, 2700, 3600, 5400)),
        windows,
        frozenset(chance.sample(SKILLS, 1)) if chance.random() < 0.8 else frozenset(),
        2 if chance.random() < 0.04 else 1,
        chance.choices(list(Priority), (1, 6, 8, 60))[0],
    )


def greedy(problem: Problem, _seconds: float):
    """Insertion alone."""
    return search(problem, None, Effort(rounds=0, pyvrp=False))


def ours(problem: Problem, seconds: float):
    """What the product does."""
    return search(problem, None, Effort(seconds))


def own_alone(problem: Problem, seconds: float):
    """Ruin and recreate without PyVRP."""
    return search(problem, None, Effort(seconds, pyvrp=False))


def pyvrp_alone(problem: Problem, seconds: float):
    """PyVRP from its own start, after crews have been placed by insertion."""
    began = time.monotonic()
    state = State(Tables(prepare(problem)))
    first_plan(state)
    vrp.improve(state, lambda _best: time.monotonic() - began > seconds, 1, warm=False)
    return finish(problem, state, 0, True)


def ortools(problem: Problem, seconds: float):
    """OR-Tools routing with the same settled crews; its lunch is a stop that costs no way."""
    from benchmarks.ortools_day import improve

    state = State(Tables(prepare(problem)))
    first_plan(state)
    improve(state, seconds)
    return finish(problem, state, 0, False)


PLANNERS = {"greedy": greedy, "own": own_alone, "pyvrp": pyvrp_alone, "ortools": ortools, "ours": ours}
