"""How large the demonstration estate is, and how chance is drawn and shared out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

# Buildings 1–12 have three entrances, 13–16 two, 17 and 18 four: 36 + 8 + 8 = 52 entrances of 12 homes are 624.
ENTRANCES = (3,) * 12 + (2,) * 4 + (4,) * 2


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of one estate and of its history. The shares (who is old, what breaks) do not depend on it."""

    entrances: tuple[int, ...] = ENTRANCES  # of each building
    floors: int = 6
    homes_a_landing: int = 2
    garages: int = 300
    shops: int = 12
    history_days: int = 730
    calls_a_workday: float = 8.0
    calls_a_weekend: float = 6.5
    calls_a_holiday: float = 5.0
    calls: int | None = None  # so many in the whole history of the first estate, whatever a day would bring

    @property
    def homes(self) -> int:
        return sum(self.entrances) * self.floors * self.homes_a_landing

    def with_calls(self, calls: int | None) -> "Shape":
        return replace(self, calls=calls)


FULL = Shape()


def chance(as_of: datetime, *names: object) -> Random:
    """A generator of its own for each noun and estate, so that a change to one leaves the others as they were."""
    return Random(":".join(["demo", as_of.isoformat(), *map(str, names)]))


def share(total: int, weights: Sequence[float]) -> list[int]:
    """Share out whole things by weight; the sum is exact and the largest remainders get what is left."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def shuffled(values: Sequence, rng: Random) -> list:
    mixed = list(values)
    rng.shuffle(mixed)
    return mixed


def spread(counts: dict, rng: Random) -> list:
    """Each key as often as its count says, in chance order."""
    return shuffled([key for key, count in counts.items() for _ in range(count)], rng)
