"""Whatever moment the server is killed at: what it answered for is there once, and nothing is there in half."""

import http.client
import random
import re
import signal
import threading
from datetime import UTC, date, datetime
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select, text

from helpdesk import create_app
from helpdesk.accounts.models import Session, User, UserRole
from helpdesk.accounts.sessions import _form_secret, hashed, new_number
from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate, Place, PlaceKind
from helpdesk.hotline.models import Call
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.policy import install_defaults
from tests.product import SECRET_KEY, Product

WRITERS = 4


class Operator(threading.Thread):
    """Saves one call after the other, each with its repair, until the server answers no more."""

    def __init__(self, port: int, number: str, place_id: int, heard: threading.Condition):
        super().__init__()
        self.port, self.number, self.place_id, self.heard = port, number, place_id, heard
        self.token = URLSafeTimedSerializer(SECRET_KEY, salt="wtf-csrf-token").dumps(_form_secret(number, SECRET_KEY))
        self.answered, self.unanswered = [], None

    def run(self):
        while self.unanswered is None:
            key = str(uuid4())
            try:
                assert self.save(key) == 303
            except (OSError, http.client.HTTPException):
                self.unanswered = key
            else:
                self.answered.append(key)
            with self.heard:
                self.heard.notify()

    def save(self, key: str) -> int:
        """Send the form; the same key again is the same call. Returns the status of the answer, read to its end."""
        call = {"request_key": key, "version": "0", "caller_number": "12000000001", "words": "水管爆了",
                "outcome": "repair", "place_id": self.place_id, "category": "WATER_BURST"}  # fmt: skip
        return self.post("/hotline/calls", call)

    def draft(self, key: str, words: str) -> int:
        """Keep what is being typed, as a phone does from the first character."""
        return self.post(f"/hotline/quick/drafts/{key}", {"words": words, "channel": "mobile", "kept": ""})

    def post(self, path: str, form: dict) -> int:
        headers = {"Cookie": f"session={self.number}", "X-CSRFToken": self.token, "Connection": "close",
                   "Content-Type": "application/x-www-form-urlencoded"}  # fmt: skip
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", path, urlencode(form), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


@pytest.fixture
def product(tmp_path):
    product = Product(tmp_path, "killed")
    yield product
    product.drop()


@pytest.fixture
def inside(product):
    """The application on the same database, to look and to prepare."""
    app = create_app({name: product.env[name] for name in ("DATABASE_URL", "SECRET_KEY", "INSTANCE_PATH")})
    product.start()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def prepare() -> tuple[int, list[str]]:
    """A home, and the numbers of the cookies of people who may log calls."""
    now = datetime.now(UTC)
    with writing():
        estate = Estate(name="德裕苑", hotline="052310000001")
        db.session.add(estate)
        db.session.flush()
        install_defaults(estate, valid_from=date(2024, 1, 1))
        place = Place(estate_id=estate.id, kind=PlaceKind.DWELLING, address="3-2-501", building_no=3, unit_no=2)
        role = UserRole(role=Role.OPERATOR, estate_id=estate.id)
        ann = User(username="ann", name="Ann", password_hash="-", roles=[role])
        db.session.add_all([place, ann])
        db.session.flush()
        numbers = [new_number() for _ in range(WRITERS)]
        db.session.add_all(
            Session(token_hash=hashed(number), user_id=ann.id, opened_at=now, seen_at=now) for number in numbers
        )
        return place.id, numbers


@pytest.mark.proves("RE-10")
@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.soak)])
def test_what_was_answered_survives_a_kill_at_any_moment(kills, product, inside):
    place_id, numbers = prepare()
    chance, answered = random.Random(kills), []

    for _ in range(kills):
        answered += kept_until_killed(product, place_id, numbers, enough=chance.randint(1, 40))
        db.session.rollback()
        assert_whole(answered)
    assert len(answered) > kills * WRITERS


@pytest.mark.proves("RE-10")
@pytest.mark.parametrize("kills", [1, pytest.param(10, marks=pytest.mark.soak)])
def test_what_a_draft_held_when_it_was_answered_survives_a_kill(kills, product, inside):
    place_id, numbers = prepare()
    writer = Operator(product.port, numbers[0], place_id, threading.Condition())
    kept: dict[str, str] = {}

    for _ in range(kills):
        for number in range(5):
            key, words = str(uuid4()), f"第{number}个电话"
            assert writer.draft(key, words) == 204
            kept[key] = words
        product.stop(signal.SIGKILL, everything=True)
        product.start()

    db.session.rollback()
    assert dict(db.session.execute(select(Call.request_key, Call.words)).all()) == kept
    assert [writer.save(key) for key in kept] == [303] * len(kept)  # and every one of them can still be saved
    db.session.rollback()
    assert db.session.scalar(select(func.count(Call.id)).where(Call.saved_at.is_not(None))) == len(kept)


def kept_until_killed(product, place_id, numbers, *, enough: int) -> list[str]:
    """Kill it once it has answered so often, start it again, and send again what it had not answered."""
    heard = threading.Condition()
    operators = [Operator(product.port, number, place_id, heard) for number in numbers]
    [operator.start() for operator in operators]
    with heard:
        assert heard.wait_for(lambda: sum(len(operator.answered) for operator in operators) >= enough, timeout=60)
    product.stop(signal.SIGKILL, everything=True)
    [operator.join() for operator in operators]
    product.start()
    assert [operator.save(operator.unanswered) for operator in operators] == [303] * WRITERS
    return [key for operator in operators for key in (*operator.answered, operator.unanswered)]


def assert_whole(answered: list[str]) -> None:
    """Every call that was answered for is there once, with an order of its own; numbers and events have no gap."""
    rows = db.session.execute(select(Call.request_key, WorkOrder.number).join(WorkOrder)).all()
    assert sorted(key for key, _ in rows) == sorted(answered)
    assert [db.session.scalar(select(func.count(table.id))) for table in (Call, WorkOrder)] == [len(rows)] * 2
    by_day: dict[str, list[int]] = {}
    for _, number in rows:
        day, count = re.fullmatch(r"GD([0-9]{8})-([0-9]{4})", number).groups()
        by_day.setdefault(day, []).append(int(count))
    assert all(sorted(counts) == list(range(1, len(counts) + 1)) for counts in by_day.values())
    assert verify_chain() is None
    assert db.session.scalar(select(func.count(Event.seq)).where(Event.kind == "call.saved")) == len(rows)
    if db.engine.dialect.name == "sqlite":
        assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
