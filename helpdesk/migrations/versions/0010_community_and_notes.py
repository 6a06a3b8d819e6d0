"""Keep who looks after the stairs, what is guaranteed, and who must not be rung

Leads of stairwells, grids, guarantees and flood marks are new. A death was known only from the homes it ended; it is now
noted of the person, from the first of them, so that whoever died is told apart from whoever moved.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0010", "0009"


def upgrade():
    op.create_table(
        "grid",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("buildings", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_grid_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid")),
        sa.UniqueConstraint("estate_id", "name", name=op.f("uq_grid_estate_id_name")),
    )
    op.create_table(
        "guarantee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("contractor", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("buildings", sa.JSON(), nullable=False),
        sa.Column("stairwells", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_guarantee_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantee")),
    )
    with op.batch_alter_table("guarantee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guarantee_estate_id"), ["estate_id"], unique=False)

    op.create_table(
        "flood_mark",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_flood_mark_place_id")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_flood_mark")),
    )
    op.create_table(
        "lead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "stair_lead",
                "unit_lead",
                "grid_worker",
                "other_lead",
                name="leadrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("duty", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("building_no", sa.Integer(), nullable=True),
        sa.Column("grid_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("person_id IS NOT NULL OR name != ''", name=op.f("ck_lead_is_somebody")),
        sa.CheckConstraint(
            "(CASE WHEN place_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN building_no IS NULL THEN 0 ELSE 1 END) + (CASE WHEN grid_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_lead_of_one_thing"),
        ),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_lead_ends_after_it_began")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_lead_estate_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_lead_grid_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lead_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_lead_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_estate_id"), ["estate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_grid_id"), ["grid_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_place_id"), ["place_id"], unique=False)

    op.create_table(
        "person_note",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "call",
                "sms",
                "wechat",
                "at_the_door",
                name="preferredchannel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("became_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("became_id IS NULL OR became_id != person_id", name=op.f("ck_person_note_became_another")),
        sa.ForeignKeyConstraint(["became_id"], ["person.id"], name=op.f("fk_person_note_became_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_note_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_note")),
    )
    with op.batch_alter_table("person_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_note_became_id"), ["became_id"], unique=False)

    op.create_table(
        "phone_note",
        sa.Column("phone_id", sa.Integer(), nullable=False),
        sa.Column("became_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("became_id != phone_id", name=op.f("ck_phone_note_became_another")),
        sa.ForeignKeyConstraint(["became_id"], ["phone.id"], name=op.f("fk_phone_note_became_id")),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_phone_note_phone_id")),
        sa.PrimaryKeyConstraint("phone_id", name=op.f("pk_phone_note")),
    )
    with op.batch_alter_table("phone_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_note_became_id"), ["became_id"], unique=False)
    op.execute(
        "INSERT INTO person_note (person_id, died_on) "
        "SELECT person_id, MIN(until_on) FROM occupancy WHERE end_reason = 'died' GROUP BY person_id"
    )


def downgrade():
    with op.batch_alter_table("phone_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phone_note_became_id"))

    op.drop_table("phone_note")
    with op.batch_alter_table("person_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_note_became_id"))

    op.drop_table("person_note")
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_place_id"))
        batch_op.drop_index(batch_op.f("ix_lead_person_id"))
        batch_op.drop_index(batch_op.f("ix_lead_grid_id"))
        batch_op.drop_index(batch_op.f("ix_lead_estate_id"))

    op.drop_table("lead")
    op.drop_table("flood_mark")
    with op.batch_alter_table("guarantee", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guarantee_estate_id"))

    op.drop_table("guarantee")
    op.drop_table("grid")
