# ruff: noqa: S608 - the statements are put together from the constants below
"""The life of waivers: pauses, reminders, tasks, over-granted sums; verification sheets; public notices

Call-backs may now also be made only to tell somebody something, and the claim list is one more list that is taken out.
Going back forgets both.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0023", "0022"

REASONS = ("missed", "promised", "unreached", "outage_over", "postponed", "check")
LISTS = ("export_residents", "export_places", "export_calls", "export_orders")
MORE_REASONS, MORE_LISTS = (*REASONS, "tell"), (*LISTS, "export_waiver_claim")
KEPT = ("waiver_over_grant", "waiver_notice_row")
WAYS = ("UPDATE", "DELETE")


def upgrade():
    _life()
    _sheets()
    _notices()
    _allow("callback", "reason", MORE_REASONS)
    _allow("export_log", "exportlist", MORE_LISTS)
    _allow("export_file", "exportlist", MORE_LISTS)
    for table in KEPT:
        for way in WAYS:
            _guard(f"{table}_{way.lower()}", table, way)


def downgrade():
    op.execute("DELETE FROM waiver_reminder")
    op.execute("DELETE FROM callback_attempt WHERE callback_id IN (SELECT id FROM callback WHERE reason = 'tell')")
    op.execute("DELETE FROM callback WHERE reason = 'tell'")
    op.execute("DELETE FROM export_file WHERE what = 'export_waiver_claim'")
    op.execute("DELETE FROM export_log WHERE what = 'export_waiver_claim'")
    _allow("callback", "reason", REASONS)
    _allow("export_log", "exportlist", LISTS)
    _allow("export_file", "exportlist", LISTS)
    for table in (
        "waiver_objection", "waiver_notice_row", "waiver_notice", "verification_row", "verification_sheet",
        "waiver_task", "waiver_reminder", "waiver_over_grant", "waiver_pause",
    ):  # fmt: skip
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in KEPT:
            for way in WAYS:
                op.execute(f"DROP FUNCTION {table}_{way.lower()}_guard()")


def _life():
    op.create_table(
        "waiver_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_waiver_pause_ends_after_it_began")),
        _key("waiver_pause", "application_id", "waiver_application"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_pause")),
    )
    op.create_index(op.f("ix_waiver_pause_application_id"), "waiver_pause", ["application_id"])
    op.create_table(
        "waiver_over_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("from_month", sa.Date(), nullable=False),
        sa.Column("until_month", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_waiver_over_grant_not_negative")),
        _key("waiver_over_grant", "application_id", "waiver_application"),
        _key("waiver_over_grant", "estate_id", "estate"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_over_grant")),
        sa.UniqueConstraint("application_id", name=op.f("uq_waiver_over_grant_application_id")),
    )
    op.create_index(op.f("ix_waiver_over_grant_estate_id"), "waiver_over_grant", ["estate_id"])
    op.create_table(
        "waiver_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=True),
        _key("waiver_reminder", "application_id", "waiver_application"),
        _key("waiver_reminder", "callback_id", "callback"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_reminder")),
        sa.UniqueConstraint(
            "application_id", "until_on", "days", name=op.f("uq_waiver_reminder_application_id_until_on_days")
        ),
    )
    op.create_index(op.f("ix_waiver_reminder_callback_id"), "waiver_reminder", ["callback_id"])
    op.create_table(
        "waiver_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("kind", _codes("survivor", "look", "death_taken_back", "review", name="taskkind"), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("natural_key", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        _key("waiver_task", "application_id", "waiver_application"),
        _key("waiver_task", "done_by_id", "user"),
        _key("waiver_task", "estate_id", "estate"),
        _key("waiver_task", "place_id", "place"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_task")),
        sa.UniqueConstraint("natural_key", name=op.f("uq_waiver_task_natural_key")),
    )
    op.create_index(op.f("ix_waiver_task_application_id"), "waiver_task", ["application_id"])
    op.create_index(op.f("ix_waiver_task_estate_id_done_at"), "waiver_task", ["estate_id", "done_at"])


def _sheets():
    op.create_table(
        "verification_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("is_review", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Date(), nullable=False),
        sa.Column("letter_no", sa.String(length=40), nullable=False),
        sa.Column("signed_by_name", sa.String(length=40), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("returned_at", sa.DateTime(), nullable=True),
        sa.Column("returned_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "returned_at IS NULL OR (signed_on IS NOT NULL AND signed_by_name != '' AND returned_by_id IS NOT NULL)",
            name=op.f("ck_verification_sheet_returned_is_signed"),
        ),
        _key("verification_sheet", "estate_id", "estate"),
        _key("verification_sheet", "made_by_id", "user"),
        _key("verification_sheet", "returned_by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_sheet")),
        sa.UniqueConstraint("number", name=op.f("uq_verification_sheet_number")),
    )
    op.create_index(
        op.f("ix_verification_sheet_estate_id_returned_at"), "verification_sheet", ["estate_id", "returned_at"]
    )
    op.create_table(
        "verification_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("answer", _codes("still_so", "changed", "unclear", name="answer"), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=True),
        _key("verification_row", "act_id", "waiver_act"),
        _key("verification_row", "application_id", "waiver_application"),
        _key("verification_row", "sheet_id", "verification_sheet"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_row")),
        sa.UniqueConstraint("sheet_id", "application_id", name=op.f("uq_verification_row_sheet_id_application_id")),
    )
    op.create_index(op.f("ix_verification_row_application_id"), "verification_row", ["application_id"])


def _notices():
    op.create_table(
        "waiver_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("style", _codes("counts", "masked", name="noticestyle"), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("from_month", sa.Date(), nullable=False),
        sa.Column("until_month", sa.Date(), nullable=False),
        sa.Column("homes", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("taken_down_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("until_on > posted_on", name=op.f("ck_waiver_notice_posted_for_some_days")),
        sa.CheckConstraint("until_month > from_month", name=op.f("ck_waiver_notice_about_some_months")),
        _key("waiver_notice", "estate_id", "estate"),
        _key("waiver_notice", "made_by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_notice")),
    )
    op.create_index(op.f("ix_waiver_notice_estate_id_id"), "waiver_notice", ["estate_id", "id"])
    op.create_table(
        "waiver_notice_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("building_no", sa.Integer(), nullable=True),
        sa.Column("masked_name", sa.String(length=80), nullable=False),
        sa.Column("from_month", sa.Date(), nullable=False),
        sa.Column("until_month", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        _key("waiver_notice_row", "application_id", "waiver_application"),
        _key("waiver_notice_row", "notice_id", "waiver_notice"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_notice_row")),
        sa.UniqueConstraint("notice_id", "application_id", name=op.f("uq_waiver_notice_row_notice_id_application_id")),
    )
    op.create_index(op.f("ix_waiver_notice_row_application_id"), "waiver_notice_row", ["application_id"])
    op.create_table(
        "waiver_objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("words != ''", name=op.f("ck_waiver_objection_says_something")),
        sa.CheckConstraint(
            "answered_at IS NULL OR (answer != '' AND answered_by_id IS NOT NULL)",
            name=op.f("ck_waiver_objection_answered_by_somebody"),
        ),
        _key("waiver_objection", "answered_by_id", "user"),
        _key("waiver_objection", "notice_id", "waiver_notice"),
        _key("waiver_objection", "row_id", "waiver_notice_row"),
        _key("waiver_objection", "taken_by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_objection")),
    )
    op.create_index(op.f("ix_waiver_objection_notice_id"), "waiver_objection", ["notice_id"])


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _codes(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _allow(table: str, code: str, values: tuple[str, ...]) -> None:
    """Let a column hold these codes; the constraint is named after their enum."""
    column = {"exportlist": "what"}.get(code, code)
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(op.f(f"ck_{table}_{code}"), type_="check")
        changed.create_check_constraint(op.f(f"ck_{table}_{code}"), f"{column} IN ({listed})")


def _guard(name: str, table: str, way: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} BEFORE {way} ON {table} BEGIN SELECT RAISE(ABORT, 'it is kept'); END")
        return
    op.execute(
        f"CREATE FUNCTION {name}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE integrity_constraint_violation USING MESSAGE = 'it is kept'; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {way} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}_guard()")
