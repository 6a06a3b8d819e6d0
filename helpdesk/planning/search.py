"""The search for a day's plan: insertion, then ruin and recreate with PyVRP between, and the better by one judge."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.planning.evaluate import evaluate, faults
from helpdesk.planning.insertion import first_plan
from helpdesk.planning.model import Cost, Plan, Problem
from helpdesk.planning.ready import Ready, prepare
from helpdesk.planning.reasons import explain
from helpdesk.planning.ruin import Ruin
from helpdesk.planning.state import State
from helpdesk.planning.tables import Tables

TELL_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search. With `rounds` instead of `seconds`, the same seed always gives the same plan."""

    seconds: float = 2.0
    seed: int = 1
    rounds: int | None = None
    pyvrp: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """The best plan, what it costs, and whether PyVRP took part."""

    plan: Plan
    cost: Cost
    rounds: int
    pyvrp: bool


Tell = Callable[[float, int], None]
"""Hears how much of the search is done, from 0 to 1, and the points of the best plan so far."""


def quiet(_done: float, _points: int) -> None:
    """Tell nobody."""


def search(problem: Problem, plan: Plan | None, effort: Effort, tell: Tell = quiet) -> Found:
    """Return the best plan found for a day. A plan that is given is where it begins; `change.py` says what may move."""
    from helpdesk.planning import vrp  # here: numpy takes 25 MB, and whoever only asks for a search needs none of it

    began = time.monotonic()
    ready = prepare(problem)
    state = State(Tables(ready))
    if plan:
        state.load_plan(plan)
    first_plan(state)
    tell(0.0, state.total())
    helped = effort.pyvrp and vrp.available()
    rounds = 0
    for until, by_pyvrp in _stages(ready, helped):
        clock = _Clock(effort, began, until, lambda done: tell(done, state.total()))
        if by_pyvrp:
            vrp.improve(state, clock.over, effort.seed, warm=not _all_known_to_pyvrp(ready))
            first_plan(state)
        else:
            rounds += Ruin(state, effort.seed).run(clock.progress)
    return finish(problem, state, rounds, helped)


def finish(problem: Problem, state: State, rounds: int, helped: bool) -> Found:
    """Return what stands in the state, with a reason for whoever is not served, after the judge has looked at it."""
    plan = explain(state)
    broken = faults(problem, plan)
    if broken:
        raise AssertionError(f"the search broke its own rules: {broken[:3]}")
    return Found(plan, evaluate(problem, plan), rounds, helped)


def _stages(ready: Ready, helped: bool) -> list[tuple[float, bool]]:
    """Return until which part of the time who works. Where PyVRP knows every rule, it gets all of it."""
    if not helped:
        return [(1.0, False)]
    if _all_known_to_pyvrp(ready):
        return [(0.985, True)]
    return [(0.35, False), (0.6, True), (1.0, False)]


def _all_known_to_pyvrp(ready: Ready) -> bool:
    problem = ready.problem
    return not (
        problem.reserves
        or any(shift.lunch for shift in ready.shifts)
        or any(visit.crew_size > 1 or visit.planned or visit.priority == 0 for visit in problem.visits)
    )


class _Clock:
    """How much of one stage is done, by time or by rounds."""

    def __init__(self, effort: Effort, began: float, until: float, tell: Callable[[float], None]) -> None:
        self.effort, self.tell, self.until, self.count = effort, tell, until, 0
        self.began, self.end = time.monotonic(), began + until * effort.seconds
        self.told = self.began

    def progress(self) -> float:
        """Return how much of the stage is done, from 0 to 1, and tell others now and then."""
        self.count += 1
        now = time.monotonic()
        if self.effort.rounds is not None:
            done = (self.count - 1) / max(1, self.effort.rounds)
        else:
            done = (now - self.began) / max(1e-6, self.end - self.began)
        if now - self.told > TELL_EVERY_S:
            self.told = now
            self.tell(min(1.0, done) * self.until)
        return done

    def over(self, _best: float) -> bool:
        """Tell PyVRP to stop."""
        return self.progress() >= 1.0
