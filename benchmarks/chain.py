"""How long checking the history takes: `python -m benchmarks.chain [EVENTS]` (1,000,000 unless told).

Writes so many events into an empty installation on SQLite, each with the hash of the one before, and times
`verify_chain` and one more entry. It prints, and asserts nothing but that the chain holds.
"""

import sys
import tempfile
from time import perf_counter, process_time

import psutil
from flask_migrate import upgrade
from sqlalchemy import insert

from helpdesk import create_app
from helpdesk.accounts.models import User
from helpdesk.audit.actions import digest, record
from helpdesk.audit.kinds import Code
from helpdesk.audit.models import Event
from helpdesk.audit.queries import newest_seq, verify_chain
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing

AT_A_TIME = 10_000


def main(events: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        env = {"INSTANCE_PATH": folder, "SECRET_KEY": "x" * 40, "DATABASE_URL": f"sqlite:///{folder}/desk.db"}
        with create_app(env).app_context():
            upgrade()
            fill(events)
            took, worked = timed(lambda: assert_unbroken(events))
            memory = psutil.Process().memory_info().rss / 2**20
            print(f"{events:,} events: verified in {took:.1f} s, {worked:.1f} s of it work; {memory:.0f} MB memory")
            print(f"one more entry at their end: {timed(one_more)[0] * 1_000:.1f} ms")


def fill(events: int) -> None:
    now, previous = clock.now(), ""
    with writing():
        db.session.add(User(username="ann", name="Ann", password_hash="x", roles=[]))  # noqa: S106
    for first in range(1, events + 1, AT_A_TIME):
        rows = []
        for seq in range(first, min(first + AT_A_TIME, events + 1)):
            entry = Event(
                seq=seq, at=now, actor_id=1, kind="work_order.remarked", subject_type="work_order",
                subject_id=seq % 5_000, topics=["orders:1"], data={"remark_id": seq},
            )  # fmt: skip
            entry.hash = previous = digest(entry, previous)
            rows.append({column.key: getattr(entry, column.key) for column in Event.__table__.columns})
        with writing():
            db.session.execute(insert(Event), rows)


def assert_unbroken(events: int) -> None:
    assert (verify_chain(), newest_seq()) == (None, events)
    db.session.rollback()


def one_more() -> None:
    with writing():
        user = db.session.get_one(User, 1)
        record("access.denied", user, actor=user, now=clock.now(), endpoint=Code("x"))


def timed(work) -> tuple[float, float]:
    """On the clock, and of the processor."""
    began, worked = perf_counter(), process_time()
    work()
    return perf_counter() - began, process_time() - worked


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
