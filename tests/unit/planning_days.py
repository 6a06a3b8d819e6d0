"""Days to plan for the tests: drawn from a seed or by hypothesis."""

import random

from hypothesis import strategies as st

from helpdesk.planning.model import Lunch, Planned, Priority, Problem, Reserve, Technician, Visit

HOUR = 3600
SKILLS = ("water", "power", "locks")


def travel(size: int, seed: int) -> tuple[tuple[int, ...], ...]:
    """Walking seconds between points of a square, as the crow flies."""
    chance = random.Random(seed)
    points = [(chance.randrange(600), chance.randrange(600)) for _ in range(size)]
    return tuple(tuple(round(((a - c) ** 2 + (b - d) ** 2) ** 0.5) for c, d in points) for a, b in points)


def day(visits: int, technicians: int, seed: int, **more) -> Problem:
    """A day with windows, skills, crews, priorities, lunch, and a reserve."""
    chance = random.Random(seed)
    size = visits + 1
    people = tuple(
        Technician(
            f"t{n}",
            frozenset(chance.sample(SKILLS, 2)),
            ((8 * HOUR, 17 * HOUR),),
            Lunch(11 * HOUR + 1800, 13 * HOUR, 2700),
            mode=chance.choice(("walk", "ebike")),
        )
        for n in range(technicians)
    )
    walk = travel(size, seed)
    tables = {"walk": walk, "ebike": tuple(tuple(-(-way // 2) for way in row) for row in walk)}
    reserves = (Reserve("water", (8 * HOUR, 12 * HOUR), more.pop("reserve", 1800)),)
    doors = tuple(_visit(chance, n, technicians) for n in range(visits))
    return Problem(people, doors, tables, reserves, **more)


def _visit(chance, n: int, technicians: int) -> Visit:
    windows = tuple((h * HOUR, (h + 2) * HOUR) for h in chance.sample((8, 10, 13, 15), chance.choice((0, 1, 1, 1, 2))))
    planned = None
    if chance.random() < 0.3 and windows:
        planned = Planned((f"t{chance.randrange(technicians)}",), windows[0][0] + 600)
    return Visit(
        n,
        n + 1,
        chance.choice((1200, 1800, 2700, 3600)),
        windows,
        frozenset(chance.sample(SKILLS, chance.choice((0, 1, 1)))),
        crew_size=2 if chance.random() < 0.08 and not planned else 1,
        priority=chance.choice((Priority.NORMAL,) * 6 + tuple(Priority)),
        planned=planned,
    )


days = st.builds(day, st.integers(1, 18), st.integers(1, 4), st.integers(0, 10_000))
