"""Measures a large import: `python -m benchmarks.register_import --rows 100000`.

The file is imported into an estate of its own by a process of its own, as the page does it, while the product runs on
the same database and a busy desk saves a call every fifth of a second. `--database URL` takes an empty database.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
from flask_migrate import upgrade
from sqlalchemy import event, select

from benchmarks import register
from benchmarks.__main__ import machine
from benchmarks.pages import Saving
from benchmarks.servers import ROOT, product, sign_in
from helpdesk import create_app
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.demo.load import load
from helpdesk.demo.shape import FULL
from helpdesk.demo.staff import PASSWORD
from helpdesk.estate.importing import run
from helpdesk.estate.models import Estate, Place, PlaceKind

NAME = "量尺苑"
PROMISED = {"seconds": 60, "memory_mb": 300, "lock_s": 5}
LOOK_EVERY_S, CALL_EVERY_S = 0.05, 0.2


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.register_import", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database", help="the URL of an empty PostgreSQL database (default: SQLite in a new folder)")
    parser.add_argument("--do", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.do:
        return print(json.dumps(_import(Path(asked.do))))
    for name in ("LIVE_STREAMS", "BASE_URL", "TLS_CERT", "TLS_KEY", "SECRET_KEY", "TRUSTED_HOSTS"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as folder:
        env = {"DATABASE_URL": asked.database or f"sqlite:///{folder}/desk.db", "INSTANCE_PATH": folder}
        print(*machine(), sep="\n")
        file = Path(folder, "register.xlsx")
        register.write(str(file), asked.rows)
        place_id = _prepare(env)
        server = product(env["DATABASE_URL"], Path(folder))
        try:
            sign_in(server, "operator", PASSWORD)
            _tell(asked.rows, *_measure(env, file, Saving(server, "enquiry", place_id)))
        finally:
            server.stop()


def _prepare(env: dict[str, str]) -> int:
    """The demo estate, from which people call, and an empty one for the file."""
    with create_app(env).app_context():
        upgrade()
        load(datetime.now(UTC), shape=FULL)
        with writing():
            db.session.add(Estate(name=NAME))
        place_id = db.session.scalars(select(Place.id).where(Place.kind == PlaceKind.DWELLING)).first()
        db.session.remove()
        db.engine.dispose()
    return place_id


def _measure(env: dict[str, str], file: Path, save: Saving) -> tuple[dict, float, list[float]]:
    """What the import tells, its peak memory, and how long each saved call took meanwhile."""
    waits, over = [], threading.Event()
    caller = threading.Thread(target=_call, args=(save, waits, over))
    command = [sys.executable, "-m", "benchmarks.register_import", "--do", str(file)]
    began = time.perf_counter()
    child = subprocess.Popen(command, env=os.environ | env, cwd=ROOT, stdout=subprocess.PIPE)
    caller.start()
    peak = 0
    while child.poll() is None:
        peak = max(peak, _memory(child.pid))
        time.sleep(LOOK_EVERY_S)
    over.set()
    caller.join()
    if child.returncode:
        raise SystemExit("The import did not come to its end.")
    told = json.loads(child.stdout.read())
    return told | {"seconds": time.perf_counter() - began}, peak / 1e6, waits


def _call(save: Saving, waits: list[float], over: threading.Event) -> None:
    while not over.is_set():
        began = time.perf_counter()
        status, page = save()
        if status != 200:
            raise SystemExit(f"A call was answered with {status}: {page[:300]}")
        waits.append(time.perf_counter() - began)
        over.wait(CALL_EVERY_S)


def _memory(pid: int) -> int:
    """Of the process and of the one that unpacks the file for it, together.

    What they share (the interpreter, the libraries) is counted once: each one's own pages, and the larger shared part.
    """
    with suppress(psutil.Error):
        ours = psutil.Process(pid)
        found = [one.memory_full_info() for one in (ours, *ours.children(recursive=True))]
        return sum(one.uss for one in found) + max(one.rss - one.uss for one in found)
    return 0


def _import(file: Path) -> dict:
    """In the process that imports: do it, and note how long each lock was held."""
    with create_app().app_context():
        held: list[float] = []
        _note_locks(held)
        estate = db.session.scalars(select(Estate).where(Estate.name == NAME)).one()
        report = run.run(run.Wish(file), estate, actor=None, now=clock.now())
        if not report.applied:
            raise SystemExit("The file was not applied.")
        counts = report.counts
        return {
            "lock_s": max(held), "locks": len(held), "places": counts.places_new, "people": counts.people_new,
            "phones": counts.phones_new,
        }  # fmt: skip


def _note_locks(held: list[float]) -> None:
    began = {}

    def begins(connection) -> None:
        began["writes"] = connection.get_execution_options().get("writes")
        began["at"] = time.perf_counter()  # after BEGIN: whatever was waited for is over

    def ends(_session) -> None:
        if began.get("writes"):
            held.append(time.perf_counter() - began["at"])

    event.listen(db.engine, "begin", begins)
    event.listen(db.session, "after_commit", ends)


def _tell(rows: int, told: dict, memory_mb: float, waits: list[float]) -> None:
    waits = sorted(waits)
    print(f"Rows: {rows:,} ({told['places']:,} places, {told['people']:,} people, {told['phones']:,} numbers)")
    print(f"Whole: {told['seconds']:.1f} s (promised: under {PROMISED['seconds']})")
    print(f"Peak memory: {memory_mb:.0f} MB (promised: under {PROMISED['memory_mb']})")
    print(f"Longest lock: {told['lock_s']:.2f} s of {told['locks']} (promised: under {PROMISED['lock_s']})")
    at = waits[len(waits) // 2] * 1000
    print(f"Calls saved meanwhile: {len(waits)}, median {at:.0f} ms, longest wait {waits[-1]:.2f} s")


if __name__ == "__main__":
    sys.exit(main())
