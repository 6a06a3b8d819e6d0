"""Hear of telephone calls from the telephone system"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade():
    op.create_table(
        "telephone_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_telephone_line_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telephone_line")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_telephone_line_token_hash")),
    )
    with op.batch_alter_table("telephone_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_telephone_line_estate_id"), ["estate_id"], unique=False)

    op.create_table(
        "telephone_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["telephone_line.id"], name=op.f("fk_telephone_extension_line_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_telephone_extension_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telephone_extension")),
        sa.UniqueConstraint("line_id", "number", name=op.f("uq_telephone_extension_line_id_number")),
    )
    with op.batch_alter_table("telephone_extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_telephone_extension_user_id"), ["user_id"], unique=False)

    op.create_table(
        "telephone_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "new_call", "answer", "hangup", name="reportkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column(
            "verdict",
            sa.Enum(
                "taken", "doubled", "unreadable", name="verdict", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("extension", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["telephone_line.id"], name=op.f("fk_telephone_report_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telephone_report")),
    )
    with op.batch_alter_table("telephone_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_telephone_report_line_id_id"), ["line_id", "id"], unique=False)

    op.create_table(
        "telephone_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("pbx_call_id", sa.String(length=64), nullable=False),
        sa.Column("request_key", sa.String(length=36), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("in", "out", name="direction", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("phone_id", sa.Integer(), nullable=True),
        sa.Column("heard_at", sa.DateTime(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_telephone_call_answered_by_id")),
        sa.ForeignKeyConstraint(["callback_id"], ["callback.id"], name=op.f("fk_telephone_call_callback_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_telephone_call_estate_id")),
        sa.ForeignKeyConstraint(["line_id"], ["telephone_line.id"], name=op.f("fk_telephone_call_line_id")),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_telephone_call_phone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telephone_call")),
        sa.UniqueConstraint("line_id", "pbx_call_id", name=op.f("uq_telephone_call_line_id_pbx_call_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_telephone_call_request_key")),
    )
    with op.batch_alter_table("telephone_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_telephone_call_callback_id"), ["callback_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_telephone_call_estate_id_id"), ["estate_id", "id"], unique=False)
        batch_op.create_index(
            "ix_telephone_call_not_ended",
            ["estate_id", "heard_at"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_telephone_call_phone_id"), ["phone_id"], unique=False)


def downgrade():
    with op.batch_alter_table("telephone_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_telephone_call_phone_id"))
        batch_op.drop_index(
            "ix_telephone_call_not_ended",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_telephone_call_estate_id_id"))
        batch_op.drop_index(batch_op.f("ix_telephone_call_callback_id"))

    op.drop_table("telephone_call")
    with op.batch_alter_table("telephone_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_telephone_report_line_id_id"))

    op.drop_table("telephone_report")
    with op.batch_alter_table("telephone_extension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_telephone_extension_user_id"))

    op.drop_table("telephone_extension")
    with op.batch_alter_table("telephone_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_telephone_line_estate_id"))

    op.drop_table("telephone_line")
