"""Quick log with one thumb, and the search box by keyboard, as they are used."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.hotline.models import Call, Channel
from tests.browser.conftest import PHONE
from tests.households import add_person, index_place

MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture
def desk(estate, place, ann, tao, work_order, clock_from):
    index_place(place)
    add_person(estate, "王桂英", place)
    clock_from(MONDAY)
    db.session.rollback()
    return {"ann": ann.username, "tao": tao.username, "number": work_order.number}


def newest_call() -> Call:
    db.session.rollback()
    return db.session.scalars(select(Call).order_by(Call.id.desc())).first()


def test_a_technician_logs_a_call_with_one_thumb(desk, visit, as_user, ann):
    page = visit(desk["tao"], on=PHONE)
    page.locator(".quick-link").tap()
    expect(page.locator("#words")).to_be_focused()

    page.locator("#caller_number").fill("120 0000 0001")
    page.locator("#place_words").fill("三幢二单元五〇一")
    page.locator("#words").press_sequentially("水管爆了")
    expect(page.locator("#quick-seen")).to_contain_text("Say first:")
    expect(page.locator("#quick-seen")).to_contain_text("Place known")
    page.reload()  # the tab is killed: what was typed is a draft
    page.locator("#quick .tabs a").first.tap()
    expect(page.locator("#place_words")).to_have_value("三幢二单元五〇一")
    page.locator("button.thumb").dblclick()

    expect(page.locator("#quick > .notice")).to_contain_text("the hotline goes on with it")
    expect(page.locator("#quick .region li")).to_have_count(1)
    assert "王桂英" not in page.content()
    call = newest_call()
    assert (call.id, call.channel, call.place.address, call.words) == (1, Channel.MOBILE, "3-2-501", "水管爆了")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_is_typed_before_the_scripts_are_there_is_kept(desk, visit):
    page = visit(desk["tao"], on=PHONE)
    held = []
    page.route("**/htmx*.js*", lambda route: held.append(route))
    page.goto("/hotline/quick", wait_until="commit")

    page.locator("#words").fill("水管爆了")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()

    expect(page.locator("#quick-seen")).to_contain_text("Say first:")


def test_the_box_is_used_by_keyboard_from_an_order(desk, visit):
    page = visit(desk["ann"])
    page.goto(f"/work-orders/{desk['number']}")
    box = page.locator("#search-box")

    page.locator("textarea[name=words]").press_sequentially("1/2")  # a sign in a field is only a sign
    expect(box).not_to_be_focused()
    page.locator("#main").focus()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("wgy")
    option = page.locator("#search-box-matches [role=option]")
    expect(option).to_contain_text("王桂英")
    expect(page.locator("#search-box-matches [aria-selected=true]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#search-box-matches")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    page.wait_for_url("**/estate/residents/*")
    assert "wgy" not in page.url
