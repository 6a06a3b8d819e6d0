"""The database goes away in the middle of work and comes back: what was answered is there, and work goes on."""

import threading
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, select, text

from helpdesk.audit.queries import verify_chain
from helpdesk.core import transactions
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.hotline.models import Call
from tests.conftest import HTMX
from tests.databases import ON_POSTGRES

WRITERS, CALLS, CUTS = 4, 8, 6
OPEN = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
CUT = f"SELECT pg_terminate_backend(pid) FROM ({OPEN} AND pid <> ALL(:others)) AS open"  # noqa: S608
LOCK = ("postgresql" if ON_POSTGRES else "sqlite", transactions.WRITE)
SHORT = "SET LOCAL lock_timeout=50" if ON_POSTGRES else "PRAGMA busy_timeout=50"


def call(key: str) -> dict:
    return {"request_key": key, "words": "Water", "outcome": "enquiry", "version": "0"}


@pytest.mark.postgres_only
@pytest.mark.proves("RE-18")
def test_connections_that_are_cut_lose_nothing_that_was_answered(app, ann, as_user, now):
    browsers, answers, done = [as_user(ann) for _ in range(WRITERS)], {}, threading.Event()
    outside = create_engine(db.engine.url, isolation_level="AUTOCOMMIT")
    db.session.remove()
    db.engine.dispose()
    with outside.connect() as connection:  # connections of the tests themselves are left alone
        others = connection.scalars(text(OPEN)).all()

    def write(browser):
        with app.app_context():
            for key in (str(uuid4()) for _ in range(CALLS)):
                for _try in range(20):  # people press again; the key makes it one
                    answers.setdefault(key, []).append(browser.post("/hotline/calls", data=call(key)).status_code)
                    if answers[key][-1] == 303:
                        break

    def cut():
        with outside.connect() as connection:
            for _cut in range(CUTS):
                connection.execute(text(CUT), {"others": others})
                if done.wait(0.05):
                    return

    threads = [threading.Thread(target=write, args=(browser,)) for browser in browsers]
    knife = threading.Thread(target=cut)
    [thread.start() for thread in (*threads, knife)]
    [thread.join() for thread in threads]
    done.set()
    knife.join()
    outside.dispose()

    assert {tries[-1] for tries in answers.values()} == {303}
    assert {status for tries in answers.values() for status in tries} <= {303, 500, 503}
    db.session.rollback()
    assert sorted(db.session.scalars(select(Call.request_key))) == sorted(answers)
    assert verify_chain() is None
    assert browsers[0].get("/hotline").status_code == 200


@pytest.mark.postgres_only
@pytest.mark.proves("RE-18")
def test_nobody_waits_for_ever(app):
    db.session.rollback()
    shown = {name: db.session.scalar(text(f"SHOW {name}")) for name in ("lock_timeout", "statement_timeout")}
    assert shown == {"lock_timeout": "10s", "statement_timeout": "2min"}
    assert db.engine.pool._pre_ping


@pytest.mark.proves("RE-18", "RE-02")
def test_who_waits_too_long_is_told_that_nothing_was_changed(app, ann, as_user, now, monkeypatch):
    """Somebody holds the lock for longer than anybody should wait, an import that is put into the register, say."""
    inside, leave, browser = threading.Event(), threading.Event(), as_user(ann)

    def hold():
        with app.app_context(), writing():
            inside.set()
            leave.wait(10)

    holding = threading.Thread(target=hold)
    holding.start()
    inside.wait(10)
    monkeypatch.setitem(transactions.BEGIN, LOCK, (SHORT, *transactions.BEGIN[LOCK]))
    try:
        answers = [browser.post("/hotline/calls", data=call(str(uuid4())), headers=one) for one in ({}, HTMX)]
        read = browser.get("/hotline")
    finally:
        leave.set()
        holding.join()

    assert [answer.status_code for answer in answers] == [503, 503] and read.status_code == 200
    assert all("The server is busy. Nothing was changed" in answer.text for answer in answers)
    assert db.session.scalars(select(Call)).all() == []
    db.session.rollback()
    assert browser.post("/hotline/calls", data=call(str(uuid4()))).status_code == 303
