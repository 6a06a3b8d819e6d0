"""20:00: one operator goes, the next comes, two emergencies are open, and everybody sees who is on."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from helpdesk.core.access import Role
from helpdesk.core.transactions import writing
from helpdesk.duty.models import Post
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling.actions import finish_visit
from tests.browser.conftest import PHONE
from tests.conftest import PASSWORD
from tests.duties import put_on
from tests.households import add_home

EVENING = datetime(2026, 3, 2, 11, 50, tzinfo=UTC)  # 19:50 in Shanghai
EIGHT = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHIFT = timedelta(hours=6)


@pytest.fixture
def bea(person):
    return person("Bea", Role.OPERATOR)


@pytest.fixture
def evening(estate, ann, bea, tao, place, category, clock_from):
    """Ann until eight, then Bea through the night; Tao on call, and at work at one of two emergencies."""
    clock_from(EVENING)
    put_on(estate, ann, EIGHT - SHIFT, EIGHT)
    put_on(estate, bea, EIGHT, EIGHT + 2 * SHIFT)
    put_on(estate, tao, EIGHT - SHIFT, EIGHT + 4 * SHIFT, post=Post.ON_CALL)
    other = add_home(estate, 3, 2, "602")
    burst = category("WATER_BURST")
    with writing():
        orders = [
            open_work_order(
                place=where, category=burst, urgency=burst.urgency, summary="It bursts", actor=ann, now=EVENING
            )
            for where in (place, other)
        ]
        schedule_visit(orders[0], crew=[tao], actor=ann, now=EVENING)
    return orders


def test_a_hand_over_at_eight_with_two_emergencies_open(evening, ann, bea, tao, visit):
    desk = visit(ann.username, expected_errors=("422",))  # a mistyped password
    watching = visit(tao.username, on=PHONE)
    desk.locator("#desk-watch").get_by_role("link").first.click()
    expect(watching.locator("#on-duty")).to_contain_text("Ann")

    desk.get_by_role("button", name="Open the hand-over").click()
    emergencies = desk.locator("#lines-emergencies tbody tr")
    expect(emergencies).to_have_count(2)
    expect(emergencies.filter(has_text="3-2-501")).to_contain_text("Tao")
    expect(emergencies.filter(has_text="3-2-602")).to_contain_text("nobody")

    # While Ann writes, somebody is sent: the list says so by itself, and what she types stays.
    desk.locator("#notes").fill("The key of 3-2 is in the drawer")
    with writing():
        visit_to_602 = schedule_visit(evening[1], crew=[tao], actor=ann, now=EVENING)
    expect(emergencies.filter(has_text="3-2-602")).to_contain_text("Tao")
    expect(desk.locator("#notes")).to_have_value("The key of 3-2 is in the drawer")
    desk.get_by_role("button", name="Sign: I hand over").click()
    expect(desk.locator("#lines")).to_contain_text("Ann has signed.")

    # Bea signs at the same desk; first she mistypes.
    for password in ("wrong", PASSWORD):
        desk.locator("#username").fill(bea.username)
        desk.locator("#password").fill(password)
        desk.get_by_role("button", name="Sign: I take over").click()
    expect(desk.locator("#lines")).to_contain_text("when both had signed.")
    frozen = desk.url

    # The work goes on, the sheet does not; Ann's telephone desk is still hers.
    with writing():
        finish_visit(visit_to_602, work_done="Closed the valve", no_photo_reason="Dark", actor=tao, now=EVENING)
    desk.goto("/hotline")
    expect(desk.locator("#caller_number")).to_be_focused()
    expect(desk.locator("#open-orders")).not_to_contain_text("3-2-602")
    later = visit(bea.username)
    later.goto("/handovers")
    later.locator("table .row-link").click()
    assert later.url == frozen
    expect(later.locator("#lines-emergencies tbody tr")).to_have_count(2)
    expect(later.locator("#lines-emergencies")).to_contain_text("3-2-602")
    expect(later.locator("#signing")).to_contain_text("The key of 3-2 is in the drawer")
    expect(later.locator("#signing input[type=password]")).to_have_count(0)


def test_who_is_on_changes_at_the_minute_the_shift_does(evening, ann, tao, visit, clock_from):
    pages = visit(ann.username), visit(tao.username, on=PHONE)
    for page in pages:
        expect(page.locator("#on-duty")).to_contain_text("Ann")

    clock_from(EIGHT + timedelta(seconds=1))
    for page in pages:
        page.clock.fast_forward("05:00")
        page.keyboard.press("Shift")  # somebody is here: a desk that is left alone locks after ten minutes
        page.clock.fast_forward("05:01")

    for page in pages:
        expect(page.locator("#on-duty")).to_contain_text("Bea")
        expect(page.locator("#on-duty")).not_to_contain_text("Ann")


def test_numbers_are_shown_on_a_tap_and_go_away_again(evening, ann, visit):
    page = visit(ann.username)

    page.locator("#on-duty summary").click()
    expect(page.locator("#on-duty .card")).to_be_visible()
    expect(page.locator("#on-duty .card")).to_contain_text("number not published")
    page.keyboard.press("Escape")

    expect(page.locator("#on-duty .card")).to_be_hidden()


@pytest.mark.parametrize(("path", "pages"), [("/morning-sheet/print", 1), ("/duty/print", 1)])
def test_what_is_hung_up_is_one_page(path, pages, evening, mei, visit):
    page = visit(mei.username)
    page.goto(path)

    pdf = page.pdf(prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == pages


def test_two_cards_fit_on_a_sheet(evening, estate, mei, visit):
    for number in range(3):
        add_home(estate, 5, 1, f"{number + 1}01", home_no=f"300{number}")
    page = visit(mei.username)
    page.goto("/fridge-cards/print?building=5")

    pdf = page.pdf(prefer_css_page_size=True)
    sizes = page.locator(".fridge-card *").evaluate_all(
        "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
    )

    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 2
    assert min(sizes) >= 20
