"""The machinery of the tests: whatever a test did to its database, the next one begins with a fresh one."""

import pytest
from sqlalchemy import inspect

from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing

FUNCTION = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype"
TRIGGER = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'event'::regclass AND NOT tgisinternal"
CHECK = "SELECT conname FROM pg_constraint WHERE conrelid = 'event'::regclass AND contype <> 'n'"
INDEX = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'event'"
IN_PLACE = {  # no row of a catalogue comes or goes
    "column": ("", "ALTER TABLE person ALTER COLUMN name DROP NOT NULL"),
    "type": ("", "ALTER TABLE person ALTER COLUMN name TYPE text"),
    "constraint": (CHECK, "ALTER TABLE event RENAME CONSTRAINT {} TO another"),
    "trigger": (TRIGGER, "ALTER TABLE event ENABLE ALWAYS TRIGGER {}"),
    "function": (FUNCTION, "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'"),
    "index": (INDEX, "ALTER INDEX {} RENAME TO another"),
}
SCHEMA = """
SELECT table_name || column_name || data_type || is_nullable FROM information_schema.columns
WHERE table_schema = 'public'
UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT tgname || tgenabled::text || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT proname || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1
"""


@pytest.fixture
def next_test_begins(app, blank):
    def _begins() -> None:
        db.session.remove()
        db.engine.dispose()
        blank[1].renew()

    return _begins


def change(sql: str) -> None:
    with writing():
        db.session.connection().exec_driver_sql(sql)


def found(sql: str) -> list:
    with db.engine.connect() as connection:
        return list(connection.exec_driver_sql(sql).scalars())


def columns() -> list[str]:
    return [column["name"] for column in inspect(db.engine).get_columns("person")]


def test_a_column_that_a_test_renamed_has_its_name_again(app, next_test_begins):
    before = columns()
    change("ALTER TABLE person RENAME COLUMN name TO called")
    assert columns() != before

    next_test_begins()

    assert columns() == before


@pytest.mark.postgres_only
@pytest.mark.parametrize("what", IN_PLACE)
def test_no_change_in_place_reaches_the_next_test(what, app, next_test_begins):
    find, sql = IN_PLACE[what]
    before = found(SCHEMA)
    change(sql.format(*(found(find)[:1] if find else ())))
    assert found(SCHEMA) != before

    next_test_begins()

    assert found(SCHEMA) == before


@pytest.mark.postgres_only
def test_rows_alone_are_put_back_without_a_copy(ada, next_test_begins):
    number = found("SELECT oid FROM pg_database WHERE datname = current_database()")

    next_test_begins()

    assert found("SELECT count(*) FROM user_role") == [0]
    assert found("SELECT oid FROM pg_database WHERE datname = current_database()") == number
