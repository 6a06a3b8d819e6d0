"""Keep outages, added callers, second homes and entries

One fault that many ring about was many orders, or one order whose other callers were only calls. An outage has places,
orders and callers now; a call can be added to an order; an order can have a second home, and says who went in where.
All of it is new: calls kept so far stay linked to their orders as they are.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"


def upgrade():
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "running",
                "over",
                "cancelled",
                name="outagestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("whole_estate", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("outside_party", sa.String(length=120), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("over_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'over') = (over_at IS NOT NULL)", name=op.f("ck_outage_over_has_a_time")),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_outage_ends_after_it_began")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_outage_category_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_outage_estate_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user.id"], name=op.f("fk_outage_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
    )
    with op.batch_alter_table("outage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outage_estate_id_status_id"), ["estate_id", "status", "id"], unique=False)

    op.create_table(
        "home_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("witnesses", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["noted_by_id"], ["user.id"], name=op.f("fk_home_entry_noted_by_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_home_entry_place_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_home_entry_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_entry")),
    )
    with op.batch_alter_table("home_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_home_entry_place_id"), ["place_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_home_entry_work_order_id"), ["work_order_id"], unique=False)

    op.create_table(
        "other_home",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column(
            "part",
            sa.Enum("source", "affected", name="part", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_other_home_place_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_other_home_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_home")),
        sa.UniqueConstraint("work_order_id", name=op.f("uq_other_home_work_order_id")),
    )
    with op.batch_alter_table("other_home", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_other_home_place_id"), ["place_id"], unique=False)

    op.create_table(
        "outage_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("building_no", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(building_no IS NULL) != (place_id IS NULL)", name=op.f("ck_outage_area_a_building_or_a_place")
        ),
        sa.ForeignKeyConstraint(["outage_id"], ["outage.id"], name=op.f("fk_outage_area_outage_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_outage_area_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_area")),
    )
    with op.batch_alter_table("outage_area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outage_area_outage_id"), ["outage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outage_area_place_id"), ["place_id"], unique=False)

    op.create_table(
        "outage_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["outage_id"], ["outage.id"], name=op.f("fk_outage_order_outage_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_outage_order_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_order")),
        sa.UniqueConstraint("work_order_id", name=op.f("uq_outage_order_work_order_id")),
    )
    with op.batch_alter_table("outage_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outage_order_outage_id"), ["outage_id"], unique=False)

    op.create_table(
        "added_caller",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=True),
        sa.Column("outage_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("rang_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "(work_order_id IS NULL) != (outage_id IS NULL)", name=op.f("ck_added_caller_an_order_or_an_outage")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_added_caller_call_id")),
        sa.ForeignKeyConstraint(["outage_id"], ["outage.id"], name=op.f("fk_added_caller_outage_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_added_caller_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_added_caller_place_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_added_caller_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_added_caller")),
        sa.UniqueConstraint("call_id", name=op.f("uq_added_caller_call_id")),
    )
    with op.batch_alter_table("added_caller", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_added_caller_outage_id_id"), ["outage_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_added_caller_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_added_caller_place_id"), ["place_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_added_caller_work_order_id_id"), ["work_order_id", "id"], unique=False)

    op.create_table(
        "outage_callback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["callback_id"], ["callback.id"], name=op.f("fk_outage_callback_callback_id")),
        sa.ForeignKeyConstraint(["outage_id"], ["outage.id"], name=op.f("fk_outage_callback_outage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_callback")),
        sa.UniqueConstraint("callback_id", name=op.f("uq_outage_callback_callback_id")),
    )
    with op.batch_alter_table("outage_callback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outage_callback_outage_id"), ["outage_id"], unique=False)


def downgrade():
    with op.batch_alter_table("outage_callback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outage_callback_outage_id"))

    op.drop_table("outage_callback")
    with op.batch_alter_table("added_caller", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_added_caller_work_order_id_id"))
        batch_op.drop_index(batch_op.f("ix_added_caller_place_id"))
        batch_op.drop_index(batch_op.f("ix_added_caller_person_id"))
        batch_op.drop_index(batch_op.f("ix_added_caller_outage_id_id"))

    op.drop_table("added_caller")
    with op.batch_alter_table("outage_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outage_order_outage_id"))

    op.drop_table("outage_order")
    with op.batch_alter_table("outage_area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outage_area_place_id"))
        batch_op.drop_index(batch_op.f("ix_outage_area_outage_id"))

    op.drop_table("outage_area")
    with op.batch_alter_table("other_home", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_other_home_place_id"))

    op.drop_table("other_home")
    with op.batch_alter_table("home_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_home_entry_work_order_id"))
        batch_op.drop_index(batch_op.f("ix_home_entry_place_id"))

    op.drop_table("home_entry")
    with op.batch_alter_table("outage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outage_estate_id_status_id"))

    op.drop_table("outage")
