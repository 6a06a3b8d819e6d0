"""Every page there is, as every role: reading changes nothing, nonsense breaks nothing, hostile text stays text."""

import logging
import re
from dataclasses import fields
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select, text
from werkzeug.datastructures import MultiDict

import helpdesk
from helpdesk.audit.models import Event
from helpdesk.cases.panel import CaseAct
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.forms import Form
from helpdesk.core.headers import HEADERS
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Phone
from helpdesk.repairs.filters import Filter
from helpdesk.repairs.panel import Act
from tests.conftest import HTMX
from tests.databases import ON_POSTGRES
from tests.households import add_person, add_phone
from tests.web.conftest import LEAVES

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


@pytest.mark.proves("WB-12")
@pytest.mark.parametrize("role", [pytest.param(r, marks=[] if r is Role.MANAGER else SAID_ONCE) for r in [*Role, None]])
def test_reading_changes_nothing_and_a_denied_access_is_kept(role, app, world, as_user):
    browser = as_user(world.users[role]) if role else app.test_client()
    before, denied = dump(), 0
    addresses = world.gets(app)

    for path in addresses:
        for method, headers in WAYS:
            with browser.open(path, method=method, headers=headers) as answer:
                answer.get_data()
            assert answer.status_code < 500, (method, path)
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, (method, path)
            if method == "GET" and not headers and answer.mimetype == "text/html" and answer.status_code != 302:
                assert answer.text.lstrip().lower().startswith("<!doctype html"), path  # a part alone is no page
            denied += answer.status_code == 403

    after = dump()
    kinds = list(db.session.scalars(select(Event.kind).where(Event.seq > len(before["event"]))))
    assert kinds == ["access.denied"] * denied
    assert {name: rows for name, rows in after.items() if name != "event" and rows != before[name]} == {}
    assert set(before["event"]) <= set(after["event"])
    assert len(addresses) > 60 and (denied > 0) == (role is not None)


IDS = re.compile(r"""\sid=["']([^"']+)["']""")


@SAID_ONCE  # what a page is made of
def test_no_page_uses_an_id_twice(app, world, anyone):
    """A label, a live region and an anchor each find the first of them only."""
    opened = [path for path in world.gets(app) if re.fullmatch(r"/(cases|work-orders)/[^/]+", path)]
    acts = [f"{path}?act={act}" for path in opened for act in (*CaseAct, *Act)]

    twice = {}
    for path in [*world.gets(app), *acts]:
        with anyone.get(path) as answer:
            found = IDS.findall(answer.text) if answer.mimetype == "text/html" else []
        if len(found) != len(set(found)):
            twice[path] = sorted({one for one in found if found.count(one) > 1})

    assert acts and twice == {}


NASTY = [
    "9" * 400, "-1", "1e999", "\u0664\u0665", "0x10", "2026-02-30", "9999-12-31", "\U0001f4a7" * 50, "x" * 3_000, "%",
    "_", "\\", "[]", "1~99999999999999999", "0.0.0", "\ud800", "\x01", "None", "true", "GD20260302-99999999999",
    "\x00", b"\xff\xfe",
]  # fmt: skip
# PostgreSQL is asked again for what it may refuse on its own: no text, no number or no date of its own kinds.
SENT = ["9" * 400, "-1", "9999-12-31", "1~99999999999999999", "\ud800", "\x00", b"\xff\xfe"] if ON_POSTGRES else NASTY
ASKED = re.compile(r"args\.get\(\"(\w+)\"|_id\(\"(\w+)\"\)")


def asked_names() -> list[str]:
    """Every name that some page reads from its address."""
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    found = {name for pair in ASKED.findall(code) for name in pair if name}
    return sorted(found | {f.name for f in fields(Filter)} | {"place_id", "person_id", "phone_id", "category", "utm"})


def queries():
    value = st.one_of(st.sampled_from(NASTY), st.text(max_size=30), st.integers().map(str), st.binary(max_size=6))
    pair = st.tuples(st.sampled_from(asked_names()), value)
    return st.lists(pair, min_size=1, max_size=6).map(as_query)


def as_query(pairs) -> str:
    """Some of it twice, some as bytes that are no text: whatever a hand or a robot may put into an address."""
    quoted = ((name, v if isinstance(v, bytes) else v.encode("utf-8", "surrogatepass")) for name, v in pairs)
    return "&".join(f"{name}={quote(raw)}" for name, raw in quoted)


@pytest.fixture
def anyone(person, as_user):
    """Somebody who may open every page."""
    return as_user(person("Kim", *Role))


def test_nonsense_in_an_address_breaks_no_page(app, world, anyone):
    addresses, names = list(dict.fromkeys(world.fill(rule)[0] for rule in readable(app))), asked_names()
    assert len(names) > 20

    for path in addresses:
        for nonsense in SENT:
            query = as_query([(name, nonsense) for name in names] * 2)
            assert anyone.get(f"{path}?{query}").status_code < 500, (path, nonsense)


BY_CHANCE = settings(derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@SAID_ONCE  # the same values as above, in chance order
@settings(BY_CHANCE, max_examples=25)
@given(data=st.data())
def test_no_address_breaks_a_page(data, app, world, anyone):
    ask_by_chance(data, app, world, anyone)


@pytest.mark.soak
@settings(BY_CHANCE, max_examples=500)
@given(data=st.data())
def test_none_of_many_addresses_breaks_a_page(data, app, world, anyone):
    ask_by_chance(data, app, world, anyone)


def ask_by_chance(data, app, world, anyone):
    paths = [world.fill(rule)[0] for rule in readable(app)]
    path, query = data.draw(st.sampled_from(paths)), data.draw(queries())

    for headers in ({}, HTMX):
        assert anyone.get(f"{path}?{query}", headers=headers).status_code < 500


@pytest.mark.parametrize("value", ["0", "-1", "9" * 10, "9" * 400, "1.5", "x", "%00", "%ED%A0%80", "..%2f.."])
def test_nonsense_in_the_path_is_not_found(value, app, world, anyone):
    for rule in readable(app):
        for name in rule.arguments:
            path = re.sub(rf"<(?:\w+:)?{name}>", value, rule.rule)
            path = re.sub(r"<(?:\w+:)?number>", world["number"], path)
            assert anyone.get(path).status_code in (302, 400, 404), path


@pytest.mark.parametrize("nonsense", [
    *("9" * 400, "-1", "\x00", "9999-12-31T23:59:59+14:00"),
    *(pytest.param(one, marks=SAID_ONCE) for one in ("1e999", "\u0664", "x" * 3_000, "\U0001f4a7", "\ufeff",
                                                     "2026-02-30", "0001-01-01T00:00")),
])  # fmt: skip
def test_nonsense_in_a_form_breaks_nothing(nonsense, app, world, anyone):
    fields = field_names()
    assert len(fields) > 20

    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and rule.endpoint not in LEAVES:
            typed = MultiDict([(name, nonsense) for name in fields] * 2)
            typed["request_key"] = str(uuid4())
            answer = anyone.post(world.fill(rule)[0], data=typed)
            assert answer.status_code < 500, rule
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, rule


def field_names() -> set[str]:
    """Every field of every form."""
    forms, names = [Form], set()
    while forms:
        form = forms.pop()
        forms += form.__subclasses__()
        names |= {name for name in dir(form) if type(getattr(form, name)).__name__ == "UnboundField"}
    return names


def readable(app) -> list:
    return [r for r in app.url_map.iter_rules() if "GET" in r.methods and r.endpoint not in ("live.stream", "static")]


CANARIES = ["金丝雀", "12098765432", "canary-words"]


def test_no_line_of_the_log_tells_whom_it_was_about(app, world, anyone, estate, caplog, monkeypatch):
    name, number, words = CANARIES
    wang = add_person(estate, name)
    add_phone(estate, number, people=[wang])
    typed = {"request_key": str(uuid4()), "caller_number": number, "words": words, "name": name}

    def twice():
        with writing():
            db.session.add(Phone(estate_id=estate.id, digits=number))

    caplog.set_level(logging.INFO)
    for path in [*world.gets(app), *(f"/search?q={quote(canary)}" for canary in CANARIES)]:
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
