import json
import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from helpdesk.accounts import passwords
from helpdesk.accounts.models import Session, Throttle, User
from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from tests.conftest import HTMX, NOON, PASSWORD


@pytest.fixture
def visitor(app):
    """A browser nobody has signed in with; `enter(…)` fills in the form as a person would."""
    return lambda: Visitor(app.test_client())


class Visitor:
    def __init__(self, client):
        self.client = client

    def enter(self, username, password, **typed):
        page = self.client.get("/sign-in")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        form = {"csrf_token": token, "username": username, "password": password, **typed}
        return self.client.post("/sign-in", data=form)


def test_whoever_knows_the_password_comes_in(visitor, ann, now):
    browser = visitor()

    answer = browser.enter(ann.username, PASSWORD, next="/work-orders?status=open")

    assert (answer.status_code, answer.location) == (303, "/work-orders?status=open")
    assert browser.client.get("/work-orders").status_code == 200
    assert list(db.session.scalars(select(Event.kind))) == ["session.opened"]


@pytest.mark.proves("AU-01")
@pytest.mark.parametrize("password", [PASSWORD[:-1], PASSWORD.swapcase(), PASSWORD + " ", "wrong one"])
def test_a_password_that_is_nearly_right_is_wrong(password, visitor, ann, now):
    answer = visitor().enter(ann.username, password)
    assert (answer.status_code, ann.username in answer.text, password in answer.text) == (422, True, False)


@pytest.mark.proves("AU-05", "PC-10")
def test_nobody_learns_whether_an_account_exists(visitor, ann, bo, add, now):
    with writing():
        bo.active = False

    pages = [visitor().enter(name, "wrong").text for name in (ann.username, "nobody", bo.username)]

    blind = {re.sub(r'value="[^"]*"', "", page) for page in pages}
    assert len(blind) == 1
    assert visitor().enter(bo.username, PASSWORD).status_code == 422


@pytest.mark.proves("AU-05")
def test_without_an_account_a_password_takes_as_long_to_check(monkeypatch, visitor, app, now):
    asked = []
    monkeypatch.setattr(passwords, "hasher", Recorder(asked))

    visitor().enter("nobody", "wrong")

    assert len(asked) == 1


class Recorder(PasswordHasher):
    def __init__(self, asked):
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.asked = asked

    def verify(self, hashed, password):
        self.asked.append(hashed)
        return super().verify(hashed, password)


@pytest.mark.proves("AU-06", "AU-18")
def test_the_cookie_says_nothing_and_changes_at_the_door(visitor, ann, now):
    browser = visitor()
    browser.client.get("/sign-in")
    before = browser.client.get_cookie("session").value

    cookie = browser.enter(ann.username, PASSWORD).headers["Set-Cookie"]

    after = browser.client.get_cookie("session").value
    assert after != before and re.fullmatch(r"[\w-]{43}", after)
    assert cookie == f"session={after}; HttpOnly; Path=/; SameSite=Lax"
    assert db.session.scalar(select(func.count()).where(Session.token_hash == after)) == 0  # only its hash is kept


@pytest.mark.proves("AU-18")
def test_over_https_the_cookie_is_bound_to_the_host(app, as_user, ann, now):
    app.config.update(HTTPS=True, SESSION_COOKIE_NAME="__Host-session")
    try:
        answer = app.test_client().get("/sign-in")
    finally:
        app.config.update(HTTPS=False, SESSION_COOKIE_NAME="session")

    assert re.fullmatch(
        r"__Host-session=[\w-]{43}; Secure; HttpOnly; Path=/; SameSite=Lax", answer.headers["Set-Cookie"]
    )
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.proves("AU-07", "WB-11")
def test_after_signing_out_a_copied_cookie_is_dead(app, as_user, ann, now):
    browser, thief = as_user(ann), app.test_client()
    thief.set_cookie("session", browser.get_cookie("session").value)
    assert thief.get("/work-orders").status_code == 200

    answer = browser.post("/sign-out")

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert (thief.get("/work-orders").status_code, thief.get("/live").status_code) == (302, 302)


@pytest.mark.proves("AU-10")
def test_a_disabled_account_is_out_at_once_everywhere(ann, as_user, now):
    browsers = [as_user(ann), as_user(ann)]
    with writing():
        ann.active = False
    assert [browser.get("/work-orders").status_code for browser in browsers] == [302, 302]


@pytest.mark.proves("AU-08")
@pytest.mark.parametrize(
    ("roles", "limit"),
    [
        ([Role.OPERATOR], timedelta(hours=12)),
        ([Role.MANAGER], timedelta(minutes=30)),
        ([Role.OPERATOR, Role.MANAGER], timedelta(minutes=30)),  # the shorter one counts
    ],
)
def test_who_rests_too_long_signs_in_again(roles, limit, person, as_user, set_now):
    set_now(NOON)
    browser = as_user(person("Lin", *roles))

    set_now(NOON + limit)
    if Role.OPERATOR in roles:  # the screen has locked itself meanwhile, and still opens
        assert browser.post("/me/unlock", data={"unlocks_with": PASSWORD}).status_code == 303
    assert browser.get("/admin/style").status_code == 200
    set_now(NOON + limit + limit + timedelta(seconds=1))
    assert browser.get("/admin/style").status_code == 302


@pytest.mark.proves("AU-08")
def test_pages_that_refresh_themselves_do_not_keep_anyone_signed_in(mei, as_user, set_now):
    set_now(NOON)
    browser = as_user(mei)
    for minutes in (10, 20, 30):
        set_now(NOON + timedelta(minutes=minutes))
        assert browser.get("/work-orders", headers={"X-Refresh": "1"}).status_code == 200

    set_now(NOON + timedelta(minutes=31))
    assert browser.get("/work-orders").status_code == 302


@pytest.mark.proves("AU-08")
def test_after_twenty_hours_everyone_signs_in_again(ann, as_user, set_now):
    set_now(NOON)
    browser = as_user(ann)
    set_now(NOON + timedelta(hours=11))
    assert browser.post("/me/unlock", data={"unlocks_with": PASSWORD}).status_code == 303
    assert browser.get("/work-orders").status_code == 200
    set_now(NOON + timedelta(hours=20, seconds=1))
    assert browser.get("/work-orders").status_code == 302


@pytest.mark.proves("AU-04", "PC-10")
def test_the_eleventh_try_waits_whoever_asks_with_whatever_cookie(visitor, ann, set_now):
    set_now(NOON)
    answers = [visitor().enter(ann.username, "wrong") for _ in range(10)]
    assert {answer.status_code for answer in answers} == {422}

    answer = visitor().enter(ann.username, PASSWORD)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "901")
    assert '<p class="error">试得太多了，请过 15 分钟再试。</p>' in answer.text
    set_now(NOON + timedelta(minutes=15))
    assert visitor().enter(ann.username, PASSWORD).status_code == 303


@pytest.mark.proves("AU-04")
def test_one_account_under_attack_does_not_lock_out_the_next(visitor, ann, mei, now):
    for _ in range(11):
        visitor().enter(ann.username, "wrong")
    assert visitor().enter(mei.username, PASSWORD).status_code == 303


@pytest.mark.proves("AU-04")
def test_an_address_that_tries_many_names_is_stopped(visitor, app, mei, now):
    for name in range(60):
        visitor().enter(f"guess{name}", "wrong")
    assert visitor().enter(mei.username, PASSWORD).status_code == 429


@pytest.mark.proves("AU-04", "WB-17")
def test_a_visitor_cannot_pretend_to_come_from_elsewhere(visitor, mei, now):
    """Without a proxy in the settings, what the visitor says of their address is not believed."""
    for name in range(60):
        browser = visitor()
        browser.client.environ_base["HTTP_X_FORWARDED_FOR"] = f"10.1.1.{name}"
        browser.enter(f"guess{name}", "wrong")
    assert visitor().enter(mei.username, PASSWORD).status_code == 429


@pytest.mark.proves("AU-04")
def test_the_count_is_kept_before_the_password_is_looked_at(visitor, ann, now, monkeypatch):
    seen = []
    monkeypatch.setattr(passwords, "matches", lambda *_: seen.append(tries()) or False)

    visitor().enter(ann.username, "wrong")

    assert seen == [{1}]


def tries():
    with db.engine.connect() as other_process:
        return set(other_process.scalars(select(Throttle.tries)))


def test_success_forgives_the_tries_before_it(visitor, ann, now):
    for _ in range(9):
        visitor().enter(ann.username, "wrong")
    visitor().enter(ann.username, PASSWORD)
    assert {visitor().enter(ann.username, "wrong").status_code for _ in range(9)} == {422}


def test_a_password_changed_while_it_was_checked_opens_nothing(visitor, ann, now, monkeypatch):
    real = passwords.matches

    def changed_meanwhile(*args):
        with writing():
            db.session.execute(update(User).values(password_hash=passwords.hash_password("another long sentence")))
        return real(*args)

    monkeypatch.setattr(passwords, "matches", changed_meanwhile)

    assert visitor().enter(ann.username, PASSWORD).status_code == 422
    assert db.session.scalar(select(func.count(Session.id))) == 0


def test_an_office_that_signs_in_often_is_no_attack(visitor, mei, now):
    answers = [visitor().enter(mei.username, PASSWORD).status_code for _ in range(65)]
    assert set(answers) == {303}


@pytest.mark.proves("AU-03")
def test_a_weak_hash_is_renewed_at_the_next_sign_in(visitor, ann, now):
    with writing():
        ann.password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

    visitor().enter(ann.username, PASSWORD)

    assert ann.password_hash.startswith("$argon2id$v=19$m=64,")  # what the tests use; see the next one


@pytest.mark.proves("AU-03")
def test_passwords_are_kept_as_argon2id_at_the_cost_owasp_asks_for():
    import inspect

    source = inspect.getsource(passwords)
    assert "PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)" in source


@pytest.mark.proves("WB-13", "PC-09")
@pytest.mark.parametrize(
    "evil",
    ["//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example/", "/\t/evil.example",
     "\t//evil.example", "\\\\evil.example", "/%2f/evil.example", "/%2Fevil.example",
     "/%5cevil.example", "javascript:alert(1)",
     "http://127.0.0.1/hotline", ""],
)  # fmt: skip
def test_signing_in_never_leads_to_another_site(evil, visitor, ann, now):
    assert visitor().enter(ann.username, PASSWORD, next=evil).location == "/"


def test_a_page_asked_for_by_a_stranger_leads_to_the_door_and_back(app):
    answer = app.test_client().get("/work-orders?words=刘桂英")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/work-orders")


@pytest.mark.proves("WB-12")
def test_an_expired_session_inside_a_part_asks_for_the_password_not_the_page(app):
    answer = app.test_client().get("/work-orders", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Trigger"], answer.text) == (401, "sign-in-needed", "")


@pytest.mark.proves("WB-03")
def test_a_form_sent_after_the_session_ended_keeps_what_was_typed(ann, as_user, set_now):
    set_now(NOON)
    browser = as_user(ann)
    set_now(NOON + timedelta(hours=13))

    answer = browser.post("/hotline/calls", data={"words": "水管爆了 <b>快</b>"})

    assert answer.status_code == 401
    assert "水管爆了 &lt;b&gt;快&lt;/b&gt;" in answer.text


@pytest.mark.proves("WB-03")
def test_the_dialog_signs_in_again_and_renews_the_token_of_the_page(ann, as_user, set_now):
    set_now(NOON)
    browser = as_user(ann)
    set_now(NOON + timedelta(hours=13))
    browser.token = browser.get("/sign-in/token").text

    answer = browser.post(
        "/sign-in", data={"username": ann.username, "password": PASSWORD}, headers={"X-Sign-In-Again": "1"}
    )
    browser.token = answer.headers["X-CSRF-Token"]

    assert answer.status_code == 204
    assert browser.post("/me/language", data={"language": "zh"}).status_code == 303


def test_the_dialog_says_why_not_in_plain_words(ann, as_user, now):
    browser = as_user(ann)
    answer = browser.post(
        "/sign-in", data={"username": ann.username, "password": "no"}, headers={"X-Sign-In-Again": "1"}
    )
    assert (answer.status_code, answer.mimetype) == (422, "text/plain")


def test_each_reader_chooses_a_language_and_colours(ann, as_user, now):
    browser = as_user(ann)

    browser.post("/me/language", data={"language": "zh", "next": "/work-orders"})
    answer = browser.post("/me/theme", data={"theme": "dark", "next": "/work-orders"})

    assert (answer.status_code, answer.location) == (303, "/work-orders")
    page = browser.get("/work-orders").text
    assert '<html lang="zh-CN" data-theme="dark"' in page and "工单" in page


@pytest.mark.parametrize("typed", [{"language": "xx"}, {}])
def test_a_language_we_do_not_have_is_refused(typed, ann, as_user, now):
    assert as_user(ann).post("/me/language", data=typed).status_code == 422


def test_neither_a_wrong_password_nor_a_denied_page_changes_the_account(app, tao, as_user, now):
    stranger = app.test_client()
    stranger.token = stranger.get("/sign-in/token").text

    stranger.post("/sign-in", data={"username": tao.username, "password": "wrong"})
    as_user(tao).get("/hotline")

    kinds = list(db.session.scalars(select(Event.kind).order_by(Event.seq)))
    assert (kinds, tao.version) == (["session.refused", "access.denied"], 0)


@pytest.mark.proves("AC-11")
def test_a_denied_request_is_told_in_the_log_without_what_was_sent(tao, work_order, as_user, now, caplog):
    answer = as_user(tao).post(f"/work-orders/{work_order.number}/cancellation", data={"words": "刘桂英 13800138000"})

    (line,) = [json.loads(record.getMessage()) for record in caplog.records if record.name == "helpdesk.reactions"]
    assert answer.status_code == 403 and re.search(line.pop("request"), answer.text)
    assert line == {
        "denied": "repairs.cancel", "method": "POST", "user": tao.id, "object": {"number": work_order.number},
    }  # fmt: skip


@pytest.mark.proves("AC-11")
def test_what_is_typed_into_an_address_does_not_reach_the_log(tao, as_user, now, caplog):
    as_user(tao).get("/cases/刘桂英13800138000")

    (line,) = [json.loads(record.getMessage()) for record in caplog.records if record.name == "helpdesk.reactions"]
    assert line["object"] == {} and "刘" not in caplog.text and "138" not in caplog.text
