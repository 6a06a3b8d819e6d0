"""Know which keys seal, and keep scans of proofs where the policy asks for them

No policy so far keeps scans. A scan is bound to the key that sealed it, so that no key is forgotten too early.
Going back forgets the scans; their files are removed by the worker.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0024", "0023"


def upgrade():
    op.create_table(
        "sealing_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("canary", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_sealing_key_key_id")),
    )
    op.create_table(
        "waiver_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=32), nullable=True),
        sa.Column("key_id", sa.String(length=8), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("(file_name IS NULL) = (deleted_at IS NOT NULL)", name=op.f("ck_waiver_scan_kept_or_not")),
        sa.CheckConstraint("(file_name IS NULL) = (key_id IS NULL)", name=op.f("ck_waiver_scan_sealed")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["waiver_application.id"], name=op.f("fk_waiver_scan_application_id")
        ),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_waiver_scan_estate_id")),
        sa.ForeignKeyConstraint(["key_id"], ["sealing_key.key_id"], name=op.f("fk_waiver_scan_key_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["user.id"], name=op.f("fk_waiver_scan_taken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_scan")),
        sa.UniqueConstraint("file_name", name=op.f("uq_waiver_scan_file_name")),
    )
    op.create_index(op.f("ix_waiver_scan_application_id_id"), "waiver_scan", ["application_id", "id"])
    op.create_index(op.f("ix_waiver_scan_deleted_at_id"), "waiver_scan", ["deleted_at", "id"])
    # not in batch mode: a table that is rebuilt loses the triggers that guard it
    op.add_column("waiver_policy", sa.Column("keeps_scans", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade():
    op.execute("ALTER TABLE waiver_policy DROP COLUMN keeps_scans")
    op.drop_table("waiver_scan")
    op.drop_table("sealing_key")
