"""Let the policy say who is rung

The chain was the same in every estate, and the policy could not be changed by anybody. Rows so far keep the chain that
was rung: everybody on call, then who leads.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0016", "0015"


def upgrade():
    with op.batch_alter_table("escalation_policy") as policy:
        policy.add_column(sa.Column("posts", sa.String(length=40), nullable=False, server_default="on_call,lead"))
        policy.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("escalation_policy") as policy:  # the defaults were for old rows only
        policy.alter_column("posts", server_default=None)
        policy.alter_column("version", server_default=None)


def downgrade():
    with op.batch_alter_table("escalation_policy") as policy:
        policy.drop_column("version")
        policy.drop_column("posts")
