# ruff: noqa: S608 - the statements are put together from the constants below
"""A cap for materials and for the call-out, too

The policy could say what is taken off the property fee or the labour at most, and of materials and the call-out only
how much of them. Editions and waivers that exist have no such cap, as before. What was granted keeps its caps.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0032", "0031"

CAPS = ("materials_cap_fen", "call_out_cap_fen")
CHANGED = " OR ".join(f"COALESCE(NEW.{name}, -1) <> COALESCE(OLD.{name}, -1)" for name in CAPS)
KEPT = "OLD.status IN ('approved', 'suspended', 'ended', 'revoked') AND OLD.approved_on IS NOT NULL"


def upgrade():
    for name in CAPS:
        above = sa.CheckConstraint(f"{name} > 0", name=op.f(f"ck_waiver_ground_{name}_above_nothing"))
        op.add_column("waiver_ground", sa.Column(name, sa.Integer(), above, nullable=True))
        op.add_column("waiver_application", sa.Column(name, sa.Integer(), nullable=True))
    when = f"UPDATE OF {', '.join(CAPS)}"
    _guard("waiver_keeps_caps", "waiver_application", when, f"{KEPT} AND ({CHANGED})", "it is decided")


def downgrade():
    _drop("waiver_keeps_caps", "waiver_application")
    for name in CAPS:
        op.drop_column("waiver_application", name)
        op.drop_column("waiver_ground", name)


def _guard(name: str, table: str, when: str, condition: str, words: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
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
