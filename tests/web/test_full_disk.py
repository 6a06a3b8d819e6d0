"""The disk of the database has no room left: said plainly, nothing half kept, readable, and over once there is room."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select, text

from helpdesk.audit.models import Event
from helpdesk.core import errors
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.hotline.models import Call
from tests.conftest import HTMX, NOON

pytestmark = [
    pytest.mark.proves("RE-11"),
    pytest.mark.sqlite_only,  # PostgreSQL cannot be told to be full; how it says so is a test below
]


@pytest.fixture
def full(app):
    """Let the database grow no further until the list is empty."""
    is_full = [True]
    pages = db.session.scalar(text("PRAGMA page_count"))
    db.session.rollback()

    def cap(connection):
        most = pages if is_full else 1_000_000_000
        connection.exec_driver_sql(f"PRAGMA max_page_count={most}")

    event.listen(db.engine, "begin", cap)
    yield is_full
    event.remove(db.engine, "begin", cap)


def call(words="水管漏了" * 1_200) -> dict:
    return {"request_key": str(uuid4()), "words": words, "outcome": "enquiry", "version": "0"}


def test_a_full_disk_is_said_leaves_nothing_half_and_is_over_without_a_new_start(ann, as_user, set_now, full):
    with writing():
        ann.language = "zh"
    set_now(NOON)
    browser = as_user(ann)
    events = db.session.scalar(select(func.count(Event.seq)))

    answers = [browser.post("/hotline/calls", data=call(), headers=HTMX) for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 507]
    assert refused and all('role="alert"' in one.text and "服务器存储空间已满" in one.text for one in refused)
    page = browser.post("/hotline/calls", data=call())
    assert page.status_code == 507 and "<!doctype html" in page.text.lower() and "服务器存储空间已满" in page.text

    set_now(NOON + timedelta(minutes=5))  # that somebody is still here is due to be noted, and cannot be
    assert [browser.get(path).status_code for path in ("/hotline", "/work-orders", "/search?q=3-2")] == [200] * 3
    kept = len(answers) - len(refused)
    assert db.session.scalar(select(func.count(Call.id))) == kept
    assert db.session.scalar(select(func.count(Event.seq))) == events + kept
    assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"

    full.clear()
    assert browser.post("/hotline/calls", data=call()).status_code == 303


def test_both_databases_are_understood():
    class Postgres(Exception):
        sqlstate = "53100"

    class Fault(Exception):
        orig = Postgres("could not extend file")

    assert errors.is_full(Fault()) and not errors.is_full(ValueError("disk"))
