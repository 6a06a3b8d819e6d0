"""Keep files of exports for a day, and what a merge moved for thirty

A large list was made while its page waited, and a merge could not be undone. All three tables begin empty: what was
taken out so far was sent at once, and merges made before stay as they are. A workbook with a password gets a name.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0017", "0016"
TROUBLES = (
    "unknown_type", "too_large", "bomb", "unreadable", "too_many_rows", "too_many_columns", "no_sheet", "empty",
    "no_header", "unknown_field", "unknown_header", "no_building", "no_unit", "no_room", "building", "unit", "floor",
    "room", "other_address", "kind", "use", "home_no", "area", "unit_price", "name", "phone", "phone_shortened",
    "birth", "date", "money", "yes_or_no", "nothing_above", "too_long", "differs", "home_no_twice", "home_no_taken",
    "other_kind",
)  # fmt: skip
LISTS = ("export_residents", "export_places", "export_calls", "export_orders")


def upgrade():
    _allow((*TROUBLES, "protected"))
    op.create_table(
        "export_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.String(length=32), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("what", _codes(LISTS, "exportlist"), nullable=False),
        sa.Column("form", _codes(("xlsx", "csv"), "fileform"), nullable=False),
        sa.Column("with_phones", sa.Boolean(), nullable=False),
        sa.Column("with_flags", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("log_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_export_file_asked_by_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_export_file_estate_id")),
        sa.ForeignKeyConstraint(["log_id"], ["export_log.id"], name=op.f("fk_export_file_log_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_file")),
        sa.UniqueConstraint("file_key", name=op.f("uq_export_file_file_key")),
    )
    op.create_index(op.f("ix_export_file_asked_by_id_id"), "export_file", ["asked_by_id", "id"])
    op.create_table(
        "register_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("of_people", sa.Boolean(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("moves", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("merged_by_id", sa.Integer(), nullable=False),
        sa.Column("merged_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_register_merge_estate_id")),
        sa.ForeignKeyConstraint(["merged_by_id"], ["user.id"], name=op.f("fk_register_merge_merged_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_merge")),
    )
    op.create_index(op.f("ix_register_merge_estate_id_id"), "register_merge", ["estate_id", "id"])


def downgrade():
    op.drop_table("register_merge")
    op.drop_table("export_file")
    op.execute("UPDATE register_upload SET trouble = 'unreadable' WHERE trouble = 'protected'")
    _allow(TROUBLES)


def _codes(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _allow(values: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("register_upload") as upload:
        upload.drop_constraint(op.f("ck_register_upload_trouble"), type_="check")
        upload.create_check_constraint(op.f("ck_register_upload_trouble"), f"trouble IN ({listed})")
