"""Ask for a second step at the door, let first passwords grow old, and know whom the demonstration added

Accounts with the password of the demonstration are marked; all others have none of what is new. Known addresses begin
empty: until somebody signed in once more, the wide limits count for them too.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0026", "0025"
OF_DEMO = "$argon2id$v=19$m=19456,t=2,p=1$ZGVtby1lc3RhdGUtc2FsdA$m0P4htGu5soBWs02kvHsHTTOx3u3HXdkU+nYP6WDf+E"


def upgrade():
    with op.batch_alter_table("user") as user:
        user.add_column(sa.Column("is_demo", sa.Boolean(), nullable=False, server_default=sa.false()))
        user.add_column(sa.Column("password_expires_at", sa.DateTime(), nullable=True))
        user.add_column(sa.Column("second_step_since", sa.DateTime(), nullable=True))
        user.add_column(sa.Column("looks_stopped_at", sa.DateTime(), nullable=True))
    user = sa.table("user", sa.column("is_demo", sa.Boolean), sa.column("password_hash"))
    op.execute(user.update().where(user.c.password_hash == OF_DEMO).values(is_demo=sa.true()))
    with op.batch_alter_table("user") as changed:  # the default was for old rows only
        changed.alter_column("is_demo", server_default=None)
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        _user("second_factor"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        _user("recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("user_id", "code_hash", name=op.f("uq_recovery_code_user_id_code_hash")),
    )
    op.create_table(
        "second_factor_reset",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        _user("second_factor_reset"),
        _user("second_factor_reset", "asked_by_id"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor_reset")),
    )
    op.create_table(
        "sign_in_step",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        _user("sign_in_step"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_step")),
    )
    op.create_index(op.f("ix_sign_in_step_user_id"), "sign_in_step", ["user_id"])
    op.create_table(
        "known_address",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        _user("known_address"),
        sa.PrimaryKeyConstraint("user_id", "address_hash", name=op.f("pk_known_address")),
    )
    op.create_index(op.f("ix_known_address_seen_at"), "known_address", ["seen_at"])
    _templates("nobody_acknowledged", "looks_too_often")


def downgrade():
    op.execute("DELETE FROM message WHERE template = 'looks_too_often'")
    _templates("nobody_acknowledged")
    for table in ("known_address", "sign_in_step", "second_factor_reset", "recovery_code", "second_factor"):
        op.drop_table(table)
    with op.batch_alter_table("user") as user:
        for column in ("looks_stopped_at", "second_step_since", "password_expires_at", "is_demo"):
            user.drop_column(column)


def _templates(*codes: str) -> None:
    with op.batch_alter_table("message") as message:
        message.drop_constraint(op.f("ck_message_template"), type_="check")
        message.create_check_constraint(
            op.f("ck_message_template"), "template IN ({})".format(", ".join(f"'{code}'" for code in codes))
        )


def _user(table: str, column: str = "user_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user.id"], name=op.f(f"fk_{table}_{column}"))
