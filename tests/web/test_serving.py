"""The product as it is started for real: a process of its own, with a port, a database and an end."""

import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from helpdesk import create_app
from helpdesk.accounts.models import Session, User, UserRole
from helpdesk.accounts.sessions import hashed, new_number
from helpdesk.audit.actions import record
from helpdesk.core.access import Role
from helpdesk.core.arriving import AT_ONCE, FROM_ONE, LARGE_AT_ONCE
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate
from helpdesk.serve import PAGE_THREADS
from tests.product import ROOT, Product


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    product = Product(tmp_path_factory.mktemp("a folder"))
    yield product.start()
    product.drop()


@pytest.fixture
def running(product):
    return product if product.running else product.start()


@pytest.fixture
def stopped(product):
    if product.running:
        product.stop()
    return product


@pytest.fixture
def inside(product):
    """The application on the database of the running product, to look and to act beside it."""
    app = create_app({name: product.env[name] for name in ("DATABASE_URL", "SECRET_KEY", "INSTANCE_PATH")})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def signed_in(inside):
    """Makes sessions of somebody who may hear of everything at the hotline; returns the numbers for their cookies."""

    def _sessions(count):
        with writing():
            estate = db.session.query(Estate).first() or Estate(name="德裕苑", hotline="052310000001")
            db.session.add(estate)
            db.session.flush()
            user = User(
                username=new_number()[:20], name="Ann", password_hash="-",
                roles=[UserRole(role=Role.OPERATOR, estate_id=estate.id)],
            )  # fmt: skip
            db.session.add(user)
            db.session.flush()
            numbers, now = [new_number() for _ in range(count)], datetime.now(UTC)
            for number in numbers:
                db.session.add(Session(token_hash=hashed(number), user_id=user.id, opened_at=now, seen_at=now))
        return user, numbers

    return _sessions


def line_of(stream) -> str:
    return stream.readline().decode()


def test_an_empty_start_prints_where_to_go_and_the_link_for_the_first_administrator(running):
    assert f"  http://127.0.0.1:{running.port}\n" in running.words

    link = re.search(rf"http://127\.0\.0\.1:{running.port}(/first-administrator/\S+)", running.words)[1]

    assert running.get(link).status == 200
    assert running.get(link + "x").status == 404


@pytest.mark.proves("PD-13")
@pytest.mark.sqlite_only  # its file is the one that matters most
def test_nobody_else_may_open_a_file_of_the_installation(stopped):
    """What is made from now on, and what an older version left open."""
    left = stopped.folder / "photos" / "aa"
    left.mkdir(parents=True, mode=0o755)
    (left / "old.jpg").write_bytes(b"")
    (left / "old.jpg").chmod(0o644)
    stopped.folder.chmod(0o755)

    stopped.start()

    found = {path.relative_to(stopped.folder): path.stat().st_mode & 0o777 for path in stopped.folder.rglob("*")}
    assert {"desk.db", "desk.db-wal", "desk.db-shm", "secrets"} <= {str(path) for path in found}
    assert stopped.folder.stat().st_mode & 0o777 == 0o700
    assert {str(path): oct(mode) for path, mode in found.items() if mode & 0o077} == {}


def test_a_start_with_a_database_that_is_ready_does_nothing_twice(stopped):
    stopped.start()

    assert stopped.words.startswith("\n  物业服务台")  # neither prepared nor filled again


@pytest.mark.sqlite_only  # what comes before any database
def test_the_server_does_not_say_what_it_is_made_of(running):
    names = {running.get(path).headers["Server"] for path in ("/sign-in", "/live", "/none", "/static/js/live.js")}

    assert names == {"helpdesk"}


@pytest.mark.sqlite_only  # what comes before any database
def test_starting_twice_says_that_the_port_is_in_use_and_disturbs_nobody(running):
    words = running.refuse()

    assert words.splitlines()[-1].startswith(f"Port {running.port} is in use")
    assert "Traceback" not in words
    assert running.answers()


@pytest.mark.sqlite_only  # what comes before any database
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_fifty_open_streams_properly_and_kills_nothing(how, running, signed_in):
    _, numbers = signed_in(50)
    streams = [running.get("/live", number) for number in numbers]
    greetings = {line_of(stream) for stream in streams}

    _took_s, code, words = running.stop(how)

    assert greetings == {"retry: 3000\n"}
    assert code == 0
    assert "Killing" not in words and "Traceback" not in words
    assert [stream.read() for stream in streams]  # each was ended properly: one that was cut off raises


def test_what_another_process_did_is_heard(running, signed_in):
    user, (number,) = signed_in(1)
    stream = running.get("/live", number)
    received = []
    while not received or not received[-1].startswith("data:"):
        received.append(line_of(stream))  # what happened before is told first

    with writing():
        record("user.enabled", user, actor=user, now=datetime.now(UTC), topics=[f"calls:{user.roles[0].estate_id}"])
    while not received[-1].startswith("data: calls:"):
        received.append(line_of(stream))

    assert received[-1] == f"data: calls:{user.roles[0].estate_id}\n"
    stream.close()


def begin(product, *lines: str) -> socket.socket:
    """Send the head of a request, and whatever else, and no more."""
    opened = socket.create_connection(("127.0.0.1", product.port), timeout=10)
    host = f"Host: 127.0.0.1:{product.port}"
    opened.sendall("\r\n".join([lines[0], host, *lines[1:]]).encode())
    return opened


@pytest.mark.sqlite_only  # what comes before any database
@pytest.mark.proves("FI-01")
def test_a_body_that_never_says_how_long_it_is_is_refused_at_its_limit(running):
    head = ("POST /sign-in HTTP/1.1", "Transfer-Encoding: chunked", "Content-Type: application/x-www-form-urlencoded")
    with begin(running, *head, "", "") as sender:
        with suppress(OSError):
            for _ in range(40):
                sender.sendall(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
        assert b"HTTP/1.1 413" in sender.recv(4_096)

    assert running.get("/healthz").status == 200


@pytest.mark.sqlite_only  # what comes before any database
@pytest.mark.proves("RE-15")
def test_fifty_who_send_slowly_keep_nobody_waiting(running):
    head = ("POST /sign-in HTTP/1.1", "Content-Length: 5000", "Content-Type: application/x-www-form-urlencoded")
    slow = [begin(running, *head, "", "username=a") for _ in range(50)]
    try:
        took = []
        for _ in range(5):
            began = time.monotonic()
            assert running.get("/sign-in").status == 200
            took.append(time.monotonic() - began)
    finally:
        [one.close() for one in slow]

    assert sorted(took)[2] < 1  # seconds


THREADS = 100 + AT_ONCE + LARGE_AT_ONCE + PAGE_THREADS  # see `serve`
LARGE = ROOT / "static" / "vendor" / "event-calendar-5.10.1.min.js"


def slow_reader(product, path: str) -> socket.socket:
    """Ask for something large, with room for next to nothing of it, and read its first byte."""
    opened = socket.socket()
    opened.settimeout(10)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    opened.connect(("127.0.0.1", product.port))
    opened.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{product.port}\r\nConnection: close\r\n\r\n".encode())
    assert opened.recv(1) == b"H"
    return opened


def to_the_end(reader: socket.socket) -> bytes:
    with reader:
        return b"".join(iter(lambda: reader.recv(65_536), b""))


@pytest.mark.sqlite_only  # what comes before any database
@pytest.mark.proves("RE-15")
def test_more_slow_readers_than_threads_keep_nobody_waiting(running, signed_in):
    """They have far more of it still to come than any buffer of theirs holds; meanwhile the desk works."""
    _, (number,) = signed_in(1)
    slow = [slow_reader(running, f"/static/vendor/{LARGE.name}") for _ in range(THREADS + 10)]

    pages = [running.get(page, number).status for page in ("/hotline", "/work-orders", "/search?q=3", "/healthz") * 3]
    rest = [to_the_end(one) for one in slow]

    assert pages == [200] * 12
    assert {one.partition(b"\r\n\r\n")[2] for one in rest} == {LARGE.read_bytes()}


@pytest.mark.sqlite_only  # what comes before any database
@pytest.mark.proves("RE-15")
def test_only_http_1_is_spoken(running):
    """In HTTP/2 the server never hears that a body was broken off: one visitor took every place for good."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as visitor:
        visitor.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))  # its greeting
        said = visitor.recv(4_096)

    assert said[:9] == b"HTTP/1.1 " or said == b""
    assert running.get("/healthz").status == 200


@pytest.mark.sqlite_only  # what comes before any database
@pytest.mark.proves("RE-15")
def test_whoever_breaks_off_gives_their_place_back(running):
    head = ("POST /sign-in HTTP/1.1", "Content-Length: 5000", "Content-Type: application/x-www-form-urlencoded")
    for one in [begin(running, *head, "", "username=a") for _ in range(FROM_ONE)]:
        one.close()

    until = time.monotonic() + 10
    while b" 503 " in (said := sent_whole(running)) and time.monotonic() < until:
        pass

    assert b" 503 " not in said


def sent_whole(product) -> bytes:
    head = ("POST /sign-in HTTP/1.1", "Content-Length: 3", "Content-Type: application/x-www-form-urlencoded")
    with begin(product, *head, "", "a=1") as sender:
        return sender.recv(20)


def test_streams_leave_threads_for_pages(stopped, signed_in):
    product = stopped.start(LIVE_STREAMS="5")
    _, numbers = signed_in(7)

    answers = [product.get("/live", number) for number in numbers]

    assert [answer.status for answer in answers] == [200] * 5 + [503] * 2
    assert answers[-1].headers["Retry-After"] == "30"
    assert product.get("/live/changes?after=0", numbers[-1]).status == 200
    assert [product.get(page, numbers[0]).status for page in ("/hotline", "/work-orders", "/healthz")] == [200] * 3
    [answer.close() for answer in answers]
    product.stop()


@pytest.mark.sqlite_only  # what comes before any database
def test_when_the_starting_process_is_killed_the_serving_one_goes_too(running):
    running.stop(signal.SIGKILL)

    until = time.monotonic() + 10
    while running.answers() and time.monotonic() < until:
        time.sleep(0.05)

    assert not running.answers()
    assert running.start().answers()


@pytest.mark.proves("RE-13")
def test_a_database_of_a_newer_version_is_left_alone(stopped, inside):
    with db.engine.connect().execution_options(writes=True) as connection:
        current = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()

    words = stopped.refuse()

    with db.engine.connect().execution_options(writes=True) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :current"), {"current": current})
        connection.commit()
    assert words == (
        "The database was made by a newer version of this program. Start that version, or restore a backup.\n"
    )


@pytest.mark.sqlite_only  # the same on both: said once
@pytest.mark.parametrize(("setting", "value", "said"), [
    ("DATABASE_URL", "sqlite:////nowhere/at/all/x.db", "The database sqlite:////nowhere/at/all/x.db does not answer"),
    ("DATABASE_URL", "postgresql+psycopg://desk:hidden@127.0.0.1:1/desk", "The database postgresql+psycopg://desk:***@"),
    ("HOST", "203.0.113.7", "HOST=203.0.113.7 is not an address of this machine."),
    ("HOST", "no.such.name.invalid", "HOST=no.such.name.invalid is not an address."),
    ("PORT", "99999", "PORT=99999 is not a port: choose one from 1 to 65535."),
])  # fmt: skip
def test_what_cannot_work_is_said_in_one_line(setting, value, said, stopped):
    words = stopped.refuse(**{setting: value, "ALLOW_HTTP": "1", "TRUSTED_HOSTS": "desk.example"})

    assert words.startswith(said)
    assert len(words.splitlines()) == 1 and "hidden" not in words


def test_the_first_start_loads_the_demo_estate_and_says_how_to_sign_in(tmp_path):
    product = Product(tmp_path, "demo")
    try:
        product.start(DEMO="1")
        first = product.words
        product.stop()
        product.start(DEMO="1")
    finally:
        product.drop()

    assert "demo-2026" in first and re.findall(r"^    (\w+) ", first, re.MULTILINE) == [
        "operator", "operator2", "technician", "technician2", "finance", "officer", "manager", "manager2", "owner",
        "auditor", "admin",
    ]  # fmt: skip
    assert first.endswith(product.words) and len(product.words) < len(first)  # the second time nothing is loaded


@pytest.mark.sqlite_only
def test_a_certificate_that_is_none_is_said_in_one_line(stopped):
    nothing = stopped.folder / "nothing.pem"
    nothing.touch()

    words = stopped.refuse(TLS_CERT=str(nothing), TLS_KEY=str(nothing))

    assert words.splitlines()[-1].endswith("are not a certificate and its key, without a password.")
    assert "Traceback" not in words


@pytest.mark.sqlite_only
def test_the_application_can_be_found_from_any_folder(product):
    answer = subprocess.run(
        [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), "routes"],
        env={name: value for name, value in product.env.items() if name != "PYTHONPATH"},
        cwd="/", text=True, capture_output=True, check=True,
    )  # fmt: skip

    assert "live.stream" in answer.stdout


@pytest.mark.sqlite_only
def test_a_command_too_makes_files_for_its_owner_alone(product, tmp_path):
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "estate", "sample", str(tmp_path / "sample.xlsx")]
    subprocess.run(command, env=product.env, cwd=ROOT, capture_output=True, check=True)

    assert (tmp_path / "sample.xlsx").stat().st_mode & 0o777 == 0o600


@pytest.mark.sqlite_only
@pytest.mark.proves("PD-11")
def test_what_the_server_says_names_nobody(running, signed_in):
    _, (number,) = signed_in(1)

    pages = [running.get(path, number).status for path in ("/search?q=canary", "/hotline?q=canary", "/canary")]
    _, _, words = running.stop()

    assert pages == [200, 200, 404]
    assert "canary" not in words and number not in words
