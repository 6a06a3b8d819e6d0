"""What is asked of both servers, and how it is measured: in turns, so that both meet the same moods of the machine."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from uuid import uuid4

from benchmarks.servers import Server

ROUNDS = 7
REQUESTS = 40  # in a row; the CPU time of a process is counted in ticks of 10 ms
WORDS = "厨房水管漏水，一直在滴，地上已经有水了"


@dataclass
class Measured:
    """One task on one server: per request, one figure for each round."""

    cpu_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        return median(self.cpu_ms)

    @property
    def wall(self) -> float:
        return median(self.wall_ms)


def measure(server: Server, ask: Callable[[], tuple[int, str]], measured: Measured) -> None:
    cpu, wall = server.cpu_s(), time.perf_counter()
    for _ in range(REQUESTS):
        status, body = ask()
        if status != 200:
            raise SystemExit(f"A page was answered with {status}: {body[:300]}")
    measured.cpu_ms.append((server.cpu_s() - cpu) / REQUESTS * 1000)
    measured.wall_ms.append((time.perf_counter() - wall) / REQUESTS * 1000)


def in_turns(product: Server, bare: Server, ask_product, ask_bare) -> tuple[Measured, Measured]:
    """Both in turns: A B A B … Each is warmed up first."""
    ours, theirs = Measured(), Measured()
    for server, ask in ((product, ask_product), (bare, ask_bare)):
        measure(server, ask, Measured())
    for _ in range(ROUNDS):
        measure(product, ask_product, ours)
        measure(bare, ask_bare, theirs)
    return ours, theirs


def size(page: str) -> dict[str, int]:
    return {"rows": page.count("<tr"), "bytes": len(page.encode())}


class Saving:
    """Saves calls at the console, as its form does: with the token, and a new key each time."""

    def __init__(self, product: Server, outcome: str, place_id: int):
        _, console = product.ask("GET", "/hotline")
        self.product = product
        self.token = re.search(r'name="csrf-token" content="([^"]+)"', console)[1]
        self.form = {"words": WORDS, "place_id": place_id, "outcome": outcome}
        if outcome == "repair":
            self.form |= {"category": "WATER_LEAK", "urgency": "p1", "visit_window": ""}

    def __call__(self) -> tuple[int, str]:
        typed = {**self.form, "request_key": str(uuid4()), "csrf_token": self.token}
        return self.product.ask("POST", "/hotline/calls", typed, **{"HX-Request": "true"})
