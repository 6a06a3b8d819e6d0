"""What belongs to another estate is not there: in the path, the address, a form and a hidden field alike."""

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from helpdesk.accounts.models import UserRole
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from tests.conftest import HTMX
from tests.web.marks import put_marks, read_by
from tests.web.test_canaries import EVERYBODY
from tests.web.test_every_page import dump
from tests.web.test_nonsense import field_names

WHOLE_INSTALLATION = {"public", "administer"}  # messages and lines of the installation: administrators of any estate
NOT_ABOUT_A_RECORD = {"token", "filename", "urgency", "key", "kind", "data_class"}
OF_NO_ESTATE = {*EVERYBODY, "calendar_day.name"}  # printed for everybody, and the calendar of the installation
MISSING = {int: 987_654_321, str: "GD20260302-9876", UUID: UUID(int=5)}
FILLED = {
    "words": "It drips", "summary": "It drips", "reason": "As agreed", "name": "Somebody", "amount": "12.00",
    "starts_on": "2026-03-03", "ends_on": "2026-03-04", "starts_at": "2026-03-03T09:00", "day": "2026-03-03",
    "caller_number": "12000000001", "outcome": "note", "category": "WATER_LEAK", "urgency": "p2", "version": "0",
}  # fmt: skip


@pytest.fixture
def stranger(person, new_estate, as_user):
    """The browser of somebody who holds every role, in an estate in which there is nothing."""

    def _stranger():
        kim = person("Kim", Role.MANAGER, at=new_estate("West Court"))
        with writing():
            here = kim.roles[0].estate_id
            db.session.add_all(UserRole(user_id=kim.id, estate_id=here, role=role) for role in {*Role} - {Role.MANAGER})
        return as_user(kim)

    return _stranger


def about_records(app, method):
    for rule in app.url_map.iter_rules():
        asked = getattr(app.view_functions[rule.endpoint], "permission", "public")
        if method in rule.methods and {*rule.arguments} - NOT_ABOUT_A_RECORD and asked not in WHOLE_INSTALLATION:
            yield rule


def lost(world, rule) -> str:
    """The same address, with ids of nothing."""
    values = {name: MISSING[type(world.ids[name][0])] if name in world.ids else 987_654_321 for name in rule.arguments}
    return rule.build(values, append_unknown=False)[1]


def read(answer, path: str) -> tuple:
    """What an answer says, without the address it repeats and its own number."""
    text = re.sub(r'<span class="code">[0-9a-f]{12}</span>', "", answer.text)
    return answer.status_code, text.replace(path, "")


@pytest.mark.proves("PC-01")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_id_in_the_path_is_answered_like_one_of_nothing(method, app, world, stranger):
    browser, rules = stranger(), list(about_records(app, method))
    assert len(rules) > 40

    for rule in rules:
        missing = lost(world, rule)
        for path in world.fill(rule):
            foreign, nothing = browser.open(path, method=method), browser.open(missing, method=method)
            assert foreign.status_code == 404, (method, path, foreign.status_code)
            assert read(foreign, path) == read(nothing, missing), (method, path)


@pytest.mark.proves("PC-01")
@pytest.mark.sqlite_only  # the pages are the same on both
def test_whoever_works_elsewhere_reads_nothing_of_an_estate(app, world, stranger):
    """Lists, searches, counts, parts, files, exports and direct addresses, with foreign ids in the address as well."""
    marks = put_marks()
    read = read_by(stranger(), world.gets(app))
    assert {name for name, mark in marks.items() if mark in read} <= OF_NO_ESTATE


@pytest.mark.proves("PC-01")
def test_foreign_ids_in_a_form_lead_nowhere(app, world, stranger):
    browser, before = stranger(), dump()
    ids = {name: [str(one) for one in values] for name, values in world.ids.items() if not isinstance(values[0], dict)}

    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and not rule.arguments and not rule.endpoint.startswith("accounts.sign"):
            typed = MultiDict({**FILLED, "request_key": str(uuid4())})
            for name in field_names() | ids.keys():
                base = re.sub(r"s$", "", name)
                for known in (name, f"{name}_id", base, f"{base}_id"):
                    if known in ids:
                        typed.setlist(name, ids[known][:2])
                        break
            for headers in ({}, HTMX):
                assert browser.post(rule.rule, data=typed, headers=headers).status_code < 500, rule

    after = dump()
    changed = {name: set(rows) - set(after[name]) for name, rows in before.items() if name != "session"}
    assert {name: rows for name, rows in changed.items() if rows} == {}
    assert across_estates() == {}


def across_estates() -> dict[str, int]:
    """How many rows of one estate lead to a row of another, by column; there must be none."""
    found = {}
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                other = key.column.table.alias()
                if "estate_id" in table.c and "estate_id" in other.c and table.name != "estate":
                    joined = table.join(other, column == other.c[key.column.name])
                    rows = select(column).select_from(joined).where(table.c.estate_id != other.c.estate_id)
                    if many := len(db.session.execute(rows).all()):
                        found[f"{table.name}.{column.name}"] = many
    db.session.rollback()
    return found
