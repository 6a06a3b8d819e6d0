# ruff: noqa: S608 - the statements are put together from the constants below
"""What was passed up is the owner's, and one bill is lowered by whoever may

Whoever passed an application up could approve it alone afterwards. A bill was lowered once by anybody who could write
to the table: somebody without the right, of their own family, or above the limit. A decision may give less of the work
as well, and keeps both figures; going back forgets them, but not what was granted.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0031", "0030"

APPROVALS = "('first_approval', 'approved', 'approved_with_changes')"
DAY = {  # in China
    "sqlite": "date(NEW.given_at, '+8 hours')",
    "postgresql": "CAST(NEW.given_at + INTERVAL '8 hours' AS date)",
}
SINCE = (
    f"b.application_id = NEW.id AND b.kind IN {APPROVALS} AND b.id > COALESCE((SELECT MAX(e.id) FROM waiver_act e"
    " WHERE e.application_id = NEW.id AND e.kind IN ('edited', 'refused')), 0)"
)
BY_NOBODY = f"NOT EXISTS (SELECT 1 FROM waiver_act b WHERE {SINCE} AND b.kind != 'first_approval')"
NO_OWNER = f"NOT EXISTS (SELECT 1 FROM waiver_act b WHERE {SINCE} AND b.as_owner)"
NOT_BY_TWO = (  # above the limit by two, one of them the owner
    "((EXISTS (SELECT 1 FROM waiver_policy p WHERE p.id = NEW.policy_id AND NEW.yearly_fen > p.second_above_fen)"
    " OR EXISTS (SELECT 1 FROM waiver_ground g WHERE g.policy_id = NEW.policy_id AND g.code = NEW.ground_code"
    f" AND g.needs_owner)) AND ((SELECT COUNT(DISTINCT b.actor_id) FROM waiver_act b WHERE {SINCE}) < 2"
    f" OR {NO_OWNER}))"
)
PASSED_UP = (
    "(EXISTS (SELECT 1 FROM waiver_act u WHERE u.application_id = NEW.id AND u.kind = 'passed_up'"
    " AND u.id > COALESCE((SELECT MAX(e.id) FROM waiver_act e WHERE e.application_id = NEW.id"
    f" AND e.kind = 'submitted'), 0)) AND {NO_OWNER})"
)
GRANTED = "NEW.status = 'approved' AND OLD.status NOT IN ('approved', 'suspended') AND"
GOES_ON = (  # what rests goes on by an act that was judged
    "NEW.status = 'approved' AND OLD.status = 'suspended' AND NOT EXISTS (SELECT 1 FROM waiver_act b"
    " WHERE b.application_id = NEW.id AND b.kind = 'resumed' AND b.id > COALESCE((SELECT MAX(e.id) FROM waiver_act e"
    " WHERE e.application_id = NEW.id AND e.kind = 'suspended'), 0))"
)
BEFORE = f"({GRANTED} ({BY_NOBODY} OR {NOT_BY_TWO})) OR ({GOES_ON})"
NOW = f"({GRANTED} ({BY_NOBODY} OR {NOT_BY_TWO} OR {PASSED_UP})) OR ({GOES_ON})"
ONE_BILL = (  # their own right, nobody of their own, and the limit of the edition in force
    "NOT EXISTS (SELECT 1 FROM charge c JOIN user_role r ON r.estate_id = c.estate_id WHERE c.id = NEW.charge_id"
    " AND c.estate_id = NEW.estate_id AND r.user_id = NEW.given_by_id AND r.role IN ('manager', 'owner'))"
    " OR EXISTS (SELECT 1 FROM charge c JOIN account a ON a.id = c.account_id JOIN staff_tie t"
    " ON t.person_id = a.person_id WHERE c.id = NEW.charge_id AND t.user_id = NEW.given_by_id)"
    " OR NOT EXISTS (SELECT 1 FROM waiver_policy p WHERE p.id = NEW.policy_id AND p.estate_id = NEW.estate_id"
    " AND p.state != 'draft' AND (p.valid_until IS NULL OR p.valid_until > @DAY)"
    " AND NEW.amount_fen <= p.one_off_limit_fen)"
)

RATES = tuple(f"{when}_{what}_bp" for what in ("labour", "materials", "call_out") for when in ("asked", "given"))


def upgrade():
    for name in RATES:
        op.add_column("waiver_act", sa.Column(name, sa.Integer(), nullable=True))
    _guard("waiver_act_rates", "waiver_act", f"UPDATE OF {', '.join(RATES)}", "1 = 1", "acts are never changed")
    _drop("waiver_is_approved", "waiver_application")
    _guard("waiver_is_approved", "waiver_application", "UPDATE", NOW, "nobody approved it")
    _guard("one_off_decider", "one_off_waiver", "INSERT", ONE_BILL, "somebody else must decide")


def downgrade():
    _drop("one_off_decider", "one_off_waiver")
    _drop("waiver_is_approved", "waiver_application")
    _guard("waiver_is_approved", "waiver_application", "UPDATE", BEFORE, "nobody approved it")
    _drop("waiver_act_rates", "waiver_act")
    for name in RATES:
        op.drop_column("waiver_act", name)


def _guard(name: str, table: str, when: str, condition: str, words: str) -> None:
    dialect = op.get_bind().dialect.name
    condition = condition.replace("@DAY", DAY[dialect])
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
