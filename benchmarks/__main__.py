"""Measures the pages beside bare Flask pages of the same size, and prints; asserts nothing."""

import argparse
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from flask_migrate import upgrade
from sqlalchemy import select

from benchmarks import live, pages
from benchmarks.servers import bare, product, sign_in
from helpdesk import create_app
from helpdesk.config import sqlite
from helpdesk.core.extensions import db
from helpdesk.demo.load import load
from helpdesk.demo.shape import FULL
from helpdesk.demo.staff import PASSWORD
from helpdesk.estate.models import Place, PlaceKind

PACKAGES = ("granian", "flask", "sqlalchemy", "jinja2")
READ = {"console": "/hotline", "orders": "/work-orders"}
SAVE = {"enquiry": "save a call", "repair": "save a call and open a work order"}
NAMES = {"console": "console", "orders": "list of work orders", **SAVE}
STREAMS, EVENTS = 20, 40


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--calls", type=int, help="so many calls in the history of the demo estate")
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as folder:
        env = {"DATABASE_URL": f"sqlite:///{folder}/desk.db", "INSTANCE_PATH": folder}
        for name in ("LIVE_STREAMS", "BASE_URL", "TLS_CERT", "TLS_KEY", "SECRET_KEY", "TRUSTED_HOSTS"):
            os.environ.pop(name, None)
        print(*machine(), sep="\n")
        place_id = _fill(env, calls)
        _measure(env, Path(folder), place_id)


def machine() -> list[str]:
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return [
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB memory, {platform.platform(terse=True)}",
        f"Python {platform.python_version()}, SQLite {sqlite.sqlite_version}, {packages}",
    ]


def _processor() -> str:
    """The name of the processor; the system does not tell it everywhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _fill(env: dict[str, str], calls: int | None) -> int:
    """Load the demo estate, and choose a home from which people will call."""
    with create_app(env).app_context():
        upgrade()
        written = load(datetime.now(UTC), shape=FULL.with_calls(calls))
        place_id = db.session.scalars(select(Place.id).where(Place.kind == PlaceKind.DWELLING)).first()
        db.session.remove()
        db.engine.dispose()
    told = ("place", "person", "call", "work_order", "event")
    print("Demo estate: " + ", ".join(f"{name.replace('_', ' ')} {written.get(name, 0):,}" for name in told))
    return place_id


def _measure(env: dict[str, str], folder: Path, place_id: int) -> None:
    ours = product(env["DATABASE_URL"], folder)
    theirs = None
    try:
        sign_in(ours, "operator", PASSWORD)
        savings = {outcome: pages.Saving(ours, outcome, place_id) for outcome in SAVE}
        shown = {name: pages.size(ours.ask("GET", path)[1]) for name, path in READ.items()}
        shown |= {outcome: pages.size(saving()[1]) for outcome, saving in savings.items()}
        theirs = bare(env["DATABASE_URL"], shown)
        _head()
        for name, path in READ.items():
            _line(name, shown, pages.in_turns(ours, theirs, _getting(ours, path), _getting(theirs, f"/{name}")))
        for name, saving in savings.items():
            _line(name, shown, pages.in_turns(ours, theirs, saving, _posting(theirs, name)))
        print(f"Memory of the serving process: {ours.memory_mb():.0f} MB; of the bare one: {theirs.memory_mb():.0f} MB")
        _live(ours, env)
    finally:
        stopped_s = [server.stop() for server in filter(None, (ours, theirs))]
    print(f"Started: answers after {ours.started_s:.1f} s. Stopped: ended {stopped_s[0]:.1f} s after the signal.")


def _getting(server, path):
    return lambda: server.ask("GET", path)


def _posting(server, name):
    return lambda: server.ask("POST", f"/save/{name}", {"words": pages.WORDS, "place_id": "1"})


def _head() -> None:
    print(f"\nMedians of {pages.ROUNDS} rounds of {pages.REQUESTS} requests, both in turns, one client")
    print(f"{'':36}{'page':>16}{'CPU ms a request':>26}{'wall ms':>18}")
    print(f"{'':36}{'rows':>6}{'KB':>10}{'product':>10}{'bare':>8}{'ratio':>8}{'product':>11}{'bare':>7}")


def _line(name: str, shown: dict, measured) -> None:
    ours, theirs = measured
    page = shown[name]
    print(
        f"{NAMES[name]:36}{page['rows']:6}{page['bytes'] / 1000:10.1f}{ours.cpu:10.2f}{theirs.cpu:8.2f}"
        f"{ours.cpu / theirs.cpu:8.1f}{ours.wall:11.2f}{theirs.wall:7.2f}"
    )


def _live(ours, env: dict[str, str]) -> None:
    delays, lost = live.delays_s(ours, env, streams=STREAMS, events=EVENTS)
    at = {share: delays[min(len(delays) - 1, int(len(delays) * share))] * 1000 for share in (0.5, 0.95, 0.99)}
    print(
        f"\nLive, {STREAMS} streams, {EVENTS} commits, commit to received: "
        f"p50 {at[0.5]:.0f} ms, p95 {at[0.95]:.0f} ms, p99 {at[0.99]:.0f} ms, "
        f"longest {delays[-1] * 1000:.0f} ms; lost: {lost}"
    )


if __name__ == "__main__":
    sys.exit(main())
