"""Ruin and recreate: take strings of neighbouring visits out, put them back more cheaply, and again.

After Christiaens and Vanden Berghe, "Slack Induction by String Removals" (2020): adjacent strings, blinks, simulated
annealing. Visits nobody could serve so far take part in every round, so that the urgent drive out what is less so.
"""

import math
import random
from collections.abc import Callable, Iterator

from helpdesk.planning.insertion import insert_all
from helpdesk.planning.ready import has_begun
from helpdesk.planning.state import State
from helpdesk.planning.tables import Tables

REMOVED = 7  # visits taken out on average
LONGEST = 10  # of one string
BLINKS = 0.01
SPLIT = 0.5
OTHERS_TRIED = 8  # of those that are not in the plan
COLD = 0.01  # of the first temperature


class Ruin:
    """The search on one state. The same seed and number of rounds give the same plan."""

    def __init__(self, state: State, seed: int) -> None:
        self.state, self.chance = state, random.Random(seed)  # noqa: S311 - chance here need not be secret
        self.near = neighbours(state.tables)
        self.begun = [has_begun(visit) for visit in state.tables.ready.visits]  # not for any price
        self.movable = [number for number, reason in enumerate(state.tables.ready.reasons) if reason is None]

    def run(self, progress: Callable[[], float]) -> int:
        """Improve until `progress` says 1.0, and leave the best plan in the state. Returns the number of rounds."""
        state, chance = self.state, self.chance
        best = current = state.total()
        best_saved = saved = state.saved()
        warm, rounds = self._temperature(), 0
        while self.movable and (done := progress()) < 1.0:
            rounds += 1
            self._round()
            total = state.total()
            if total < current - warm * COLD**done * math.log(chance.random() or 1e-9):
                current, saved = total, state.saved()
                if total < best:
                    best, best_saved = total, saved
            else:
                state.restore(saved)
        state.restore(best_saved)
        return rounds

    def _temperature(self) -> float:
        legs = [leg for line in self.state.lines for leg in line.legs if leg]
        return max(1.0, self.state.tables.travel * sum(legs) / max(1, len(legs)))

    def _round(self) -> None:
        state, chance = self.state, self.chance
        out = set(self._strings())
        if out:
            state.remove(out)
        waiting = sorted(state.absent - out)
        if len(waiting) > OTHERS_TRIED:
            waiting = chance.sample(waiting, OTHERS_TRIED)
        order = [*sorted(out), *waiting]
        chance.shuffle(order)
        key = chance.choices(KEYS, KEY_WEIGHTS)[0]
        if key:
            order.sort(key=lambda node: key(state.tables, node))
        insert_all(state, order, lambda: chance.random() < BLINKS)

    def _strings(self) -> Iterator[int]:
        """Yield visits to take out: strings around one visit, from several lines near it."""
        state, chance = self.state, self.chance
        used = [len(line.nodes) - 2 for line in state.lines if len(line.nodes) > 2]
        if not used:
            return
        longest = min(LONGEST, max(1.0, sum(used) / len(used)))
        strings = int(chance.uniform(1, 4 * REMOVED / (1 + longest)))
        ruined: set[int] = set()
        taken: set[int] = set()
        for node in self.near[chance.choice(self.movable)]:
            for line in state.where[node]:
                if line not in ruined and node not in taken:
                    ruined.add(line)
                    for found in self._string(state.lines[line].nodes, node, longest):
                        if found not in taken and not self.begun[found]:
                            taken.add(found)
                            yield found
            if len(ruined) >= strings:
                return

    def _string(self, nodes: list[int], around: int, longest: float) -> list[int]:
        """Return a string of visits with this one in it; sometimes some in its middle are spared."""
        chance = self.chance
        visits = [node for node in nodes if node >= 0]
        length = int(chance.uniform(1, min(len(visits), longest) + 1))
        spared = 0
        if length > 1 and chance.random() < SPLIT:
            while length + spared < len(visits) and chance.random() > 0.01:
                spared += 1
                if chance.random() < 0.5:
                    break
        at, span = visits.index(around), length + spared
        first = chance.randint(max(0, at - span + 1), min(at, len(visits) - span))
        string = visits[first : first + span]
        if spared:
            hole = chance.randint(0, length)
            string = string[:hole] + string[hole + spared :]
        return string


def neighbours(tables: Tables) -> list[list[int]]:
    """Return for each visit all that can be planned, the nearest first."""
    ready = tables.ready
    movable = [number for number, reason in enumerate(ready.reasons) if reason is None]
    if not movable:
        return [[] for _ in ready.visits]
    out = ready.shifts[0].out
    places = [visit.place for visit in ready.visits]
    return [
        sorted(movable, key=lambda other, row=out[places[n]]: row[places[other]]) if ready.reasons[n] is None else []
        for n in range(len(ready.visits))
    ]


def _dearest(tables: Tables, node: int) -> tuple:
    return -tables.penalty[node], -tables.duration[node]


def _longest(tables: Tables, node: int) -> tuple:
    return -tables.load[node], -tables.duration[node]


def _farthest(tables: Tables, node: int) -> int:
    return -_way(tables, node)


def _nearest(tables: Tables, node: int) -> int:
    return _way(tables, node)


def _narrowest(tables: Tables, node: int) -> int:
    return sum(last - first for first, last in tables.windows[node])


def _earliest(tables: Tables, node: int) -> int:
    return tables.windows[node][0][0]


def _way(tables: Tables, node: int) -> int:
    shift = tables.ready.shifts[0]
    return shift.out[shift.start_place][tables.place[node]]


KEYS = (None, _dearest, _longest, _farthest, _nearest, _narrowest, _earliest)
KEY_WEIGHTS = (4, 4, 2, 2, 1, 3, 1)
