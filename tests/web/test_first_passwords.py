"""Passwords that administrators give: for one sign-in within a day, and never to be read again; and one's own."""

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from helpdesk.accounts.device_models import UserPin
from helpdesk.accounts.models import User
from helpdesk.accounts.queries import user_named
from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.entry.gate import ALWAYS, OPEN
from helpdesk.entry.gate import PASSWORD as PASSWORD_PAGE
from helpdesk.notify.models import Message, Template
from tests.conftest import HTMX, NOON, PASSWORD
from tests.second_steps import Visitor, enrol

FIRST, OWN = "grey herons over reeds", "two lamps on the bridge"


@pytest.fixture
def visitor(app):
    return lambda: Visitor(app.test_client())


@pytest.fixture
def wang(ada, as_user, now):
    """A new operator, with the password an administrator chose at noon."""
    typed = {"request_key": str(uuid4()), "name": "王丽", "username": "wangli", "roles": "operator", "password": FIRST}
    typed |= {"own_password": PASSWORD}
    assert as_user(ada).post("/admin/users", data=typed).status_code == 200
    return db.session.scalars(select(User).where(User.username == "wangli")).one()


def change(browser, now="", new=OWN, **typed):
    return browser.post("/me/first-password", "/me/first-password", password=now or FIRST, new_password=new, **typed)


@pytest.mark.proves("AU-15")
def test_a_first_password_leads_to_ones_own_and_to_nothing_else(wang, visitor):
    browser = visitor()
    assert browser.enter("wangli", FIRST).status_code == 303
    for path in ("/", "/hotline", "/work-orders", "/me/second-step"):
        assert browser.client.get(path).location == "/me/first-password", path
    part = browser.client.get("/hotline", headers=HTMX)
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/me/first-password")
    assert ALWAYS | OPEN[PASSWORD_PAGE] == {
        "static", "accounts.sign_out", "accounts.choose_language", "accounts.choose_theme", "entry.first_password",
        "entry.choose_password",
    }  # fmt: skip

    assert change(browser).status_code == 303

    assert browser.client.get("/hotline").status_code == 200
    assert visitor().enter("wangli", FIRST).status_code == 422
    assert visitor().enter("wangli", OWN).location == "/"


@pytest.mark.proves("AU-15")
def test_a_first_password_nobody_used_in_a_day_is_dead(wang, visitor, set_now):
    set_now(NOON + timedelta(hours=24) - timedelta(seconds=1))
    assert visitor().enter("wangli", FIRST).status_code == 303
    set_now(NOON + timedelta(hours=24))
    answer = visitor().enter("wangli", FIRST)
    assert answer.status_code == 422 and "初始密码已经过期" in answer.text
    assert "初始密码" not in visitor().enter("wangli", "wrong").text  # only who knows it learns that


@pytest.mark.proves("AU-15")
def test_what_an_administrator_set_is_nowhere_to_be_read(wang, ada, as_user):
    page = as_user(ada).get(f"/admin/users/{wang.id}").text
    dump = [repr(list(db.session.execute(text(f'SELECT * FROM "{table}"')))) for table in ("user", "event", "request")]  # noqa: S608
    assert FIRST not in page + "".join(dump)
    assert wang.password_expires_at == NOON + timedelta(hours=24)


@pytest.mark.proves("AU-01", "AU-02", "AU-16")
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"new": "eleven char"}, "12"), ({"new": "x y" * 43}, "128"), ({"new": "wangli1234567"}, "account name"),
        ({"new": "password12345"}, "Many people"), ({"new": FIRST}, "already"), ({"now": "wrong"}, "not right"),
    ],
)  # fmt: skip
def test_a_password_that_will_not_do_says_why(typed, says, wang, visitor):
    browser = visitor()
    browser.enter("wangli", FIRST)
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    browser.post("/me/language", "/me/first-password", language="en")

    answer = change(browser, **typed)

    assert answer.status_code == 422 and says in answer.text and OWN not in answer.text
    assert visitor().enter("wangli", FIRST).status_code == 303


@pytest.mark.proves("AU-06")
def test_ones_own_password_ends_whatever_else_the_first_one_opened(wang, visitor, now):
    here, elsewhere = visitor(), visitor()
    [browser.enter("wangli", FIRST) for browser in (here, elsewhere)]
    before = here.client.get_cookie("session").value

    assert change(here).status_code == 303

    assert here.client.get("/hotline").status_code == 200 and here.client.get_cookie("session").value != before
    stolen = visitor().client
    stolen.set_cookie("session", before)
    assert elsewhere.client.get("/hotline").status_code == stolen.get("/hotline").status_code == 302
    assert "user.password_changed" in list(db.session.scalars(select(Event.kind)))
    assert here.client.get("/me/first-password").location == "/"  # there is none any more


@pytest.mark.proves("AU-12")
def test_whoever_is_given_both_chooses_the_password_and_then_sets_up_the_second_step(ada, as_user, visitor, now):
    typed = {"request_key": str(uuid4()), "name": "李国", "username": "liguo", "roles": "manager", "password": FIRST}
    typed |= {"own_password": PASSWORD}
    as_user(ada).post("/admin/users", data=typed)
    browser = visitor()
    browser.enter("liguo", FIRST)
    assert browser.client.get("/").location == "/me/first-password"
    assert change(browser).location == "/"
    assert browser.client.get("/").location == "/me/second-step"


@pytest.mark.proves("AU-16")
def test_a_phone_and_a_password_of_others_are_not_set_by_a_stranger_at_an_open_screen(ada, tao, as_user, now):
    browser = as_user(ada)
    for url, typed in (("password", {"password": FIRST}), ("phone", {"phone": "12000000001", "version": "0"})):
        before = (tao.password_hash, tao.phone)
        answer = browser.post(f"/admin/users/{tao.id}/{url}", data=typed)
        assert answer.status_code == 422 and 'name="own_password"' in answer.text
        assert (tao.password_hash, tao.phone) == before


def test_an_account_of_the_demonstration_with_a_password_of_its_own_is_none_any_more(ada, mei, as_user, now):
    new = {"password": FIRST, "own_password": PASSWORD}
    assert as_user(ada).post(f"/admin/users/{mei.id}/password", data=new).status_code == 200
    assert not mei.is_demo


@pytest.mark.proves("AU-17")
def test_password_managers_know_what_each_field_is(kai_page):
    for page, fields in kai_page.items():
        for name, token in fields.items():
            tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)[0]
            assert f'autocomplete="{token}"' in tag, tag
            assert name == "code" or name == "username" or 'type="password"' in tag
            assert "onpaste" not in tag and "readonly" not in tag or name == "username"


@pytest.fixture
def kai_page(person, visitor, as_user, now):
    kai, first = person("Kai", Role.OPERATOR), person("Fay", Role.OPERATOR)
    with writing():
        first.password_expires_at = now + timedelta(hours=1)
    enrol(kai)
    browser = visitor()
    door = browser.client.get("/sign-in").text
    browser.enter(kai.username)
    code = browser.client.get("/sign-in/code").text
    own = as_user(first).get("/me/first-password").text
    return {
        door: {"username": "username", "password": "current-password"}, code: {"code": "one-time-code"},
        own: {"username": "username", "password": "current-password", "new_password": "new-password"},
    }  # fmt: skip


def card(answer) -> str:
    found = re.search(r'<div class="handout.*?</div>', answer.text, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", found[0])) if found else ""


@pytest.mark.sqlite_only  # one page
@pytest.mark.parametrize(
    ("role", "asked"),
    [
        ("operator", ["password of your own", "unlocks your screen"]),
        ("technician", ["password of your own", "This is my phone"]),
        ("manager", ["password of your own", "Set up the second step"]),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_whoever_adds_an_account_is_told_once_what_to_tell_its_owner(role, asked, headers, ada, as_user, now):
    browser, typed = as_user(ada), {"request_key": str(uuid4()), "name": "王丽", "username": "wangli", "roles": role}
    answer = browser.post("/admin/users", data=typed | {"password": FIRST, "own_password": PASSWORD}, headers=headers)

    said = card(answer)
    for one in ("王丽", "http://localhost/", "wangli", FIRST, "until 2026-03-03 12:00", *asked):
        assert one in said, one
    steps = ("password of your own", "unlocks your screen", "This is my phone", "Set up the second step")
    assert [step for step in steps if step in said.partition("1. ")[2]] == asked
    assert answer.headers["Cache-Control"] == "no-store"
    assert card(browser.get("/admin/users")) == "" and FIRST not in browser.get("/admin/users").text


@pytest.mark.sqlite_only
def test_a_new_password_for_somebody_comes_with_the_same_card(ada, ann, add, as_user, now):
    typed = {"password": FIRST, "own_password": PASSWORD}
    browser = as_user(ada)

    said = card(browser.post(f"/admin/users/{ann.id}/password", data=typed))

    assert ann.username in said and FIRST in said and "unlocks your screen" in said
    assert FIRST not in browser.get(f"/admin/users/{ann.id}").text

    add(UserPin, user_id=ann.id, pin_hash="-", set_at=now)
    said = card(browser.post(f"/admin/users/{ann.id}/password", data=typed))
    assert FIRST in said and "unlocks your screen" not in said


@pytest.mark.sqlite_only
def test_the_card_sent_again_after_its_owner_came_in_is_gone(wang, visitor, ada, as_user, now):
    typed = {"request_key": str(uuid4()), "name": "李华", "username": "lihua", "roles": "operator", "password": FIRST}
    typed |= {"own_password": PASSWORD}
    first = as_user(ada).post("/admin/users", data=typed)
    newcomer = visitor()
    newcomer.enter("lihua", FIRST)
    change(newcomer)

    again = as_user(ada).post("/admin/users", data=typed)

    assert (again.status_code, card(first) != "", card(again)) == (200, True, "")


@pytest.mark.proves("AU-16")
def test_neither_account_nor_role_is_given_by_a_stranger_at_an_open_screen(ada, tao, as_user, now):
    """Whoever came by while the administrator fetched tea made a manager of a name and password of their own."""
    typed = {"request_key": str(uuid4()), "name": "李国", "username": "liguo", "roles": "manager", "password": FIRST}
    browser = as_user(ada)

    added = browser.post("/admin/users", data=typed)
    changed = browser.post(f"/admin/users/{tao.id}/roles", data={"roles": ["manager"], "version": tao.version})

    assert [answer.status_code for answer in (added, changed)] == [422, 422]
    assert all('name="own_password"' in answer.text for answer in (added, changed))
    assert user_named("liguo") is None and [held.role for held in db.session.get(User, tao.id).roles] == [
        Role.TECHNICIAN
    ]


@pytest.mark.proves("PD-08")
def test_managers_and_owner_hear_of_every_account_that_an_administrator_lets_see_much(
    ada, ann, tao, mei, person, as_user, now
):
    oma, browser = person("Oma", Role.OWNER), as_user(ada)
    typed = {"name": "李国", "password": FIRST, "own_password": PASSWORD}

    def heard():
        rows = db.session.scalars(select(Message).where(Message.template == Template.RIGHTS_GIVEN))
        return sorted((row.recipient_id, row.variables["user"]) for row in rows)

    for username, role in (("liguo", "officer"), ("lihua", "technician")):
        browser.post("/admin/users", data={"request_key": str(uuid4()), "username": username, "roles": role} | typed)
    browser.post(f"/admin/users/{tao.id}/roles", data={"roles": ["technician", "manager"], "version": tao.version})
    browser.post(f"/admin/users/{ann.id}/roles", data={"roles": ["finance"], "version": ann.version})

    new = user_named("liguo").id
    assert heard() == sorted([(mei.id, new), (oma.id, new), (mei.id, tao.id), (oma.id, tao.id)])
