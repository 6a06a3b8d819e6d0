"""How long billing takes, and how long it keeps others from saving: `python -m benchmarks.billing [--postgresql] [N]`.

Two installations on SQLite, or on a PostgreSQL that is started for it (or is that of TEST_DATABASE_URL): 624 dwellings
with 24 months, then so many dwellings (100,000; 0 leaves it out) with one month, while a thread saves something every
0.2 s as an operator saves a call. It prints, and asserts nothing but that the run made what the preview said.
"""

import argparse
import tempfile
import threading
from contextlib import contextmanager
from datetime import date
from time import perf_counter

import psycopg
from flask_migrate import upgrade
from sqlalchemy import func, insert, select

from helpdesk import create_app
from helpdesk.accounts.models import User, UserRole
from helpdesk.billing import policy
from helpdesk.billing.models import BillingRun, Charge
from helpdesk.billing.runs import ask_run, finish, preview, start_run
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.actions import keep_number
from helpdesk.estate.models import Estate, OpeningPosition, Place, PlaceKind, Use
from tests.servers import Server, start_postgres

EVERY_S = 0.2
SINCE, PAID, TODAY = date(2025, 1, 1), date(2024, 12, 31), date(2026, 1, 5)


@contextmanager
def database(server: Server | None, folder: str):
    """The address of an empty database, which is gone afterwards."""
    if server is None:
        yield f"sqlite:///{folder}/desk.db"
        return
    name = "benchmark_of_billing"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server.url_for(name)
    finally:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def installation(dwellings: int, server: Server | None):
    with tempfile.TemporaryDirectory() as folder, database(server, folder) as url:
        app = create_app({"INSTANCE_PATH": folder, "SECRET_KEY": "x" * 40, "DATABASE_URL": url})
        with app.app_context():
            upgrade()
            with writing():
                estate = Estate(name="德裕苑")
                db.session.add(estate)
                db.session.flush()
                policy.install_defaults(estate, valid_from=SINCE)
                roles = [UserRole(role=role, estate_id=estate.id) for role in (Role.FINANCE, Role.OPERATOR)]
                db.session.add(User(username="fen", name="Fen", password_hash="x", roles=roles))  # noqa: S106
                homes = [
                    {
                        "estate_id": estate.id, "kind": PlaceKind.DWELLING, "address": f"1-1-{number}", "use": Use.OWN,
                        "area": 6_800 + number % 5 * 1_000, "unit_price": 3_500, "version": 0, "door_note": "",
                    }
                    for number in range(dwellings)
                ]  # fmt: skip
                db.session.execute(insert(Place), homes)
                taken = {"paid_until": PAID, "arrears_fen": 0, "as_of": TODAY}
                ids = db.session.scalars(select(Place.id)).all()
                db.session.execute(insert(OpeningPosition), [{"place_id": one, **taken} for one in ids])
            yield app
            db.session.remove()
            db.engine.dispose()


def save_beside(app, stopping: threading.Event, waits: list[float]) -> None:
    """What an operator's save costs in locks: one short transaction with an event, again and again."""
    with app.app_context():
        number = 0
        while not stopping.wait(EVERY_S):
            number += 1
            began = perf_counter()
            with writing():
                user = db.session.scalars(select(User)).one()
                keep_number(f"138{number:08d}", estate_id=1, actor=user, now=clock.now())
            waits.append(perf_counter() - began)


def measure(dwellings: int, months_until: date, server: Server | None) -> None:
    with installation(dwellings, server) as app:
        estate, today = db.session.scalars(select(Estate)).one(), TODAY
        began = perf_counter()
        found = preview(estate, SINCE, months_until, today)
        looked = perf_counter() - began
        now = clock.start_of_day(today)
        with writing():
            user, here = db.session.scalars(select(User)).one(), db.session.scalars(select(Estate)).one()
            run = ask_run(here, month_from=SINCE, month_until=months_until, found=found, actor=user, now=now)
            start_run(run, actor=user, now=now)
        stopping, waits = threading.Event(), []
        beside = threading.Thread(target=save_beside, args=(app, stopping, waits))
        beside.start()
        began = perf_counter()
        finish(run.id, now)
        took = perf_counter() - began
        stopping.set()
        beside.join()
        db.session.rollback()
        lines = db.session.scalar(select(func.count()).select_from(Charge))
        done = db.session.get_one(BillingRun, run.id)
        assert lines == done.lines == found["lines"], "the run made other lines than the preview said"  # noqa: S101
        slow = max(waits, default=0) * 1_000
        print(f"{dwellings} dwellings, {lines} lines: preview {looked:.1f} s, run {took:.1f} s; ", end="")
        print(f"{len(waits)} saves beside it, the longest {slow:.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("dwellings", nargs="?", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, not on SQLite")
    asked = parser.parse_args()
    server = start_postgres() if asked.postgresql else None
    print(f"on {server.version}" if server else "on SQLite")
    measure(624, date(2027, 1, 1), server)
    if asked.dwellings:
        measure(asked.dwellings, date(2025, 2, 1), server)
