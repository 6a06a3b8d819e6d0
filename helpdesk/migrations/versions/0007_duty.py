"""Plan who is on duty, hand over between shifts, and publish staff numbers with consent

A shift is one person at one post. A hand-over is signed by two, and then keeps its lines as they stood. Residents may have a staff number only when its
owner has agreed to that. All of it is new: until now no number was published, so there are no old rows.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"


def upgrade():
    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "post",
            sa.Enum("hotline", "on_call", "lead", name="post", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("stands_in_for_id", sa.Integer(), nullable=True),
        sa.Column("called_off_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_shift_ends_after_it_began")),
        sa.CheckConstraint("position > 0", name=op.f("ck_shift_has_a_position")),
        sa.CheckConstraint(
            "stands_in_for_id IS NULL OR stands_in_for_id != user_id", name=op.f("ck_shift_stands_in_for_another")
        ),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_shift_estate_id")),
        sa.ForeignKeyConstraint(["stands_in_for_id"], ["user.id"], name=op.f("fk_shift_stands_in_for_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_shift_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_estate_id_ends_at"), ["estate_id", "ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_user_id"), ["user_id"], unique=False)

    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("outgoing_id", sa.Integer(), nullable=False),
        sa.Column("incoming_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("outgoing_signed_at", sa.DateTime(), nullable=True),
        sa.Column("incoming_signed_at", sa.DateTime(), nullable=True),
        sa.Column("frozen_at", sa.DateTime(), nullable=True),
        sa.Column("called_off_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(incoming_id IS NULL) = (incoming_signed_at IS NULL)", name=op.f("ck_handover_incoming_signs")
        ),
        sa.CheckConstraint(
            "frozen_at IS NULL OR (outgoing_signed_at IS NOT NULL AND incoming_signed_at IS NOT NULL)",
            name=op.f("ck_handover_frozen_when_both_signed"),
        ),
        sa.CheckConstraint("frozen_at IS NULL OR called_off_at IS NULL", name=op.f("ck_handover_frozen_or_called_off")),
        sa.CheckConstraint("incoming_id IS NULL OR incoming_id != outgoing_id", name=op.f("ck_handover_between_two")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_handover_estate_id")),
        sa.ForeignKeyConstraint(["incoming_id"], ["user.id"], name=op.f("fk_handover_incoming_id")),
        sa.ForeignKeyConstraint(["outgoing_id"], ["user.id"], name=op.f("fk_handover_outgoing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_estate_id_id"), ["estate_id", "id"], unique=False)
        batch_op.create_index(
            "uq_handover_open",
            ["estate_id"],
            unique=True,
            sqlite_where=sa.text("frozen_at IS NULL AND called_off_at IS NULL"),
            postgresql_where=sa.text("frozen_at IS NULL AND called_off_at IS NULL"),
        )

    op.create_table(
        "number_consent",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digits", sa.String(length=20), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("digits != ''", name=op.f("ck_number_consent_a_number")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name=op.f("ck_number_consent_withdrawn_by_somebody")
        ),
        sa.ForeignKeyConstraint(["noted_by_id"], ["user.id"], name=op.f("fk_number_consent_noted_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_number_consent_user_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["user.id"], name=op.f("fk_number_consent_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_number_consent")),
    )
    op.create_table(
        "handover_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("urgency", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("what_zh", sa.Text(), nullable=False),
        sa.Column("what_en", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_handover_line_handover_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_line")),
    )
    with op.batch_alter_table("handover_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_line_handover_id"), ["handover_id"], unique=False)


def downgrade():
    with op.batch_alter_table("handover_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_line_handover_id"))

    op.drop_table("handover_line")
    op.drop_table("number_consent")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_handover_open",
            sqlite_where=sa.text("frozen_at IS NULL AND called_off_at IS NULL"),
            postgresql_where=sa.text("frozen_at IS NULL AND called_off_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_handover_estate_id_id"))

    op.drop_table("handover")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_user_id"))
        batch_op.drop_index(batch_op.f("ix_shift_estate_id_ends_at"))

    op.drop_table("shift")
