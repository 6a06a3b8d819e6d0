"""A screen that locks, a session that ends, and signing out: in a real browser, with nothing lost and nothing left."""

import re
import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.accounts import passwords
from helpdesk.accounts.device_models import UserPin
from helpdesk.accounts.models import Session
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.hotline.models import Call
from tests.browser.conftest import PHONE
from tests.conftest import NOON, PASSWORD

QUIET = ["401", "400", "422", "ERR_"]
IMPLANT = """async () => {
  localStorage.setItem("name", "刘桂英"); sessionStorage.setItem("name", "刘桂英");
  await (await caches.open("pages")).put("/jobs", new Response("刘桂英"));
  await new Promise((done) => {
    const open = indexedDB.open("queue");
    open.onsuccess = () => { open.result.close(); done(); };
  });
}"""
LEFT = """async () => ({
  storages: [...Object.keys(localStorage), ...Object.keys(sessionStorage)], caches: await caches.keys(),
  databases: (await indexedDB.databases()).map(({ name }) => name),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""


@pytest.fixture
def desk(ann, visit, add):
    """The console of an operator with a PIN, in which a call is being typed."""
    add(UserPin, user_id=ann.id, pin_hash=passwords.hash_password("4826"), set_at=NOON)
    username = ann.username
    db.session.rollback()
    page = visit(username, expected_errors=QUIET)
    page.locator("#words").fill("厨房")
    expect(page.locator("#draft-state")).to_have_text("Draft kept")
    return page


def words_kept() -> list[str]:
    db.session.rollback()
    words = list(db.session.scalars(select(Call.words)))
    db.session.rollback()
    return words


def expect_kept(page, words):
    """The state may still speak of the draft before: ask what is really kept."""
    for _ in range(50):
        if words_kept() == [words]:
            break
        page.wait_for_timeout(100)
    assert words_kept() == [words]


def unlock(page, secret="4826"):
    expect(page.locator("#lock-pin")).to_be_focused()
    page.keyboard.type(secret)
    page.keyboard.press("Enter")


def test_a_key_locks_the_screen_and_the_pin_goes_on_where_it_was(desk):
    desk.locator("#words").fill("厨房水管")
    desk.keyboard.press("Alt+l")
    expect(desk.locator("#screen-lock")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("Escape")
    expect(desk.locator("#screen-lock")).to_be_visible()

    unlock(desk, "0000")
    expect(desk.locator("#screen-lock [role=alert]")).to_have_text("This is not right. 4 tries are left.")
    unlock(desk)

    expect(desk.locator("#screen-lock")).to_be_hidden()
    expect(desk.locator("#words")).to_be_focused()
    desk.keyboard.type("漏")
    desk.wait_for_function("document.querySelector('#words').value === '厨房水管漏'")
    expect_kept(desk, "厨房水管漏")


def test_a_draft_that_the_lock_refused_is_kept_in_the_page_and_sent_after_unlocking(desk, ann):
    with writing():
        db.session.scalars(select(Session)).one().locked_at = clock.now()
    db.session.rollback()
    desk.locator("#words").fill("厨房水管爆了")

    expect(desk.locator("#screen-lock")).to_be_visible()
    assert words_kept() == ["厨房"]
    unlock(desk)

    expect_kept(desk, "厨房水管爆了")


def test_a_tab_beside_locks_and_unlocks_with_it(desk):
    other = desk.context.new_page()
    other.goto("/work-orders")
    desk.bring_to_front()
    desk.keyboard.press("Alt+l")
    expect(other.locator("#screen-lock")).to_be_visible()

    unlock(desk)

    expect(other.locator("#screen-lock")).to_be_hidden()


def test_a_quiet_desk_locks_by_itself_and_whoever_works_is_left_alone(desk):
    desk.clock.install()
    desk.reload()
    desk.clock.run_for(9 * 60_000)
    desk.keyboard.press("Shift")
    desk.clock.run_for(9 * 60_000)
    expect(desk.locator("#screen-lock")).to_be_hidden()

    desk.clock.run_for(61_000)

    expect(desk.locator("#screen-lock")).to_be_visible()
    for _look in range(50):  # the server is told just then
        db.session.rollback()
        if locked := db.session.scalars(select(Session.locked_at)).one():
            break
        time.sleep(0.1)
    db.session.rollback()
    assert locked is not None


@pytest.mark.proves("WB-03", "AU-09")
def test_a_form_outlives_its_session_and_is_saved_after_signing_in(ann, visit, set_now):
    moment = set_now(NOON)
    username = ann.username
    db.session.rollback()
    page = visit(username, expected_errors=QUIET)
    page.goto("/hotline/quick")
    page.locator("textarea[name=words]").fill("电梯里有异响")
    set_now(moment + timedelta(hours=13))

    page.locator("button.thumb").click()
    expect(page.locator("#sign-in-again")).to_be_visible()
    page.locator("#again-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in-again")).to_be_hidden()
    expect(page.locator("textarea[name=words]")).to_have_value("电梯里有异响")
    page.locator("button.thumb").click()

    expect(page.locator("textarea[name=words]")).to_have_value("")
    assert words_kept() == ["电梯里有异响"]


@pytest.mark.proves("AU-09")
def test_two_minutes_before_the_end_the_page_says_so_and_one_button_stays(mei, visit):
    username = mei.username
    db.session.rollback()
    page = visit(username, expected_errors=QUIET)
    page.clock.install()
    page.goto("/work-orders")
    page.clock.run_for(27 * 60_000)
    expect(page.locator("#idle-warning")).to_be_hidden()

    page.clock.run_for(61_000)

    expect(page.locator("#idle-warning")).to_be_visible()
    assert page.locator("#idle-warning").get_attribute("role") == "alertdialog"
    assert re.search(r"at \d\d:\d\d you will be signed out", page.locator("#idle-text[role=alert]").inner_text())
    with page.expect_response("**/me/here") as told:
        page.locator("#idle-warning button").click()
    assert told.value.status == 204
    expect(page.locator("#idle-warning")).to_be_hidden()
    page.clock.run_for(27 * 60_000)
    expect(page.locator("#idle-warning")).to_be_hidden()


@pytest.mark.proves("AU-07", "WB-10", "WB-11")
def test_after_signing_out_nothing_is_left_and_the_back_button_shows_the_door(ann, visit):
    username = ann.username
    db.session.rollback()
    page = visit(username, expected_errors=QUIET)
    page.goto("/work-orders")
    page.evaluate(IMPLANT)

    page.locator("header form[data-sign-out] button").click()
    page.wait_for_url("**/sign-in")

    assert page.evaluate(LEFT) == {"storages": [], "caches": [], "databases": [], "workers": 0}
    page.go_back()
    page.wait_for_url("**/sign-in**")
    expect(page.locator("input[name=password]")).to_be_visible()


@pytest.mark.proves("WB-11")
def test_who_signs_out_with_something_unsent_is_asked_first(desk):
    desk.route("**/hotline/drafts/*", lambda route: route.abort())
    desk.locator("#words").fill("厨房水管")
    expect(desk.locator("#draft-state")).to_contain_text("Not kept yet")
    desk.locator("header form[data-sign-out] button").click()

    expect(desk.locator("#unsent-work [data-unsent]")).to_have_text("1 draft is not kept yet.")
    desk.locator("#unsent-work button[value=stay]").click()
    expect(desk.locator("#words")).to_have_value("厨房水管")
    desk.locator("header form[data-sign-out] button").click()
    desk.locator("#unsent-work button[value=leave]").click()

    desk.wait_for_url("**/sign-in")


def test_on_their_own_phone_a_technician_comes_back_with_the_pin(tao, visit, add):
    add(UserPin, user_id=tao.id, pin_hash=passwords.hash_password("4826"), set_at=NOON)
    username = tao.username
    db.session.rollback()
    page = visit(username, on=PHONE, expected_errors=QUIET)
    page.goto("/me")
    page.locator("#device-password").fill(PASSWORD)
    page.get_by_role("button", name="This is my phone").click()
    expect(page.locator("#devices .tag")).to_have_text("this one")
    page.goto("/jobs")
    page.locator(".account form[data-sign-out] button").click()
    page.wait_for_url("**/sign-in")

    expect(page.locator("#pin")).to_be_focused()
    page.keyboard.type("4826")
    page.keyboard.press("Enter")

    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto("/jobs")
    expect(page.locator("h1")).to_be_visible()
