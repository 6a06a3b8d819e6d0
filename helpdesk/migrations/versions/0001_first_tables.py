"""First tables"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event "
        "BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION event_never_changes() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = 'events are never changed'; END $$",
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
        "FOR EACH STATEMENT EXECUTE FUNCTION event_never_changes()",
    ],
}


def upgrade():
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("workday", "off", "holiday", name="daykind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "estate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("subdistrict", sa.String(length=80), nullable=False),
        sa.Column("community", sa.String(length=80), nullable=False),
        sa.Column("hotline", sa.String(length=20), nullable=False),
        sa.Column("area_code", sa.String(length=4), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estate")),
        sa.UniqueConstraint("name", name=op.f("uq_estate_name")),
    )
    op.create_table(
        "first_administrator_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_first_administrator_link")),
    )
    op.create_table(
        "order_number",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_order_number")),
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries > 0", name=op.f("ck_throttle_tried")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column(
            "language",
            sa.Enum("zh", "en", name="language", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "theme",
            sa.Enum("auto", "light", "dark", name="theme", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("username", name=op.f("uq_user_username")),
    )
    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("group_code", sa.String(length=30), nullable=False),
        sa.Column("group_zh", sa.String(length=40), nullable=False),
        sa.Column("group_en", sa.String(length=60), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "where_at",
            sa.Enum("in_home", "common", "outdoor", name="where", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "urgency",
            sa.Enum("p0", "p1", "p2", "p3", name="urgency", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(length=30), nullable=False),
        sa.Column("charge", sa.String(length=20), nullable=False),
        sa.Column("liable", sa.String(length=30), nullable=False),
        sa.Column("funding_source", sa.String(length=30), nullable=False),
        sa.Column("synonyms", sa.JSON(), nullable=False),
        sa.Column("raises", sa.JSON(), nullable=False),
        sa.Column("first_words_zh", sa.Text(), nullable=False),
        sa.Column("first_words_en", sa.Text(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("duration_minutes > 0", name=op.f("ck_category_takes_time")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_category_valid_at_some_time")
        ),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_category_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("estate_id", "code", "valid_from", name=op.f("uq_category_estate_id_code_valid_from")),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_event_actor_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_event_subject_type_subject_id_seq"), ["subject_type", "subject_id", "seq"], unique=False
        )

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("hearing", sa.Boolean(), nullable=False),
        sa.Column("mobility", sa.Boolean(), nullable=False),
        sa.Column("dialect", sa.Boolean(), nullable=False),
        sa.Column("lives_alone", sa.Boolean(), nullable=False),
        sa.Column("emergency_contact", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_person_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_estate_id"), ["estate_id"], unique=False)

    op.create_table(
        "phone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("digits", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_phone_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone")),
        sa.UniqueConstraint("estate_id", "digits", name=op.f("uq_phone_estate_id_digits")),
    )
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "dwelling",
                "garage",
                "shop",
                "common_area",
                name="placekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("building_no", sa.Integer(), nullable=True),
        sa.Column("unit_no", sa.Integer(), nullable=True),
        sa.Column("floor_no", sa.Integer(), nullable=True),
        sa.Column("room_no", sa.String(length=10), nullable=True),
        sa.Column("home_no", sa.String(length=4), nullable=True),
        sa.Column(
            "use",
            sa.Enum("own", "let", "vacant", name="use", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("area", sa.Integer(), nullable=True),
        sa.Column("unit_price", sa.Integer(), nullable=True),
        sa.Column("door_note", sa.Text(), nullable=False),
        sa.Column("stairwell_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_place_estate_id")),
        sa.ForeignKeyConstraint(["stairwell_id"], ["place.id"], name=op.f("fk_place_stairwell_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("estate_id", "address", name=op.f("uq_place_estate_id_address")),
        sa.UniqueConstraint("estate_id", "home_no", name=op.f("uq_place_estate_id_home_no")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_place_estate_id_building_no_unit_no_floor_no_room_no"),
            ["estate_id", "building_no", "unit_no", "floor_no", "room_no"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_place_stairwell_id"), ["stairwell_id"], unique=False)

    op.create_table(
        "request",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_request_user_id")),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_request")),
    )
    op.create_table(
        "service_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=60), nullable=False),
        sa.Column("applies_to", sa.String(length=20), nullable=False),
        sa.Column(
            "clock",
            sa.Enum(
                "wall", "daytime", "working_days", name="clock", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("respond_minutes", sa.Integer(), nullable=True),
        sa.Column("arrive_minutes", sa.Integer(), nullable=True),
        sa.Column("arrive_days", sa.Integer(), nullable=True),
        sa.Column("done_minutes", sa.Integer(), nullable=True),
        sa.Column("done_days", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_service_level_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_level")),
        sa.UniqueConstraint(
            "estate_id", "applies_to", "valid_from", name=op.f("uq_service_level_estate_id_applies_to_valid_from")
        ),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "user_role",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "operator",
                "technician",
                "finance",
                "officer",
                "manager",
                "owner",
                "auditor",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_user_role_estate_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_role_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role", "estate_id", name=op.f("pk_user_role")),
    )
    with op.batch_alter_table("user_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_role_estate_id"), ["estate_id"], unique=False)

    op.create_table(
        "crib",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("stop_valve", sa.Text(), nullable=False),
        sa.Column("breaker", sa.Text(), nullable=False),
        sa.Column("key_holder", sa.Text(), nullable=False),
        sa.Column("utility_numbers", sa.Text(), nullable=False),
        sa.Column("usual_answers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_crib_place_id")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_crib")),
    )
    op.create_table(
        "occupancy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "head",
                "member",
                "tenant",
                name="occupancyrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum("moved", "sold", "died", name="occupancyend", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.CheckConstraint("(until_on IS NULL) = (end_reason IS NULL)", name=op.f("ck_occupancy_end_has_a_reason")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_occupancy_ends_after_it_began")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_occupancy_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_occupancy_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occupancy")),
    )
    with op.batch_alter_table("occupancy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_occupancy_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_occupancy_place_id"), ["place_id"], unique=False)

    op.create_table(
        "phone_person",
        sa.Column("phone_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_phone_person_person_id")),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_phone_person_phone_id")),
        sa.PrimaryKeyConstraint("phone_id", "person_id", name=op.f("pk_phone_person")),
    )
    with op.batch_alter_table("phone_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_person_person_id"), ["person_id"], unique=False)

    op.create_table(
        "phone_place",
        sa.Column("phone_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_phone_place_phone_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_phone_place_place_id")),
        sa.PrimaryKeyConstraint("phone_id", "place_id", name=op.f("pk_phone_place")),
    )
    with op.batch_alter_table("phone_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_place_place_id"), ["place_id"], unique=False)

    op.create_table(
        "search_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "phone",
                "name",
                "pinyin",
                "initials",
                "address",
                "home_no",
                name="searchkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "key", sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("phone_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(person_id IS NOT NULL AND place_id IS NULL AND phone_id IS NULL) OR (person_id IS NULL AND place_id IS NOT NULL AND phone_id IS NULL) OR (person_id IS NULL AND place_id IS NULL AND phone_id IS NOT NULL)",
            name=op.f("ck_search_key_finds_one_thing"),
        ),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_search_key_estate_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_search_key_person_id")),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_search_key_phone_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_search_key_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_key")),
    )
    with op.batch_alter_table("search_key", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_search_key_estate_id_kind_key"), ["estate_id", "kind", "key"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_search_key_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_key_phone_id"), ["phone_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_key_place_id"), ["place_id"], unique=False)

    op.create_table(
        "work_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "repair",
                "care",
                "home_check",
                "inspection",
                name="workorderkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column(
            "urgency",
            sa.Enum("p0", "p1", "p2", "p3", name="urgency", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("service_level_id", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("phone_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "reported",
                "assigned",
                "in_progress",
                "on_hold",
                "done",
                "closed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "hold_reason",
            sa.Enum(
                "parts",
                "appointment",
                "outside",
                "help",
                name="holdreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "cancel_reason",
            sa.Enum(
                "withdrawn",
                "duplicate",
                "not_ours",
                "void",
                name="cancelreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.Column("respond_by", sa.DateTime(), nullable=True),
        sa.Column("arrive_by", sa.DateTime(), nullable=True),
        sa.Column("done_by", sa.DateTime(), nullable=True),
        sa.Column("promised_from", sa.DateTime(), nullable=True),
        sa.Column("promised_until", sa.DateTime(), nullable=True),
        sa.Column("responded_at", sa.DateTime(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancel_reason IS NOT NULL)", name=op.f("ck_work_order_cancelled_has_a_reason")
        ),
        sa.CheckConstraint(
            "(status = 'on_hold') = (hold_reason IS NOT NULL)", name=op.f("ck_work_order_hold_has_a_reason")
        ),
        sa.CheckConstraint("status != 'closed' OR closed_at IS NOT NULL", name=op.f("ck_work_order_closed_has_a_time")),
        sa.CheckConstraint(
            "(promised_from IS NULL) = (promised_until IS NULL) AND (promised_until IS NULL OR promised_until > promised_from)",
            name=op.f("ck_work_order_window_is_whole"),
        ),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_work_order_category_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_work_order_estate_id")),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_work_order_phone_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_work_order_place_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["person.id"], name=op.f("fk_work_order_reporter_id")),
        sa.ForeignKeyConstraint(
            ["service_level_id"], ["service_level.id"], name=op.f("fk_work_order_service_level_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order")),
        sa.UniqueConstraint("number", name=op.f("uq_work_order_number")),
    )
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_order_estate_id_id"), ["estate_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_work_order_estate_id_status_id"), ["estate_id", "status", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_work_order_place_id_id"), ["place_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_order_reporter_id"), ["reporter_id"], unique=False)

    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.String(length=36), nullable=False),
        sa.Column("pbx_call_id", sa.String(length=80), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "hotline",
                "mobile",
                "walk_in",
                "patrol",
                "community",
                "case_12345",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("caller_number", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "repair",
                "chase",
                "enquiry",
                "complaint",
                "help",
                "waiver",
                "praise",
                "wrong_number",
                "nuisance",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("phone_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column(
            "urgency",
            sa.Enum("p0", "p1", "p2", "p3", name="urgency", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("work_order_id", sa.Integer(), nullable=True),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("logged_at", sa.DateTime(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("logged_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("caller_number != '' OR words != ''", name=op.f("ck_call_not_empty")),
        sa.CheckConstraint("(outcome IS NULL) OR (saved_at IS NOT NULL)", name=op.f("ck_call_outcome_is_saved")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_call_category_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_call_estate_id")),
        sa.ForeignKeyConstraint(["logged_by_id"], ["user.id"], name=op.f("fk_call_logged_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_call_person_id")),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_call_phone_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_call_place_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_call_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("pbx_call_id", name=op.f("uq_call_pbx_call_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_call_request_key")),
    )
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_estate_id_happened_at"), ["estate_id", "happened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_estate_id_id"), ["estate_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_person_id_id"), ["person_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_phone_id_id"), ["phone_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_place_id_id"), ["place_id", "id"], unique=False)
        unfinished = sa.text("outcome IS NULL")
        batch_op.create_index(
            "ix_call_unfinished", ["estate_id", "id"], sqlite_where=unfinished, postgresql_where=unfinished
        )
        batch_op.create_index(batch_op.f("ix_call_work_order_id"), ["work_order_id"], unique=False)

    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["said_by_id"], ["user.id"], name=op.f("fk_remark_said_by_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_remark_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_work_order_id"), ["work_order_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "accepted",
                "on_the_way",
                "on_site",
                "done",
                "nobody_home",
                "failed",
                "cancelled",
                name="visitstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("promised_from", sa.DateTime(), nullable=True),
        sa.Column("promised_until", sa.DateTime(), nullable=True),
        sa.Column("planned_at", sa.DateTime(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.Column("departed_at", sa.DateTime(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("work_done", sa.Text(), nullable=False),
        sa.Column("parts_used", sa.Text(), nullable=False),
        sa.Column("fail_note", sa.Text(), nullable=False),
        sa.Column("no_photo_reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(promised_from IS NULL) = (promised_until IS NULL) AND (promised_until IS NULL OR promised_until > promised_from)",
            name=op.f("ck_visit_window_is_whole"),
        ),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_visit_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_status_planned_at"), ["status", "planned_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_work_order_id"), ["work_order_id"], unique=False)

    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("before", "after", name="photostage", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_photo_added_by_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_photo_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("file_name", name=op.f("uq_photo_file_name")),
    )
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "visit_technician",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_visit_technician_user_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_technician_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "user_id", name=op.f("pk_visit_technician")),
    )
    with op.batch_alter_table("visit_technician", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_technician_user_id"), ["user_id"], unique=False)
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade():
    for table in (
        "visit_technician",
        "photo",
        "visit",
        "remark",
        "call",
        "work_order",
        "search_key",
        "phone_place",
        "phone_person",
        "occupancy",
        "crib",
        "user_role",
        "session",
        "service_level",
        "request",
        "place",
        "phone",
        "person",
        "event",
        "category",
        "user",
        "throttle",
        "order_number",
        "first_administrator_link",
        "estate",
        "calendar_day",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION event_never_changes")
