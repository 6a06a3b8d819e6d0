"""Keep what was typed beside a call, and whether a year was announced

A place that the register does not know, and a time that is half written, had nowhere to stay. Everybody may ask for the calls they took on their own mobile. And a year with one
ticked day looked like a year whose holidays are known: years that have a whole plan so far are marked as announced.
"""

from collections import Counter

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0013", "0012"
PLAN = 10  # days; fewer were ticked one by one


def upgrade():
    op.create_table(
        "calendar_year",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "call_as_typed",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("place_words", sa.String(length=80), nullable=False),
        sa.Column("happened_words", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_as_typed_call_id")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_as_typed")),
    )
    elsewhere = sa.text("channel != 'hotline'")
    op.create_index(
        "ix_call_taken_elsewhere", "call", ["logged_by_id", "id"], sqlite_where=elsewhere, postgresql_where=elsewhere
    )
    days = op.get_bind().execute(sa.select(sa.column("day", sa.Date())).select_from(sa.table("calendar_day"))).scalars()
    years = Counter(day.year for day in days)
    rows = [{"id": year, "announced": True, "version": 0} for year, count in years.items() if count >= PLAN]
    op.bulk_insert(sa.table("calendar_year", *map(sa.column, ("id", "announced", "version"))), rows)


def downgrade():
    op.drop_index("ix_call_taken_elsewhere", table_name="call")
    op.drop_table("call_as_typed")
    op.drop_table("calendar_year")
