"""What the monitor is told, and what strangers are not."""

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from helpdesk import health
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.worker.models import WorkerBeat

FULL = "The disk is nearly full."


@pytest.fixture(autouse=True)
def not_looked_yet(app):
    app.extensions.pop("health", None)


@pytest.fixture(autouse=True)
def alive(add):
    """A worker that was seen just now."""
    return add(WorkerBeat, holder="here", beat_at=clock.now())


@pytest.fixture
def full_disk(monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE", 1 << 80)


@pytest.fixture
def lost_database(app):
    def refuse(_connection):
        raise OperationalError("connect", {}, Exception("gone"))

    event.listen(db.engine, "begin", refuse)
    yield
    event.remove(db.engine, "begin", refuse)


@pytest.mark.proves("RE-16")
def test_all_is_well(app):
    answer = app.test_client().get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"ok": True})
    assert "Set-Cookie" not in answer.headers


@pytest.mark.proves("RE-16", "PD-15")
def test_whoever_sits_at_the_machine_learns_what_is_wrong(app, full_disk):
    answer = app.test_client().get("/healthz")

    assert (answer.status_code, answer.json) == (503, {"ok": False, "problems": [FULL]})


@pytest.mark.proves("RE-16", "PD-15")
@pytest.mark.parametrize("stranger", [
    {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
    {"headers": {"X-Forwarded-For": "192.0.2.7"}},
    {"headers": {"Forwarded": "for=192.0.2.7"}},
])  # fmt: skip
def test_strangers_learn_only_that_something_is_wrong(stranger, app, full_disk):
    answer = app.test_client().get("/healthz", **stranger)

    assert (answer.status_code, answer.json) == (503, {"ok": False})


@pytest.mark.proves("RE-16", "PD-15")
def test_administrators_learn_it_from_anywhere_others_do_not(ada, ann, as_user, full_disk):
    from_outside = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}

    assert as_user(ada).get("/healthz", **from_outside).json == {
        "ok": False, "problems": [FULL], "warnings": [health.KNOWN_PASSWORDS],
    }  # fmt: skip
    assert as_user(ann).get("/healthz", **from_outside).json == {"ok": False}


@pytest.mark.proves("RE-16", "RE-18")
@pytest.mark.parametrize("environ", [{}, {"REMOTE_ADDR": "192.0.2.7"}])
def test_a_lost_database_is_told_without_asking_it_who_asks(environ, app, ada, as_user, lost_database, monkeypatch):
    browser = app.test_client()
    browser.set_cookie("session", "k" * 43)

    answer = browser.get("/healthz", environ_base=environ)

    assert answer.status_code == 503
    assert answer.json["ok"] is False


def test_however_often_strangers_ask_the_lock_is_taken_now_and_then(app, count_queries):
    client = app.test_client()
    client.get("/healthz")

    with count_queries() as sent:
        assert {client.get("/healthz").status_code for _ in range(20)} == {200}

    assert sent.count == 0
