"""Six households ring about one outage: each is added by one key, and all six are to be rung back when it is over."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.audit.queries import verify_chain
from helpdesk.callbacks.models import Callback, Reason
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place, PlaceKind
from helpdesk.hotline.models import Call
from helpdesk.outages.models import Caller, Outage
from helpdesk.outages.states import OutageStatus
from helpdesk.repairs.models import WorkOrder

MORNING = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)  # 10:20 on Monday in 德裕苑
SAID = "家里停水了"


@pytest.fixture
def estate_in_the_morning(demo_at, clock_from):
    demo_at(MORNING)
    clock_from(MORNING)


def six_homes() -> list[str]:
    in_8_1 = Place.building_no == 8, Place.unit_no == 1, Place.kind == PlaceKind.DWELLING
    found = select(Place.address).where(*in_8_1).order_by(Place.floor_no, Place.room_no)
    homes = list(db.session.scalars(found.limit(6)))
    db.session.rollback()
    return homes


def rows(model, *where) -> list:
    db.session.rollback()
    return list(db.session.scalars(select(model).where(*where).order_by(model.id)))


def test_six_callers_are_added_by_one_key_and_rung_back(estate_in_the_morning, visit):
    homes, orders = six_homes(), len(rows(WorkOrder))
    console = visit("operator")
    watching = visit("operator2")

    open_the_outage(console)
    for number, address in enumerate(homes, start=1):
        ring(console, address, so_far=number)
    expect(watching.locator("#standing-outages")).to_contain_text("并入 6 个来电")  # nobody reloaded it

    (outage,) = rows(Outage, Outage.outside_party == "水厂")
    added = rows(Caller, Caller.outage_id == outage.id)
    assert [caller.place.address for caller in added] == homes
    assert (len(rows(Call, Call.words == SAID)), len(rows(WorkOrder))) == (6, orders)

    end(console, outage.id)

    waiting = rows(Callback, Callback.status == CallbackStatus.OPEN, Callback.words.contains("八幢一单元停水"))
    assert {callback.reason for callback in waiting} == {Reason.OUTAGE_OVER}
    assert [callback.place.address for callback in waiting] == homes
    assert rows(Outage, Outage.id == outage.id)[0].status is OutageStatus.OVER
    assert verify_chain() is None


def open_the_outage(page):
    page.goto("/outages/new")
    page.locator("#category").select_option("NO_WATER")
    page.locator("label.chip", has_text=re.compile(r"^8-1$")).click()
    page.locator("#outside_party").fill("水厂")
    page.keyboard.press("Enter")
    expect(page.locator("#outage-now")).to_contain_text("已经联系水厂处理")
    page.goto("/hotline")


def ring(page, address, *, so_far):
    """One call, without the mouse: the address, what they say, one key."""
    expect(page.locator("#caller_number")).to_be_focused()
    page.keyboard.type(address, delay=10)
    expect(page.locator("#caller-matches [role=option]").first).to_contain_text(address)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_focused()
    expect(page.locator("#caller-card .card")).to_contain_text(address)
    page.keyboard.type(SAID, delay=5)
    first = page.locator("#suggestion .near-by button").first
    expect(first).to_contain_text("并入这个故障")
    expect(page.locator("#category")).to_have_value("NO_WATER")
    if so_far % 2:
        page.keyboard.press("Alt+KeyJ")
    else:  # the arrows go into the list, Enter presses what is chosen there
        page.keyboard.press("Alt+ArrowDown")
        expect(first).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.locator(".saved-call")).to_contain_text(f"到现在共并入 {so_far} 个来电")
    expect(page.locator(".saved-call")).to_contain_text(address)


def end(page, outage_id):
    page.goto(f"/outages/{outage_id}")
    expect(page.locator("#caller-count")).to_have_text("6")
    page.locator("#act-end").press("Enter")
    page.locator("#outage-act button.act-now").press("Enter")
    expect(page.locator("#ring-count")).to_have_text("6")
    expect(page.locator("#outage-now")).to_contain_text("已恢复供水")


def test_the_text_is_copied_and_without_scripts_it_can_be_selected(estate_in_the_morning, visit, site):
    page = visit("operator", permissions=["clipboard-read", "clipboard-write"])
    planned = next(one for one in rows(Outage) if one.status is OutageStatus.PLANNED)
    address = f"/outages/{planned.id}"
    page.goto(address)
    text = page.locator("#to-copy").input_value()

    page.get_by_role("button", name="复制到微信").click()
    expect(page.locator("[data-copies]")).to_have_text("已复制")

    assert text.startswith("【计划停水通知】") and page.evaluate("navigator.clipboard.readText()") == text
    plain = visit("operator", java_script_enabled=False)
    plain.goto(address)
    assert plain.locator("#to-copy").input_value() == text and plain.locator("[data-copies]").is_hidden()
