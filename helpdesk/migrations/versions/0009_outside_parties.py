"""Ring back to the end, and hand work orders to outside parties

A call-back now keeps what came of it, and whether they rang themselves; of the old ones nothing of the kind is known, so
they keep nothing (the defaults stay: added without rebuilding the table, which on SQLite would lose its checks). The
directory of outside parties, the hand-offs to them and the chases are new: there are no old rows.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"


def upgrade():
    op.create_table(
        "party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "water_works",
                "power_company",
                "gas_company",
                "telecom",
                "charging",
                "contractor",
                "crew",
                "office",
                "other",
                name="partykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("numbers", sa.String(length=120), nullable=False),
        sa.Column("hours", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_party_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("estate_id", "name", name=op.f("uq_party_estate_id_name")),
    )
    op.create_table(
        "hand_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "returned",
                "finished",
                name="handoffstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("contact", sa.String(length=120), nullable=False),
        sa.Column(
            "paid_by",
            sa.Enum(
                "undecided",
                "company",
                "owner",
                "owners_split",
                "maintenance_fund",
                "renovation_guarantee",
                "utility",
                "street_office",
                "community",
                name="paidby",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("chase_at", sa.DateTime(), nullable=False),
        sa.Column("handed_at", sa.DateTime(), nullable=False),
        sa.Column("handed_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("returned_because", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'waiting') = (ended_at IS NULL)", name=op.f("ck_hand_off_ended_has_a_time")),
        sa.CheckConstraint(
            "status != 'returned' OR returned_because != ''", name=op.f("ck_hand_off_returned_has_a_reason")
        ),
        sa.ForeignKeyConstraint(["ended_by_id"], ["user.id"], name=op.f("fk_hand_off_ended_by_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_hand_off_estate_id")),
        sa.ForeignKeyConstraint(["handed_by_id"], ["user.id"], name=op.f("fk_hand_off_handed_by_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_hand_off_party_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_hand_off_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_off")),
    )
    with op.batch_alter_table("hand_off", schema=None) as batch_op:
        batch_op.create_index(
            "ix_hand_off_one_at_a_time",
            ["work_order_id"],
            unique=True,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )
        batch_op.create_index(batch_op.f("ix_hand_off_party_id"), ["party_id"], unique=False)
        batch_op.create_index(
            "ix_hand_off_to_chase",
            ["estate_id", "chase_at"],
            unique=False,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )
        batch_op.create_index(batch_op.f("ix_hand_off_work_order_id"), ["work_order_id"], unique=False)

    op.create_table(
        "hand_off_chase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hand_off_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_hand_off_chase_by_id")),
        sa.ForeignKeyConstraint(["hand_off_id"], ["hand_off.id"], name=op.f("fk_hand_off_chase_hand_off_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_off_chase")),
    )
    with op.batch_alter_table("hand_off_chase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_off_chase_hand_off_id"), ["hand_off_id"], unique=False)

    op.add_column("callback", sa.Column("rang_themselves", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("callback", sa.Column("came_of_it", sa.Text(), nullable=False, server_default=""))


def downgrade():
    op.drop_column("callback", "came_of_it")
    op.drop_column("callback", "rang_themselves")
    op.drop_table("hand_off_chase")
    op.drop_table("hand_off")
    op.drop_table("party")
