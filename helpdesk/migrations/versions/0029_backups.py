"""Remember when everything was last put aside, and why it failed if it did"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0029", "0028"


def upgrade():
    op.create_table(
        "backup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(made_at IS NULL) = (bytes IS NULL)", name=op.f("ck_backup_made_or_not")),
        sa.CheckConstraint("made_at IS NULL OR fault = ''", name=op.f("ck_backup_good_or_not")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup")),
    )
    op.create_index(op.f("ix_backup_made_at"), "backup", ["made_at"])


def downgrade():
    op.drop_table("backup")
