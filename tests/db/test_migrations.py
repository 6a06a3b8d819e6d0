import os
import signal
import subprocess
import sys
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import undefer_group

from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs import policy
from helpdesk.repairs.models import Category, WorkOrderKind
from helpdesk.repairs.suggestions import from_document
from helpdesk.routines.actions import Rhythm, begin_routine
from helpdesk.routines.models import Basis, Turn, Unit
from helpdesk.workdays.models import CalendarDay
from helpdesk.workdays.rules import DayKind
from tests.conftest import DATA_KEY, SECRET_KEY
from tests.databases import ON_POSTGRES
from tests.product import ROOT

TRIGGERS = (
    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    if ON_POSTGRES
    else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
)
BOOKS = ("charge", "adjustment", "allocation", "write_off", "hand_in", "day_closing")
ONCE = {"payment_fixed", "payment_reversed_once", "payment_handed_in_once"}
GUARDS = (
    {"event_append_only", "payment_stays", *ONCE, *(f"{table}_append_only" for table in BOOKS)}
    if ON_POSTGRES
    else ONCE | {f"{t}_no_{verb}" for t in ("event", *BOOKS) for verb in ("update", "delete")} | {"payment_no_delete"}
)
GUARDS |= {"look_no_update", "look_no_delete"}
GUARDS |= {
    "waiver_act_update", "waiver_act_delete", "waiver_act_decider", "waiver_act_owner", "waiver_begins_undecided",
    "waiver_is_approved", "waiver_keeps_figures", "waiver_keeps_enterer", "waiver_is_kept", "waiver_policy_alone_i",
    "waiver_policy_alone_u", "waiver_policy_kept", "waiver_ground_insert", "waiver_ground_update",
    "waiver_ground_delete", "one_off_update", "one_off_delete", "waiver_notice_row_delete", "waiver_notice_row_update",
    "waiver_over_grant_delete", "waiver_over_grant_update", "waiver_act_in_order", "adjustment_tells_no_why",
    "one_off_decider", "waiver_act_rates", "waiver_keeps_caps",
}  # fmt: skip
LET_GO = (
    "charge", "adjustment", "write_off", "hand_in", "day_closing", "waiver_act", "one_off_waiver", "payment", "look",
    "waiver_notice_row",
)  # fmt: skip
GUARDS |= {f"{table}_words" for table in LET_GO} | {"payment_reversal_words"}
GUARDS |= (
    {"chain_head_append_only", "look_no_truncate"} if ON_POSTGRES else {"chain_head_no_update", "chain_head_no_delete"}
)


@pytest.mark.proves("RE-13")
def test_models_and_migrations_agree(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.proves("RE-13")
def test_the_migrations_can_be_undone_and_done_again(app):
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}

    upgrade()

    assert set(db.session.scalars(text(TRIGGERS))) == GUARDS
    assert set(db.metadata.tables) <= set(inspect(db.engine).get_table_names())


def test_years_whose_plan_was_put_in_before_count_as_announced(app):
    """0011: a year with a whole plan is announced, one with a ticked day is not."""
    downgrade(revision="0003")
    days = [date(2026, 5, day) for day in range(1, 12)] + [date(2027, 5, 1)]
    with writing():
        db.session.add_all(CalendarDay(day=day, kind=DayKind.OFF, name="x", source="y") for day in days)

    upgrade()

    announced = db.session.execute(text("SELECT id, version FROM calendar_year")).all()
    assert announced == [(2026, 0)]


@pytest.mark.proves("RE-13")
def test_existing_estates_learn_dangers_and_keep_what_the_company_wrote(app, estate):
    """0015: new categories and words come to what still reads as it was shipped; what was edited stays."""
    db.session.rollback()  # whoever found the estate still looks at the database as it was
    downgrade(revision="0013")
    find = "SELECT code, hidden FROM category WHERE code IN ('FIRE', 'LIFT_TRAP', 'OTHER')"
    before = {code: bool(hidden) for code, hidden in db.session.execute(text(find))}
    db.session.rollback()
    with writing():
        db.session.execute(text("UPDATE category SET synonyms = '[\"我们自己的词\"]' WHERE code = 'OTHER'"))

    upgrade()

    rows = db.session.scalars(select(Category).options(undefer_group("words")).order_by(Category.position)).all()
    by_code = {row.code: row for row in rows}
    assert before == {"LIFT_TRAP": True, "OTHER": False}
    assert [row.code for row in rows[:6]] == ["FIRE", "SHOCK", "HURT", "AT_EDGE", "STUCK", "WATER_BURST"]
    assert (by_code["LIFT_TRAP"].hidden, by_code["OTHER"].synonyms) == (False, ["我们自己的词"])
    assert [rule["urgency"] for rule in by_code["OTHER"].raises] == ["p0", "p0"]  # they belong to what was edited
    assert by_code["ELDER_CHECK"].raises == []
    assert by_code["FIRE"].valid_from == by_code["WATER_BURST"].valid_from
    shipped = {row["code"]: row for row in from_document(policy._shipped("categories.json"))}
    own = ("code", "synonyms", "first_words_zh", "first_words_en", "urgency", "skill", "name_zh", "group_code")
    assert [getattr(by_code["FIRE"], name) for name in own] == [shipped["FIRE"][name] for name in own]


@pytest.mark.proves("RE-13")
def test_what_came_on_the_last_day_of_a_short_month_goes_back_to_its_day(app, estate, place, ann, category, now):
    """0019: of old rows only the next date is known, and when their turns were due."""
    with writing():
        routines = [
            begin_routine(
                kind=WorkOrderKind.INSPECTION, title="看看", steps="", place=place, person=None,
                category=category("HANDRAIL"), rhythm=Rhythm(1, Unit.MONTH, Basis.DUE, next_on, 1), actor=ann, now=now,
            )
            for next_on in (date(2026, 4, 30), date(2026, 4, 15), date(2026, 4, 30))
        ]  # fmt: skip
        drifted, moved, new = [routine.id for routine in routines]
        db.session.add_all(Turn(routine_id=one, due_on=date(2026, 1, 31)) for one in (drifted, moved))
    downgrade(revision="0018")

    upgrade()

    days = dict(db.session.execute(text("SELECT id, month_day FROM routine")).all())
    assert days == {drifted: 31, moved: 15, new: 30}


TOLD = "import logging; logging.basicConfig(level=logging.INFO); from flask.cli import main; main()"
MOMENTS = [
    pytest.param("0028", [2], id="once"),
    pytest.param("0013", range(1, 19, 3), id="often", marks=pytest.mark.soak),
]


@pytest.mark.proves("RE-13")
@pytest.mark.parametrize(("begins", "moments"), MOMENTS)
def test_a_kill_in_the_middle_of_an_update_loses_nothing(begins, moments, app, work_order, tmp_path):
    """Killed within the second (or whichever) of the migrations to come, which are begun again afterwards."""
    db.session.rollback()
    downgrade(revision=begins)
    before = everything()

    for at in moments:
        kill_while_updating(at, tmp_path)
        assert everything() == before
    upgrade()

    after = everything()
    assert set(db.session.scalars(text(TRIGGERS))) == GUARDS
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []
    for table in ("estate", "place", "work_order", "user", "event"):
        kept = [{name: row[name] for name in old} for old, row in zip(before[table], after[table], strict=True)]
        assert before[table] and kept == before[table], table


def everything() -> dict[str, list[dict]]:
    """Every row of every table, as it is now."""
    with db.engine.connect() as connection:
        found = {}
        for table in inspect(connection).get_table_names():
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).mappings().all()  # noqa: S608
            found[table] = sorted((dict(row) for row in rows), key=lambda row: str(row.get("id", row)))
        return found


def kill_while_updating(at: int, folder) -> None:
    """Run `flask db upgrade`, and kill it when it says that it does the so-many-th migration."""
    env = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SECRET_KEY": SECRET_KEY, "DATA_KEY": DATA_KEY,
        "INSTANCE_PATH": str(folder), "DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
    }  # fmt: skip
    db.engine.dispose()
    command = [sys.executable, "-c", TOLD, "--app", str(ROOT / "wsgi.py"), "db", "upgrade"]
    with subprocess.Popen(command, env=env, cwd=folder, stderr=subprocess.PIPE, text=True) as running:
        for line in running.stderr:
            at -= "Running upgrade" in line
            if at == 0:
                running.send_signal(signal.SIGKILL)
                break
    assert running.returncode == -signal.SIGKILL
