"""The first administrator, and the accounts of the staff."""

import re
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.accounts import passwords
from helpdesk.accounts.actions import offer_first_administrator
from helpdesk.accounts.models import Session, User, UserRole
from helpdesk.audit.models import Event
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.duty.models import Post, Shift
from helpdesk.estate.models import Estate, Place, PlaceKind
from helpdesk.repairs.models import Category
from tests.conftest import HTMX, NOON, PASSWORD
from tests.households import add_person
from tests.second_steps import enrol


@pytest.fixture
def link(app, now):
    with writing():
        return offer_first_administrator(now=clock.now())


@pytest.fixture
def stranger(app):
    """A browser without a sign-in, with the token of its page."""

    def _stranger():
        client = app.test_client()
        client.token = client.get("/sign-in/token").text
        return client

    return _stranger


def filled(**typed):
    return {
        "request_key": str(uuid4()),
        "estate_name": "德裕苑",
        "name": "管理员",
        "username": "admin",
        "password": PASSWORD,
    } | typed


@pytest.mark.proves("AU-15")
def test_the_link_makes_the_first_administrator_and_lets_them_in(link, stranger, app):
    browser = stranger()

    answer = browser.post(f"/first-administrator/{link}", data=filled())

    assert (answer.status_code, answer.location) == (303, "/admin/users")
    assert browser.get("/admin/users").location == "/me/second-step"  # before anything else
    enrol(db.session.scalars(select(User)).one())
    assert "管理员" in browser.get("/admin/users").text
    assert db.session.scalar(select(Estate.name)) == "德裕苑"
    assert db.session.scalar(select(func.count(Category.id))) > 20  # ready for the first call


@pytest.mark.proves("AU-15", "PC-11")
def test_the_link_works_once(link, stranger):
    stranger().post(f"/first-administrator/{link}", data=filled())

    assert stranger().get(f"/first-administrator/{link}").status_code == 404
    assert stranger().post(f"/first-administrator/{link}", data=filled(username="second")).status_code == 404


@pytest.mark.proves("AU-15", "PC-11")
def test_the_link_grows_old(link, stranger, set_now):
    set_now(NOON + timedelta(minutes=30))
    assert stranger().get(f"/first-administrator/{link}").status_code == 404


@pytest.mark.proves("PC-11")
@pytest.mark.parametrize("token", ["x", "", " ", "é"])
def test_a_made_up_link_is_nothing(token, link, stranger):
    assert stranger().get(f"/first-administrator/{token}").status_code == 404


@pytest.mark.proves("AU-15")
def test_where_somebody_administers_there_is_no_link(link, ada, stranger):
    assert stranger().get(f"/first-administrator/{link}").status_code == 404


@pytest.mark.proves("AU-15")
def test_two_who_come_at_once_make_one_administrator(link, stranger, app):
    browsers, answers = [stranger(), stranger()], []

    def send(browser, username):
        with app.app_context():
            answers.append(browser.post(f"/first-administrator/{link}", data=filled(username=username)).status_code)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(browsers, ("first", "second"), strict=True)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    db.session.rollback()

    assert answers.count(303) == 1
    assert db.session.scalar(select(func.count(User.id))) == 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"password": "fourteen chars"}, "15"),
        ({"password": "x" * 129}, "128"),
        ({"password": "the admin's own password"}, "account name"),
        ({"username": "A B"}, "small letters"),
        ({"name": ""}, ""),
    ],
)
def test_a_weak_first_administrator_is_refused_and_the_text_kept(typed, says, link, stranger):
    answer = stranger().post(f"/first-administrator/{link}", data=filled(**typed), headers={"Accept-Language": "en"})

    assert answer.status_code == 422
    assert says in answer.text and "德裕苑" in answer.text
    assert typed.get("password", "no password") not in answer.text


def test_an_administrator_adds_an_account_once_however_often_it_is_sent(ada, at_once, now):
    typed = {
        "request_key": str(uuid4()),
        "name": "王丽",
        "username": "wangli",
        "roles": "operator",
        "password": PASSWORD,
        "own_password": PASSWORD,
    }

    answers = at_once(ada, "/admin/users", typed, times=3)

    assert {answer.status_code for answer in answers} == {200}
    user = db.session.scalars(select(User).where(User.username == "wangli")).one()
    assert [held.role for held in user.roles] == [Role.OPERATOR]


@pytest.mark.parametrize(
    ("typed", "says"),
    [({"username": "ann"}, "already"), ({"roles": []}, "at least one role"), ({"roles": "god"}, "")],
)
def test_an_account_that_cannot_be_added_says_why(typed, says, ada, ann, as_user, now):
    taken = {"username": ann.username} if typed.get("username") == "ann" else {}
    form = {
        "request_key": str(uuid4()),
        "name": "王丽",
        "username": "wangli",
        "roles": "operator",
        "password": PASSWORD,
        "own_password": PASSWORD,
    }

    answer = as_user(ada).post("/admin/users", data=form | typed | taken, headers=HTMX)

    assert answer.status_code == 422
    assert says in answer.text and "王丽" in answer.text


def test_the_page_of_an_account_is_about_that_account_and_not_about_whoever_looks(ada, tao, as_user, now):
    page = as_user(ada).get(f"/admin/users/{tao.id}").text

    assert "<h1>Tao</h1>" in page and f'action="/admin/users/{tao.id}/password"' in page
    assert f"/admin/users/{ada.id}/" not in page


def test_a_disabled_account_is_signed_out_and_can_be_enabled_again(ada, tao, as_user, now):
    phone, desk = as_user(tao), as_user(ada)

    desk.post(f"/admin/users/{tao.id}/disabled")
    assert phone.get("/jobs").status_code == 302
    assert db.session.scalars(select(Session.ended_at).where(Session.user_id == tao.id)).one() == NOON

    desk.post(f"/admin/users/{tao.id}/enabled")
    assert as_user(tao).get("/jobs").status_code == 200
    assert list(db.session.scalars(select(Event.kind).order_by(Event.seq))) == ["user.disabled", "user.enabled"]


def test_nobody_locks_themselves_out(ada, as_user, now):
    assert as_user(ada).post(f"/admin/users/{ada.id}/disabled").status_code == 403
    assert ada.active


def test_a_new_password_ends_what_was_open_with_the_old_one(ada, tao, as_user, now):
    phone = as_user(tao)

    answer = as_user(ada).post(
        f"/admin/users/{tao.id}/password",
        data={"password": "another long sentence", "own_password": PASSWORD},
        headers=HTMX,
    )

    assert answer.status_code == 200
    assert phone.get("/jobs").status_code == 302


def test_accounts_of_another_estate_are_not_there(ada, person, new_estate, as_user, now):
    stranger = person("Sue", Role.OPERATOR, at=new_estate("别处"))

    browser = as_user(ada)

    assert "Sue" not in browser.get("/admin/users").text
    assert browser.get(f"/admin/users/{stranger.id}").status_code == 404
    assert browser.post(f"/admin/users/{stranger.id}/disabled").status_code == 404
    assert browser.post("/admin/users/99999999999999999999/disabled").status_code == 404


@pytest.mark.parametrize(
    ("path", "typed"),
    [("password", {"password": "another long sentence", "own_password": PASSWORD}), ("disabled", {}), ("enabled", {})],
)
def test_who_works_elsewhere_too_is_looked_after_by_who_administers_both(
    path, typed, ada, person, new_estate, add, as_user, now
):
    tess, elsewhere = person("Tess", Role.TECHNICIAN), new_estate("别处")
    add(UserRole, user_id=tess.id, role=Role.MANAGER, estate_id=elsewhere.id)
    before, url = tess.password_hash, f"/admin/users/{tess.id}/{path}"

    refused = as_user(ada).post(url, data=typed, headers=HTMX)
    assert (refused.status_code, tess.password_hash, tess.active) == (403, before, True)
    assert f'action="{url}"' not in as_user(ada).get(f"/admin/users/{tess.id}").text

    add(UserRole, user_id=ada.id, role=Role.ADMIN, estate_id=elsewhere.id)
    assert as_user(ada).post(url, data=typed, headers=HTMX).status_code == 200


def test_who_holds_no_role_is_looked_after_by_any_administrator(ada, person, as_user, now):
    nobody = person("Nan")

    assert as_user(ada).post(f"/admin/users/{nobody.id}/disabled", headers=HTMX).status_code == 200
    assert not nobody.active


@pytest.mark.proves("AU-15")
def test_the_command_line_adds_an_administrator(app, now):
    words = ["admin", "create", "--username", "root1", "--name", "老刘", "--estate", "德裕苑", "--password", PASSWORD]

    answer = app.test_cli_runner().invoke(args=words)
    assert (answer.exit_code, answer.output) == (0, "root1 administers 德裕苑.\n")

    again = app.test_cli_runner().invoke(args=words)
    short = app.test_cli_runner().invoke(args=[*words[:-1], "short"])
    assert (again.exit_code, short.exit_code) == (1, 1)
    assert "15" in short.output


def test_nothing_is_locked_while_a_password_is_hashed(ada, as_user, now, monkeypatch):
    held = []
    real = passwords.hash_password
    monkeypatch.setattr(
        passwords, "hash_password", lambda typed: held.append(db.session.info.get("writing")) or real(typed)
    )
    typed = {
        "request_key": str(uuid4()),
        "name": "王丽",
        "username": "wangli",
        "roles": "operator",
        "password": PASSWORD,
        "own_password": PASSWORD,
    }

    as_user(ada).post("/admin/users", data=typed)

    assert len(held) == 1 and not held[0]


@pytest.mark.sqlite_only  # one page
def test_the_first_page_of_an_administrator_says_what_is_missing_until_nothing_is(
    ada, estate, person, add, stairwell, as_user, now
):
    browser = as_user(ada)
    with writing():
        db.session.get_one(Estate, estate.id).hotline = ""

    def left() -> list[str]:
        found = re.search(r"Before the telephone may ring.*?</ul>", browser.get("/admin/users").text, re.DOTALL)
        return re.findall(r"<li>(.*?)</li>", found[0]) if found else []

    def link(path: str, words: str) -> str:
        return f'<a href="{path}">{words}</a>'

    everything = [
        link("/estate/buildings/new", "Set up the buildings and their homes"),
        link("/estate/imports", "Bring in who lives where, from a spreadsheet"),
        link("/admin/users#add", "Add accounts: Manager, Operator, Technician"),
        link("/admin/users#add", "Add a second administrator, who helps when one lost their phone"),
        "A manager writes down who is on duty, under Duty roster",
        link("/telephony/lines", "Say which number residents ring"),
    ]
    assert left() == everything

    home = add(Place, estate_id=estate.id, kind=PlaceKind.DWELLING, address="3-2-501", building_no=3, unit_no=2)
    add_person(estate, "王桂英", home)
    assert left() == everything[2:]

    tao, kim = person("Tao", Role.TECHNICIAN), person("Kim", Role.OPERATOR, Role.MANAGER, Role.ADMIN)
    assert left() == everything[4:]
    with writing():
        db.session.get_one(User, tao.id).active = False
    assert left() == [everything[2].replace("Manager, Operator, ", ""), *everything[4:]]
    with writing():
        db.session.get_one(User, tao.id).active = True

    hour = timedelta(hours=1)
    shift = {"estate_id": estate.id, "post": Post.HOTLINE, "user_id": kim.id, "version": 0}
    add(Shift, starts_at=now - 2 * hour, ends_at=now - hour, **shift)
    add(Shift, starts_at=now, ends_at=now + hour, called_off_at=now, **shift)
    assert left() == everything[4:]
    add(Shift, starts_at=now, ends_at=now + hour, **shift)
    assert left() == everything[5:]

    number = {"hotline": "0523-8400 1234", "seen": ""}
    assert browser.post("/telephony/hotline", data=number).location == "/telephony/lines"
    assert left() == []
