"""The database goes away while people write, and comes back: what was answered is there, and the product goes on."""

import http.client
import os
import signal
import threading
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest

from helpdesk import create_app
from helpdesk.core.extensions import db
from tests.product import Product
from tests.servers import start_postgres
from tests.web.test_killed import Operator, assert_whole, prepare

OF_THE_PRODUCT = "FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"


class Patient(Operator):
    """Whoever is told that nothing was saved saves again, with the same form, until it is."""

    stop = False

    def run(self):
        while not self.stop:
            key = str(uuid4())
            while self._status(key) != 303:
                with self.heard:
                    self.heard.wait(0.2)  # nobody presses the button a thousand times a second
            self.answered.append(key)
            with self.heard:
                self.heard.notify_all()

    def _status(self, key: str) -> int | None:
        try:
            return self.save(key)
        except (OSError, http.client.HTTPException):
            return None


@pytest.fixture
def server(request, monkeypatch):
    """The server of all tests for what only cuts connections, one of our own for what takes it down."""
    if request.node.callspec.params["how"] is cut:
        yield os.environ["TEST_DATABASE_URL"]
        return
    monkeypatch.delenv("TEST_DATABASE_URL")
    own = start_postgres()
    monkeypatch.setenv("TEST_DATABASE_URL", own.url)
    yield own.url
    own.stop()


@pytest.fixture
def product(server, tmp_path):
    product = Product(tmp_path, "gone")
    with closing(psycopg.connect(server, autocommit=True)) as beside:  # what is answered has to survive a crash
        beside.execute(f"ALTER DATABASE {product.name} SET synchronous_commit = on")
    product.start()
    told = threading.Thread(target=lambda: [None for _line in product.running.stdout])
    told.start()  # it tells of each answer that failed, and waits when nobody listens
    yield product
    process, product.running = product.running, None
    process.terminate()
    code = process.wait(timeout=30)
    told.join()
    process.stdout.close()
    product.drop()
    assert code == 0


def inside(product, do):
    """Do something on the database of the product, and leave no connection that could be cut."""
    app = create_app({name: product.env[name] for name in ("DATABASE_URL", "SECRET_KEY", "INSTANCE_PATH")})
    with app.app_context():
        try:
            return do()
        finally:
            db.session.remove()
            db.engine.dispose()


def cut(server: str, name: str) -> None:
    with closing(psycopg.connect(server, autocommit=True)) as beside:
        beside.execute(f"SELECT pg_terminate_backend(pid) {OF_THE_PRODUCT}", [name])


def crash(server: str, name: str) -> None:
    """PostgreSQL takes one process that was killed for a sign that all is lost: it begins anew, from its journal."""
    with closing(psycopg.connect(server, autocommit=True)) as beside:
        (pid,) = beside.execute(f"SELECT pid {OF_THE_PRODUCT} LIMIT 1", [name]).fetchone()
    os.kill(pid, signal.SIGKILL)


@pytest.mark.postgres_only
@pytest.mark.proves("RE-18", "RE-02")
@pytest.mark.parametrize(("how", "times"), [
    pytest.param(cut, 2, id="cut"), pytest.param(crash, 6, id="crash", marks=pytest.mark.soak)
])  # fmt: skip
def test_what_was_answered_is_there_when_the_database_comes_back(how, times, server, product):
    place_id, numbers = inside(product, prepare)
    heard = threading.Condition()
    people = [Patient(product.port, number, place_id, heard) for number in numbers]

    def each_saved(more: int) -> None:
        wanted = [len(one.answered) + more for one in people]
        with heard:
            assert heard.wait_for(
                lambda: all(len(one.answered) >= many for one, many in zip(people, wanted, strict=True)), timeout=90
            )

    [one.start() for one in people]
    try:
        each_saved(1)
        for _ in range(times):
            how(server, product.name)
            each_saved(2)
    finally:
        for one in people:
            one.stop = True
        [one.join() for one in people]

    assert product.get("/healthz").status == 200
    inside(product, lambda: assert_whole([key for one in people for key in one.answered]))
