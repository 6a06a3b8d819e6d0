import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from helpdesk.config import sqlite
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate
from tests.databases import ON_POSTGRES


def test_reading_cannot_write(estate):
    estate.name = "Other"

    with pytest.raises(DBAPIError, match="read-?only"):
        db.session.flush()


def test_what_fails_leaves_nothing(estate):
    with pytest.raises(ZeroDivisionError), writing():
        estate.name = str(1 // 0)

    assert estate.name == "德裕苑"


def test_one_act_has_one_transaction(app):
    with writing(), pytest.raises(RuntimeError, match="one transaction"), writing():
        pass


@pytest.mark.proves("RE-02")
def test_writers_wait_for_each_other_and_readers_for_nobody(app, estate):
    estate_id, order, inside, leave = estate.id, [], threading.Event(), threading.Event()
    db.session.rollback()

    def slow():
        with app.app_context(), writing():
            db.session.get(Estate, estate_id).hotline = "1"
            inside.set()
            leave.wait(10)
            order.append("slow")

    def quick():
        with app.app_context(), writing():
            order.append(f"quick saw {db.session.get(Estate, estate_id).hotline}")

    threads = [threading.Thread(target=slow), threading.Thread(target=quick)]
    threads[0].start()
    inside.wait(10)
    threads[1].start()
    assert db.session.get(Estate, estate_id).hotline == "052310000001"  # what was true before
    assert order == []  # and the slow one still held the lock
    leave.set()
    [thread.join() for thread in threads]

    assert order == ["slow", "quick saw 1"]


@pytest.mark.proves("RE-01")
@pytest.mark.sqlite_only
@pytest.mark.skipif(ON_POSTGRES, reason="about SQLite's own settings")
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("recursive_triggers", 1),
     ("busy_timeout", 10_000)],
)  # fmt: skip
def test_every_connection_is_prepared(pragma, value, app):
    assert db.session.scalar(text(f"PRAGMA {pragma}")) == value


@pytest.mark.proves("RE-01")
@pytest.mark.sqlite_only
def test_sqlite_is_new_enough_for_wal():
    assert sqlite.sqlite_version_info >= (3, 51, 3)
