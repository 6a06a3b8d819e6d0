"""The line at the head of every page: nothing in it is cut or wraps, in both languages; "More" works by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.test_pages import MORNING

WIDTHS = (1280, 1440, 390)
IN_LINE = 6
PARTS = ":is(a, button, summary, .live-state, .product, .estate, .name, input)"
SHOWN = f"""[...document.querySelectorAll("header.top {PARTS}")].filter((one) =>
  one.checkVisibility({{visibilityProperty: true}}) && !one.closest(".card, .visually-hidden, .matches, template"))"""
WRONG = f"""() => {SHOWN}.filter((one) => {{
  const box = one.getBoundingClientRect();
  const cut = one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline";
  return box.left < -1 || box.right > innerWidth + 1 || box.height > 52 || (cut && one.tagName !== "INPUT");
}}).map((one) => `${{one.className}} ${{one.textContent.trim().slice(0, 40)}} is cut, or in two lines`)"""
OVERLAP = f"""() => {{
  const boxes = {SHOWN}.map((one) => [one, one.getBoundingClientRect()]);
  const meet = (one, a, other, b) => !one.contains(other) && !other.contains(one)
    && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  return boxes.flatMap(([one, a], n) => boxes.slice(n + 1).filter(([other, b]) => meet(one, a, other, b))
    .map(([other]) => `${{one.textContent.trim().slice(0, 20)}} over ${{other.textContent.trim().slice(0, 20)}}`));
}}"""

BROKEN = """() => [...document.querySelectorAll("header.top > *, header.top .duty")].filter((one) => {
  const {borderTopWidth, borderBottomWidth} = getComputedStyle(one);
  return one.checkVisibility() && parseFloat(borderTopWidth) + parseFloat(borderBottomWidth) > 0
    && one.getBoundingClientRect().width < innerWidth;
}).map((one) => one.className || one.tagName)"""


@pytest.fixture
def demo(demo_at, clock_from):
    demo_at(MORNING)
    clock_from(MORNING)


@pytest.mark.parametrize("username", ["operator", "manager", "admin"])
def test_nothing_in_the_header_is_cut_or_wraps(username, demo, visit):
    page, problems = visit(username), []
    for language in ("zh", "en"):
        switch = page.locator(f"header.top button[name=language][value={language}]")
        if switch.count():
            switch.click()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto("/")
            page.wait_for_selector("body[data-live-state=on]", timeout=15_000)
            page.evaluate("document.activeElement.blur()")
            found = page.evaluate(WRONG) + page.evaluate(OVERLAP)
            problems += [f"{language} {width}: {one}" for one in found]
            links = page.locator("header.top nav > ul > li > *").filter(visible=True).count()
            problems += [f"{language} {width}: {links} links"] if links > IN_LINE else []
    assert "\n".join(problems) == ""


def test_more_opens_by_keyboard_and_leads_to_the_rest(demo, visit):
    page = visit("manager")
    more = page.locator("header.top .more-pages summary")
    expect(page.locator("header.top .more-pages .card")).to_be_hidden()

    more.focus()
    page.keyboard.press("Enter")
    links = page.locator("header.top .more-pages .card a").filter(visible=True)
    expect(links.first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url(lambda url: not url.endswith("/hotline"))
    expect(page.locator("header.top .more-pages summary")).to_have_class("current")


@pytest.mark.parametrize("username", ["operator", "admin"])  # who sees who is on duty, and who does not
def test_on_a_phone_no_line_of_the_header_ends_halfway(username, demo, visit):
    page = visit(username, on=PHONE)

    assert page.evaluate(BROKEN) == []
    assert page.locator("header.top nav").evaluate("one => getComputedStyle(one).borderBottomWidth") == "1px"


def test_on_a_phone_more_holds_what_does_not_fit(demo, visit):
    page = visit("operator", on=PHONE)

    page.locator("header.top .more-pages summary").tap()

    card = page.locator("header.top .more-pages .card")
    expect(card.get_by_role("link").filter(visible=True)).to_have_count(9)
    assert card.evaluate("one => one.getBoundingClientRect().right <= innerWidth")
