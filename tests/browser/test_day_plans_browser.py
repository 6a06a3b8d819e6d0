"""Planning a day in a real browser: asking, waiting, reading, taking some of it, and what is refused."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dayplans import making
from helpdesk.dayplans.actions import begin_run, end_run
from helpdesk.dayplans.answer import keep_answer
from helpdesk.dayplans.models import DayPlan
from helpdesk.dayplans.question import question
from helpdesk.dayplans.states import PlanStatus
from helpdesk.planning.search import search
from tests.browser.conftest import PHONE
from tests.dayplans import QUICK, a_plan, a_visit, an_order, can_do

MORNING = clock.from_local(datetime(2026, 3, 2, 8))  # a Monday
DAY = clock.local_date(MORNING) + timedelta(days=1)


@pytest.fixture
def now(clock_from):
    clock_from(MORNING)
    return MORNING


@pytest.fixture
def started(monkeypatch):
    """No process begins with a plan: the test says how far it is."""
    ids = []
    monkeypatch.setattr(making, "start", ids.append)
    return ids


@pytest.fixture
def waiting(estate, place, category, ann, tao, now):
    """Two orders that nobody is sent to, for a technician who can do both."""
    leak, drain = category("WATER_LEAK"), category("DRAIN_BLOCK")
    with writing():
        db.session.add_all(can_do(estate, tao, *{leak.skill, drain.skill}))
        return [an_order(place, found, actor=ann, now=now) for found in (leak, drain)]


@pytest.fixture
def ready(waiting, estate, ann, now):
    plan = a_plan(estate, DAY, actor=ann, now=now)
    db.session.rollback()
    return plan


def the_plan() -> DayPlan:
    db.session.rollback()
    return db.session.scalars(select(DayPlan).order_by(DayPlan.id.desc())).first()


def ask(page):
    page.goto(f"/schedule/plans?day={DAY}")
    page.locator("input[name=day]").press("Enter")
    page.wait_for_url("**/schedule/plans/*")


def box(page, order):
    return page.locator(f"input[name=chosen][value='{order.id}']")


def crews(orders):
    db.session.rollback()
    return [[user.name for visit in order.visits for user in visit.crew] for order in orders]


def test_a_plan_is_asked_for_watched_read_and_taken_in_part(waiting, estate, ann, visit, started, now):
    page = visit(ann.username)
    ask(page)
    expect(page.locator("#plan progress")).to_be_visible()
    plan = the_plan()
    with writing():
        begin_run(plan, run="here", now=now)
        plan.progress = {**plan.progress, "done": 0.4}
    db.session.rollback()
    expect(page.locator("#plan progress")).to_have_attribute("value", "0.4")

    asked = question(ann, estate.id, DAY, {}, now)
    found = search(asked.problem, asked.standing, QUICK)
    with writing():
        keep_answer(plan, asked, found)
        end_run(plan, now=now)
    db.session.rollback()

    expect(page.locator(".plan-change")).to_have_count(2)  # without anybody asking again
    expect(page.locator(".plan-change").first).to_contain_text("Tao")
    expect(page.locator(".plan-change").first).to_contain_text("first visit")
    first, second = waiting
    db.session.rollback()
    box(page, second).focus()
    page.keyboard.press("Space")
    page.locator("button", has_text="Accept what is ticked").press("Enter")

    expect(page.locator("#plan")).to_contain_text("Accepted")
    expect(page.locator(".plan-change", has_text="not taken")).to_have_count(1)
    expect(page.locator(".plan-change input")).to_have_count(0)
    assert crews(waiting) == [["Tao"], []]


def test_nothing_ticked_is_said_where_it_is_pressed_and_the_ticks_stay(ready, waiting, ann, visit):
    page = visit(ann.username, expected_errors=("422",))
    page.goto(f"/schedule/plans/{ready.id}")
    db.session.rollback()

    page.locator("[data-tick-none]").click()
    page.locator("button", has_text="Accept what is ticked").click()
    expect(page.locator(".problems")).to_contain_text("Tick at least one change")
    expect(page.locator("input[name=chosen]:checked")).to_have_count(0)

    page.locator("[data-tick-all]").click()
    expect(page.locator("input[name=chosen]:checked")).to_have_count(2)
    assert crews(waiting) == [[], []]


def test_looking_for_a_plan_is_cancelled(waiting, ann, visit, started):
    page = visit(ann.username)
    ask(page)

    page.locator("#plan button", has_text="Cancel").click()

    expect(page.locator("#plan")).to_contain_text("Nothing was changed.")
    expect(page.locator("#plan progress")).to_have_count(0)
    assert (the_plan().status, crews(waiting)) == (PlanStatus.CANCELLED, [[], []])


def test_a_plan_that_a_colleague_made_stale_does_nothing_and_leads_to_a_new_one(
    ready, waiting, place, category, ann, tao, mei, visit, started, now
):
    page = visit(ann.username, expected_errors=("409",))
    page.goto(f"/schedule/plans/{ready.id}")
    expect(page.locator("input[name=chosen]")).to_have_count(2)
    with writing():
        nine = clock.start_of_day(DAY) + timedelta(hours=9)
        a_visit(place, category("WATER_LEAK"), [tao], at=nine, actor=mei, now=now)
    db.session.rollback()

    page.locator("button", has_text="Accept what is ticked").click()

    expect(page.locator("#plan [role=alert]")).to_contain_text("The day has changed since this plan was made")
    expect(page.locator("input[name=chosen]")).to_have_count(0)
    assert crews(waiting) == [[], []]
    page.locator("button", has_text="Plan again").click()
    expect(page.locator("#plan progress")).to_be_visible()
    assert the_plan().id == started[-1] != ready.id


def test_two_strokes_on_accept_and_the_way_back_do_it_once(ready, waiting, ann, visit):
    page = visit(ann.username, expected_errors=("409",))
    page.goto("/schedule/plans")
    page.goto(f"/schedule/plans/{ready.id}")
    page.locator("button", has_text="Accept what is ticked").dblclick()
    expect(page.locator("#plan")).to_contain_text("Accepted")

    page.go_back()
    page.go_forward()

    expect(page.locator("#plan")).to_contain_text("Accepted")
    expect(page.locator(".plan-change input")).to_have_count(0)
    assert crews(waiting) == [["Tao"], ["Tao"]]


def test_a_phone_reads_a_plan_without_scrolling_sideways(ready, ann, visit):
    page = visit(ann.username, on=PHONE)
    page.goto(f"/schedule/plans/{ready.id}")

    expect(page.locator(".plan-change")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
