"""A migrated database, copied for each test; people with names; a browser that stays signed in."""

import logging
import threading
from datetime import UTC, date, datetime
from itertools import count

import pytest
from flask.testing import FlaskClient
from flask_migrate import upgrade
from itsdangerous import URLSafeTimedSerializer

from helpdesk import create_app
from helpdesk.accounts import limits, passwords
from helpdesk.accounts.models import Session, User, UserRole
from helpdesk.accounts.sessions import _form_secret, hashed, new_number
from helpdesk.core import clock, processes
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.demo.load import load
from helpdesk.estate.models import Estate, Place, PlaceKind
from helpdesk.keys.start import meet_database
from helpdesk.repairs.models import Category
from helpdesk.repairs.policy import install_defaults
from helpdesk.waivers import policy as waivers
from tests import databases
from tests.log_watch import Watch

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday, 12:00 in Shanghai
HTMX = {"HX-Request": "true"}
PASSWORD = "correct horse battery staple"
SECRET_KEY = "only-for-tests-" + "k" * 40
DATA_KEY = "fortests:b25seS1mb3ItdGVzdHMtMDEyMzQ1Njc4OWFiY2RlZmc="
passwords.hasher = type(passwords.hasher)(time_cost=1, memory_cost=64, parallelism=1)  # cheap, and still argon2id
ONE_ESTATE = "one estate"
HASH = passwords.hash_password(PASSWORD)


class Browser(FlaskClient):
    """A signed-in person, with the token of their page; afterwards the test sees what they did."""

    token = ""

    def open(self, *args, **kwargs):
        if kwargs.get("method") in ("POST", "PUT", "PATCH", "DELETE"):
            kwargs["headers"] = {"X-CSRFToken": self.token, **kwargs.get("headers", {})}
        with self.application.app_context():  # nothing of the test's own context reaches the request
            response = super().open(*args, **kwargs)
        db.session.rollback()  # forget what we had loaded: read it again
        return response


@pytest.fixture(scope="session")
def blank(tmp_path_factory):
    """The application on a migrated database, empty or with one estate, which each test gets a fresh copy of."""
    folder = tmp_path_factory.mktemp("installation")
    copies = databases.copies()
    env = {
        "DATABASE_URL": copies.url, "SECRET_KEY": SECRET_KEY, "DATA_KEY": DATA_KEY,
        "INSTANCE_PATH": str(folder),
    }  # fmt: skip
    app = create_app(env)
    app.config["TESTING"] = True
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app.test_client_class = Browser
    with app.app_context():
        upgrade()
        meet_database()
        copies.keep(databases.EMPTY)
        open_estate("德裕苑")
        db.session.remove()
        db.engine.dispose()
        copies.keep(ONE_ESTATE)
    yield app, copies
    copies.drop()


@pytest.fixture
def app(blank, request):
    app, copies = blank
    with app.app_context():
        db.engine.dispose()
        limits._asked.clear()
        copies.renew(ONE_ESTATE if "first_estate" in request.fixturenames else databases.EMPTY)
        db.engine.dispose()  # a page of the test before may have opened the file that was just taken away
        yield app
        db.session.remove()
        db.engine.dispose()
        assert (
            databases.close_left_open() == 0
        )  # another application of this test, or a thread that it did not wait for


@pytest.fixture
def real_processes(app):
    """For tests in which a page really starts a process of its own; none outlives the test and its database."""
    yield
    end_children()


def end_children() -> None:
    """They would go on asking for a database that is gone, and say so long after."""
    for child in processes.children:
        child.kill()
        child.wait()
    processes.children.clear()


@pytest.fixture(autouse=True)
def _no_processes(request, monkeypatch):
    """A process that nobody waits for would outlive its test and its database."""
    if "real_processes" not in request.fixturenames:
        monkeypatch.setattr(processes, "start", lambda *words: None)


@pytest.fixture(scope="session")
def _watch():
    watch = Watch()
    logging.getLogger().addHandler(watch)
    yield watch
    logging.getLogger().removeHandler(watch)


@pytest.fixture(autouse=True)
def log_watch(_watch):
    """No test makes the program log whom it is about; a test of just that empties the list."""
    _watch.told.clear()
    yield _watch
    assert _watch.told == []


@pytest.fixture
def add(app):
    def _add(model, **values):
        row = model(**values)
        with writing():
            db.session.add(row)
        return row

    return _add


@pytest.fixture
def set_now(monkeypatch):
    """Set the clock of the whole application; returns the moment."""

    def _set(moment: datetime) -> datetime:
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    return _set


@pytest.fixture
def now(set_now):
    return set_now(NOON)


@pytest.fixture
def as_user(app):
    """A browser in which this person is signed in; every call of it is another browser."""

    def sign_in(user):
        number = open_session(user)
        client = app.test_client()
        client.set_cookie("session", number)
        client.token = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(
            _form_secret(number, app.secret_key)
        )
        return client

    return sign_in


def open_session(user) -> str:
    """Sign somebody in without the page for it; returns the number for the cookie."""
    number, at = new_number(), clock.now()
    with writing():
        db.session.add(Session(token_hash=hashed(number), user_id=user.id, opened_at=at, seen_at=at))
    return number


@pytest.fixture
def demo_at(app, blank):
    """Fill the installation with the demonstration as at a moment. Each process builds one once and copies it then."""

    def _demo_at(moment: datetime) -> None:
        copies, state = blank[1], f"demonstration at {moment:%Y-%m-%dT%H%M}"
        known = copies.has(state)
        if not known:
            load(as_of=moment)
        db.session.remove()
        db.engine.dispose()
        (copies.renew if known else copies.keep)(state)
        db.engine.dispose()

    return _demo_at


@pytest.fixture
def at_once(app, as_user):
    """Send the same form several times at the same moment; returns the answers."""

    def _at_once(user, url, data, *, times, **kwargs):
        browsers, answers = [as_user(user) for _ in range(times)], []

        def send(browser):
            with app.app_context():
                answers.append(browser.post(url, data=dict(data), headers=HTMX, **kwargs))

        threads = [threading.Thread(target=send, args=(browser,)) for browser in browsers]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        db.session.rollback()
        return answers

    return _at_once


@pytest.fixture
def count_queries(app):
    """How many statements a piece of work sends: `with count_queries() as sent: …; sent.count`."""
    from contextlib import contextmanager
    from types import SimpleNamespace

    from sqlalchemy import event

    @contextmanager
    def _counting():
        sent = SimpleNamespace(count=0, statements=[])

        def note(_conn, _cursor, statement, *_rest):
            sent.count += 1
            sent.statements.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return _counting


@pytest.fixture
def new_estate(app):
    return open_estate


def open_estate(name):
    with writing():
        estate = Estate(name=name, hotline="052310000001", community="康兴社区", subdistrict="城南办事处")
        db.session.add(estate)
        db.session.flush()
        install_defaults(estate, valid_from=date(2024, 1, 1))
        waivers.install_defaults(estate, valid_from=date(2024, 1, 1))
    return estate


@pytest.fixture
def first_estate(app):
    """Whose test asks for this, in whatever way, begins with the estate: `app` looks for the name."""
    return db.session.get_one(Estate, 1)


@pytest.fixture
def estate(first_estate):
    return first_estate


@pytest.fixture
def person(add, estate):
    """Add a member of staff: `person("Ann", Role.OPERATOR)`, optionally in another estate or with several roles.

    They count as people of the demonstration, so that nobody has to set up a second step; `is_demo=False` is real.
    """
    numbers = count(1)

    def _person(name, *roles, at=None, language="en", is_demo=True):
        where = (at or estate).id
        return add(
            User, username=f"{name.lower()}{next(numbers)}", name=name, password_hash=HASH, language=language,
            is_demo=is_demo, roles=[UserRole(role=role, estate_id=where) for role in roles],
        )  # fmt: skip

    return _person


@pytest.fixture
def ann(person):
    return person("Ann", Role.OPERATOR)


@pytest.fixture
def tao(person):
    return person("Tao", Role.TECHNICIAN)


@pytest.fixture
def bo(person):
    return person("Bo", Role.TECHNICIAN)


@pytest.fixture
def mei(person):
    return person("Mei", Role.MANAGER)


@pytest.fixture
def ling(person):
    return person("Ling", Role.OFFICER)


@pytest.fixture
def oma(person):
    return person("Oma", Role.OWNER)


@pytest.fixture
def ada(person):
    return person("Ada", Role.ADMIN)


@pytest.fixture
def stairwell(add, estate):
    return add(Place, estate_id=estate.id, kind=PlaceKind.COMMON_AREA, address="3-2", building_no=3, unit_no=2)


@pytest.fixture
def place(add, estate, stairwell):
    return add(
        Place, estate_id=estate.id, kind=PlaceKind.DWELLING, address="3-2-501", building_no=3, unit_no=2, floor_no=5,
        room_no="501", home_no="2073", stairwell_id=stairwell.id, door_note="敲门要重",
    )  # fmt: skip


@pytest.fixture
def category(estate):
    """Looks up a category of the estate by its code; call it: `category("WATER_LEAK")`."""
    from sqlalchemy import select

    def _category(code="WATER_LEAK", at=None):
        where = (at or estate).id
        return db.session.scalars(select(Category).where(Category.code == code, Category.estate_id == where)).one()

    return _category


@pytest.fixture
def work_order(place, ann, category, now):
    from helpdesk.repairs.actions import open_work_order

    found = category("WATER_LEAK")
    with writing():
        return open_work_order(
            place=place, category=found, urgency=found.urgency, summary="Leak under the sink", actor=ann, now=now
        )
