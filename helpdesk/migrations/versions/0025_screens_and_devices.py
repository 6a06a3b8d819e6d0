"""Let a screen be locked, and a phone or computer be known

Sessions also say from which kind of browser they are used. Those that are open keep on: nothing is locked.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0025", "0024"


def upgrade():
    op.create_table(
        "user_pin",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_pin_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_pin")),
    )
    op.create_table(
        "enrolled_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("phone", "reading", name="devicekind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("browser", sa.String(length=20), nullable=False),
        sa.Column("system", sa.String(length=20), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_enrolled_device_counted")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_enrolled_device_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolled_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_enrolled_device_token_hash")),
    )
    with op.batch_alter_table("enrolled_device") as enrolled_device:
        enrolled_device.create_index(enrolled_device.f("ix_enrolled_device_user_id"), ["user_id"], unique=False)
    op.create_table(
        "lock_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_lock_policy_one")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 120", name=op.f("ck_lock_policy_sane")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lock_policy")),
    )
    with op.batch_alter_table("session") as session:
        session.add_column(sa.Column("locked_at", sa.DateTime(), nullable=True))
        session.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        session.add_column(sa.Column("browser", sa.String(length=20), nullable=False, server_default="other"))
        session.add_column(sa.Column("system", sa.String(length=20), nullable=False, server_default="other"))


def downgrade():
    with op.batch_alter_table("session") as session:
        for name in ("system", "browser", "tries", "locked_at"):
            session.drop_column(name)
    op.drop_table("lock_policy")
    op.drop_table("enrolled_device")
    op.drop_table("user_pin")
