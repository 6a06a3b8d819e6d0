"""Plan door-to-door visits

Skills, hours, absences and blocks of technicians; windows, reserves and rules as rows with a term; positions of
buildings and learned ways; day plans; routines; calendar links. A visit now has a duration, a crew size, a lock and a
door code. Old visits take the time their category takes and one person; only work on the supply of a home or stairwell
asks for a licensed electrician. Old visits get no door code: nobody was told one.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0018", "0017"


def upgrade():
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "holiday",
                "sick",
                "training",
                "other",
                name="absencereason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("called_off_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_absence_ends_after_it_began")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_absence_estate_id")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["user.id"], name=op.f("fk_absence_noted_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_absence_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_estate_id_ends_at"), ["estate_id", "ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_absence_user_id"), ["user_id"], unique=False)

    op.create_table(
        "block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=80), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("called_off_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("words != ''", name=op.f("ck_block_says_what_for")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_block_ends_after_it_began")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_block_estate_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_block_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_estate_id_ends_at"), ["estate_id", "ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_block_user_id"), ["user_id"], unique=False)

    op.create_table(
        "building_position",
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("building_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("east_m", sa.Integer(), nullable=False),
        sa.Column("north_m", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_building_position_estate_id")),
        sa.PrimaryKeyConstraint("estate_id", "building_no", name=op.f("pk_building_position")),
    )
    op.create_table(
        "calendar_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_calendar_link_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_link_token_hash")),
    )
    with op.batch_alter_table("calendar_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_link_user_id"), ["user_id"], unique=False)

    op.create_table(
        "day_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "running",
                "ready",
                "accepted",
                "dismissed",
                "stale",
                "failed",
                "cancelled",
                name="planstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.Column("engine", sa.String(length=20), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("costs", sa.JSON(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("fault", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_day_plan_asked_by_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_day_plan_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_plan")),
    )
    with op.batch_alter_table("day_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_day_plan_estate_id_day_id"), ["estate_id", "day", "id"], unique=False)

    op.create_table(
        "leg",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("from_building", sa.Integer(), nullable=False),
        sa.Column("to_building", sa.Integer(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("walk", "ebike", name="mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("learned_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("from_building <= to_building", name=op.f("ck_leg_one_direction")),
        sa.CheckConstraint("seconds >= 0 AND samples > 0", name=op.f("ck_leg_measured")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_leg_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leg")),
        sa.UniqueConstraint(
            "estate_id",
            "from_building",
            "to_building",
            "mode",
            name=op.f("uq_leg_estate_id_from_building_to_building_mode"),
        ),
    )
    op.create_table(
        "reserve",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(length=30), nullable=False),
        sa.Column(
            "half",
            sa.Enum("morning", "afternoon", name="half", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_reserve_not_negative")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_reserve_valid_at_some_time")
        ),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_reserve_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserve")),
        sa.UniqueConstraint(
            "estate_id", "skill", "half", "valid_from", name=op.f("uq_reserve_estate_id_skill_half_valid_from")
        ),
    )
    op.create_table(
        "scheduling_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("lunch_from_minute", sa.Integer(), nullable=False),
        sa.Column("lunch_until_minute", sa.Integer(), nullable=False),
        sa.Column("lunch_minutes", sa.Integer(), nullable=False),
        sa.Column("noon_minute", sa.Integer(), nullable=False),
        sa.Column("severities", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "lunch_from_minute + lunch_minutes <= lunch_until_minute", name=op.f("ck_scheduling_policy_lunch_fits")
        ),
        sa.CheckConstraint("lunch_minutes >= 0", name=op.f("ck_scheduling_policy_lunch_not_negative")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_scheduling_policy_valid_at_some_time")
        ),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_scheduling_policy_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduling_policy")),
        sa.UniqueConstraint("estate_id", "valid_from", name=op.f("uq_scheduling_policy_estate_id_valid_from")),
    )
    op.create_table(
        "technician_mode",
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("walk", "ebike", name="mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_technician_mode_estate_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_technician_mode_user_id")),
        sa.PrimaryKeyConstraint("estate_id", "user_id", name=op.f("pk_technician_mode")),
    )
    with op.batch_alter_table("technician_mode", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_technician_mode_user_id"), ["user_id"], unique=False)

    op.create_table(
        "technician_skill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(length=30), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("licence_tail", sa.String(length=4), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("level != 3 OR expires_on IS NOT NULL", name=op.f("ck_technician_skill_licence_expires")),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_technician_skill_level_known")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_technician_skill_estate_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_technician_skill_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technician_skill")),
        sa.UniqueConstraint("estate_id", "user_id", "skill", name=op.f("uq_technician_skill_estate_id_user_id_skill")),
    )
    with op.batch_alter_table("technician_skill", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_technician_skill_user_id"), ["user_id"], unique=False)

    op.create_table(
        "window_grid",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("until_minute", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "0 <= from_minute AND from_minute < until_minute AND until_minute <= 1440",
            name=op.f("ck_window_grid_in_the_day"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_window_grid_valid_at_some_time")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_window_grid_weekday_known")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_window_grid_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window_grid")),
        sa.UniqueConstraint(
            "estate_id",
            "weekday",
            "from_minute",
            "valid_from",
            name=op.f("uq_window_grid_estate_id_weekday_from_minute_valid_from"),
        ),
    )
    op.create_table(
        "working_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("until_minute", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "0 <= from_minute AND from_minute < until_minute AND until_minute <= 1440",
            name=op.f("ck_working_hours_in_the_day"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_working_hours_valid_at_some_time")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_working_hours_weekday_known")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_working_hours_estate_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_working_hours_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_hours")),
        sa.UniqueConstraint(
            "estate_id",
            "user_id",
            "weekday",
            "from_minute",
            "valid_from",
            name=op.f("uq_working_hours_estate_id_user_id_weekday_from_minute_valid_from"),
        ),
    )
    with op.batch_alter_table("working_hours", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_working_hours_estate_id_valid_from"), ["estate_id", "valid_from"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_working_hours_user_id"), ["user_id"], unique=False)

    op.create_table(
        "routine",
        sa.Column("id", sa.Integer(), nullable=False),
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
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum("day", "week", "month", name="unit", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "basis",
            sa.Enum("due", "completion", name="basis", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("ahead_days", sa.Integer(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind != 'care' OR person_id IS NOT NULL", name=op.f("ck_routine_care_is_for_somebody")),
        sa.CheckConstraint("title != ''", name=op.f("ck_routine_says_what")),
        sa.CheckConstraint("ahead_days >= 0", name=op.f("ck_routine_ahead_not_negative")),
        sa.CheckConstraint("every > 0", name=op.f("ck_routine_comes_round")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_routine_category_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_routine_estate_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_routine_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_routine_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routine")),
    )
    with op.batch_alter_table("routine", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routine_estate_id_next_on"), ["estate_id", "next_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_routine_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_routine_place_id"), ["place_id"], unique=False)

    op.create_table(
        "technician_wish",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "wish",
            sa.Enum("prefers", "avoids", name="wish", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_technician_wish_place_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_technician_wish_user_id")),
        sa.PrimaryKeyConstraint("place_id", "user_id", name=op.f("pk_technician_wish")),
    )
    with op.batch_alter_table("technician_wish", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_technician_wish_user_id"), ["user_id"], unique=False)

    op.create_table(
        "named_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_named_window_ends_after_it_began")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_named_window_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_window")),
        sa.UniqueConstraint("work_order_id", "starts_at", name=op.f("uq_named_window_work_order_id_starts_at")),
    )
    op.create_table(
        "routine_turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("routine_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "well",
                "concern",
                "no_contact",
                "skipped",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("follow_up_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome != 'skipped' OR words != ''", name=op.f("ck_routine_turn_skipped_has_a_reason")
        ),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name=op.f("ck_routine_turn_outcome_has_a_time")),
        sa.ForeignKeyConstraint(["follow_up_id"], ["work_order.id"], name=op.f("fk_routine_turn_follow_up_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["user.id"], name=op.f("fk_routine_turn_ended_by_id")),
        sa.ForeignKeyConstraint(["routine_id"], ["routine.id"], name=op.f("fk_routine_turn_routine_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_routine_turn_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routine_turn")),
        sa.UniqueConstraint("routine_id", "due_on", name=op.f("uq_routine_turn_routine_id_due_on")),
    )
    with op.batch_alter_table("routine_turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routine_turn_work_order_id"), ["work_order_id"], unique=False)

    op.create_table(
        "plan_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("visit_digest", sa.String(length=16), nullable=False),
        sa.Column("from_crew", sa.JSON(), nullable=False),
        sa.Column("from_at", sa.DateTime(), nullable=True),
        sa.Column("to_crew", sa.JSON(), nullable=False),
        sa.Column("to_at", sa.DateTime(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["day_plan.id"], name=op.f("fk_plan_change_plan_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_plan_change_work_order_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_plan_change_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_change")),
        sa.UniqueConstraint("plan_id", "work_order_id", name=op.f("uq_plan_change_plan_id_work_order_id")),
    )
    with op.batch_alter_table("plan_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_change_visit_id"), ["visit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_change_work_order_id"), ["work_order_id"], unique=False)

    op.create_table(
        "plan_unserved",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("remedy", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["day_plan.id"], name=op.f("fk_plan_unserved_plan_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_plan_unserved_work_order_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_plan_unserved_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_unserved")),
        sa.UniqueConstraint("plan_id", "work_order_id", name=op.f("uq_plan_unserved_plan_id_work_order_id")),
    )
    with op.batch_alter_table("plan_unserved", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_unserved_visit_id"), ["visit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_unserved_work_order_id"), ["work_order_id"], unique=False)

    with op.batch_alter_table("category") as category:
        category.add_column(sa.Column("skill_level", sa.Integer(), nullable=False, server_default="2"))
        category.add_column(sa.Column("crew_size", sa.Integer(), nullable=False, server_default="1"))
        category.create_check_constraint("can_be_done", "skill_level BETWEEN 1 AND 3 AND crew_size BETWEEN 1 AND 4")
    op.execute("UPDATE category SET skill_level = 3 WHERE code IN ('POWER_OUT_HOME', 'POWER_OUT_STAIR')")
    lock = sa.Enum(
        "none",
        "technician",
        "time",
        "window",
        "both",
        name="lock",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    with op.batch_alter_table("visit") as visit:
        visit.add_column(sa.Column("duration_minutes", sa.Integer(), nullable=False, server_default="30"))
        visit.add_column(sa.Column("crew_size", sa.Integer(), nullable=False, server_default="1"))
        visit.add_column(sa.Column("lock_kind", lock, nullable=False, server_default="none"))
        visit.add_column(sa.Column("door_code", sa.String(length=2), nullable=False, server_default=""))
        visit.add_column(sa.Column("parts_needed", sa.Text(), nullable=False, server_default=""))
        visit.create_check_constraint("takes_time", "duration_minutes > 0")
        visit.create_check_constraint("crew_is_somebody", "crew_size BETWEEN 1 AND 4")
    op.execute(
        "UPDATE visit SET duration_minutes = (SELECT category.duration_minutes FROM work_order JOIN category"
        " ON category.id = work_order.category_id WHERE work_order.id = visit.work_order_id)"
    )
    with op.batch_alter_table("category") as category:  # the defaults were for old rows only
        for name in ("skill_level", "crew_size"):
            category.alter_column(name, server_default=None)
    with op.batch_alter_table("visit") as visit:
        for name in ("duration_minutes", "crew_size", "lock_kind", "door_code", "parts_needed"):
            visit.alter_column(name, server_default=None)


def downgrade():
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_constraint("takes_time", type_="check")
        batch_op.drop_constraint("crew_is_somebody", type_="check")
        batch_op.drop_constraint("lock", type_="check")
        batch_op.drop_column("parts_needed")
        batch_op.drop_column("door_code")
        batch_op.drop_column("lock_kind")
        batch_op.drop_column("crew_size")
        batch_op.drop_column("duration_minutes")

    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.drop_constraint("can_be_done", type_="check")
        batch_op.drop_column("crew_size")
        batch_op.drop_column("skill_level")

    with op.batch_alter_table("plan_unserved", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_unserved_work_order_id"))
        batch_op.drop_index(batch_op.f("ix_plan_unserved_visit_id"))

    op.drop_table("plan_unserved")
    with op.batch_alter_table("plan_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_change_work_order_id"))
        batch_op.drop_index(batch_op.f("ix_plan_change_visit_id"))

    op.drop_table("plan_change")
    with op.batch_alter_table("routine_turn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routine_turn_work_order_id"))

    op.drop_table("routine_turn")
    op.drop_table("named_window")
    with op.batch_alter_table("technician_wish", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_technician_wish_user_id"))

    op.drop_table("technician_wish")
    with op.batch_alter_table("routine", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routine_place_id"))
        batch_op.drop_index(batch_op.f("ix_routine_person_id"))
        batch_op.drop_index(batch_op.f("ix_routine_estate_id_next_on"))

    op.drop_table("routine")
    with op.batch_alter_table("working_hours", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_working_hours_user_id"))
        batch_op.drop_index(batch_op.f("ix_working_hours_estate_id_valid_from"))

    op.drop_table("working_hours")
    op.drop_table("window_grid")
    with op.batch_alter_table("technician_skill", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_technician_skill_user_id"))

    op.drop_table("technician_skill")
    with op.batch_alter_table("technician_mode", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_technician_mode_user_id"))

    op.drop_table("technician_mode")
    op.drop_table("scheduling_policy")
    op.drop_table("reserve")
    op.drop_table("leg")
    with op.batch_alter_table("day_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_day_plan_estate_id_day_id"))

    op.drop_table("day_plan")
    with op.batch_alter_table("calendar_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_link_user_id"))

    op.drop_table("calendar_link")
    op.drop_table("building_position")
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_block_user_id"))
        batch_op.drop_index(batch_op.f("ix_block_estate_id_ends_at"))

    op.drop_table("block")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absence_user_id"))
        batch_op.drop_index(batch_op.f("ix_absence_estate_id_ends_at"))

    op.drop_table("absence")
