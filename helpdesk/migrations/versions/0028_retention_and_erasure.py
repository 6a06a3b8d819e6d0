"""Keep the head of the history day by day, and let private matters be forgotten

Who took part in what is guarded by triggers. They let go of typed words, and of old looks, only while a row stands in
`erasure_gate`, which is there within one transaction: figures, codes and ids stay as they are in any case.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0028", "0027"

OPEN = "EXISTS (SELECT 1 FROM erasure_gate)"
BOOKS, ACTS, LOOKS, KEPT, HEADS = (
    "the books are never changed", "acts are never changed", "looks are never changed", "it is kept",
    "heads are never changed",
)  # fmt: skip
WORDS = {  # table: its trigger in both databases, the function of PostgreSQL, what is said, the words it lets go
    "charge": ("charge_no_update", "charge_append_only", "books_never_change", BOOKS, ["words"]),
    "adjustment": ("adjustment_no_update", "adjustment_append_only", "books_never_change", BOOKS, ["reason"]),
    "write_off": ("write_off_no_update", "write_off_append_only", "books_never_change", BOOKS, ["reason"]),
    "hand_in": ("hand_in_no_update", "hand_in_append_only", "books_never_change", BOOKS, ["words"]),
    "day_closing": ("day_closing_no_update", "day_closing_append_only", "books_never_change", BOOKS, ["words"]),
    "waiver_act": ("waiver_act_update", "waiver_act_update", "waiver_act_update_guard", ACTS, ["reason"]),
    "one_off_waiver": ("one_off_update", "one_off_update", "one_off_update_guard", ACTS, ["reason"]),
    "waiver_notice_row": (
        "waiver_notice_row_update", "waiver_notice_row_update", "waiver_notice_row_update_guard", KEPT, ["masked_name"],
    ),
}  # fmt: skip
PAYMENT_FIXED = (
    "id, estate_id, account_id, receipt_no, method, taken_at, amount_fen, invoice_wanted, received_by_id, received_at"
)
LOOK_FIXED = "estate_id, at, user_id, what, subject_id, place_id, purpose, address"
LOOKED = ("waiver", "paid_until", "proof", "one_off")


def upgrade():
    for table in _tables():
        op.create_table(*table)
    op.create_index(op.f("ix_legal_hold_what_subject_id"), "legal_hold", ["what", "subject_id"])
    op.create_index(op.f("ix_legal_hold_estate_id_id"), "legal_hold", ["estate_id", "id"])
    op.create_index(op.f("ix_erasure_request_estate_id_id"), "erasure_request", ["estate_id", "id"])
    waiting = sa.text("status = 'erasure_waiting'")
    op.create_index(
        "uq_erasure_waiting", "erasure_request", ["person_id"], unique=True, sqlite_where=waiting,
        postgresql_where=waiting,
    )  # fmt: skip
    _looked_at(*LOOKED, "person_data")
    if _is_sqlite():
        _let_go_on_sqlite()
    else:
        _let_go_on_postgres()


def downgrade():
    if not _is_sqlite():
        _hold_on_postgres()
    op.execute("INSERT INTO erasure_gate (id) VALUES (1)")
    op.execute("DELETE FROM look WHERE what = 'person_data'")
    op.execute("DELETE FROM erasure_gate")
    if _is_sqlite():
        _hold_on_sqlite()
    _looked_at(*LOOKED)
    if _is_sqlite():
        _guard("look_no_update", f"UPDATE OF {LOOK_FIXED}, words", "look", LOOKS)
        _guard("look_no_delete", "DELETE", "look", LOOKS)
    else:
        op.execute("DROP TRIGGER look_no_delete ON look")
        op.execute(
            "CREATE TRIGGER look_no_delete BEFORE DELETE OR TRUNCATE ON look "
            "FOR EACH STATEMENT EXECUTE FUNCTION look_never_changes()"
        )
        op.execute("DROP FUNCTION only_while_erasing()")
    for table in ("erasure_request", "legal_hold", "retention_rule", "erasure_gate", "chain_head"):
        op.drop_table(table)
    if not _is_sqlite():
        op.execute("DROP FUNCTION chain_head_never_changes()")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _guard(name: str, event: str, table: str, said: str, unless: str = "") -> None:
    """A trigger of SQLite."""
    when = f"WHEN NOT {unless} " if unless else ""
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{said}'); END")


def _fixed(table: str, words: list[str]) -> str:
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
    return ", ".join(name for name in columns if name not in words)


def _let_go_on_sqlite() -> None:
    for table, (name, _theirs, _function, said, words) in WORDS.items():
        op.execute(f"DROP TRIGGER {name}")
        _guard(name, f"UPDATE OF {_fixed(table, words)}", table, said)
        _guard(f"{table}_words", f"UPDATE OF {', '.join(words)}", table, said, unless=OPEN)
    op.execute("DROP TRIGGER payment_fixed")
    _guard("payment_fixed", f"UPDATE OF {PAYMENT_FIXED}", "payment", BOOKS)
    _guard("payment_words", "UPDATE OF paid_by", "payment", BOOKS, unless=OPEN)
    op.execute("DROP TRIGGER payment_reversed_once")
    _reversed_once("OLD.reversed_at IS NOT NULL", f"OLD.reversed_at IS NOT NULL AND NOT {OPEN}")
    _guard("look_no_update", f"UPDATE OF {LOOK_FIXED}", "look", LOOKS)
    _guard("look_words", "UPDATE OF words", "look", LOOKS, unless=OPEN)
    _guard("look_no_delete", "DELETE", "look", LOOKS, unless=OPEN)
    for verb in ("UPDATE", "DELETE"):
        _guard(f"chain_head_no_{verb.lower()}", verb, "chain_head", HEADS)


def _reversed_once(fixed: str, words: str) -> None:
    end = f"BEGIN SELECT RAISE(ABORT, '{BOOKS}'); END"
    for name, columns, when in (
        ("payment_reversed_once", "reversed_at, reversed_by_id", fixed),
        ("payment_reversal_words", "reversal_reason", words),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE UPDATE OF {columns} ON payment WHEN {when} {end}")


def _hold_on_sqlite() -> None:
    for table, (name, _theirs, _function, said, _words) in WORDS.items():
        op.execute(f"DROP TRIGGER {name}")
        op.execute(f"DROP TRIGGER {table}_words")
        _guard(name, "UPDATE", table, said)
    for name in ("payment_fixed", "payment_words", "payment_reversed_once", "payment_reversal_words"):
        op.execute(f"DROP TRIGGER {name}")
    _guard("payment_fixed", f"UPDATE OF {PAYMENT_FIXED}, paid_by", "payment", BOOKS)
    op.execute(
        "CREATE TRIGGER payment_reversed_once BEFORE UPDATE OF reversed_at, reversed_by_id, reversal_reason ON payment "
        f"WHEN OLD.reversed_at IS NOT NULL BEGIN SELECT RAISE(ABORT, '{BOOKS}'); END"
    )


def _trigger(name: str, event: str, table: str, function: str, each: str = "ROW", when: str = "") -> None:
    """A trigger of PostgreSQL."""
    asked = f"WHEN ({when}) " if when else ""
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} {asked}EXECUTE FUNCTION {function}()")


def _let_go_on_postgres() -> None:
    op.execute(
        "CREATE FUNCTION only_while_erasing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NOT {OPEN} THEN RAISE integrity_constraint_violation USING MESSAGE = TG_ARGV[0]; END IF;"
        " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    for table, (_ours, name, function, said, words) in WORDS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
        if name.endswith("_append_only"):
            event = f"UPDATE OF {_fixed(table, words)} OR DELETE OR TRUNCATE"
            _trigger(name, event, table, function, each="STATEMENT")
        else:
            _trigger(name, f"UPDATE OF {_fixed(table, words)}", table, function)
        _erasing(f"{table}_words", f"UPDATE OF {', '.join(words)}", table, said)
    for name in ("payment_fixed", "payment_reversed_once"):
        op.execute(f"DROP TRIGGER {name} ON payment")
    _trigger("payment_fixed", f"UPDATE OF {PAYMENT_FIXED}", "payment", "books_never_change")
    _erasing("payment_words", "UPDATE OF paid_by", "payment", BOOKS)
    was = "OLD.reversed_at IS NOT NULL"
    _trigger(
        "payment_reversed_once", "UPDATE OF reversed_at, reversed_by_id", "payment", "books_never_change", when=was
    )
    _erasing("payment_reversal_words", "UPDATE OF reversal_reason", "payment", BOOKS, when=was)
    for name in ("look_no_update", "look_no_delete"):
        op.execute(f"DROP TRIGGER {name} ON look")
    _trigger("look_no_update", f"UPDATE OF {LOOK_FIXED}", "look", "look_never_changes", each="STATEMENT")
    _trigger("look_no_truncate", "TRUNCATE", "look", "look_never_changes", each="STATEMENT")
    _erasing("look_words", "UPDATE OF words", "look", LOOKS)
    _erasing("look_no_delete", "DELETE", "look", LOOKS)
    op.execute(
        "CREATE FUNCTION chain_head_never_changes() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = '{HEADS}'; END $$"
    )
    event = "UPDATE OR DELETE OR TRUNCATE"
    _trigger("chain_head_append_only", event, "chain_head", "chain_head_never_changes", each="STATEMENT")


def _erasing(name: str, event: str, table: str, said: str, when: str = "") -> None:
    asked = f"WHEN ({when}) " if when else ""
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {asked}"
        f"EXECUTE FUNCTION only_while_erasing('{said}')"
    )


def _hold_on_postgres() -> None:
    """As before, but for looks, which downgrading itself takes away."""
    for table, (_ours, name, function, _said, _words) in WORDS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP TRIGGER {table}_words ON {table}")
        append_only = name.endswith("_append_only")
        event = "UPDATE OR DELETE OR TRUNCATE" if append_only else "UPDATE"
        _trigger(name, event, table, function, each="STATEMENT" if append_only else "ROW")
    for name in ("payment_fixed", "payment_words", "payment_reversed_once", "payment_reversal_words"):
        op.execute(f"DROP TRIGGER {name} ON payment")
    _trigger("payment_fixed", f"UPDATE OF {PAYMENT_FIXED}, paid_by", "payment", "books_never_change")
    columns = "reversed_at, reversed_by_id, reversal_reason"
    _trigger(
        "payment_reversed_once", f"UPDATE OF {columns}", "payment", "books_never_change",
        when="OLD.reversed_at IS NOT NULL",
    )  # fmt: skip
    for name in ("look_no_update", "look_words", "look_no_truncate"):
        op.execute(f"DROP TRIGGER {name} ON look")
    _trigger("look_no_update", f"UPDATE OF {LOOK_FIXED}, words", "look", "look_never_changes", each="STATEMENT")


def _looked_at(*codes: str) -> None:
    listed = ", ".join(f"'{code}'" for code in codes)
    with op.batch_alter_table("look") as look:  # on SQLite the table is made anew, without its triggers
        look.drop_constraint(op.f("ck_look_looked"), type_="check")
        look.create_check_constraint(op.f("ck_look_looked"), f"what IN ({listed})")


def _codes(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _number(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _tables():
    yield "erasure_gate", _number("id"), sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_gate"))
    yield (
        "chain_head",
        sa.Column("day", sa.Date(), nullable=False),
        _number("seq"),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_chain_head")),
    )
    classes = (
        "calls", "drafts", "orders", "visit_notes", "photos", "cases", "waivers", "gone_people", "sessions",
        "messages", "looks", "exports",
    )  # fmt: skip
    yield (
        "retention_rule",
        _number("id"),
        sa.Column("data_class", _codes("dataclass", *(f"class_{name}" for name in classes)), nullable=False),
        _number("months"),
        _number("version"),
        _check("retention_rule", "some_months", "months BETWEEN 1 AND 240"),
        sa.UniqueConstraint("data_class", name=op.f("uq_retention_rule_data_class")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rule")),
    )
    yield (
        "legal_hold",
        _number("id"),
        _number("estate_id"),
        sa.Column("what", _codes("held", "held_person", "held_place", "held_case", "held_waiver"), nullable=False),
        _number("subject_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        _number("set_by_id"),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(), nullable=True),
        _number("lifted_by_id", nullable=True),
        _number("version"),
        _check("legal_hold", "has_a_reason", "reason != ''"),
        _check("legal_hold", "lifted_by_somebody", "(lifted_at IS NULL) = (lifted_by_id IS NULL)"),
        _key("legal_hold", "estate_id", "estate"),
        _key("legal_hold", "set_by_id", "user"),
        _key("legal_hold", "lifted_by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    name = "erasure_request"
    yield (
        name,
        _number("id"),
        _number("estate_id"),
        _number("person_id"),
        sa.Column(
            "status",
            _codes("erasurestatus", "erasure_waiting", "erasure_done", "erasure_refused", "erasure_withdrawn"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        _number("asked_by_id"),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        _number("decided_by_id", nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        _number("version"),
        _check(name, "has_a_reason", "reason != ''"),
        _check(name, "decided_has_a_time", "(status = 'erasure_waiting') = (decided_at IS NULL)"),
        _check(name, "decided_by_somebody", "(decided_at IS NULL) = (decided_by_id IS NULL)"),
        _check(name, "two_people", "status != 'erasure_done' OR decided_by_id != asked_by_id"),
        _check(name, "refused_has_a_reason", "status != 'erasure_refused' OR answer != ''"),
        _key(name, "estate_id", "estate"),
        _key(name, "person_id", "person"),
        _key(name, "asked_by_id", "user"),
        _key(name, "decided_by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
    )
