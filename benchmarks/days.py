"""`python -m benchmarks.days`: days of an estate, planned in the same time by several planners, judged by one."""

import argparse
from statistics import mean

from benchmarks.planners import PLANNERS, estate_day, machine

TUNED, HELD_OUT = range(100, 103), range(900, 903)


def main() -> None:
    """Print the mean cost for each family and size; seeds from 900 on were never looked at while tuning."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.days", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--sizes", type=int, nargs="*", default=[20, 60, 150])
    parser.add_argument("--tuned", action="store_true", help="the seeds that were used for tuning")
    parser.add_argument("--planners", nargs="*", default=list(PLANNERS), choices=list(PLANNERS))
    asked = parser.parse_args()
    print(machine())
    seeds = TUNED if asked.tuned else HELD_OUT
    for crowded in (False, True):
        family = "over-subscribed" if crowded else "light"
        means = {name: [] for name in asked.planners}
        for size in asked.sizes:
            for name in asked.planners:
                found = [PLANNERS[name](estate_day(size, crowded, seed), asked.seconds) for seed in seeds]
                means[name].append(mean(each.cost.total for each in found))
                served = mean(each.cost.served for each in found)
                print(
                    f"{family:15} {size:3} visits {name:8} cost {means[name][-1]:12,.0f} served {served:.1f}",
                    flush=True,
                )
        for name in asked.planners:
            print(f"{family:15} mean       {name:8} cost {mean(means[name]):12,.0f}", flush=True)


if __name__ == "__main__":
    main()
