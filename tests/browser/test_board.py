"""The schedule board in a real browser: a hand, a keyboard and a finger move visits, and others see it at once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.windows.rules import Window
from tests.browser.conftest import PHONE

MORNING = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # a Monday, 08:00 in Shanghai
BOARD = "/schedule?day=2026-03-02"
TABLET = {"viewport": {"width": 1180, "height": 820}, "has_touch": True, "is_mobile": True}
STANDS_AT = """([id, x]) => {
  const card = document.getElementById(id)?.closest(".ec-event:not(.being-sent, .ec-preview)");
  const box = card?.getBoundingClientRect();
  return box && box.left < x && x < box.right;
}"""


def at(hour, minute=0):
    return clock.start_of_day(clock.local_date(MORNING)) + timedelta(hours=hour, minutes=minute)


@pytest.fixture
def now(clock_from):
    clock_from(MORNING)
    return MORNING


@pytest.fixture
def order(work_order, tao, bo):
    """A leak that waits; Tao and Bo are at work."""
    return work_order


@pytest.fixture
def sent(place, category, ann, tao, bo, now):
    """Tao goes to a leak at ten; the resident was told ten to twelve."""
    found = category("WATER_LEAK")
    with writing():
        opened = open_work_order(
            place=place, category=found, urgency=found.urgency, summary="Drips", actor=ann, now=now
        )
        return schedule_visit(
            opened, crew=[tao], planned_at=at(10), promised=Window(at(10), at(12)), actor=ann, now=now
        )


def card(page, visit):
    return page.locator(".ec-event", has=page.locator(f"#card-visit-{visit.id}"))


def cell(page, user):
    """Where ten o'clock of this technician stands on the page, and how many pixels a minute takes."""
    head = page.locator(".ec-col-head", has_text=user.name).bounding_box()
    slot = page.locator(".ec-body .ec-sidebar time, .ec-body .ec-slot").filter(has_text="10:00").first.bounding_box()
    per_minute = 38 / 30
    return head["x"] + head["width"] / 2, slot["y"] + 11, per_minute  # the words stand on the line


def opened(page):
    page.goto(BOARD)
    expect(page.locator("#board.drawn")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-live-state", "on", timeout=15_000)
    return page


def standing(source):
    """Where a card is, once it is drawn: what changed meanwhile draws it anew."""
    expect(source.page.locator("#board[aria-busy=false]")).to_be_visible()
    expect(source).to_be_visible()
    return source.bounding_box()


def drag(page, source, to_x, to_y):
    box = standing(source)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 10, box["y"] + 20, steps=3)
    page.mouse.move(to_x, to_y, steps=8)
    page.mouse.up()


def test_a_card_of_the_tray_is_dragged_to_a_technician_and_a_second_browser_sees_it(order, ann, mei, bo, visit):
    first, second = opened(visit(ann.username)), opened(visit(mei.username))
    expect(second.locator(".ec-event.visit")).to_have_count(0)
    x, y, _ = cell(first, bo)

    drag(first, first.locator(f"#waits-{order.number}"), x, y + 10)

    for page in (first, second):
        expect(page.locator(".ec-event.visit")).to_have_count(1, timeout=15_000)
        expect(page.locator("#tray .tray-card")).to_have_count(0)
    db.session.rollback()
    (made,) = order.visits
    assert ([user.name for user in made.crew], made.planned_at.hour) == (["Bo"], 2)
    assert at(10) <= made.planned_at <= at(10, 15)


def test_a_visit_is_dragged_to_somebody_else_and_back_where_it_may_not_be(sent, ann, bo, visit):
    page = opened(visit(ann.username, expected_errors=("422",)))
    x, y, per_minute = cell(page, bo)

    with page.expect_response(re.compile("/schedule/feed")):
        drag(page, card(page, sent), x, y + 10)

    expect(page.locator("#placing")).not_to_be_visible()
    expect(page.locator(f"#card-visit-{sent.id}")).to_be_visible()
    page.wait_for_function("() => !document.querySelector('.ec-preview')")
    page.wait_for_function(STANDS_AT, arg=[f"card-visit-{sent.id}", x])

    drag(page, card(page, sent), x, y + 10 + 150 * per_minute)  # half past twelve, outside what the resident was told

    expect(page.locator("#placing")).to_be_visible()
    expect(page.locator("#placing")).to_contain_text("Outside what the resident was told")
    page.locator("#placing select[name=reason]").select_option("resident_asked")
    page.locator("#placing button.primary").click()
    expect(page.locator("#placing")).not_to_be_visible()
    expect(card(page, sent)).to_contain_text("12:")


@pytest.mark.proves("WB-18")
def test_with_the_keyboard_a_card_opens_the_form_and_moves(sent, ann, bo, visit):
    page = opened(visit(ann.username))
    page.locator(f"#card-visit-{sent.id}").focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#placing")
    expect(dialog).to_be_visible()

    dialog.locator("label.chip", has_text="Tao").click()
    dialog.locator("label.chip", has_text="Bo").click()
    dialog.locator("input[name=starts_at]").fill("2026-03-02T11:15")
    dialog.locator("input[name=starts_at]").press("Enter")

    expect(dialog).not_to_be_visible()
    expect(card(page, sent)).to_contain_text("11:15–11:45")


def test_the_form_on_a_page_of_its_own_leads_back_to_the_board(sent, ann, visit):
    page = visit(ann.username)
    page.goto(f"/schedule/orders/{sent.work_order.number}")
    page.locator("#place-form input[name=starts_at]").fill("2026-03-02T11:15")
    page.locator("#place-form button.primary").click()

    page.wait_for_url("**/schedule?day=2026-03-02*")
    expect(card(page, sent)).to_contain_text("11:15–11:45")


def test_a_finger_that_holds_a_card_drags_it(order, ann, bo, visit):
    page = opened(visit(ann.username, on=TABLET))
    x, y, _ = cell(page, bo)
    box = page.locator(f"#waits-{order.number}").bounding_box()
    touch = page.context.new_cdp_session(page)

    def point(kind, *places):
        points = [{"x": px, "y": py} for px, py in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    point("touchStart", (box["x"] + 60, box["y"] + 20))
    page.wait_for_timeout(600)
    for step in range(1, 9):
        point("touchMove", (box["x"] + 60 + (x - box["x"] - 60) * step / 8, box["y"] + 20 + (y - box["y"]) * step / 8))
    point("touchEnd")

    expect(page.locator(".ec-event.visit")).to_have_count(1, timeout=15_000)
    db.session.rollback()
    assert [user.name for user in order.visits[0].crew] == ["Bo"]


def test_without_scripts_the_day_is_a_list_and_the_form_a_page(sent, ann, bo, visit):
    page = visit(ann.username, java_script_enabled=False)
    page.goto(BOARD)
    expect(page.locator("#board")).not_to_be_visible()

    page.locator("#day-list a", has_text=re.compile("Move to")).first.click()
    page.locator("input[name=starts_at]").fill("2026-03-02T11:00")
    page.locator("#place-form button.primary").click()

    expect(page.locator("#day-list")).to_contain_text("11:00")


def test_a_phone_shows_one_technician_at_a_time(sent, ann, bo, person, visit):
    for name in ("Cai", "Dan", "Eli", "Fay", "Gus", "Hal"):
        person(name, Role.TECHNICIAN)
    page = visit(ann.username, on=PHONE)
    page.goto(BOARD)

    expect(page.locator("#lane-" + str(sent.crew[0].id))).to_be_visible()
    expect(page.locator("#lane-" + str(bo.id))).not_to_be_visible()
    page.locator(".whose a", has_text="Bo").click()
    expect(page.locator("#lane-" + str(bo.id))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
