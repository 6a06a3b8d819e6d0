"""How Alembic reaches our database. Each migration is one transaction, all or nothing."""

from alembic import context

from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db


def render_item(kind, thing, autogen_context):
    """Write our column types as plain SQL types: old migrations must not need new code."""
    if kind == "type" and isinstance(thing, UTCDateTime):
        return "sa.DateTime()"
    return False


with db.engine.connect().execution_options(writes=True) as connection:
    if connection.dialect.name == "sqlite":  # rebuilding a table must not cascade to its children
        connection.connection.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        render_item=render_item,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":  # a large table takes its time
            connection.exec_driver_sql("SET LOCAL statement_timeout=0")
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        connection.connection.execute("PRAGMA foreign_keys=ON")
