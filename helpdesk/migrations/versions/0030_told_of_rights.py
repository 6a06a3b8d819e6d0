"""One more message: somebody was given a role that sees much."""

from alembic import op

revision, down_revision = "0030", "0029"


def upgrade():
    _templates("nobody_acknowledged", "looks_too_often", "rights_given")


def downgrade():
    op.execute("DELETE FROM message WHERE template = 'rights_given'")
    _templates("nobody_acknowledged", "looks_too_often")


def _templates(*codes: str) -> None:
    with op.batch_alter_table("message") as message:
        message.drop_constraint(op.f("ck_message_template"), type_="check")
        message.create_check_constraint(
            op.f("ck_message_template"), "template IN ({})".format(", ".join(f"'{code}'" for code in codes))
        )
