"""Keep who looked at something private, and when somebody proved who they are

Looks are never changed; only whose they were follows when two records of one person become one.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0021", "0020"

FROZEN = "estate_id, at, user_id, what, subject_id, place_id, purpose, words, address"
APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER look_no_{name} BEFORE {verb} ON look BEGIN SELECT RAISE(ABORT, 'looks are never changed'); END"
        for name, verb in (("update", f"UPDATE OF {FROZEN}"), ("delete", "DELETE"))
    ],
    "postgresql": [
        "CREATE FUNCTION look_never_changes() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = 'looks are never changed'; END $$",
        f"CREATE TRIGGER look_no_update BEFORE UPDATE OF {FROZEN} ON look "
        "FOR EACH STATEMENT EXECUTE FUNCTION look_never_changes()",
        "CREATE TRIGGER look_no_delete BEFORE DELETE OR TRUNCATE ON look "
        "FOR EACH STATEMENT EXECUTE FUNCTION look_never_changes()",
    ],
}


def upgrade():
    op.create_table(
        "look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "what",
            sa.Enum(
                "waiver", "paid_until", "proof", name="looked", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "purpose",
            sa.Enum(
                "entering",
                "verifying",
                "deciding",
                "answering",
                "checking",
                "other",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.CheckConstraint("purpose != 'other' OR words != ''", name=op.f("ck_look_other_is_told")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_look_estate_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_look_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_look_place_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_look_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_look_estate_id_id"), ["estate_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_look_person_id_id"), ["person_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_look_place_id_id"), ["place_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_look_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proved_at", sa.DateTime(), nullable=True))

    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade():
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_column("proved_at")

    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_look_user_id"))
        batch_op.drop_index(batch_op.f("ix_look_place_id_id"))
        batch_op.drop_index(batch_op.f("ix_look_person_id_id"))
        batch_op.drop_index(batch_op.f("ix_look_estate_id_id"))

    op.drop_table("look")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION look_never_changes()")
