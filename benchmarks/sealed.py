"""What encryption costs: `python -m benchmarks.sealed [DWELLINGS]`, the same work on a plain and on an encrypted file.

Two installations on SQLite, alike but for DATABASE_KEY, take turns, so that other work on the machine hits both; then
what sealing one value and one photo costs. It prints medians and their ratio, and asserts nothing.
"""

import secrets
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from flask_migrate import upgrade
from sqlalchemy import func, insert, select

from helpdesk import create_app
from helpdesk.accounts.models import User, UserRole
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.sealing import seal, unseal
from helpdesk.core.transactions import writing
from helpdesk.estate.actions import keep_number
from helpdesk.estate.models import Estate, Place, PlaceKind, Use
from helpdesk.keys.start import meet_database

TURNS = 60
PHOTO = 400_000  # bytes, of a page as it is kept
numbers = iter(range(10**6))


def installation(folder: Path, key: str, dwellings: int):
    app = create_app({"INSTANCE_PATH": str(folder), "DATABASE_KEY": key})
    with app.app_context():
        upgrade()
        meet_database()
        with writing():
            estate = Estate(name="德裕苑")
            db.session.add(estate)
            db.session.flush()
            roles = [UserRole(role=Role.OPERATOR, estate_id=estate.id)]
            db.session.add(User(username="ann", name="Ann", password_hash="x", roles=roles))  # noqa: S106
            shared = {"estate_id": estate.id, "kind": PlaceKind.DWELLING, "use": Use.OWN, "version": 0}
            homes = [{**shared, "address": f"1-1-{one}", "door_note": "敲门要重" * 20} for one in range(dwellings)]
            db.session.execute(insert(Place), homes)
        db.session.remove()
    return app


def save() -> None:
    """A transaction with a row and an event, as a call that is saved; forced to the disk."""
    with writing():
        user = db.session.scalars(select(User)).one()
        keep_number(f"138{next(numbers):08d}", estate_id=1, actor=user, now=clock.now())


def look_up() -> None:
    """Fifty homes by their address, through a connection that has everything still to read."""
    db.session.remove()
    db.engine.dispose()
    for _home in range(50):
        db.session.scalar(
            select(Place.id).where(Place.estate_id == 1, Place.address == f"1-1-{secrets.randbelow(500)}")
        )


def read_all() -> None:
    """Every row of the largest table, from the beginning to the end."""
    db.session.remove()
    db.engine.dispose()
    db.session.scalar(select(func.count()).where(Place.door_note.contains("没有")))


def took(app, work: Callable[[], None]) -> float:
    with app.app_context():
        began = perf_counter()
        work()
        return (perf_counter() - began) * 1_000


def compare(plain, encrypted, work: Callable[[], None], turns: int) -> None:
    times = [(took(plain, work), took(encrypted, work)) for _turn in range(turns)]
    one, other = (median(column) for column in zip(*times, strict=True))
    print(f"{work.__name__:10} plain {one:8.2f} ms   encrypted {other:8.2f} ms   ratio {other / one:.2f}")


def sealing(app) -> None:
    with app.app_context():
        for size in (32, PHOTO):
            value, rounds = secrets.token_bytes(size), 500
            began = perf_counter()
            for _round in range(rounds):
                unseal(seal(value, place="bench:1:value"), place="bench:1:value")
            print(f"seal and unseal {size} bytes: {(perf_counter() - began) / rounds * 1e6:.0f} µs")


def main(dwellings: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain = installation(Path(folder) / "plain", "", dwellings)
        encrypted = installation(Path(folder) / "encrypted", secrets.token_hex(32), dwellings)
        sizes = [(Path(folder) / name / "helpdesk.db").stat().st_size >> 20 for name in ("plain", "encrypted")]
        print(f"{dwellings} dwellings, {sizes[0]} and {sizes[1]} MB")
        for work, turns in ((save, TURNS * 5), (look_up, TURNS), (read_all, TURNS // 2)):
            compare(plain, encrypted, work, turns)
        sealing(plain)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
