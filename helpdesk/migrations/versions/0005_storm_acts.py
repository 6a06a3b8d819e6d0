"""Postpone many visits at once, and ring everybody at risk"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade():
    op.create_table(
        "postponement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "typhoon",
                "rainstorm",
                "cold_wave",
                "heat",
                "power_cut",
                "staff_short",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("moved_to", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_postponement_decided_by_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_postponement_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postponement")),
    )
    with op.batch_alter_table("postponement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_postponement_estate_id_id"), ["estate_id", "id"], unique=False)

    op.create_table(
        "ringing_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "typhoon",
                "rainstorm",
                "cold_wave",
                "heat",
                "power_cut",
                "staff_short",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("whom", sa.String(length=80), nullable=False),
        sa.Column("youngest", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("begun_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["begun_by_id"], ["user.id"], name=op.f("fk_ringing_round_begun_by_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_ringing_round_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ringing_round")),
    )
    with op.batch_alter_table("ringing_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ringing_round_estate_id_id"), ["estate_id", "id"], unique=False)

    op.create_table(
        "postponed_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("postponement_id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("promised_from", sa.DateTime(), nullable=True),
        sa.Column("promised_until", sa.DateTime(), nullable=True),
        sa.Column("callback_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["callback_id"], ["callback.id"], name=op.f("fk_postponed_order_callback_id")),
        sa.ForeignKeyConstraint(
            ["postponement_id"], ["postponement.id"], name=op.f("fk_postponed_order_postponement_id")
        ),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_postponed_order_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postponed_order")),
    )
    with op.batch_alter_table("postponed_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_postponed_order_callback_id"), ["callback_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_postponed_order_postponement_id"), ["postponement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_postponed_order_work_order_id"), ["work_order_id"], unique=False)

    op.create_table(
        "ringing_round_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=True),
        sa.Column("work_order_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["callback_id"], ["callback.id"], name=op.f("fk_ringing_round_person_callback_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ringing_round_person_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_ringing_round_person_place_id")),
        sa.ForeignKeyConstraint(["round_id"], ["ringing_round.id"], name=op.f("fk_ringing_round_person_round_id")),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name=op.f("fk_ringing_round_person_work_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ringing_round_person")),
    )
    with op.batch_alter_table("ringing_round_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ringing_round_person_callback_id"), ["callback_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ringing_round_person_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ringing_round_person_round_id"), ["round_id"], unique=False)


def downgrade():
    with op.batch_alter_table("ringing_round_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ringing_round_person_round_id"))
        batch_op.drop_index(batch_op.f("ix_ringing_round_person_person_id"))
        batch_op.drop_index(batch_op.f("ix_ringing_round_person_callback_id"))

    op.drop_table("ringing_round_person")
    with op.batch_alter_table("postponed_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_postponed_order_work_order_id"))
        batch_op.drop_index(batch_op.f("ix_postponed_order_postponement_id"))
        batch_op.drop_index(batch_op.f("ix_postponed_order_callback_id"))

    op.drop_table("postponed_order")
    with op.batch_alter_table("ringing_round", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ringing_round_estate_id_id"))

    op.drop_table("ringing_round")
    with op.batch_alter_table("postponement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_postponement_estate_id_id"))

    op.drop_table("postponement")
