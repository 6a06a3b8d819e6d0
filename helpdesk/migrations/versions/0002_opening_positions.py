"""Keep how far each place was paid for when its register was taken over

An office's own spreadsheet says until when a home has paid and what it owes. Billing will begin from there, so the
import keeps both. Nothing was imported before, so there are no old rows.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade():
    op.create_table(
        "opening_position",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("paid_until", sa.Date(), nullable=True),
        sa.Column("arrears_fen", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.CheckConstraint("arrears_fen >= 0", name=op.f("ck_opening_position_arrears_not_negative")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_opening_position_place_id")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_opening_position")),
    )


def downgrade():
    op.drop_table("opening_position")
