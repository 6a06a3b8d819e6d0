"""Measures what an operator waits for while the telephone is at the ear, at 1,000, 100,000 and 1,000,000 calls.

`python -m benchmarks.scales` fills one installation for each size, starts them all, and asks them in turns: so the
ratios between the sizes are of one run. It prints, and asserts nothing. A million calls take some minutes and 2 GB.
`--estates 73` adds an installation of so many estates: 100,000 residents, all of whom the operator may look up.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

from flask_migrate import upgrade
from sqlalchemy import func, select

from benchmarks import pages
from benchmarks.__main__ import machine
from benchmarks.servers import Server, product, sign_in
from helpdesk import create_app
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.demo.load import load
from helpdesk.demo.shape import FULL
from helpdesk.demo.staff import PASSWORD
from helpdesk.estate.models import Person, Phone, Place, PlaceKind, phone_person
from helpdesk.hotline.models import Call

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 5
TYPED = ("12", "0523", "w", "wgy", "chen", "3-2-501", "2073", "王", "4-1-2", "1000")
HTMX = {"HX-Request": "true"}


@dataclass
class Site:
    """One installation: how much is in it, its server, and what was measured of each task."""

    name: str
    place_id: int
    phone_id: int
    server: Server | None = None
    tasks: dict[str, Callable] = field(default_factory=dict)
    measured: dict[str, pages.Measured] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scales", description=__doc__)
    parser.add_argument("--calls", type=int, nargs="+", default=SIZES, help="so many calls, an installation for each")
    parser.add_argument("--estates", type=int, help="one more installation, of so many estates")
    wanted = parser.parse_args()
    print(*machine(), sep="\n")
    with tempfile.TemporaryDirectory() as folder:
        shapes = [(1, calls) for calls in wanted.calls] + ([(wanted.estates, None)] if wanted.estates else [])
        sites = [_fill(Path(folder, str(number)), *shape) for number, shape in enumerate(shapes)]
        try:
            for number, site in enumerate(sites):
                _start(site, Path(folder, str(number)))
            _measure(sites)
        finally:
            for site in sites:
                if site.server:
                    site.server.stop()


def _env(folder: Path) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite:///{folder}/desk.db", "INSTANCE_PATH": str(folder)}


def _fill(folder: Path, estates: int, calls: int | None) -> Site:
    """Load the demo estate in this size; people will call from a home, on a number that two of them share."""
    folder.mkdir()
    began = perf_counter()
    with create_app(_env(folder)).app_context():
        upgrade()
        load(clock.now(), scale=estates, shape=FULL.with_calls(calls))
        counts = [db.session.scalar(select(func.count()).select_from(model)) for model in (Call, Person)]
        place_id = db.session.scalars(select(Place.id).where(Place.kind == PlaceKind.DWELLING)).first()
        shared = select(phone_person.c.phone_id).group_by(phone_person.c.phone_id).having(func.count() >= 2)
        phone_id = db.session.scalars(select(Phone.id).where(Phone.id.in_(shared)).order_by(Phone.id)).first()
        db.session.remove()
        db.engine.dispose()
    name = f"{counts[0]:,} calls, {counts[1]:,} people"
    print(f"{name}: filled in {perf_counter() - began:.0f} s, {Path(folder, 'desk.db').stat().st_size / 1e6:,.0f} MB")
    return Site(name, place_id, phone_id)


def _start(site: Site, folder: Path) -> None:
    site.server = product(_env(folder)["DATABASE_URL"], folder)
    sign_in(site.server, "operator", PASSWORD)
    saving = pages.Saving(site.server, "enquiry", site.place_id)
    repairing = pages.Saving(site.server, "repair", site.place_id)
    site.tasks = {
        "type-ahead": _in_rotation(site, [f"/search?q={typed}" for typed in TYPED]),
        "caller card": lambda: site.server.ask("GET", f"/hotline/card?phone_id={site.phone_id}", **HTMX),
        "card of a home": lambda: site.server.ask("GET", f"/hotline/card?place_id={site.place_id}", **HTMX),
        "the world beside it": lambda: site.server.ask("GET", "/hotline/todays-calls", **HTMX),
        "save a call": saving,
        "save and open an order": repairing,
    }
    site.measured = {task: pages.Measured() for task in site.tasks}


def _in_rotation(site: Site, paths: list[str]) -> Callable:
    """Ask for one after the other, and begin anew."""
    rest = cycle([quote(path, safe="/?=") for path in paths])
    return lambda: site.server.ask("GET", next(rest), **HTMX)


def _measure(sites: list[Site]) -> None:
    for site in sites:
        for ask in site.tasks.values():
            pages.measure(site.server, ask, pages.Measured())  # warm
    for _ in range(ROUNDS):
        for task in sites[0].tasks:
            for site in sites:
                pages.measure(site.server, site.tasks[task], site.measured[task])
    print(f"\nMedians of {ROUNDS} rounds of {pages.REQUESTS} requests, all sizes in turns, one client: CPU ms (ratio)")
    for task in sites[0].tasks:
        least = sites[0].measured[task].cpu
        told = (f"{site.measured[task].cpu:8.2f} ({site.measured[task].cpu / least:4.2f})" for site in sites)
        print(f"{task:24}{''.join(f'{text:>20}' for text in told)}")
    print("\nWhat one client waits, in ms")
    for task in sites[0].tasks:
        print(f"{task:24}{''.join(f'{site.measured[task].wall:20.1f}' for site in sites)}")


if __name__ == "__main__":
    sys.exit(main())
