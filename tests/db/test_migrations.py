from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from helpdesk.core.extensions import db
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
