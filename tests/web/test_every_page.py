"""Every page there is, as every role: reading changes nothing, and the log tells of nobody."""

import logging
import re
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import inspect, select, text

import helpdesk
from helpdesk.audit.models import Event
from helpdesk.cases.panel import CaseAct
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.headers import HEADERS
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Phone
from helpdesk.repairs.panel import Act
from tests.conftest import HTMX
from tests.households import add_person, add_phone
from tests.web.test_access_matrix import Sight
from tests.web.world import LEAVES

PACKAGE = Path(helpdesk.__file__).parent
WAYS = (("GET", {}), ("GET", HTMX), ("OPTIONS", {}))  # HEAD is answered by what answers GET
UNTOLD = {"session": {"seen_at"}}  # when somebody was last here


def dump() -> dict[str, list[tuple]]:
    """Everything in the database, whatever table it is in."""
    kept = {}
    for table in sorted(inspect(db.engine).get_table_names()):
        if table not in ("throttle", "look"):  # that somebody looked is kept by looking
            rows = db.session.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608
            shown = [name for name in rows.keys() if name not in UNTOLD.get(table, ())]
            kept[table] = sorted(repr([row[name] for name in shown]) for row in rows.mappings())
    db.session.rollback()
    return kept


SAID_ONCE = pytest.mark.sqlite_only  # PostgreSQL sees every page once, with all that a leader may see
IDS = re.compile(r"""\sid=["']([^"']+)["']""")
ROLES = [*Role, None]


def ways(role: Role | None, at: int):
    """A leader is asked for everything in every way; the others take turns, so that each page is seen in each."""
    if role is Role.MANAGER:
        return WAYS
    turn = at + ROLES.index(role)
    return [WAYS[turn % 2], *([WAYS[2]] if turn % 5 == 0 else [])]


@pytest.mark.proves("AC-12", "AC-02", "WB-04", "WB-12", "PD-08", "PC-04")
@pytest.mark.parametrize("role", [pytest.param(r, marks=[] if r is Role.MANAGER else SAID_ONCE) for r in ROLES])
def test_reading_changes_nothing_and_a_denied_access_is_kept(role, app, world, as_user):
    user = world.users.get(role)
    browser = as_user(user) if role else app.test_client()
    before, denied = dump(), 0
    addresses, sight, wrong = world.gets(app), Sight(app, role, user), []

    for at, path in enumerate(addresses):
        for method, headers in ways(role, at):
            with browser.open(path, method=method, headers=headers) as answer:
                answer.get_data()
            assert answer.status_code < 500, (method, path)
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, (method, path)
            if method == "GET" and (told := sight.is_wrong(path, method, answer.status_code)):
                wrong.append(told)
            if method == "GET" and answer.mimetype == "text/html":
                assert twice_in(answer.text) == [], path
                if not headers and answer.status_code != 302:  # a part alone is no page
                    assert answer.text.lstrip().lower().startswith("<!doctype html"), path
            denied += answer.status_code == 403

    assert wrong == []
    after = dump()
    kinds = list(db.session.scalars(select(Event.kind).where(Event.seq > len(before["event"]))))
    assert kinds == ["access.denied"] * denied
    assert {name: rows for name, rows in after.items() if name != "event" and rows != before[name]} == {}
    assert set(before["event"]) <= set(after["event"])
    assert len(addresses) > 60 and (denied > 0) == (role is not None)


def twice_in(page: str) -> list[str]:
    """Ids that are used twice: a label, a live region and an anchor each find the first of them only."""
    found = IDS.findall(page)
    return sorted({one for one in found if found.count(one) > 1}) if len(found) != len(set(found)) else []


@SAID_ONCE  # what a page is made of
def test_no_open_act_uses_an_id_twice(app, world, anyone):
    opened = {name: [rule for rule in app.url_map.iter_rules() if rule.rule == name] for name in
              ("/cases/<case_number>", "/work-orders/<number>")}  # fmt: skip
    cases, orders = (world.fill(rule)[:2] for (rule,) in opened.values())
    acts = [f"{path}?act={act}" for paths, kind in ((cases, CaseAct), (orders, Act)) for path in paths for act in kind]

    assert len(acts) > 20 and {path: found for path in acts if (found := twice_in(anyone.get(path).text))} == {}


@pytest.fixture
def anyone(person, as_user):
    """Somebody who may open every page."""
    return as_user(person("Kim", *Role))


def readable(app) -> list:
    return [r for r in app.url_map.iter_rules() if "GET" in r.methods and r.endpoint not in ("live.stream", "static")]


CANARIES = ["金丝雀", "12098765432", "canary-words"]


@pytest.mark.sqlite_only  # it asks what the first test of all pages asked on both
@pytest.mark.proves("PD-11", "PD-12")
def test_no_line_of_the_log_tells_whom_it_was_about(app, world, anyone, estate, caplog, monkeypatch):
    name, number, words = CANARIES
    wang = add_person(estate, name)
    add_phone(estate, number, people=[wang])
    typed = {"request_key": str(uuid4()), "caller_number": number, "words": words, "name": name}

    def twice():
        with writing():
            db.session.add(Phone(estate_id=estate.id, digits=number))

    caplog.set_level(logging.INFO)
    paths = [world.fill(rule)[0] for rule in readable(app)]
    for path in [*paths, *(f"/search?q={quote(canary)}" for canary in CANARIES)]:
        with anyone.get(path) as answer:
            answer.get_data()
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and rule.endpoint not in LEAVES:
            photo = (BytesIO(b"x"), f"{name}.jpg")
            assert anyone.post(world.fill(rule)[0], data={**typed, "photo": photo}).status_code < 500
    for fault in (lambda: int(name), twice, lambda: {}[words]):
        monkeypatch.setitem(app.view_functions, "home.index", fault)
        assert anyone.get("/").status_code == 500

    assert "ValueError" in caplog.text and "IntegrityError" in caplog.text  # what happened is told, and where
    assert [canary for canary in CANARIES if canary in caplog.text] == []
