import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from helpdesk.audit.actions import record
from helpdesk.audit.kinds import Code
from helpdesk.audit.models import Event
from helpdesk.audit.queries import newest_seq, verify_chain
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from tests.databases import ON_POSTGRES

pytestmark = pytest.mark.proves("PD-06", "PD-07")
TAMPERING = [
    "UPDATE event SET actor_id = NULL WHERE seq = 2",
    "UPDATE event SET at = '2020-01-01 00:00:00.000000' WHERE seq = 2",
    'UPDATE event SET data = \'{"endpoint": "x"}\' WHERE seq = 2',
    "UPDATE event SET topics = '[\"calls:1\"]' WHERE seq = 2",
    "DELETE FROM event WHERE seq = 2",
    "UPDATE event SET seq = 9 WHERE seq = 2",
]
ON_SQLITE_TOO = ["INSERT OR REPLACE INTO event SELECT * FROM event"]
ON_POSTGRES_TOO = ["TRUNCATE event"]
DROP_GUARDS = (
    ["DROP TRIGGER event_append_only ON event"]
    if ON_POSTGRES
    else ["DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete"]
)


@pytest.fixture
def three_events(ann, now):
    for endpoint in ("a", "b", "c"):
        with writing():
            record("access.denied", ann, actor=ann, now=now, endpoint=Code(endpoint))


@pytest.mark.proves("PC-14")
@pytest.mark.parametrize("statement", TAMPERING + (ON_POSTGRES_TOO if ON_POSTGRES else ON_SQLITE_TOO))
def test_events_cannot_be_changed(statement, three_events):
    with pytest.raises(IntegrityError, match="never changed"), writing():
        db.session.execute(text(statement))

    assert (newest_seq(), verify_chain()) == (3, None)


@pytest.mark.proves("PC-14")
@pytest.mark.parametrize("statement", TAMPERING)
def test_whoever_changes_them_all_the_same_is_found_out(statement, three_events):
    assert verify_chain() is None

    with writing():
        for guard in DROP_GUARDS:
            db.session.execute(text(guard))
        db.session.execute(text(statement))

    assert verify_chain() == 2


@pytest.mark.parametrize("typed", ["she said her name is Li", None, 7, ["Li"]])
def test_a_typed_word_cannot_become_part_of_an_event(typed, ann, now):
    with pytest.raises(ValueError, match="access.denied needs"), writing():
        record("access.denied", ann, actor=ann, now=now, endpoint=typed)

    assert newest_seq() == 0


def test_the_refusal_of_an_event_quotes_no_value(ann, now):
    with pytest.raises(ValueError, match="access.denied needs") as refused, writing():
        record("access.denied", ann, actor=ann, now=now, endpoint="her name is Li", extra=["Li"])

    told = str(refused.value)
    assert "endpoint: str" in told and "extra: list" in told and "Li" not in told


def test_what_is_no_act_raises_no_version(ann, now):
    before = ann.version
    with writing():
        record("access.denied", ann, actor=ann, now=now, raises_version=False, endpoint=Code("x"))

    assert (ann.version, newest_seq()) == (before, 1)


def test_an_act_raises_the_version_of_its_subject(ann, now):
    before = ann.version
    with writing():
        record("user.disabled", ann, actor=ann, now=now)
    assert ann.version == before + 1


def test_many_writers_make_one_chain_without_gaps(app, ann, now):
    ann_id = ann.id
    db.session.rollback()

    def act():
        with app.app_context():
            for _ in range(10):
                with writing():
                    actor = db.session.get(type(ann), ann_id)
                    record("access.denied", actor, actor=actor, now=now, endpoint=Code("x"))

    threads = [threading.Thread(target=act) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    db.session.rollback()

    assert list(db.session.scalars(select(Event.seq).order_by(Event.seq))) == list(range(1, 41))
    assert verify_chain() is None


@pytest.mark.proves("PC-14")
def test_the_command_tells_whether_the_chain_holds(app, three_events):
    answer = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert (answer.exit_code, answer.output.startswith("3 events, unbroken. Head: ")) == (0, True)

    with writing():
        [db.session.execute(text(guard)) for guard in DROP_GUARDS]
        db.session.execute(text(TAMPERING[0]))

    answer = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert (answer.exit_code, "broken at event 2" in answer.output) == (1, True)
