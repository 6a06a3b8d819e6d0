"""A form takes the fields it has: whatever else is sent with it, by whatever name a column has, is passed over.

Each form is sent twice, as its page shows it and with a value for every column of every table beside it. What it would
write is compared and never kept, so that all begin with the same.
"""

import re
import secrets
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Boolean, Date, DateTime, Integer, event
from sqlalchemy import Enum as OneOf

import helpdesk
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.forms import Form
from tests.web.test_every_page import readable
from tests.web.test_foreign_ids import FILLED
from tests.web.test_nonsense import Forms

READ_AS_THEY_ARE = re.compile(r"""request\.(?:form|values)(?:\.get|\.getlist|\.to_dict)?[(\[]\s*"(\w+)\"""")
BY_CHANCE = re.compile(r"^[0-9a-f]{32,}$|^\$argon2|^[\w-]{43}$|^[0-9a-f]{8}-[0-9a-f-]{27}$")
KEY = "1d0f5a6e-2222-4222-8333-944445555666"
WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
OF_ITS_STATE = {  # pages whose forms depend on how far it is
    "/work-orders/<number>", "/jobs/<number>", "/cases/<case_number>", "/callbacks/<int:callback_id>",
    "/outages/<int:outage_id>", "/waivers/<application_number>", "/waivers/<application_number>/life",
    "/handovers/<int:handover_id>", "/estate/imports/<int:upload_id>", "/privacy/requests/<int:request_id>",
    "/tariff/<int:list_id>", "/billing/runs/<int:run_id>", "/schedule/plans/<int:plan_id>",
    "/waiver-policies/<int:policy_id>", "/waiver-notices/<int:notice_id>", "/charges/<int:charge_id>/one-off",
    "/verification/home-checks/<check_number>", "/duty/shifts/<int:shift_id>", "/admin/users/<int:user_id>",
    "/verification/sheets/<sheet_number>", "/routines/<int:routine_id>", "/storm/rounds/<int:round_id>",
}  # fmt: skip
OF_EVERY_POST = {"throttle", "session", "request", "event"}  # whatever it is about


class NotKept(BaseException):
    """Ends a transaction before it is kept; no page answers for it."""


def evil() -> dict[str, str]:
    """A value for each name that a column has, such that the column would take it."""
    found = {}
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            found[column.name] = _evil(column.type)
            if column.foreign_keys:
                found[column.name.removesuffix("_id")] = found[column.name]
    return found


def _evil(kind) -> str:
    if isinstance(kind, OneOf):
        last = list(kind.enum_class or kind.enums)[-1]
        return str(last.value if isinstance(last, Enum) else last)
    if isinstance(kind, Boolean):
        return "1"
    if isinstance(kind, Integer):
        return "2"
    if isinstance(kind, Date):
        return "2026-03-05"
    return "2026-03-05T10:00" if isinstance(kind, DateTime) else "extra"


@pytest.fixture
def written(app, monkeypatch):
    """What the forms of a request were, and what it would have written: nothing of it is kept."""
    forms, statements = [], []
    made = Form.__init__

    def noted(self, *args, **kwargs):
        made(self, *args, **kwargs)
        forms.append({field.name for field in self})

    def note(_conn, _cursor, statement, parameters, _context, _many):
        if (found := WRITES.match(statement)) and found[1] not in OF_EVERY_POST:
            statements.append((statement, _without_chance(parameters)))

    def refuse(_session):
        raise NotKept

    monkeypatch.setattr(Form, "__init__", noted)
    monkeypatch.setattr(secrets, "randbelow", lambda most: most - 1)  # the digits said at the door
    event.listen(db.engine, "before_cursor_execute", note)
    event.listen(db.session, "before_commit", refuse)
    yield forms, statements
    event.remove(db.engine, "before_cursor_execute", note)
    event.remove(db.session, "before_commit", refuse)


def _without_chance(value):
    if isinstance(value, dict):
        return {name: _without_chance(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_chance(one) for one in value]
    return "drawn" if isinstance(value, bytes) or (isinstance(value, str) and BY_CHANCE.match(value)) else value


@pytest.fixture
def kim(person, as_user):
    """Somebody who is shown every form."""
    return as_user(person("Kim", *Role))


def addresses(app, world) -> list[str]:
    """Every page once; a record in every state that the world has of it, and with each act of it opened."""
    rules = readable(app)
    other_states = [path for rule in rules if rule.rule in OF_ITS_STATE for path in world.fill(rule)[1:]]
    return [world.fill(rule)[0] for rule in rules] + other_states + [p for p in world.asked_for() if "act=" in p]


@pytest.fixture
def shown(app, world, kim) -> list[tuple[str, dict]]:
    """Every form that changes something, with what stands in it: those with the same fields for the same act once."""
    found, kinds, acts = [], set(), app.url_map.bind("127.0.0.1")
    for path in addresses(app, world):
        with kim.get(path) as answer:
            forms = Forms(answer.text).found if answer.mimetype == "text/html" else {}
        for action, typed in forms.items():
            to = urlsplit(action or path).path
            if not acts.test(to, method="POST"):
                continue  # only its buttons lead somewhere
            kind = acts.match(to, method="POST")[0], frozenset(typed)
            if kind not in kinds:
                kinds.add(kind)
                filled = {name: FILLED.get(name, value) if value == "x" else value for name, value in typed.items()}
                found.append((to, filled))
    return found


@pytest.mark.sqlite_only  # a form is the same on both
@pytest.mark.proves("AC-05")
def test_what_a_form_does_not_have_changes_nothing(app, world, kim, shown, written):
    forms, statements = written
    code = "".join(path.read_text(encoding="utf-8") for path in Path(helpdesk.__file__).parent.rglob("*.py"))
    columns, read, changing, wrong = evil(), set(READ_AS_THEY_ARE.findall(code)), set(), {}

    def sent(action, typed):
        forms.clear(), statements.clear()
        try:
            with kim.post(action, data=typed) as answer:
                status = answer.status_code
        except NotKept:
            db.session.rollback()
            status = "written"
        return status, list(statements), set().union(*forms)

    assert len(columns) > 300
    for action, typed in sorted(shown, key=lambda form: form[0]):
        if "request_key" in typed:
            typed["request_key"] = KEY
        plain, writes, its_own = sent(action, typed)
        more = {name: value for name, value in columns.items() if name not in its_own | read | typed.keys()}
        status, also, _forms = sent(action, typed | more)
        changing |= {action} if writes else set()
        if (status, also) != (plain, writes):
            differs = [pair for pair in zip(writes, also, strict=False) if pair[0] != pair[1]]
            wrong[action, *sorted(typed)] = differs, status

    assert wrong == {} and len(changing) > 95
