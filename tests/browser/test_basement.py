"""A technician's taps where there is no signal: kept with their moment, and sent by themselves."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Error, expect
from sqlalchemy import select

from helpdesk.accounts.models import Session
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.models import Visit
from helpdesk.repairs.states import VisitStatus
from helpdesk.repairs.visit_actions import hand_over_visit, schedule_visit
from tests.browser.conftest import PHONE
from tests.conftest import PASSWORD

MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)
RENEW = "const thumb = document.getElementById('thumb'); thumb.innerHTML = thumb.innerHTML; htmx.process(thumb)"


@pytest.fixture
def phone(work_order, ann, tao, clock_from, visit):
    clock_from(MONDAY)
    with writing():
        schedule_visit(work_order, crew=[tao], planned_at=MONDAY, actor=ann, now=MONDAY)
    number, username = work_order.number, tao.username
    db.session.rollback()
    page = visit(username, on=PHONE, expected_errors=["Failed to load", "ERR_", "404"])
    page.goto(f"/jobs/{number}")
    page.wait_for_timeout(400)  # what has just been loaded is not meant yet
    return page


def the_visit() -> Visit:
    db.session.rollback()
    return db.session.scalars(select(Visit)).one()


@pytest.mark.proves("RE-06")
@pytest.mark.parametrize("renewed", [False, True])
def test_a_tap_without_a_signal_is_kept_with_its_time_and_sent_by_itself(renewed, phone):
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Accept").tap()
    expect(phone.locator("#unsent")).to_be_visible()
    expect(phone.locator(".toast")).to_have_count(0)
    if renewed:  # the page heard of something else before it could send the tap
        phone.evaluate(RENEW)
    phone.wait_for_timeout(1500)
    assert the_visit().status == VisitStatus.PLANNED

    phone.context.set_offline(False)

    expect(phone.locator("#thumb").get_by_role("button", name="On my way")).to_be_visible()
    expect(phone.locator("#unsent")).to_be_hidden()
    kept = the_visit()
    assert kept.status == VisitStatus.ACCEPTED
    assert kept.accepted_at - MONDAY < timedelta(seconds=60)


@pytest.mark.proves("RE-06")
def test_a_tap_for_a_visit_that_was_given_away_says_so_and_is_not_sent_again(phone, ann, person):
    other = person("Wen", Role.TECHNICIAN)
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Accept").tap()
    expect(phone.locator("#unsent")).to_be_visible()
    given = the_visit()
    with writing():
        hand_over_visit(given, crew=[other], actor=ann, now=MONDAY)

    phone.context.set_offline(False)

    expect(phone.locator("main")).to_contain_text("This job is no longer yours")
    expect(phone.locator("#unsent")).to_be_hidden()
    assert the_visit().status == VisitStatus.PLANNED


@pytest.mark.proves("AU-09", "RE-06")
@pytest.mark.parametrize("renewed", [False, True])
def test_a_tap_after_the_session_ended_waits_for_its_owner(renewed, phone):
    with writing():
        db.session.scalars(select(Session)).one().ended_at = MONDAY
    db.session.rollback()
    phone.get_by_role("button", name="Accept").tap()
    expect(phone.locator("#sign-in-again")).to_be_visible()
    if renewed:
        phone.evaluate(RENEW)
    assert the_visit().status == VisitStatus.PLANNED

    phone.locator("#again-password").fill(PASSWORD)
    phone.keyboard.press("Enter")

    expect(phone.locator("#thumb").get_by_role("button", name="On my way")).to_be_visible()
    expect(phone.locator("#unsent")).to_be_hidden()
    assert the_visit().status == VisitStatus.ACCEPTED


HEARS_NEWS = """document.addEventListener("signed-in-again", () => document.body.dispatchEvent(
    new CustomEvent(document.getElementById("facts").dataset.topic)), true)"""


@pytest.mark.proves("RE-06")
def test_what_the_page_asked_before_the_tap_was_sent_does_not_come_after_its_answer(phone):
    """Its answer knows nothing of the tap: it took the next step away, and offered to look at it instead."""
    asked = []
    phone.route(lambda url: "?visit=" in url, lambda route: asked.append(route))  # held, until the tap was answered
    with writing():
        db.session.scalars(select(Session)).one().ended_at = MONDAY
    db.session.rollback()
    phone.get_by_role("button", name="Accept").tap()
    expect(phone.locator("#sign-in-again")).to_be_visible()
    phone.evaluate(RENEW)
    phone.evaluate(HEARS_NEWS)

    phone.locator("#again-password").fill(PASSWORD)
    phone.keyboard.press("Enter")
    on_my_way = phone.locator("#thumb").get_by_role("button", name="On my way")
    expect(on_my_way).to_be_visible()
    assert asked
    for route in asked:
        with suppress(Error):  # it was given up
            route.continue_()
    phone.wait_for_timeout(500)

    assert on_my_way.is_visible()
