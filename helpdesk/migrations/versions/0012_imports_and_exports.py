"""Keep uploads of the register, and note every export

Until now a register came in by a command only, and nothing could be taken out. Both tables begin empty: there were
neither uploads nor exports before.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0012", "0011"


def upgrade():
    op.create_table(
        "export_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "what",
            sa.Enum(
                "export_residents",
                "export_places",
                "export_calls",
                "export_orders",
                name="exportlist",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "form",
            sa.Enum("xlsx", "csv", name="fileform", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("with_phones", sa.Boolean(), nullable=False),
        sa.Column("with_flags", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_export_log_estate_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["user.id"], name=op.f("fk_export_log_taken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_log")),
    )
    with op.batch_alter_table("export_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_log_estate_id_id"), ["estate_id", "id"], unique=False)

    op.create_table(
        "register_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.String(length=32), nullable=False),
        sa.Column("suffix", sa.String(length=5), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "reading",
                "looked",
                "checking",
                "checked",
                "applying",
                "applied",
                "failed",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sheet", sa.String(length=100), nullable=False),
        sa.Column("header_row", sa.Integer(), nullable=True),
        sa.Column("columns", sa.JSON(), nullable=True),
        sa.Column("skip_errors", sa.Boolean(), nullable=False),
        sa.Column(
            "trouble",
            sa.Enum(
                "unknown_type",
                "too_large",
                "bomb",
                "unreadable",
                "too_many_rows",
                "too_many_columns",
                "no_sheet",
                "empty",
                "no_header",
                "unknown_field",
                "unknown_header",
                "no_building",
                "no_unit",
                "no_room",
                "building",
                "unit",
                "floor",
                "room",
                "other_address",
                "kind",
                "use",
                "home_no",
                "area",
                "unit_price",
                "name",
                "phone",
                "phone_shortened",
                "birth",
                "date",
                "money",
                "yes_or_no",
                "nothing_above",
                "too_long",
                "differs",
                "home_no_twice",
                "home_no_taken",
                "other_kind",
                name="trouble",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("trouble_value", sa.String(length=40), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_register_upload_asked_by_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_register_upload_estate_id")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["user.id"], name=op.f("fk_register_upload_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_upload")),
        sa.UniqueConstraint("file_key", name=op.f("uq_register_upload_file_key")),
    )
    with op.batch_alter_table("register_upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_register_upload_estate_id"), ["estate_id"], unique=False)


def downgrade():
    with op.batch_alter_table("register_upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_upload_estate_id"))

    op.drop_table("register_upload")
    with op.batch_alter_table("export_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_export_log_estate_id_id"))

    op.drop_table("export_log")
