from datetime import date

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.workdays.models import CalendarDay
from helpdesk.workdays.rules import DayKind
from tests.databases import ON_POSTGRES

TRIGGERS = (
    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    if ON_POSTGRES
    else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
)
GUARDS = {"event_append_only"} if ON_POSTGRES else {"event_no_update", "event_no_delete"}


def test_models_and_migrations_agree(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_the_migrations_can_be_undone_and_done_again(app):
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}

    upgrade()

    assert set(db.session.scalars(text(TRIGGERS))) == GUARDS
    assert set(db.metadata.tables) <= set(inspect(db.engine).get_table_names())


def test_years_whose_plan_was_put_in_before_count_as_announced(app):
    """0011: a year with a whole plan is announced, one with a ticked day is not."""
    downgrade(revision="0003")
    days = [date(2026, 5, day) for day in range(1, 12)] + [date(2027, 5, 1)]
    with writing():
        db.session.add_all(CalendarDay(day=day, kind=DayKind.OFF, name="x", source="y") for day in days)

    upgrade()

    announced = db.session.execute(text("SELECT id, version FROM calendar_year")).all()
    assert announced == [(2026, 0)]
