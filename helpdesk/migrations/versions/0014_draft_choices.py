"""Keep in a draft what was decided so far, and a place that was chosen alone

Whoever lost a tab or a server in the middle of a call got the words back, but not the promised time, the outcome and its
fields, and nothing at all if only the home was found. Old drafts have nothing more to keep. Going back forgets drafts
that hold only a place.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0014", "0013"
EMPTY = "caller_number != '' OR words != ''"


def upgrade():
    op.create_table(
        "call_draft_choices",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_draft_choices_call_id")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_draft_choices")),
    )
    _allow(f"{EMPTY} OR saved_at IS NULL")


def downgrade():
    op.drop_table("call_draft_choices")
    for table in ("call_answer", "call_as_typed"):
        op.execute(f"DELETE FROM {table} WHERE call_id IN (SELECT id FROM call WHERE NOT ({EMPTY}))")  # noqa: S608
    op.execute(f"DELETE FROM call WHERE NOT ({EMPTY})")  # noqa: S608
    _allow(EMPTY)


def _allow(condition):
    with op.batch_alter_table("call") as call:
        call.drop_constraint(op.f("ck_call_not_empty"), type_="check")
        call.create_check_constraint(op.f("ck_call_not_empty"), condition)
