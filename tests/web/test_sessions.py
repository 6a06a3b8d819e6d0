"""Sessions as people live them: where one is signed in, a locked screen, a known phone, reading on a known computer."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpdesk.accounts import passwords
from helpdesk.accounts.device_models import DeviceKind, EnrolledDevice, UserPin
from helpdesk.accounts.models import Session, User
from helpdesk.accounts.sessions import hashed
from helpdesk.accounts.sweeping import forget_old_devices
from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from tests.conftest import HTMX, NOON, PASSWORD

AGAIN = {"X-Sign-In-Again": "1"}
NEW = "a wholly other sentence"
ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def pin(add):
    def _pin(user, digits="4826"):
        add(UserPin, user_id=user.id, pin_hash=passwords.hash_password(digits), set_at=NOON)
        return digits

    return _pin


@pytest.fixture
def enrolled(as_user, pin, now):
    """A browser in which this person has enrolled the device; technicians have a PIN as well."""

    def _enrolled(user):
        if any(held.role is Role.TECHNICIAN for held in user.roles):
            pin(user)
        browser = as_user(user)
        assert browser.post("/me/devices", data={"password": PASSWORD}).status_code == 303
        return browser

    return _enrolled


def signed_in(*browsers) -> list[bool]:
    return [browser.get("/admin/style").status_code == 200 for browser in browsers]


def anew(browser):
    """The token for forms of a browser whose session is over."""
    browser.token = browser.get("/sign-in/token").text
    return browser


# ── where one is signed in ──


@pytest.mark.proves("AU-11")
def test_everybody_sees_where_they_are_signed_in_and_ends_one_of_them(ann, mei, as_user, now):
    here, phone, stranger = as_user(ann), as_user(ann), as_user(mei)
    phone.get("/admin/style", headers={"User-Agent": ANDROID})
    there = db.session.scalars(select(Session.id).where(Session.system == "android")).one()

    page = here.get("/me").text
    answer = here.post(f"/me/sessions/{there}/ended")

    assert "Chrome on a phone (Android)" in page and page.count("Sign out there") == 1
    assert (answer.status_code, signed_in(here, phone, stranger)) == (303, [True, False, True])


@pytest.mark.proves("AU-11")
def test_nobody_ends_the_session_of_another_person_as_their_own(ann, mei, as_user, now):
    here, theirs = as_user(ann), as_user(mei)
    other = db.session.scalars(select(Session.id).where(Session.user_id == mei.id)).one()

    assert here.post(f"/me/sessions/{other}/ended").status_code == 404
    assert signed_in(theirs) == [True]


@pytest.mark.proves("AU-11")
def test_all_others_end_with_one_button(ann, as_user, now):
    browsers = [as_user(ann) for _ in range(3)]

    browsers[0].post("/me/sessions/others-ended")

    assert signed_in(*browsers) == [True, False, False]


@pytest.mark.proves("AU-11")
def test_an_administrator_ends_one_session_or_all_of_anybody(ada, ann, as_user, now):
    desk, browsers = as_user(ada), [as_user(ann) for _ in range(3)]
    first = db.session.scalars(select(func.min(Session.id)).where(Session.user_id == ann.id)).one()

    desk.post(f"/admin/users/{ann.id}/sessions/{first}/ended")
    assert signed_in(*browsers) == [False, True, True]
    page = desk.get(f"/admin/users/{ann.id}/access").text
    desk.post(f"/admin/users/{ann.id}/sessions/ended")

    assert page.count("Sign out there") == 2
    assert signed_in(desk, *browsers) == [True, False, False, False]


@pytest.mark.proves("AU-11")
def test_an_administrator_leaves_the_sessions_of_other_estates_alone(ada, person, new_estate, as_user, now):
    lin = person("Lin", Role.OPERATOR, at=new_estate("锦苑"))
    browser, row = as_user(lin), db.session.scalars(select(Session.id)).one()

    assert as_user(ada).post(f"/admin/users/{lin.id}/sessions/{row}/ended").status_code == 404
    assert signed_in(browser) == [True]


@pytest.mark.proves("AU-06", "AU-11")
@pytest.mark.parametrize(("ticked", "survive"), [({"end_others": "y"}, [True, False, False]), ({}, [True, True, True])])
def test_a_new_password_offers_to_end_the_others_and_renews_the_number(ticked, survive, ann, as_user, app, now):
    browsers = [as_user(ann) for _ in range(3)]
    before = browsers[0].get_cookie("session").value

    answer = browsers[0].post("/me/password", data={"password": PASSWORD, "new_password": NEW, **ticked})

    assert (answer.status_code, signed_in(*browsers)) == (303, survive)
    thief = app.test_client()
    thief.set_cookie("session", before)
    assert (signed_in(thief), browsers[0].get_cookie("session").value == before) == ([False], False)
    assert passwords.matches(db.session.get(User, ann.id).password_hash, NEW)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"password": "wrong", "new_password": NEW}, "The password is not right."),
        ({"password": PASSWORD, "new_password": "short"}, "12"),
    ],
)
def test_a_password_is_changed_only_by_its_owner_and_to_a_good_one(typed, says, mei, as_user, now):
    answer = as_user(mei).post("/me/password", data=typed)
    assert (answer.status_code, says in answer.text, NEW in answer.text) == (422, True, False)
    assert passwords.matches(db.session.get(User, mei.id).password_hash, PASSWORD)


@pytest.mark.proves("AU-06", "AU-10")
def test_a_change_of_roles_ends_every_session_and_the_next_has_the_new_ones(ada, ann, as_user, now):
    browsers = [as_user(ann), as_user(ann)]

    wanted = {"roles": ["technician"], "version": ann.version, "own_password": PASSWORD}
    answer = as_user(ada).post(f"/admin/users/{ann.id}/roles", data=wanted)

    assert (answer.status_code, signed_in(*browsers)) == (303, [False, False])
    assert as_user(ann).get("/hotline").status_code == 403
    assert db.session.scalars(select(Event.data).where(Event.kind == "user.roles_set")).one()["roles"] == ["technician"]


@pytest.mark.proves("RE-03")
def test_roles_are_changed_by_somebody_else_and_never_over_a_colleague(ada, ann, as_user, now):
    desk, roles = as_user(ada), {"roles": ["manager"], "own_password": PASSWORD}

    assert desk.post(f"/admin/users/{ada.id}/roles", data=roles | {"version": ada.version}).status_code == 403
    assert desk.post(f"/admin/users/{ann.id}/roles", data=roles).status_code == 422  # what did they look at?
    stale = desk.post(f"/admin/users/{ann.id}/roles", data=roles | {"version": ann.version + 1})
    assert (stale.status_code, 'value="manager" checked' in stale.text) == (409, True)
    assert [held.role for held in db.session.get(User, ann.id).roles] == [Role.OPERATOR]


@pytest.mark.proves("AU-10")
def test_disabling_signs_out_every_browser_and_the_known_phone(ada, tao, enrolled, as_user, now):
    phone, desk = enrolled(tao), as_user(tao)

    as_user(ada).post(f"/admin/users/{tao.id}/disabled")

    as_user(ada).post(f"/admin/users/{tao.id}/enabled")

    assert signed_in(phone, desk) == [False, False]
    assert anew(phone).post("/sign-in/pin", data={"pin": "4826"}, headers=AGAIN).status_code == 410


@pytest.mark.proves("AU-06")
def test_signing_in_ends_the_session_this_browser_had_before(ann, as_user, now):
    browser = as_user(ann)
    browser.post("/sign-in", data={"username": ann.username, "password": PASSWORD})

    assert list(db.session.scalars(select(Session.ended_at.is_(None)).order_by(Session.id))) == [False, True]


# ── a locked screen ──


def test_a_quiet_desk_locks_and_says_so_in_each_way_of_asking(ann, as_user, set_now):
    set_now(NOON)
    browser = as_user(ann)
    set_now(NOON + 11 * MINUTE)
    assert browser.get("/hotline", headers={"X-Refresh": "1"}).status_code == 200

    set_now(NOON + 11 * MINUTE + timedelta(seconds=1))
    page, part = browser.get("/hotline"), browser.get("/hotline", headers=HTMX)
    poll = browser.get("/live/changes", headers=HTMX)
    form = browser.post("/hotline/calls", data={"words": "水管爆了"})

    assert (page.status_code, "Locked" in page.text, ann.name in page.text) == (401, True, True)
    assert (part.status_code, part.headers["HX-Trigger"], part.text) == (401, "unlock-needed", "")
    assert (poll.status_code, poll.headers["HX-Trigger"]) == (401, "unlock-needed")
    assert (form.status_code, "水管爆了" in form.text) == (401, True)
    assert browser.get("/live").status_code == 401


def test_the_pin_opens_it_again_and_the_page_goes_on_with_its_old_token(ann, pin, as_user, now):
    browser = as_user(ann)
    digits = pin(ann)
    assert browser.post("/me/lock", headers=HTMX).status_code == 204
    assert signed_in(browser) == [False]

    answer = browser.post("/me/unlock", data={"unlocks_with": digits}, headers=AGAIN)

    assert (answer.status_code, signed_in(browser)) == (204, [True])
    assert browser.post("/me/language", data={"language": "zh"}).status_code == 303


@pytest.mark.parametrize("has_pin", [True, False])
def test_the_password_always_opens_it(has_pin, ann, pin, as_user, now):
    browser = as_user(ann)
    if has_pin:
        pin(ann)
    browser.post("/me/lock")

    answer = browser.post("/me/unlock", data={"unlocks_with": PASSWORD, "next": "/work-orders"})

    assert (answer.status_code, answer.location, signed_in(browser)) == (303, "/work-orders", [True])


@pytest.mark.proves("AU-04")
def test_the_fifth_wrong_pin_ends_the_session_and_the_right_one_comes_too_late(ann, pin, as_user, now):
    browser = as_user(ann)
    digits = pin(ann)
    browser.post("/me/lock")

    wrong = [browser.post("/me/unlock", data={"unlocks_with": "0000"}, headers=AGAIN) for _ in range(5)]
    late = browser.post("/me/unlock", data={"unlocks_with": digits}, headers=AGAIN)

    assert [answer.status_code for answer in wrong] == [422, 422, 422, 422, 401]
    assert "1 try is left." in wrong[3].text
    assert (late.status_code, late.headers["HX-Trigger"], signed_in(browser)) == (401, "sign-in-needed", [False])
    assert db.session.scalars(select(Session.ended_at)).one() is not None


@pytest.mark.proves("AU-04")
def test_a_right_pin_forgives_the_wrong_ones_before_it(ann, pin, as_user, now):
    browser, digits = as_user(ann), pin(ann)
    for _ in range(3):
        browser.post("/me/lock")
        typed = ({"unlocks_with": one} for one in ("0000", "1", "", digits))
        tries = [browser.post("/me/unlock", data=one, headers=AGAIN).status_code for one in typed]
        assert tries == [422, 422, 422, 204]


@pytest.mark.proves("AU-04")
def test_each_try_is_counted_before_anything_is_compared(ann, pin, as_user, now, monkeypatch):
    browser, seen = as_user(ann), []
    pin(ann)
    browser.post("/me/lock")

    def compare(*_):
        with db.engine.connect() as other_process:
            seen.append(other_process.scalar(select(Session.tries)))
        return False

    monkeypatch.setattr(passwords, "matches", compare)
    browser.post("/me/unlock", data={"unlocks_with": "0000"}, headers=AGAIN)

    assert seen == [1]


def test_unlocked_twice_or_in_another_tab_is_no_fault(ann, as_user, now):
    browser = as_user(ann)
    assert browser.post("/me/unlock", data={"unlocks_with": "0000"}, headers=AGAIN).status_code == 204


def test_a_locked_screen_is_left_to_somebody_else(ann, mei, as_user, now):
    browser = as_user(ann)
    browser.post("/me/lock")

    answer = browser.post("/sign-out")

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert db.session.scalars(select(Session.ended_at)).one() is not None


@pytest.mark.proves("AU-08")
def test_a_manager_alone_in_the_office_is_not_locked_but_may_lock(mei, as_user, set_now):
    set_now(NOON)
    browser = as_user(mei)
    set_now(NOON + 29 * MINUTE)
    assert signed_in(browser) == [True]
    browser.post("/me/lock")
    assert signed_in(browser) == [False]


def test_the_administrator_says_after_how_long_screens_lock(ada, ann, as_user, set_now):
    set_now(NOON)
    desk, browser = as_user(ada), as_user(ann)

    assert desk.post("/admin/lock", data={"minutes": "0"}).status_code == 422
    assert desk.post("/admin/lock", data={"minutes": "3"}).status_code == 303

    assert 'value="3"' in desk.get("/admin/lock").text
    assert 'data-lock-s="180"' in browser.get("/hotline").text
    set_now(NOON + timedelta(minutes=4, seconds=1))
    assert signed_in(browser) == [False]


def test_a_pin_takes_the_password_and_is_not_the_first_anybody_would_try(ann, as_user, set_now):
    set_now(NOON)
    browser = as_user(ann)

    def answer(**typed):
        return browser.post("/me/pin", data=typed).status_code

    refused = [answer(pin="4826"), answer(pin="4826", password="wrong")]
    refused += [answer(pin=one, password=PASSWORD) for one in ("1234", "7777", "123", "48a6", "4826371")]
    assert refused == [422] * 7 and db.session.scalar(select(func.count(UserPin.user_id))) == 0

    assert answer(pin="4826", password=PASSWORD) == 303
    assert db.session.scalars(select(UserPin.pin_hash)).one().startswith("$argon2id$")


# ── a technician's phone ──


@pytest.mark.proves("AU-18")
def test_a_known_phone_has_a_cookie_of_its_own_of_which_only_a_hash_is_kept(tao, pin, as_user, app, now):
    browser = as_user(tao)
    assert browser.post("/me/devices", data={"password": PASSWORD}).status_code == 422  # a PIN first
    pin(tao)

    answer = browser.post("/me/devices", data={"password": PASSWORD}, headers={"User-Agent": ANDROID})

    said = r"device=([\w-]{43}); Expires=[^;]+; Max-Age=2592000; HttpOnly; Path=/; SameSite=Lax"
    token = re.fullmatch(said, answer.headers["Set-Cookie"])[1]
    row = db.session.scalars(select(EnrolledDevice)).one()
    assert (row.token_hash, row.kind, row.system) == (hashed(token), DeviceKind.PHONE, "android")


def test_without_a_pin_the_page_leads_to_setting_one_and_from_there_to_the_phone(tao, as_user, now):
    browser = as_user(tao)
    before = browser.get("/me").text
    assert 'href="#new-pin"' in before and "This is my phone" not in before and " disabled" not in before

    answer = browser.post("/me/pin", data={"pin": "4826", "password": PASSWORD})

    assert (answer.status_code, answer.location) == (303, "/me#devices")
    after = browser.get("/me").text
    assert 'href="#new-pin"' not in after and "This is my phone" in after


def test_on_a_known_phone_the_pin_is_enough_after_the_session_is_over(tao, enrolled, set_now):
    browser = enrolled(tao)
    before = browser.get_cookie("session").value
    set_now(NOON + timedelta(days=29))

    door = browser.get("/jobs", follow_redirects=True)
    answer = anew(browser).post("/sign-in/pin", data={"pin": "4826", "next": "/jobs"})

    assert tao.name in door.text and 'name="pin"' in door.text and 'inputmode="numeric"' in door.text
    assert (answer.status_code, answer.location) == (303, "/jobs")
    assert browser.get("/jobs").status_code == 200 and browser.get_cookie("session").value != before


def test_the_password_is_still_an_answer_on_a_known_phone(tao, enrolled):
    browser = enrolled(tao)
    browser.delete_cookie("session")
    assert 'name="password"' in browser.get("/sign-in?with=password").text


def test_after_thirty_days_the_phone_is_a_stranger(tao, enrolled, set_now):
    browser = enrolled(tao)
    set_now(NOON + timedelta(days=30))
    assert 'name="password"' in browser.get("/jobs", follow_redirects=True).text
    assert anew(browser).post("/sign-in/pin", data={"pin": "4826"}, headers=AGAIN).status_code == 410


@pytest.mark.proves("AU-04")
def test_the_fifth_wrong_pin_makes_the_phone_a_stranger(tao, enrolled, set_now):
    browser = enrolled(tao)
    set_now(NOON + timedelta(hours=13))
    anew(browser)

    wrong = [browser.post("/sign-in/pin", data={"pin": "0000"}, headers=AGAIN).status_code for _ in range(5)]

    assert wrong == [422, 422, 422, 422, 410]
    assert browser.post("/sign-in/pin", data={"pin": "4826"}, headers=AGAIN).status_code == 410
    assert db.session.scalars(select(EnrolledDevice.revoked_at)).one() is not None
    assert 'name="password"' in browser.get("/jobs", follow_redirects=True).text


def test_the_dialog_of_another_person_does_not_open_with_this_phones_pin(tao, bo, enrolled, set_now):
    browser = enrolled(tao)
    set_now(NOON + timedelta(hours=13))
    answer = anew(browser).post("/sign-in/pin", data={"pin": "4826", "username": bo.username}, headers=AGAIN)
    assert answer.status_code == 410


def test_a_password_is_no_pin_on_the_phone(tao, enrolled, set_now):
    browser = enrolled(tao)
    set_now(NOON + timedelta(hours=13))
    assert anew(browser).post("/sign-in/pin", data={"pin": PASSWORD}, headers=AGAIN).status_code == 422


def test_a_lost_phone_is_removed_by_its_owner_the_manager_or_the_administrator_only(
    tao, bo, ann, mei, ada, enrolled, as_user, add, now
):
    def lost():
        return add(
            EnrolledDevice, token_hash=str(db.session.scalar(select(func.count(EnrolledDevice.id)))), user_id=tao.id,
            kind=DeviceKind.PHONE, browser="chrome", system="android", enrolled_at=NOON, seen_at=NOON,
            expires_at=NOON + timedelta(days=30),
        ).id  # fmt: skip

    assert [as_user(one).post(f"/devices/{lost()}/revoked").status_code for one in (bo, ann)] == [404, 404]
    assert [as_user(one).post(f"/devices/{lost()}/revoked").status_code for one in (tao, mei, ada)] == [303] * 3
    assert ">Remove<" in as_user(mei).get(f"/technicians/{tao.id}").text
    assert ">Remove<" not in as_user(ann).get(f"/technicians/{tao.id}").text
    assert db.session.scalar(select(func.count(EnrolledDevice.revoked_at))) == 3


def test_the_desk_of_an_operator_is_never_a_known_computer(ann, as_user, now):
    browser = as_user(ann)
    assert "This is my own computer" not in browser.get("/me").text
    assert browser.post("/me/devices", data={"password": PASSWORD}).status_code == 403


def test_a_password_set_by_an_administrator_makes_known_phones_strangers(ada, tao, enrolled, as_user, now):
    phone = enrolled(tao)
    as_user(ada).post(f"/admin/users/{tao.id}/password", data={"password": NEW, "own_password": PASSWORD})
    assert anew(phone).post("/sign-in/pin", data={"pin": "4826"}, headers=AGAIN).status_code == 410


def test_devices_that_are_long_over_are_forgotten(tao, enrolled):
    enrolled(tao)
    assert forget_old_devices(NOON + timedelta(days=120)) == 0
    assert forget_old_devices(NOON + timedelta(days=120, seconds=1)) == 1


# ── reading on a known computer ──


@pytest.mark.proves("AU-08")
def test_on_a_known_computer_one_reads_on_but_changes_nothing_without_the_password(mei, enrolled, set_now):
    browser = enrolled(mei)
    set_now(NOON + timedelta(hours=5))
    assert signed_in(browser) == [True]
    refused = browser.post("/me/language", data={"language": "zh"}, headers=HTMX)
    assert (refused.status_code, refused.headers["HX-Trigger"]) == (401, "sign-in-needed")
    assert browser.get("/live/changes").status_code == 200
    set_now(NOON + timedelta(hours=5, minutes=1))
    assert browser.post("/me/language", data={"language": "zh"}, headers=HTMX).status_code == 401  # reading is no proof

    answer = browser.post("/sign-in", data={"username": mei.username, "password": PASSWORD}, headers=AGAIN)
    browser.token = answer.headers["X-CSRF-Token"]

    assert browser.post("/me/language", data={"language": "zh"}, headers=HTMX).status_code == 303


@pytest.mark.proves("AU-08")
def test_reading_ends_after_twenty_hours_and_with_the_device(mei, enrolled, as_user, set_now):
    browser, other = enrolled(mei), as_user(mei)
    set_now(NOON + timedelta(hours=20))
    assert signed_in(browser, other) == [True, False]
    set_now(NOON + timedelta(hours=20, seconds=1))
    assert signed_in(browser) == [False]

    set_now(NOON + timedelta(hours=2))
    assert signed_in(browser) == [True]
    with writing():
        db.session.scalars(select(EnrolledDevice)).one().revoked_at = NOON
    assert signed_in(browser) == [False]


@pytest.mark.proves("AU-08")
def test_a_known_computer_is_its_owners_only(mei, ada, enrolled, as_user, set_now):
    device = enrolled(mei).get_cookie("device").value
    browser = as_user(ada)
    browser.set_cookie("device", device)
    set_now(NOON + 31 * MINUTE)
    assert signed_in(browser) == [False]


# ── being here ──


@pytest.mark.proves("AU-08", "AU-09")
def test_whoever_says_that_they_are_here_stays_signed_in(mei, as_user, set_now):
    set_now(NOON)
    browser = as_user(mei)
    set_now(NOON + 29 * MINUTE)
    assert browser.post("/me/here", headers=HTMX).status_code == 204
    set_now(NOON + 59 * MINUTE)
    assert signed_in(browser) == [True]


@pytest.mark.proves("AU-09")
def test_a_page_knows_how_long_it_has(mei, as_user, set_now):
    set_now(NOON)
    browser = as_user(mei)
    set_now(NOON + timedelta(seconds=40))
    assert 'data-left-s="1760" data-limit-s="1800" data-lock-s=""' in browser.get("/work-orders").text


@pytest.mark.proves("AU-09")
def test_on_a_known_computer_no_end_is_announced(mei, enrolled):
    assert 'data-left-s=""' in enrolled(mei).get("/work-orders").text


@pytest.mark.proves("AU-08")
def test_a_hundred_polls_keep_nobody_signed_in(mei, as_user, set_now):
    set_now(NOON)
    browser = as_user(mei)
    for second in range(100):
        set_now(NOON + timedelta(seconds=18 * second))
        assert browser.get("/live/changes").status_code == 200
    set_now(NOON + 30 * MINUTE + timedelta(seconds=1))
    assert browser.get("/live/changes", headers=HTMX).status_code == 401
