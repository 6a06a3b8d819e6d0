"""Nobody waits for ever for the database, and who waits too long is told that nothing was changed."""

import threading
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from helpdesk.core import transactions
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.hotline.models import Call
from tests.conftest import HTMX
from tests.databases import ON_POSTGRES

LOCK = ("postgresql" if ON_POSTGRES else "sqlite", transactions.WRITE)
SHORT = "SET LOCAL lock_timeout=50" if ON_POSTGRES else "PRAGMA busy_timeout=50"


def call(key: str) -> dict:
    return {"request_key": key, "words": "Water", "outcome": "enquiry", "version": "0"}


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
