"""Nonsense in every address and every form: never a fault of ours, never a word of another estate.

The values take turns: in one round every name gets another one of them at every address, so a short run meets each
value many times and each address with all its names; `make soak` goes round until every name has had every value.
Nothing is drawn by chance that another run would draw otherwise.
"""

import re
from dataclasses import fields
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import helpdesk
from helpdesk.core.access import Role
from helpdesk.core.forms import Form
from helpdesk.core.headers import HEADERS
from helpdesk.core.transactions import writing
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.filters import Filter
from helpdesk.repairs.models import Urgency
from tests.conftest import HTMX
from tests.databases import ON_POSTGRES
from tests.households import add_home, add_person, add_phone
from tests.web.test_every_page import readable
from tests.web.world import LEAVES

pytestmark = pytest.mark.proves("WB-15")
PACKAGE = Path(helpdesk.__file__).parent
NASTY = [
    "9" * 400, "-1", "1e999", "\u0664\u0665", "0x10", "2026-02-30", "9999-12-31", "\U0001f4a7" * 50, "x" * 3_000, "%",
    "_", "\\", "[]", "1~99999999999999999", "0.0.0", "\ud800", "\x01", "None", "true", "GD20260302-99999999999",
    "\x00", b"\xff\xfe", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00", "\ufeff", "",
]  # fmt: skip
# PostgreSQL is asked again for what it may refuse on its own: no text, no number or no date of its own kinds.
REFUSED_THERE = [
    "9" * 400, "-1", "9999-12-31", "1~99999999999999999", "\ud800", "\x00", b"\xff\xfe", "9999-12-31T23:59:59+14:00"
]  # fmt: skip
SENT = REFUSED_THERE if ON_POSTGRES else NASTY
SAID_ONCE = pytest.mark.sqlite_only
ASKED = re.compile(
    r"""args\.(?:get|getlist)\(\s*"(\w+)"|args\["(\w+)"\]|"(\w+)" in request\.args|_id\("(\w+)"\)""",
)
BY_CHANCE = settings(derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
CANARIES = ("金丝雀", "12098765432", "098-7654", "canary words", "别苑")


def asked_names() -> list[str]:
    """Every name that some page reads from its address."""
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    found = {name for several in ASKED.findall(code) for name in several if name}
    return sorted(found | {f.name for f in fields(Filter)} | {"place_id", "person_id", "phone_id", "category", "utm"})


def field_names() -> set[str]:
    """Every field of every form."""
    forms, names = [Form], set()
    while forms:
        form = forms.pop()
        forms += form.__subclasses__()
        names |= {name for name in dir(form) if type(getattr(form, name)).__name__ == "UnboundField"}
    return names


@pytest.fixture
def elsewhere(new_estate, person, category, now):
    """Another estate, of which nobody here may see a word; returns what its things are called in addresses."""
    other = new_estate("别苑")
    home = add_home(other, 3, 2, "701")
    wang = add_person(other, "金丝雀", home)
    phone = add_phone(other, "12098765432", people=[wang])
    wu = person("Wu", Role.OPERATOR, at=other)
    with writing():
        order = open_work_order(
            place=home, category=category("WATER_LEAK", at=other), urgency=Urgency.P1, summary="canary words", actor=wu,
            now=now,
        )  # fmt: skip
    return [str(home.id), str(wang.id), str(phone.id), str(wu.id), str(order.id), order.number, str(other.id)]


@pytest.fixture
def kim(person, as_user):
    """Somebody who may open every page here, and none elsewhere."""
    return as_user(person("Kim", *Role))


@pytest.fixture
def browsers(app, world, as_user):
    """Everybody, and a stranger."""
    return [*(as_user(user) for user in world.users.values()), app.test_client()]


def turned(names, values, turn: int) -> list[tuple[str, str | bytes]]:
    """Each name with a value of its own, and some a second time with another one."""
    first = [(name, values[(at + turn) % len(values)]) for at, name in enumerate(names)]
    again = [(name, values[(3 * at + turn + 1) % len(values)]) for at, name in enumerate(names)]
    return first + again[turn % 4 :: 4]


def as_query(pairs) -> str:
    """Some of it twice, some as bytes that are no text: whatever a hand or a robot may put into an address."""
    quoted = ((name, v if isinstance(v, bytes) else v.encode("utf-8", "surrogatepass")) for name, v in pairs)
    return "&".join(f"{name}={quote(raw)}" for name, raw in quoted)


def sent(browser, path: str, typed, **headers):
    """Post fields as their bytes come over the wire, also those that are no text."""
    return browser.post(
        path, data=as_query(typed), content_type="application/x-www-form-urlencoded", headers=headers
    )  # fmt: skip


def sound(answer, *where) -> str:
    """The text of an answer that is no fault of ours and tells nothing of the other estate."""
    with answer:
        told = answer.get_data().decode("utf-8", "replace")
    assert answer.status_code < 500, where
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, where
    assert "Traceback" not in told, where
    assert [canary for canary in CANARIES if canary in told] == [], where
    return told


ROUNDS = [pytest.param([0], id="short"), pytest.param(range(1, len(SENT)), id="all", marks=pytest.mark.soak)]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_nonsense_in_an_address_breaks_no_page(rounds, app, world, elsewhere, kim, browsers):
    names, values = asked_names(), [*SENT, *elsewhere]
    assert len(names) > 20
    paths = list(dict.fromkeys(world.fill(rule)[0] for rule in readable(app)))

    for turn in rounds:
        for at, path in enumerate(paths):
            query = as_query(turned(names, values, at + turn))
            sound(kim.get(f"{path}?{query}"), path, query)
            few = names[(at + turn) % 5 :: 5]  # what comes first may hide what comes after it
            query = as_query(turned(few, values, at + 7 * turn))
            headers = HTMX if at % 2 else {}
            sound(browsers[(at + turn) % len(browsers)].get(f"{path}?{query}", headers=headers), path, query)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_nonsense_in_every_field_at_once_breaks_nothing(rounds, app, world, elsewhere, kim, browsers):
    names = sorted(field_names())
    values = [one[:1_000] for one in (*SENT, *elsewhere)]  # all of it must fit into what a form may send
    assert len(names) > 20

    for turn in rounds:
        for at, rule in enumerate(changing(app)):
            typed = turned(names, values, at + turn)
            if at % 2:
                typed.insert(0, ("request_key", str(uuid4())))
            browser = kim if (at + turn) % 3 else browsers[(at + turn) % len(browsers)]
            answer = sent(browser, world.fill(rule)[0], typed, **(HTMX if at % 4 == 3 else {}))
            sound(answer, rule, typed)
            assert answer.status_code != 413 or rule.endpoint == "telephony.event"


@pytest.mark.parametrize("rounds", ROUNDS)
def test_nonsense_in_one_field_of_a_form_as_it_is_shown_breaks_nothing(rounds, app, world, elsewhere, kim):
    """What else stands in it is right, so the nonsense reaches the act itself."""
    values, forms = [*SENT, *elsewhere], {}
    for rule in readable(app):
        path = world.fill(rule)[0]
        with kim.get(path) as answer:
            shown = Forms(answer.text).found if answer.mimetype == "text/html" else {}
        forms |= {urlsplit(action or path).path: typed for action, typed in shown.items()}
    del forms["/sign-out"]

    assert len(forms) > 60
    for turn in rounds:
        for at, (action, typed) in enumerate(sorted(forms.items())):
            name = sorted(typed)[(at + turn) % len(typed)]
            told = typed | {name: values[(at + 5 * turn) % len(values)]}
            if "request_key" in typed and name != "request_key":
                told["request_key"] = str(uuid4())
            sound(sent(kim, action, told.items()), action, told)


class Forms(HTMLParser):
    """The forms of a page that change something, with what stands in them; what is empty gets a word."""

    def __init__(self, page: str):
        super().__init__()
        self.found, self.typed, self.select = {}, None, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "button" and (other := told.get("formaction")):  # sends its form to another act
            self.found.setdefault(other, {"x": "x"} if self.typed is None else self.typed)
        if tag == "form":
            self.typed = {} if told.get("method") == "post" else None
            if self.typed is not None:
                self.found[told.get("action") or ""] = self.typed
        elif self.typed is None or tag == "option":
            if self.typed is not None and self.select and told.get("value") and not self.typed[self.select]:
                self.typed[self.select] = told["value"]
        elif tag in ("input", "textarea", "select", "button") and (name := told.get("name")) and name != "csrf_token":
            self.select = name if tag == "select" else None
            self.typed[name] = told.get("value") or ("" if tag == "select" else "x")

    def handle_endtag(self, tag):
        if tag == "form":
            if self.typed == {}:
                self.typed["x"] = "x"
            self.typed = None


def changing(app) -> list:
    return [r for r in app.url_map.iter_rules() if "POST" in r.methods and r.endpoint not in LEAVES]


IN_PATHS = ["0", "-1", "9" * 10, "9" * 400, "1.5", "x", "%00", "%ED%A0%80", "..%2f.."]


def test_nonsense_in_the_path_is_not_found(app, world, elsewhere, kim):
    for rule in readable(app):
        for name in rule.arguments:
            for value in IN_PATHS:
                path = re.sub(rf"<(?:\w+:)?{name}>", value, rule.rule)
                path = re.sub(r"<(?:\w+:)?number>", world["number"], path)
                assert kim.get(path).status_code in (302, 400, 404), path


def test_what_is_of_another_estate_is_not_found(app, world, elsewhere, kim):
    home, wang, phone, _wu, _order, number, _estate = elsewhere
    theirs = {"place_id": home, "person_id": wang, "phone_id": phone, "number": number}

    asked = count()
    for rule in readable(app):
        if len(rule.arguments) == 1 and (name := next(iter(rule.arguments))) in theirs:
            path = re.sub(r"<(?:\w+:)?\w+>", theirs[name], rule.rule)
            sound(answer := kim.get(path), path)
            assert answer.status_code == 404 and next(asked) >= 0, path
    assert next(asked) > 8


def queries():
    value = st.one_of(st.sampled_from(NASTY), st.text(max_size=30), st.integers().map(str), st.binary(max_size=6))
    pair = st.tuples(st.sampled_from(asked_names()), value)
    return st.lists(pair, min_size=1, max_size=6).map(as_query)


@SAID_ONCE  # the same values as above, in chance order
@settings(BY_CHANCE, max_examples=25)
@given(data=st.data())
def test_no_address_breaks_a_page(data, app, world, elsewhere, kim):
    ask_by_chance(data, app, world, kim)


@pytest.mark.soak
@settings(BY_CHANCE, max_examples=500)
@given(data=st.data())
def test_none_of_many_addresses_breaks_a_page(data, app, world, elsewhere, kim):
    ask_by_chance(data, app, world, kim)


def ask_by_chance(data, app, world, kim):
    paths = [world.fill(rule)[0] for rule in readable(app)]
    path, query = data.draw(st.sampled_from(paths)), data.draw(queries())

    for headers in ({}, HTMX):
        sound(kim.get(f"{path}?{query}", headers=headers), path, query)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "x"])
def test_a_method_that_nobody_uses_is_refused(method, app, kim):
    for path in ("/", "/hotline", "/nowhere"):
        assert kim.open(path, method=method).status_code in (400, 404, 405), path
