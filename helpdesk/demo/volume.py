"""How many calls a day brings, and when in the day they come."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import exp
from random import Random

from helpdesk.core import clock
from helpdesk.demo.shape import Shape, share
from helpdesk.workdays.rules import DayKind, is_workday

HOURS = (
    0.6,
    0.4,
    0.3,
    0.3,
    0.4,
    0.9,
    2.5,
    5.5,
    9.4,
    10.4,
    9.3,
    6.4,
    4.0,
    4.4,
    6.4,
    6.7,
    6.2,
    5.9,
    6.1,
    5.1,
    3.7,
    2.2,
    1.7,
    1.2,
)  # fmt: skip - percent of the calls in each hour of the day; old people ring early
_HOURS = tuple(accumulate(HOURS))
MEDIAN_S, SIGMA, LONGEST_S = 110, 0.787, 1_100  # how long people talk: log-normal, 150 s on average
STORMY_MONTHS, STORM_SHARE = (7, 8, 9), 0.035  # days of a typhoon


def calls_of_days(days: list[date], kinds: Mapping[date, str], shape: Shape, rng: Random) -> list[int]:
    """How many calls each day brings; with a wanted total they add up to it exactly."""
    means = [mean(day, kinds, shape) for day in days]
    if shape.calls is None:
        return [poisson(expected, rng) for expected in means]
    return share(shape.calls, [expected * rng.uniform(0.8, 1.2) for expected in means])


def mean(day: date, kinds: Mapping[date, str], shape: Shape) -> float:
    """How many calls a day brings on average; holidays are known from the announced calendar only."""
    if kinds.get(day) in (DayKind.HOLIDAY, DayKind.OFF):
        return shape.calls_a_holiday
    return shape.calls_a_workday if is_workday(day, kinds) else shape.calls_a_weekend


def poisson(expected: float, rng: Random) -> int:
    """How many calls come when so many are expected."""
    if expected > 60:
        return max(0, round(rng.gauss(expected, expected**0.5)))
    limit, product, count = exp(-expected), rng.random(), 0
    while product > limit:
        product, count = product * rng.random(), count + 1
    return count


def moments(day: date, count: int, rng: Random) -> list[tuple[datetime, datetime]]:
    """When the calls of a local date are saved, in this order, and when their first character was written.

    All of them are saved before midnight: the numbers of orders begin anew then.
    """
    begins = clock.start_of_day(day)
    calls = []
    for hour in rng.choices(range(24), cum_weights=_HOURS, k=count):
        at = begins + timedelta(seconds=hour * 3_600 + rng.randrange(3_600 if hour < 23 else 2_400))
        talked_s = min(LONGEST_S, max(12, round(rng.lognormvariate(0, SIGMA) * MEDIAN_S)))
        calls.append((at + timedelta(seconds=talked_s), at))
    return sorted(calls)


def is_stormy(day: date, rng: Random) -> bool:
    return day.month in STORMY_MONTHS and rng.random() < STORM_SHARE
