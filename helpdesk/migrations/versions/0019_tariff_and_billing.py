"""Price lists and quotes, accounts and charges"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0019", "0018"

KEPT = ("charge", "adjustment", "allocation", "write_off", "hand_in", "day_closing")
FIXED = (
    "id, estate_id, account_id, receipt_no, method, taken_at, amount_fen, invoice_wanted, paid_by, received_by_id, "
    "received_at"
)
ONCE = {
    "payment_fixed": f"BEFORE UPDATE OF {FIXED} ON payment",
    "payment_reversed_once": "BEFORE UPDATE OF reversed_at, reversed_by_id, reversal_reason ON payment",
    "payment_handed_in_once": "BEFORE UPDATE OF hand_in_id ON payment",
}
WHEN = {
    "payment_reversed_once": "OLD.reversed_at IS NOT NULL", "payment_handed_in_once": "OLD.hand_in_id IS NOT NULL",
}  # fmt: skip


def guards(dialect: str):
    """The triggers that keep the books."""
    if dialect == "sqlite":
        end = "BEGIN SELECT RAISE(ABORT, 'the books are never changed'); END"
        for table in KEPT:
            yield f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {end}"
        for table in (*KEPT, "payment"):
            yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {end}"
        for name, event in ONCE.items():
            yield f"CREATE TRIGGER {name} {event} {f'WHEN {WHEN[name]} ' if name in WHEN else ''}{end}"
        return
    yield (
        "CREATE FUNCTION books_never_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = 'the books are never changed'; END $$"
    )
    for table in KEPT:
        yield (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION books_never_change()"
        )
    yield (
        "CREATE TRIGGER payment_stays BEFORE DELETE OR TRUNCATE ON payment "
        "FOR EACH STATEMENT EXECUTE FUNCTION books_never_change()"
    )
    for name, event in ONCE.items():
        when = f"WHEN ({WHEN[name]}) " if name in WHEN else ""
        yield f"CREATE TRIGGER {name} {event} FOR EACH ROW {when}EXECUTE FUNCTION books_never_change()"


def upgrade():
    op.create_table(
        "billing_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("month_from", sa.Date(), nullable=False),
        sa.Column("month_until", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "run_previewed",
                "run_running",
                "run_done",
                "run_dropped",
                name="runstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cursor_month", sa.Date(), nullable=True),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("gross_fen", sa.Integer(), nullable=False),
        sa.Column("reduced_fen", sa.Integer(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("month_until > month_from", name=op.f("ck_billing_run_some_months")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_billing_run_asked_by_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_billing_run_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_run")),
    )
    with op.batch_alter_table("billing_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billing_run_estate_id_id"), ["estate_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_run_status"), ["status"], unique=False)

    op.create_table(
        "day_closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(), nullable=True),
        sa.Column("until_at", sa.DateTime(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.Column("expected_fen", sa.Integer(), nullable=False),
        sa.Column("counted_fen", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "counted_fen = expected_fen OR words != ''", name=op.f("ck_day_closing_difference_is_explained")
        ),
        sa.CheckConstraint("counted_fen >= 0", name=op.f("ck_day_closing_counted_not_negative")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["user.id"], name=op.f("fk_day_closing_closed_by_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_day_closing_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_closing")),
        sa.UniqueConstraint("estate_id", "until_at", name=op.f("uq_day_closing_estate_id_until_at")),
    )
    op.create_table(
        "fee_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "applies_to",
            sa.Enum(
                "fee_own",
                "fee_let",
                "fee_vacant",
                "fee_garage",
                "fee_shop",
                name="feeuse",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.Integer(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("due_days BETWEEN 0 AND 366", name=op.f("ck_fee_rule_due_within_a_year")),
        sa.CheckConstraint("rate_bp BETWEEN 0 AND 100000", name=op.f("ck_fee_rule_rate_is_possible")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_fee_rule_price_not_negative")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_fee_rule_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_rule")),
        sa.UniqueConstraint(
            "estate_id", "applies_to", "valid_from", name=op.f("uq_fee_rule_estate_id_applies_to_valid_from")
        ),
    )
    op.create_table(
        "hand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("expected_fen", sa.Integer(), nullable=False),
        sa.Column("counted_fen", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("counted_by_id", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "counted_fen = expected_fen OR words != ''", name=op.f("ck_hand_in_difference_is_explained")
        ),
        sa.CheckConstraint("counted_fen >= 0 AND expected_fen >= 0", name=op.f("ck_hand_in_amounts_not_negative")),
        sa.ForeignKeyConstraint(["counted_by_id"], ["user.id"], name=op.f("fk_hand_in_counted_by_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_hand_in_estate_id")),
        sa.ForeignKeyConstraint(["technician_id"], ["user.id"], name=op.f("fk_hand_in_technician_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_in")),
    )
    with op.batch_alter_table("hand_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_in_estate_id_id"), ["estate_id", "id"], unique=False)

    op.create_table(
        "price_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "list_draft",
                "list_in_force",
                "list_dropped",
                name="liststatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("call_out_fen", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status != 'list_in_force' OR valid_from IS NOT NULL", name=op.f("ck_price_list_in_force_from_a_day")
        ),
        sa.CheckConstraint("call_out_fen >= 0", name=op.f("ck_price_list_call_out_not_negative")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_price_list_ends_after_it_began")
        ),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_price_list_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
        sa.UniqueConstraint("estate_id", "edition", name=op.f("uq_price_list_estate_id_edition")),
    )
    with op.batch_alter_table("price_list", schema=None) as batch_op:
        batch_op.create_index(
            "uq_price_list_open",
            ["estate_id"],
            unique=True,
            sqlite_where=sa.text("status = 'list_in_force' AND valid_until IS NULL"),
            postgresql_where=sa.text("status = 'list_in_force' AND valid_until IS NULL"),
        )

    op.create_table(
        "receipt_number",
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_receipt_number_estate_id")),
        sa.PrimaryKeyConstraint("estate_id", "day", name=op.f("pk_receipt_number")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("payer", sa.String(length=80), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("billed_from", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name=op.f("ck_account_ends_after_it_began")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_account_estate_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_account_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_estate_id_id"), ["estate_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_place_id_id"), ["place_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_account_open",
            ["place_id"],
            unique=True,
            sqlite_where=sa.text("closed_on IS NULL"),
            postgresql_where=sa.text("closed_on IS NULL"),
        )

    op.create_table(
        "price_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("price_list_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("category_code", sa.String(length=30), nullable=True),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("labour_fen", sa.Integer(), nullable=False),
        sa.Column(
            "material_policy",
            sa.Enum(
                "owner_buys",
                "company_sells",
                "free",
                name="materialpolicy",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("material_fen", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "material_policy = 'company_sells' OR material_fen = 0", name=op.f("ck_price_item_only_what_is_sold_costs")
        ),
        sa.CheckConstraint("labour_fen >= 0 AND material_fen >= 0", name=op.f("ck_price_item_prices_not_negative")),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_list.id"], name=op.f("fk_price_item_price_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_item")),
        sa.UniqueConstraint("price_list_id", "code", name=op.f("uq_price_item_price_list_id_code")),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("receipt_no", sa.String(length=20), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "cash",
                "wechat",
                "alipay",
                "bank",
                "opening_credit",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "taken_at",
            sa.Enum(
                "taken_at_desk", "taken_at_door", name="takenat", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("invoice_wanted", sa.Boolean(), nullable=False),
        sa.Column("paid_by", sa.String(length=80), nullable=False),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("hand_in_id", sa.Integer(), nullable=True),
        sa.Column("reversed_at", sa.DateTime(), nullable=True),
        sa.Column("reversed_by_id", sa.Integer(), nullable=True),
        sa.Column("reversal_reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(reversed_at IS NULL) = (reversed_by_id IS NULL) AND (reversed_at IS NULL OR reversal_reason != '')",
            name=op.f("ck_payment_reversed_with_a_reason"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payment_is_something")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_payment_account_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_payment_estate_id")),
        sa.ForeignKeyConstraint(["hand_in_id"], ["hand_in.id"], name=op.f("fk_payment_hand_in_id")),
        sa.ForeignKeyConstraint(["received_by_id"], ["user.id"], name=op.f("fk_payment_received_by_id")),
        sa.ForeignKeyConstraint(["reversed_by_id"], ["user.id"], name=op.f("fk_payment_reversed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("estate_id", "receipt_no", name=op.f("uq_payment_estate_id_receipt_no")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_payment_estate_id_received_at"), ["estate_id", "received_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_payment_hand_in_id"), ["hand_in_id"], unique=False)

    op.create_table(
        "quote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("price_list_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "quote_open",
                "quote_accepted",
                "quote_declined",
                "quote_replaced",
                name="quotestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("call_out_fen", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("accepted_by", sa.String(length=80), nullable=False),
        sa.Column(
            "accepted_how",
            sa.Enum(
                "agreed_at_the_door",
                "agreed_by_phone",
                "agreed_at_the_desk",
                name="agreed",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'quote_accepted') = (accepted_at IS NOT NULL) AND (accepted_at IS NULL) = (accepted_how IS NULL) AND (accepted_at IS NULL OR accepted_by != '')",
            name=op.f("ck_quote_accepted_by_somebody"),
        ),
        sa.CheckConstraint("call_out_fen >= 0", name=op.f("ck_quote_call_out_not_negative")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_quote_estate_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_quote_made_by_id")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["user.id"], name=op.f("fk_quote_noted_by_id")),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_list.id"], name=op.f("fk_quote_price_list_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_quote_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
    )
    with op.batch_alter_table("quote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quote_work_order_id"), ["work_order_id"], unique=False)
        batch_op.create_index(
            "uq_quote_open",
            ["work_order_id"],
            unique=True,
            sqlite_where=sa.text("status = 'quote_open'"),
            postgresql_where=sa.text("status = 'quote_open'"),
        )

    op.create_table(
        "charge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "property_fee",
                "labour",
                "materials",
                "call_out",
                "opening",
                "other",
                name="chargekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column(
            "fee_use",
            sa.Enum(
                "fee_own",
                "fee_let",
                "fee_vacant",
                "fee_garage",
                "fee_shop",
                name="feeuse",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("area", sa.Integer(), nullable=True),
        sa.Column("unit_price", sa.Integer(), nullable=True),
        sa.Column("use_bp", sa.Integer(), nullable=True),
        sa.Column("work_order_id", sa.Integer(), nullable=True),
        sa.Column("quote_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("gross_fen", sa.Integer(), nullable=False),
        sa.Column("reduced_fen", sa.Integer(), nullable=False),
        sa.Column("net_fen", sa.Integer(), nullable=False),
        sa.Column("waiver_id", sa.Integer(), nullable=True),
        sa.Column("rate_bp", sa.Integer(), nullable=True),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind != 'property_fee' OR (month IS NOT NULL AND from_on IS NOT NULL AND until_on > from_on AND area IS NOT NULL AND unit_price IS NOT NULL AND use_bp IS NOT NULL)",
            name=op.f("ck_charge_fee_shows_how"),
        ),
        sa.CheckConstraint(
            "gross_fen >= 0 AND reduced_fen >= 0 AND net_fen >= 0", name=op.f("ck_charge_amounts_not_negative")
        ),
        sa.CheckConstraint("net_fen = gross_fen - reduced_fen", name=op.f("ck_charge_adds_up")),
        sa.CheckConstraint("rate_bp IS NULL OR rate_bp BETWEEN 0 AND 10000", name=op.f("ck_charge_rate_is_possible")),
        sa.CheckConstraint("reduced_fen = 0 OR waiver_id IS NOT NULL", name=op.f("ck_charge_reduced_by_something")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_charge_account_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_charge_estate_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_charge_made_by_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_charge_place_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_charge_quote_id")),
        sa.ForeignKeyConstraint(["run_id"], ["billing_run.id"], name=op.f("fk_charge_run_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_charge_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
    )
    with op.batch_alter_table("charge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_charge_account_id_due_on"), ["account_id", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_charge_estate_id_month"), ["estate_id", "month"], unique=False)
        batch_op.create_index(batch_op.f("ix_charge_waiver_id"), ["waiver_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_charge_work_order_id"), ["work_order_id"], unique=False)
        batch_op.create_index(
            "uq_charge_month",
            ["account_id", "month"],
            unique=True,
            sqlite_where=sa.text("kind = 'property_fee'"),
            postgresql_where=sa.text("kind = 'property_fee'"),
        )
        batch_op.create_index(
            "uq_charge_opening",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'opening'"),
            postgresql_where=sa.text("kind = 'opening'"),
        )
        batch_op.create_index(batch_op.f("ix_charge_place_id_month"), ["place_id", "month"], unique=False)
        batch_op.create_index(
            "uq_charge_quote",
            ["quote_id", "kind"],
            unique=True,
            sqlite_where=sa.text("quote_id IS NOT NULL"),
            postgresql_where=sa.text("quote_id IS NOT NULL"),
        )

    op.create_table(
        "quote_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("labour_fen", sa.Integer(), nullable=False),
        sa.Column("material_fen", sa.Integer(), nullable=False),
        sa.CheckConstraint("labour_fen >= 0 AND material_fen >= 0", name=op.f("ck_quote_line_prices_not_negative")),
        sa.CheckConstraint("quantity BETWEEN 1 AND 999", name=op.f("ck_quote_line_is_some")),
        sa.ForeignKeyConstraint(["item_id"], ["price_item.id"], name=op.f("fk_quote_line_item_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_quote_line_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_line")),
    )
    with op.batch_alter_table("quote_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quote_line_quote_id"), ["quote_id"], unique=False)

    op.create_table(
        "adjustment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "adjusted_reduction",
                "adjusted_one_bill",
                "adjusted_part_month",
                "adjusted_correction",
                name="adjustmentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("waiver_id", sa.Integer(), nullable=True),
        sa.Column("rate_bp", sa.Integer(), nullable=True),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind != 'adjusted_correction' OR reason != ''", name=op.f("ck_adjustment_correction_has_a_reason")
        ),
        sa.CheckConstraint(
            "kind = 'adjusted_correction' OR amount_fen < 0", name=op.f("ck_adjustment_only_corrections_add")
        ),
        sa.CheckConstraint("amount_fen != 0", name=op.f("ck_adjustment_changes_something")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_adjustment_account_id")),
        sa.ForeignKeyConstraint(["charge_id"], ["charge.id"], name=op.f("fk_adjustment_charge_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_adjustment_estate_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_adjustment_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment")),
    )
    with op.batch_alter_table("adjustment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_adjustment_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustment_waiver_id"), ["waiver_id"], unique=False)
        batch_op.create_index(
            "uq_adjustment_waiver",
            ["charge_id", "waiver_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'adjusted_reduction'"),
            postgresql_where=sa.text("kind = 'adjusted_reduction'"),
        )

    op.create_table(
        "allocation",
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_allocation_is_something")),
        sa.ForeignKeyConstraint(["charge_id"], ["charge.id"], name=op.f("fk_allocation_charge_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_allocation_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", "charge_id", name=op.f("pk_allocation")),
    )
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allocation_charge_id"), ["charge_id"], unique=False)

    op.create_table(
        "write_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("reason != ''", name=op.f("ck_write_off_has_a_reason")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_write_off_is_something")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_write_off_account_id")),
        sa.ForeignKeyConstraint(["charge_id"], ["charge.id"], name=op.f("fk_write_off_charge_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_write_off_estate_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_write_off_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_off")),
    )
    with op.batch_alter_table("write_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_write_off_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_write_off_charge_id"), ["charge_id"], unique=False)

    into = "INSERT INTO fee_rule (estate_id, applies_to, rate_bp, unit_price, due_days, valid_from) "
    for use in (
        "fee_own",
        "fee_let",
        "fee_vacant",
        "fee_garage",
        "fee_shop",
    ):  # everybody pays the whole, until changed
        op.execute(into + f"SELECT id, '{use}', 10000, 3500, 31, '2000-01-01' FROM estate")  # noqa: S608
    for statement in guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade():
    for table in (
        "write_off",
        "allocation",
        "adjustment",
        "quote_line",
        "charge",
        "quote",
        "payment",
        "price_item",
        "account",
        "receipt_number",
        "price_list",
        "hand_in",
        "fee_rule",
        "day_closing",
        "billing_run",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION books_never_change()")
