"""Times offered while somebody is on the telephone, in a real browser."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.actions import promise_window
from helpdesk.repairs.models import WorkOrder
from helpdesk.windows.rules import window_named, window_value
from tests.dayplans import an_order, can_do
from tests.households import index_place

MORNING = clock.from_local(datetime(2026, 3, 2, 8))  # a Monday


@pytest.fixture
def now(clock_from):
    clock_from(MORNING)
    return MORNING


@pytest.fixture
def leak(estate, place, category, tao, now):
    index_place(place)
    found = category("WATER_LEAK")
    with writing():
        db.session.add_all(can_do(estate, tao, found.skill))
    return found


@pytest.fixture
def talking(leak, place, ann, visit):
    """A console on which somebody says what is wrong; times are offered."""
    db.session.rollback()

    def _talking():
        page = visit(ann.username)
        page.locator("#caller_number").fill("3-2-501")
        page.locator("#caller-matches [role=option]").first.click()
        page.locator("#words").fill("水龙头一直滴水")
        page.keyboard.press("Alt+1")
        expect(page.locator("#category")).to_have_value("WATER_LEAK")
        expect(page.locator("#offers .offer")).to_have_count(4)
        return page

    return _talking


def ticked(page) -> str:
    return page.locator("[name=visit_window]:checked").input_value()


def test_with_the_keyboard_a_time_that_fits_is_chosen_and_becomes_the_promise(talking):
    page = talking()
    page.locator("#offers input").first.focus()
    page.keyboard.press("Space")
    first = page.locator("#offers input").first.input_value()
    assert ticked(page) == first

    page.keyboard.press("ArrowRight")

    second = page.locator("#offers input").nth(1).input_value()
    expect(page.locator(f"[name=visit_window][value='{second}']")).to_be_checked()
    expect(page.locator("#read-back")).to_contain_text("之间上门")
    page.wait_for_timeout(1200)  # the times are asked for again, with the draft
    expect(page.locator(f"[id='offer-{second}']")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".saved-call")).to_be_visible()
    db.session.rollback()
    order = db.session.scalars(select(WorkOrder)).one()
    window = window_named(second)
    assert (order.promised_from, order.promised_until) == (window.starts_at, window.ends_at)


def test_a_time_of_the_list_shows_where_it_is_offered(talking):
    page = talking()
    offered = page.locator("#offers input").first.input_value()

    page.locator(f"label.chip:has([name=visit_window][value='{offered}'])").click()
    expect(page.locator("#offers input:checked")).to_have_value(offered)
    page.locator("label.chip").filter(has_text="Agree later").click()

    expect(page.locator("#offers input:checked")).to_have_count(0)


def test_who_is_slower_is_told_that_the_place_is_gone_before_saving(talking, leak, place, ann, now):
    page = talking()
    slow = talking()
    chosen = slow.locator("#offers input").first.input_value()
    for one in (page, slow):
        one.locator(f"[id='offer-{chosen}']").focus()
        one.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".saved-call")).to_be_visible()
    with writing():  # and colleagues took what was left of it
        for _n in range(3):
            order = an_order(place, leak, actor=ann, now=now)
            promise_window(order, window=window_named(chosen), actor=ann, now=now + timedelta(minutes=1))
    db.session.rollback()

    slow.locator("#words").press_sequentially("，漏到楼下")

    expect(slow.locator("#offers [role=alert]")).to_contain_text("has no room left")
    assert ticked(slow) == chosen  # what was said on the telephone stays until somebody decides
    expect(slow.locator(f"[id='offer-{chosen}']")).to_have_count(0)
    other = slow.locator("#offers input").first
    other.focus()
    slow.keyboard.press("Space")
    expect(slow.locator("#offers [role=alert]")).to_have_count(0)
    assert ticked(slow) == other.input_value() != window_value(window_named(chosen))
