"""What a chain alone does not show: a tail cut off, a chain reckoned anew. Writers at once; the entry or nothing."""

import subprocess
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError

from helpdesk.audit.actions import digest, record
from helpdesk.audit.heads import note_head
from helpdesk.audit.kinds import Code
from helpdesk.audit.models import ChainHead, Event
from helpdesk.audit.queries import head_on_paper, newest_event, newest_seq, read_head, verify_chain
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.models import WorkOrder
from tests.conftest import DATA_KEY, PASSWORD
from tests.db.test_events import DROP_GUARDS
from tests.product import ROOT

pytestmark = pytest.mark.proves("PD-06", "PD-07")
DAY = timedelta(days=1)
COLUMNS = [column.key for column in Event.__table__.columns]


@pytest.fixture
def four_events(ann, now):
    for endpoint in "abcd":
        with writing():
            record("access.denied", ann, actor=ann, now=now, endpoint=Code(endpoint))


def tamper(*changes) -> None:
    """As somebody can who owns the database: the guards go first."""
    with writing():
        for statement in (*DROP_GUARDS, *changes):
            db.session.execute(text(statement) if isinstance(statement, str) else statement)


def reckon_anew(since: int) -> None:
    """Give every event from here on a hash that fits the one before, as a clever forger would."""
    with writing():
        previous = db.session.scalar(select(Event.hash).where(Event.seq == since - 1)) or ""
        for entry in db.session.scalars(select(Event).where(Event.seq >= since).order_by(Event.seq)):
            entry.hash = previous = digest(entry, previous)


def verify(app, *args):
    done = app.test_cli_runner().invoke(args=["audit", "verify", *args])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("changes", "found_at"),
    [
        (["UPDATE event SET kind = 'user.added' WHERE seq = 3"], 3),
        (["DELETE FROM event WHERE seq = 2"], 2),
        (["UPDATE event SET seq = 9 WHERE seq = 2", "UPDATE event SET seq = 2 WHERE seq = 3",
          "UPDATE event SET seq = 3 WHERE seq = 9"], 2),
        (["UPDATE event SET seq = 9 WHERE seq = 4",
          "INSERT INTO event SELECT 4, at, actor_id, kind, subject_type, subject_id, topics, data, hash FROM event "
          "WHERE seq = 3", "UPDATE event SET seq = 5 WHERE seq = 9"], 4),
    ],
    ids=["changed", "removed", "reordered", "slipped in"],
)  # fmt: skip
def test_each_way_of_tampering_is_found_where_it_was_done(changes, found_at, four_events):
    tamper(*changes)

    assert verify_chain() == found_at


def test_a_tail_that_was_cut_off_is_found_by_the_head_of_the_day(app, four_events, now):
    assert [note_head(now), note_head(now + timedelta(hours=1))] == [True, False]
    tamper("DELETE FROM event WHERE seq = 4")

    code, told = verify(app)

    assert (verify_chain(), code) == (None, 1)
    assert "cut or written anew: event 4 is missing" in told


def test_a_chain_reckoned_anew_is_found_by_the_head_on_paper(app, four_events):
    paper = head_on_paper()
    tamper("UPDATE event SET kind = 'user.added' WHERE seq = 2")
    reckon_anew(2)

    assert (verify_chain(), verify(app)[0]) == (None, 0)
    code, told = verify(app, "--head", paper)
    assert (code, "event 4 is missing or is another one" in told) == (1, True)


def test_what_stands_on_paper_is_accepted_as_it_is_typed(app, four_events):
    newest = newest_event()
    paper, whole = head_on_paper(), f"{newest.seq}:{newest.hash}"
    typed = [paper, paper.upper(), paper.replace("-", " "), whole]

    assert paper.startswith("4:") and len(paper) == len("4:") + 16 + 3
    assert [read_head(one) is not None and verify(app, "--head", one)[0] for one in typed] == [0] * 4
    assert [read_head(wrong) for wrong in ("", "4", "4:", "4:abc", "x:" + "a" * 16, "4:" + "g" * 16)] == [None] * 6
    assert verify(app, "--head", "4:abc")[0] == 1


def test_the_head_is_noted_once_a_day_and_in_the_log(four_events, now, caplog):
    note_head(now)
    with writing():
        record("session.opened", newest_subject(), actor=None, now=now)
    note_head(now + DAY)

    heads = db.session.scalars(select(ChainHead).order_by(ChainHead.day)).all()
    assert [head.seq for head in heads] == [4, 5]
    assert all(f"{head.seq}:{head.hash}" in caplog.text for head in heads)


def newest_subject():
    return SimpleNamespace(__tablename__="user", id=1)


@pytest.mark.parametrize("statement", ["UPDATE chain_head SET seq = 1", "DELETE FROM chain_head"])
def test_noted_heads_are_never_changed(statement, four_events, now):
    note_head(now)

    with pytest.raises(IntegrityError, match="never changed"), writing():
        db.session.execute(text(statement))


@pytest.mark.proves("PC-14")
def test_no_event_is_changed_or_removed_as_a_record_either(four_events):
    with pytest.raises(IntegrityError, match="never changed"), writing():
        db.session.get_one(Event, 2).kind = "user.added"
    with pytest.raises(IntegrityError, match="never changed"), writing():
        db.session.delete(db.session.get_one(Event, 2))

    assert (newest_seq(), verify_chain()) == (4, None)


WRITER = """
import sys
from uuid import uuid4
from helpdesk import create_app
from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Place
from helpdesk.hotline.actions import Typed, save_call
from helpdesk.hotline.models import Outcome
from helpdesk.repairs.models import Category

ann, place, category, many = map(int, sys.argv[1:])
with create_app().test_request_context():
    for _ in range(many):
        with writing():
            home = db.session.get_one(Place, place)
            typed = Typed(
                request_key=str(uuid4()), estate_id=home.estate_id, place=home, words="It drips", caller_number="",
                outcome=Outcome.REPAIR, category=db.session.get_one(Category, category),
            )
            save_call(typed, call=None, actor=db.session.get_one(User, ann), now=clock.now())
"""


@pytest.mark.proves("RE-02", "RE-04")
@pytest.mark.parametrize("calls", [10, pytest.param(200, marks=pytest.mark.soak)])
def test_four_processes_that_save_calls_keep_one_chain_and_one_sequence(calls, app, ann, place, category):
    env = {"PYTHONPATH": str(ROOT), "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"], "SECRET_KEY": "k" * 48,
           "DATA_KEY": DATA_KEY, "INSTANCE_PATH": app.instance_path, "PATH": "/usr/bin"}  # fmt: skip
    words = [str(one) for one in (ann.id, place.id, category("WATER_LEAK").id, calls)]
    db.session.rollback()

    command = [sys.executable, "-c", WRITER, *words]
    writers = [subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    faults = [writer.communicate(timeout=300)[1] for writer in writers]

    assert [writer.returncode for writer in writers] == [0] * 4, faults
    kinds = list(db.session.scalars(select(Event.kind).order_by(Event.seq)))
    drawn: dict[str, list[int]] = {}  # by day: midnight may pass
    for number in db.session.scalars(select(WorkOrder.number)):
        drawn.setdefault(number[:-5], []).append(int(number[-4:]))
    assert kinds.count("call.saved") == kinds.count("work_order.opened") == 4 * calls
    assert sum(map(len, drawn.values())) == 4 * calls
    assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in drawn.values())
    assert (newest_seq(), verify_chain()) == (len(kinds), None)


ACTS = [  # who, where, what they send, and the entry
    ("operator", "/hotline/calls", {"words": "It drips", "outcome": "enquiry", "answer": "Tomorrow"}, "call.saved"),
    ("operator", "/work-orders/{number}/remarks", {"words": "Soon"}, "work_order.remarked"),
    ("operator", "/work-orders/{number}/urgency", {"urgency": "p1", "version": "{version}"},
     "work_order.urgency_changed"),
    ("operator", "/work-orders/{number}/hold", {"reason": "parts", "version": "{version}"}, "work_order.held"),
    ("operator", "/work-orders/{number}/visits", {"crew": "{tao}", "window": "at_once", "version": "{version}"},
     "visit.scheduled"),
    ("admin", "/admin/users",
     {"name": "王丽", "username": "wangli", "roles": "operator", "password": PASSWORD, "own_password": PASSWORD},
     "user.added"),
    ("admin", "/admin/users/{tao}/disabled", {}, "user.disabled"),
    ("admin", "/admin/users/{tao}/password", {"password": PASSWORD, "own_password": PASSWORD},
     "user.password_set"),
    ("manager", "/cases", {"kind": "complaint", "words": "Too loud"}, "case.opened"),
    ("admin", "/retention/rules/class_calls", {"months": "24", "version": "0"}, "retention.set"),
    ("owner", "/retention/holds",
     {"what": "held_place", "named": "3-2-501", "reason": "Court", "until_on": "2027-01-01"}, "hold.set"),
]  # fmt: skip


def acting(person, tao, work_order, as_user):
    for role, path, sent, kind in ACTS:
        names = {"number": work_order.number, "version": work_order.version, "tao": tao.id}
        body = {name: value.format(**names) for name, value in sent.items()} | {"request_key": key_for(kind)}
        yield kind, as_user(person(role, role)), path.format(**names), body


def key_for(kind: str) -> str:
    return f"00000000-0000-4000-8000-{abs(hash(kind)) % 10**12:012}"


@pytest.mark.proves("PD-08")
def test_each_act_writes_its_entry_or_nothing_at_all(app, person, tao, work_order, as_user):
    """A failure after the entry leaves neither: the act is refused by a commit that breaks down, then done."""
    for kind, browser, path, body in acting(person, tao, work_order, as_user):
        known = {"events": newest_seq(), "rows": rows()}
        with breaking_down():
            broken = browser.post(path, data=body)
        assert (broken.status_code, newest_seq(), rows()) == (500, known["events"], known["rows"]), kind

        done = browser.post(path, data=body)
        entries = db.session.scalars(select(Event.kind).where(Event.seq > known["events"])).all()
        assert (done.status_code < 400, kind in entries) == (True, True), (kind, done.status_code, entries, done.text)
    assert verify_chain() is None


class breaking_down:  # noqa: N801
    """Every commit that wrote an event fails."""

    def __enter__(self):
        event.listen(db.session, "before_commit", self._break)

    def __exit__(self, *_error):
        event.remove(db.session, "before_commit", self._break)

    @staticmethod
    def _break(session):
        if session.connection().get_execution_options().get("writes"):
            raise RuntimeError("the disk is gone")


def rows() -> int:
    names = [table.name for table in db.metadata.sorted_tables if table.name not in ("session", "look")]
    counted = [db.session.scalar(text(f'SELECT count(*) FROM "{name}"')) for name in names]  # noqa: S608
    db.session.rollback()
    return sum(counted)
