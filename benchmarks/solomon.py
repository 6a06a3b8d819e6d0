"""`python -m benchmarks.solomon FOLDER --seconds 1`: Solomon's problems, planned as our days are."""

import argparse
import csv
import time
from pathlib import Path

from benchmarks.planners import machine
from helpdesk.planning.model import Problem, Technician, Visit
from helpdesk.planning.runner import Search
from helpdesk.planning.search import Effort


def read(path: Path) -> Problem:
    """Return a file as a day: tenths of a unit are seconds, capacity is load."""
    lines = [line.split() for line in path.read_text().splitlines()]
    vehicles, capacity = map(int, lines[4])
    depot, *customers = rows = [list(map(int, line)) for line in lines[9:] if line]
    ways = tuple(tuple(int(10 * ((a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2) ** 0.5) for b in rows) for a in rows)
    shift = (10 * depot[4], 10 * depot[5])
    people = tuple(Technician(n, shifts=(shift,), end_place=0, capacity=capacity) for n in range(vehicles))
    visits = tuple(Visit(r[0], r[0], 10 * r[6], ((10 * r[4], 10 * r[5]),), load=r[3]) for r in customers)
    return Problem(people, visits, {"walk": ways})


def main() -> None:
    """Solve every file of the folder that has a best known distance; the last line is the mean ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.solomon", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parent / "data" / "solomon")
    parser.add_argument("--seconds", type=float, default=1.0, help="of search for each file, without starting Python")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--own", action="store_true", help="without PyVRP")
    asked = parser.parse_args()
    print(machine())
    ratios = []
    with (asked.folder / "BEST_KNOWN.csv").open() as file:
        best = {row[0]: float(row[1]) for row in list(csv.reader(file))[1:]}
    for name, known in best.items():
        began = time.perf_counter()
        with Search(read(asked.folder / f"{name}.txt"), None, _effort(asked)) as running:
            found = running.result()
        wall = time.perf_counter() - began
        distance = found.cost.travel_s / 10
        ratios.append(distance / known)
        print(f"{name:8} {distance:8.1f} best known {known:8.1f} ratio {distance / known:.4f}", end=" ")
        print(f"served {found.cost.served} in {wall:.2f} s with starting", flush=True)
    print(f"mean ratio {sum(ratios) / len(ratios):.4f}")


def _effort(asked) -> Effort:
    return Effort(asked.seconds, asked.seed, pyvrp=not asked.own)


if __name__ == "__main__":
    main()
