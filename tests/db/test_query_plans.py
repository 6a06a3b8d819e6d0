"""The console stays as quick with a long history: SQLite finds its calls by an index that fits (it keeps no statistics,
so a plan is the same for ten rows as for a million)."""

import pytest
from sqlalchemy import event

from helpdesk.core.extensions import db
from helpdesk.duty.queries import board
from helpdesk.hotline.queries import last_calls, my_drafts, todays_calls, unfinished
from helpdesk.hotline.quick import my_quick_logs
from tests.households import add_person, add_phone


@pytest.fixture
def steps(app):
    """How the database finds the calls that a piece of work asks for."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables")

    def _steps(work):
        sent = []

        def note(_connection, _cursor, statement, values, *_rest):
            sent.append((f"EXPLAIN QUERY PLAN {statement}", values))

        event.listen(db.engine, "before_cursor_execute", note)
        work()
        event.remove(db.engine, "before_cursor_execute", note)
        connection = db.session.connection()
        plan = [step for asked in sent if "SELECT" in asked[0] for *_, step in connection.exec_driver_sql(*asked)]
        begins = ("SCAN call ", "SEARCH call ", "SCAN shift ", "SEARCH shift ")
        return [step for step in plan if step.startswith(begins)]

    return _steps


@pytest.mark.proves("RE-14")
def test_unfinished_calls_and_drafts_are_found_among_the_unfinished_only(ann, now, steps):
    assert ann.roles  # with the session

    found = steps(lambda: (unfinished(ann, now), my_drafts(ann)))

    assert found == ["SEARCH call USING INDEX ix_call_unfinished (estate_id=?)"] * 2


@pytest.mark.proves("RE-14")
def test_todays_calls_are_found_by_their_time(ann, now, steps):
    by_time = "SEARCH call USING INDEX ix_call_estate_id_happened_at (estate_id=? AND happened_at>? AND happened_at<?)"

    found = steps(lambda: todays_calls(ann, now))

    assert found == [by_time, "SEARCH call USING INDEX ix_call_unfinished (estate_id=?)"]


@pytest.mark.proves("RE-14")
def test_the_last_calls_are_found_by_home_person_and_number_each(ann, estate, place, steps):
    guiying = add_person(estate, "王桂英", place)
    phone = add_phone(estate, "12000000001", people=[guiying])

    found = steps(lambda: last_calls(ann, place=place, person=guiying, phone=phone))

    assert sorted(found) == [
        "SEARCH call USING INDEX ix_call_person_id_id (person_id=?)",
        "SEARCH call USING INDEX ix_call_phone_id_id (phone_id=?)",
        "SEARCH call USING INDEX ix_call_place_id_id (place_id=?)",
        "SEARCH call USING INTEGER PRIMARY KEY (rowid=?)",
    ]


def test_who_is_on_is_found_by_when_shifts_end(estate, now, steps):
    """Asked for by every page, over a roster that grows for years."""
    estate_id = estate.id

    found = steps(lambda: board(estate_id, now))

    assert found == ["SEARCH shift USING INDEX ix_shift_estate_id_ends_at (estate_id=? AND ends_at>?)"]


def test_what_somebody_took_elsewhere_is_found_among_their_own(tao, steps):
    assert tao.roles  # with the session

    found = steps(lambda: my_quick_logs(tao))

    assert found == ["SEARCH call USING INDEX ix_call_taken_elsewhere (logged_by_id=?)"]
