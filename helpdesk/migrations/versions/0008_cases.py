"""Answer what residents and offices ask"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0007"


def upgrade():
    op.create_table(
        "case_number",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_case_number")),
    )
    op.create_table(
        "call_answer",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_answer_call_id")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_answer")),
    )
    op.create_table(
        "case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "complaint",
                "case_12345",
                "community_sheet",
                "help",
                "waiver_enquiry",
                name="casekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "answered",
                "returned",
                "closed",
                name="casestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("is_complex", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("phone_id", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("work_order_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.String(length=40), nullable=True),
        sa.Column("received_from", sa.String(length=80), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("service_level_id", sa.Integer(), nullable=True),
        sa.Column("counted_from", sa.DateTime(), nullable=False),
        sa.Column("respond_by", sa.DateTime(), nullable=True),
        sa.Column("responded_at", sa.DateTime(), nullable=True),
        sa.Column("reply_by", sa.DateTime(), nullable=False),
        sa.Column("reply_text", sa.Text(), nullable=False),
        sa.Column(
            "reply_way",
            sa.Enum(
                "phone",
                "visit",
                "written",
                "message",
                name="replyway",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("replied_at", sa.DateTime(), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column("returned_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column(
            "satisfaction",
            sa.Enum(
                "satisfied",
                "fair",
                "dissatisfied",
                name="satisfaction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status != 'returned' OR return_reason != ''", name=op.f("ck_case_returned_has_a_reason")),
        sa.CheckConstraint("kind != 'case_12345' OR external_ref IS NOT NULL", name=op.f("ck_case_sheet_has_a_number")),
        sa.CheckConstraint("status != 'closed' OR closed_at IS NOT NULL", name=op.f("ck_case_closed_has_a_time")),
        sa.CheckConstraint(
            "status NOT IN ('answered', 'closed') "
            "OR (reply_text != '' AND reply_way IS NOT NULL AND replied_at IS NOT NULL)",
            name=op.f("ck_case_ended_with_a_reply"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_case_call_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_case_estate_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user.id"], name=op.f("fk_case_opened_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_case_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_person_id")),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_case_phone_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_case_place_id")),
        sa.ForeignKeyConstraint(["service_level_id"], ["service_level.id"], name=op.f("fk_case_service_level_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_case_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("estate_id", "kind", "external_ref", name=op.f("uq_case_estate_id_kind_external_ref")),
        sa.UniqueConstraint("number", name=op.f("uq_case_number")),
    )
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_estate_id_id"), ["estate_id", "id"], unique=False)
        batch_op.create_index(
            "ix_case_open",
            ["estate_id", "reply_by"],
            unique=False,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )
        batch_op.create_index(batch_op.f("ix_case_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_phone_id"), ["phone_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_place_id_id"), ["place_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_work_order_id"), ["work_order_id"], unique=False)

    op.create_table(
        "chase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("chased_at", sa.DateTime(), nullable=False),
        sa.Column("chased_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_chase_call_id")),
        sa.ForeignKeyConstraint(["chased_by_id"], ["user.id"], name=op.f("fk_chase_chased_by_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_chase_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chase")),
    )
    with op.batch_alter_table("chase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chase_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chase_work_order_id"), ["work_order_id"], unique=False)

    op.create_table(
        "praise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column(
            "team",
            sa.Enum(
                "everybody",
                "operators",
                "technicians",
                name="team",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_praise_call_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_praise_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_praise")),
    )
    with op.batch_alter_table("praise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_praise_call_id"), ["call_id"], unique=False)

    op.create_table(
        "case_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(granted IS NULL) = (decided_at IS NULL)", name=op.f("ck_case_extension_decided_has_a_time")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_extension_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_extension")),
    )
    with op.batch_alter_table("case_extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_extension_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_note_case_id")),
        sa.ForeignKeyConstraint(["said_by_id"], ["user.id"], name=op.f("fk_case_note_said_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    with op.batch_alter_table("case_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_note_case_id"), ["case_id"], unique=False)

    op.create_table(
        "praise_reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("praise_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["praise_id"], ["praise.id"], name=op.f("fk_praise_reader_praise_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_praise_reader_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_praise_reader")),
        sa.UniqueConstraint("praise_id", "user_id", name=op.f("uq_praise_reader_praise_id_user_id")),
    )
    with op.batch_alter_table("praise_reader", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_praise_reader_user_id_seen_at"), ["user_id", "seen_at"], unique=False)


def downgrade():
    op.drop_table("praise_reader")
    op.drop_table("case_note")
    op.drop_table("case_extension")
    op.drop_table("praise")
    op.drop_table("chase")
    op.drop_table("case")
    op.drop_table("call_answer")
    op.drop_table("case_number")
