# ruff: noqa: S608 - the statements are put together from the constants below
"""What money and waivers had left open

A resumed waiver is judged like a decision, and no act is dated before what was done already. What was granted too long
is reckoned from the bills, so its sum is no longer kept. The reason of a bill lowered once is read by those who see
waivers, so it no longer stands in the books, and each look at
it is noted; going back does not bring it back. Home checks as work orders. Overdue
fees and collection figures are two more lists that are taken out; going back forgets who took them.
"""

from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0027", "0026"

LISTS = ("export_residents", "export_places", "export_calls", "export_orders", "export_waiver_claim")
NEW_LISTS = ("export_arrears", "export_collection")
LOOKED = ("waiver", "paid_until", "proof")
APPROVALS = "('first_approval', 'approved', 'approved_with_changes')"
JUDGED_BEFORE = "('first_approval', 'approved', 'approved_with_changes', 'refused')"
JUDGED_NOW = "('first_approval', 'approved', 'approved_with_changes', 'refused', 'resumed')"
DAY = {"sqlite": "date(NEW.at, '+8 hours')", "postgresql": "CAST(NEW.at + INTERVAL '8 hours' AS date)"}  # in China
LATER = {  # by more than a minute: two machines never agree to the second
    "sqlite": "julianday(b.at) > julianday(NEW.at) + 60.0 / 86400",
    "postgresql": "b.at > NEW.at + INTERVAL '1 minute'",
}
MAY_DECIDE = (  # by their own role, or by the role of whoever they say they stand in for, on that day
    "(EXISTS (SELECT 1 FROM user_role r WHERE NEW.stands_in_for_id IS NULL AND r.user_id = NEW.actor_id"
    " AND r.estate_id = a.estate_id AND r.role IN ('manager', 'owner')) OR EXISTS (SELECT 1 FROM waiver_stand_in s"
    " JOIN user_role r ON r.user_id = s.for_user_id AND r.estate_id = s.estate_id WHERE s.user_id = NEW.actor_id"
    " AND s.for_user_id = NEW.stands_in_for_id AND s.estate_id = a.estate_id AND s.called_off_at IS NULL"
    " AND s.from_on <= @DAY AND s.until_on > @DAY AND r.role IN ('manager', 'owner')))"
)
THEM = "(NEW.actor_id, COALESCE(NEW.stands_in_for_id, NEW.actor_id))"  # who decides, and in whose place
THEIRS = f"b.application_id = NEW.application_id AND (b.actor_id IN {THEM} OR b.stands_in_for_id IN {THEM})"
DECIDER = (  # of the application, of everything done about it, and of the people behind it
    "NEW.kind IN {judged} AND (NEW.actor_id IS NULL OR EXISTS (SELECT 1 FROM waiver_application a"
    f" WHERE a.id = NEW.application_id AND (a.entered_by_id IN {THEM} OR a.requester_id IN {THEM}"
    f" OR EXISTS (SELECT 1 FROM staff_tie t WHERE t.user_id IN {THEM}"
    " AND t.person_id IN (a.beneficiary_id, COALESCE(a.payer_id, 0)))"
    f" OR NOT {MAY_DECIDE}))"
    f" OR EXISTS (SELECT 1 FROM waiver_act b WHERE {THEIRS}"
    " AND b.kind IN ('submitted', 'edited', 'papers_brought', 'verified', 'unverified', 'unclear', 'home_checked',"
    " 'refused'))"
    f" OR (NEW.kind IN {APPROVALS} AND EXISTS (SELECT 1 FROM waiver_act b WHERE {THEIRS}"
    " AND b.kind = 'first_approval' AND b.id > COALESCE((SELECT MAX(e.id)"
    " FROM waiver_act e WHERE e.application_id = NEW.application_id AND e.kind IN ('edited', 'refused')), 0))))"
)
SINCE = (
    f"b.application_id = NEW.id AND b.kind IN {APPROVALS} AND b.id > COALESCE((SELECT MAX(e.id) FROM waiver_act e"
    " WHERE e.application_id = NEW.id AND e.kind IN ('edited', 'refused')), 0)"
)
APPROVED = (  # by somebody; above the limit by two, one of them the owner
    "NEW.status = 'approved' AND OLD.status NOT IN ('approved', 'suspended') AND ("
    f"NOT EXISTS (SELECT 1 FROM waiver_act b WHERE {SINCE} AND b.kind != 'first_approval')"
    " OR ((EXISTS (SELECT 1 FROM waiver_policy p WHERE p.id = NEW.policy_id AND NEW.yearly_fen > p.second_above_fen)"
    " OR EXISTS (SELECT 1 FROM waiver_ground g WHERE g.policy_id = NEW.policy_id AND g.code = NEW.ground_code"
    " AND g.needs_owner))"
    f" AND ((SELECT COUNT(DISTINCT b.actor_id) FROM waiver_act b WHERE {SINCE}) < 2"
    f" OR NOT EXISTS (SELECT 1 FROM waiver_act b WHERE {SINCE} AND b.as_owner))))"
)
GOES_ON = (  # what rests goes on by an act that was judged
    "NEW.status = 'approved' AND OLD.status = 'suspended' AND NOT EXISTS (SELECT 1 FROM waiver_act b"
    " WHERE b.application_id = NEW.id AND b.kind = 'resumed' AND b.id > COALESCE((SELECT MAX(e.id) FROM waiver_act e"
    " WHERE e.application_id = NEW.id AND e.kind = 'suspended'), 0))"
)
BACKDATED = "EXISTS (SELECT 1 FROM waiver_act b WHERE b.application_id = NEW.application_id AND @LATER)"
NEW_GUARDS = (  # name, table, when, the condition that is refused, what is said
    ("waiver_act_decider", "waiver_act", "INSERT", DECIDER.format(judged=JUDGED_NOW), "somebody else must decide"),
    ("waiver_act_in_order", "waiver_act", "INSERT", BACKDATED, "something was done later already"),
    ("waiver_is_approved", "waiver_application", "UPDATE", f"({APPROVED}) OR ({GOES_ON})", "nobody approved it"),
    ("adjustment_tells_no_why", "adjustment", "INSERT", "NEW.kind = 'adjusted_one_bill' AND NEW.reason <> ''",
     "the reason stands with the waiver"),
)  # fmt: skip
OLD_GUARDS = (
    ("waiver_act_decider", "waiver_act", "INSERT", DECIDER.format(judged=JUDGED_BEFORE), "somebody else must decide"),
    ("waiver_is_approved", "waiver_application", "UPDATE", APPROVED, "nobody approved it"),
)


def upgrade():
    for table in ("export_log", "export_file"):
        _allow(table, "exportlist", (*LISTS, *NEW_LISTS))
    _allow("look", "looked", (*LOOKED, "one_off"))
    _home_checks()
    with _keeping_triggers("waiver_over_grant") as over_grant:
        over_grant.drop_constraint(op.f("ck_waiver_over_grant_not_negative"), type_="check")
        over_grant.drop_column("amount_fen")
    _forget_reasons()
    for name, table, *_rest in OLD_GUARDS:
        _drop(name, table)
    for guard in NEW_GUARDS:
        _guard(*guard)


def downgrade():
    for name, table, *_rest in NEW_GUARDS:
        _drop(name, table)
    for guard in OLD_GUARDS:
        _guard(*guard)
    with _keeping_triggers("waiver_over_grant") as over_grant:
        over_grant.add_column(sa.Column("amount_fen", sa.Integer(), nullable=False, server_default="0"))
        over_grant.create_check_constraint(op.f("ck_waiver_over_grant_not_negative"), "amount_fen >= 0")
    with _keeping_triggers("waiver_over_grant") as over_grant:  # the default was for rows that had lost theirs
        over_grant.alter_column("amount_fen", server_default=None)
    op.drop_table("home_check")
    gone = ", ".join(f"'{name}'" for name in NEW_LISTS)
    for table in ("export_file", "export_log"):
        op.execute(f"DELETE FROM {table} WHERE what IN ({gone})")
        _allow(table, "exportlist", LISTS)
    with _unguarded("look"):
        op.execute("DELETE FROM look WHERE what = 'one_off'")
    _allow("look", "looked", LOOKED)


def _home_checks():
    op.create_table(
        "home_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("ordered_by_id", sa.Integer(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "still_so", "changed", "unclear", name="answer", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (answered_by_id IS NULL)"
            " AND (answer IS NULL) = (act_id IS NULL)",
            name=op.f("ck_home_check_answered_by_somebody"),
        ),
        sa.CheckConstraint(
            "answer IS NULL OR answer = 'still_so' OR words != ''", name=op.f("ck_home_check_change_is_told")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_home_check_{column}"))
            for column, other in (
                ("estate_id", "estate"),
                ("application_id", "waiver_application"),
                ("work_order_id", "work_order"),
                ("ordered_by_id", "user"),
                ("answered_by_id", "user"),
                ("act_id", "waiver_act"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_check")),
        sa.UniqueConstraint("work_order_id", name=op.f("uq_home_check_work_order_id")),
    )
    op.create_index(op.f("ix_home_check_application_id"), "home_check", ["application_id"])
    op.create_index(op.f("ix_home_check_estate_id_answered_at"), "home_check", ["estate_id", "answered_at"])


def _forget_reasons() -> None:
    with _unguarded("adjustment"):
        op.execute("UPDATE adjustment SET reason = '' WHERE kind = 'adjusted_one_bill'")


def _triggers(table: str) -> dict[str, str]:
    kept = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    return dict(op.get_bind().execute(kept, {"table": table}).all())


@contextmanager
def _unguarded(table: str):
    """What is never changed is changed this once: its triggers stand aside."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    triggers = _triggers(table)
    for name in triggers:
        op.execute(f"DROP TRIGGER {name}")
    yield
    for trigger in triggers.values():
        op.execute(trigger)


@contextmanager
def _keeping_triggers(table: str):
    """A table that SQLite writes anew loses its triggers."""
    triggers = _triggers(table) if op.get_bind().dialect.name == "sqlite" else {}
    with op.batch_alter_table(table) as changed:
        yield changed
    for trigger in triggers.values():
        op.execute(trigger)


def _allow(table: str, code: str, values: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{value}'" for value in values)
    with _keeping_triggers(table) as changed:
        changed.drop_constraint(op.f(f"ck_{table}_{code}"), type_="check")
        changed.create_check_constraint(op.f(f"ck_{table}_{code}"), f"what IN ({listed})")


def _guard(name: str, table: str, when: str, condition: str, words: str) -> None:
    dialect = op.get_bind().dialect.name
    condition = condition.replace("@DAY", DAY[dialect]).replace("@LATER", LATER[dialect])
    if dialect == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN"
        f" RAISE integrity_constraint_violation USING MESSAGE = '{words}'; END IF; RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}_guard()")


def _drop(name: str, table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION {name}_guard()")
