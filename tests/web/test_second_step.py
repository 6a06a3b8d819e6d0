"""The second step: who must have one, how it is set up, what it opens, and how it is lost and given anew."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from helpdesk.accounts import second_step
from helpdesk.accounts.models import RecoveryCode, SecondFactor, Session, SignInStep
from helpdesk.audit.models import Event
from helpdesk.core.access import Guard, Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.entry.gate import ALWAYS, OPEN, SECOND_STEP
from tests.conftest import HTMX, NOON, PASSWORD
from tests.second_steps import Phone, Visitor, enrol

MUST = [role for role in Role if role not in (Role.OPERATOR, Role.TECHNICIAN)]
PROOF = {"password": PASSWORD}


@pytest.fixture
def visitor(app):
    return lambda: Visitor(app.test_client())


@pytest.fixture
def kai(person, now):
    """A real manager, with a second step."""
    return person("Kai", Role.MANAGER, is_demo=False)


@pytest.fixture
def adas(person, now):
    """Two real administrators, with second steps."""
    both = [person(name, Role.ADMIN, is_demo=False) for name in ("Ada", "Ina")]
    [enrol(one) for one in both]
    return both


def filled(path: str) -> str:
    return re.sub(r"<uuid:\w+>", "0" * 8 + "-0000" * 3 + "-" + "0" * 12, re.sub(r"<(?:int|path):\w+>|<\w+>", "9", path))


@pytest.mark.proves("AU-12")
@pytest.mark.parametrize("role", MUST)
def test_who_must_have_a_second_step_sees_nothing_before_it_is_set_up(role, app, person, as_user, now):
    browser = as_user(person("Kim", role, is_demo=False))
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint in ALWAYS | OPEN[SECOND_STEP] or Guard.PUBLIC in getattr(view, "permission", "").split("|"):
            continue
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = browser.open(filled(rule.rule), method=method)
            assert (answer.status_code, answer.location) == (303, "/me/second-step"), f"{method} {rule.rule}"

    part = browser.get("/work-orders", headers=HTMX)
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/me/second-step")
    assert browser.get("/me/second-step").status_code == 200
    assert browser.post("/me/language", data={"language": "zh"}).status_code == 303
    assert browser.post("/sign-out").location == "/sign-in"


@pytest.mark.proves("AU-12")
def test_nobody_else_has_to(person, as_user, now):
    for number, (roles, is_demo) in enumerate([
        ([Role.OPERATOR], False), ([Role.TECHNICIAN], False), ([Role.OPERATOR, Role.TECHNICIAN], False),
        ([Role.MANAGER], True),
    ]):  # fmt: skip
        assert as_user(person(f"Pim{number}", *roles, is_demo=is_demo)).get("/admin/style").status_code == 200
    both = person("Bob", Role.TECHNICIAN, Role.MANAGER, is_demo=False)
    assert as_user(both).get("/admin/style").location == "/me/second-step"


@pytest.mark.proves("AU-12")
def test_no_form_makes_an_account_one_of_the_demonstration(ada, kai, as_user, now):
    browser = as_user(ada)
    typed = {"is_demo": "1", "second_step_since": "2026-01-01", "own_password": PASSWORD, "phone": "", "version": "0"}
    browser.post(f"/admin/users/{kai.id}/phone", data=typed)
    browser.post(f"/admin/users/{kai.id}/password", data=typed | {"password": "a long enough sentence"})
    assert (kai.is_demo, kai.second_step_since) == (False, None)


@pytest.mark.proves("AU-06", "AU-12", "AU-13", "AU-14")
def test_setting_it_up_shows_the_square_once_and_ten_codes_once(kai, as_user, now):
    browser = as_user(kai)
    before = browser.get_cookie("session").value
    assert browser.post("/me/second-step").location == "/me/second-step"

    page = browser.get("/me/second-step").text
    secret = "".join(re.search(r'<p class="code secret">(.*?)</p>', page)[1].split())
    assert "<path d=" in page and len(secret) == 32
    stored = db.session.execute(text("SELECT secret FROM second_factor")).scalar_one()
    assert secret.encode() not in bytes(stored)

    wrong = browser.post("/me/second-step/confirmation", data={"code": "000000"})
    assert wrong.status_code == 422 and kai.second_step_since is None
    done = browser.post("/me/second-step/confirmation", data={"code": Phone(secret).shows()})

    codes = re.findall(r'<li class="code">([a-z0-9]{5}-[a-z0-9]{5})</li>', done.text)
    assert done.status_code == 200 and len(set(codes)) == 10
    dump = repr(list(db.session.execute(text("SELECT * FROM recovery_code")))) + repr(stored)
    assert not any(code.replace("-", "") in dump or code in dump for code in codes)
    assert kai.second_step_since == NOON and browser.get("/work-orders").status_code == 200
    assert browser.get_cookie("session").value != before  # more rights, another number
    again = browser.get("/me/second-step").text
    assert secret not in again and codes[0] not in again
    assert browser.post("/me/second-step", headers={"X-CSRFToken": token_of(browser)}).status_code == 303
    assert db.session.scalar(select(func.count(SecondFactor.user_id))) == 1 and kai.second_step_since == NOON


def token_of(browser) -> str:
    return browser.get("/sign-in/token").text


@pytest.mark.proves("AU-06", "AU-13")
def test_password_and_code_open_the_door_and_the_password_alone_nothing(kai, visitor):
    phone, _ = enrol(kai)
    browser = visitor()
    answer = browser.enter(kai.username, next="/work-orders?status=open")
    assert answer.location == "/sign-in/code?next=/work-orders?status%3Dopen"
    half = browser.client.get_cookie("session").value
    assert browser.client.get("/work-orders").location.startswith("/sign-in")
    assert db.session.scalar(select(func.count(Session.id))) == 0

    answer = browser.code(phone.shows(), next="/work-orders?status=open")

    assert (answer.status_code, answer.location) == (303, "/work-orders?status=open")
    assert browser.client.get("/work-orders").status_code == 200
    assert browser.client.get_cookie("session").value != half
    assert db.session.scalar(select(func.count()).select_from(SignInStep)) == 0


@pytest.mark.proves("AU-13")
def test_each_code_is_taken_once_and_one_step_early_or_late(kai, visitor, set_now):
    phone, _ = enrol(kai)
    for late, right in (
        (-2, False),
        (2, False),
        (-1, True),
        (-1, False),
        (0, True),
        (0, False),
        (-1, False),
        (1, True),
    ):
        browser = visitor()
        browser.enter(kai.username)
        answer = browser.code(phone.shows(NOON + timedelta(seconds=30 * late)))
        assert answer.status_code == (303 if right else 422), late


@pytest.mark.proves("AU-13", "AU-14")
def test_a_recovery_code_works_once_however_it_is_written(kai, visitor):
    _, paper = enrol(kai)
    for typed, status in (
        (paper[0], 303),
        (paper[0], 422),
        (paper[1].upper().replace("-", " "), 303),
        ("abcde-fghjk", 422),
    ):
        browser = visitor()
        browser.enter(kai.username)
        assert browser.code(typed).status_code == status
    assert db.session.scalar(select(func.count(RecoveryCode.id)).where(RecoveryCode.used_at.is_not(None))) == 2
    assert "second_step.code_used" in list(db.session.scalars(select(Event.kind)))


@pytest.mark.proves("AU-13")
def test_the_sixth_try_waits_whatever_the_cookie_and_also_with_the_right_code(kai, visitor, set_now):
    phone, paper = enrol(kai)
    for _ in range(5):
        browser = visitor()
        browser.enter(kai.username)
        assert browser.code("000000").status_code == 422

    fresh = visitor()
    fresh.enter(kai.username)
    answer = fresh.code(phone.shows())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "901")
    assert "15" in answer.text

    later = set_now(NOON + timedelta(minutes=15))
    fresh.enter(kai.username)
    assert fresh.code(phone.shows(later)).status_code == 303


@pytest.mark.proves("AU-13")
def test_the_right_password_waits_five_minutes_for_its_code(kai, visitor, set_now):
    phone, _ = enrol(kai)
    browser = visitor()
    browser.enter(kai.username)
    token = browser.client.get("/sign-in/token").text
    later = set_now(NOON + timedelta(minutes=5, seconds=1))
    answer = browser.client.post("/sign-in/code", data={"csrf_token": token, "code": phone.shows(later)})
    assert answer.status_code == 409 and 'name="password"' in answer.text
    assert browser.client.get("/sign-in/code").status_code == 409


def test_whoever_was_disabled_or_got_a_new_password_meanwhile_is_not_let_in(kai, ada, as_user, visitor):
    phone, _ = enrol(kai)
    browser = visitor()
    browser.enter(kai.username)
    token = browser.client.get("/sign-in/token").text
    as_user(ada).post(f"/admin/users/{kai.id}/disabled")

    answer = browser.client.post("/sign-in/code", data={"csrf_token": token, "code": phone.shows()})

    assert (
        answer.status_code == 409
        and db.session.scalar(select(func.count(Session.id)).where(Session.user_id == kai.id)) == 0
    )


def test_the_dialog_asks_for_the_code_too(kai, visitor):
    phone, _ = enrol(kai)
    client, dialog = visitor().client, {"X-Sign-In-Again": "1"}
    token = client.get("/sign-in/token").text
    first = client.post(
        "/sign-in", data={"username": kai.username, "password": PASSWORD, "csrf_token": token}, headers=dialog
    )
    token = first.headers["X-CSRF-Token"]
    wrong = client.post("/sign-in/code", data={"code": "000000", "csrf_token": token}, headers=dialog)
    right = client.post("/sign-in/code", data={"code": phone.shows(), "csrf_token": token}, headers=dialog)

    assert (first.status_code, wrong.status_code, wrong.mimetype, right.status_code) == (202, 422, "text/plain", 204)
    assert client.get("/work-orders").status_code == 200


@pytest.mark.proves("AU-14")
def test_a_new_password_never_gets_around_the_second_step(kai, adas, as_user, visitor):
    phone, _ = enrol(kai)
    new = {"password": "grey herons over reeds", "own_password": PASSWORD}
    assert as_user(adas[0]).post(f"/admin/users/{kai.id}/password", data=new).status_code == 200

    browser = visitor()
    assert browser.enter(kai.username, new["password"]).location.startswith("/sign-in/code")
    assert browser.client.get("/work-orders").location.startswith("/sign-in")
    assert browser.code(phone.shows()).status_code == 303


@pytest.mark.proves("AU-14")
def test_a_second_step_is_taken_away_by_two_administrators(kai, adas, as_user, visitor):
    enrol(kai)
    first, second = (as_user(one) for one in adas)
    manager, url = as_user(kai), f"/admin/users/{kai.id}/second-step/reset"

    assert first.post(url).status_code == 422  # not proved
    assert second.post(f"{url}/agreement", data=PROOF).status_code == 409  # nobody asked
    assert first.post(url, data=PROOF).status_code == 303
    assert first.post(f"{url}/agreement", data=PROOF).status_code == 403  # alone
    assert kai.second_step_since is not None and "Ada" in second.get(f"/admin/users/{kai.id}").text
    assert second.post(f"{url}/agreement", data=PROOF).status_code == 303

    assert kai.second_step_since is None and manager.get("/work-orders").location.startswith("/sign-in")
    browser = visitor()
    assert browser.enter(kai.username).location == "/"
    assert browser.client.get("/").location == "/me/second-step"
    kinds = select(Event.kind, Event.actor_id).where(Event.kind.startswith("second_step.reset")).order_by(Event.seq)
    told = [("second_step.reset_asked", adas[0].id), ("second_step.reset", adas[1].id)]
    assert [tuple(row) for row in db.session.execute(kinds)] == told


@pytest.mark.proves("AU-14")
def test_what_was_asked_yesterday_is_asked_again(kai, adas, as_user, set_now):
    enrol(kai)
    url = f"/admin/users/{kai.id}/second-step/reset"
    as_user(adas[0]).post(url, data=PROOF)
    set_now(NOON + timedelta(hours=24, seconds=1))
    assert as_user(adas[1]).post(f"{url}/agreement", data=PROOF).status_code == 409
    assert as_user(adas[0]).post(f"/admin/users/{adas[0].id}/second-step/reset", data=PROOF).status_code == 403


@pytest.mark.proves("AU-14")
def test_the_command_line_takes_it_away_and_says_so_in_the_history(app, kai):
    enrol(kai)
    run = app.test_cli_runner().invoke
    answer = run(args=["admin", "reset-second-step", "--username", kai.username])
    again = run(args=["admin", "reset-second-step", "--username", kai.username])
    db.session.rollback()

    assert (answer.exit_code, again.exit_code, kai.second_step_since) == (0, 1, None)
    assert db.session.scalars(select(Event.kind).order_by(Event.seq.desc())).first() == "second_step.reset"


@pytest.mark.proves("AU-16")
def test_a_new_phone_and_new_codes_need_proof_and_the_code_is_one(kai, as_user):
    phone, paper = enrol(kai)
    browser = as_user(kai)
    assert browser.post("/me/second-step/removal").status_code == 422
    assert browser.post("/me/second-step/codes").status_code == 422

    renewed = browser.post("/me/second-step/codes", data={"password": phone.shows()})
    assert renewed.status_code == 200 and paper[0] not in renewed.text
    assert browser.post("/me/second-step/removal").status_code == 303  # proved a moment ago
    assert kai.second_step_since is None and second_step.codes_left(kai.id) == 0
    assert browser.get("/work-orders").location == "/me/second-step"


def test_two_who_type_one_code_at_once_open_one_session(kai, app, visitor):
    import threading

    phone, _ = enrol(kai)
    browsers, answers = [visitor(), visitor()], []
    for browser in browsers:
        browser.enter(kai.username)
    tokens = [browser.client.get("/sign-in/token").text for browser in browsers]

    def send(browser, token):
        with app.app_context():
            typed = {"csrf_token": token, "code": phone.shows()}
            answers.append(browser.client.post("/sign-in/code", data=typed).status_code)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(browsers, tokens, strict=True)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(answers) == [303, 422]


@pytest.mark.proves("AU-13")
def test_a_secret_copied_to_another_account_opens_nothing(kai, mei, visitor, now):
    phone, _ = enrol(kai)
    enrol(mei)
    with writing():
        theirs = db.session.get_one(SecondFactor, kai.id).secret
        db.session.get_one(SecondFactor, mei.id).secret = theirs
    browser = visitor()
    browser.enter(mei.username)
    assert browser.code(phone.shows()).status_code == 500
