"""How long is left stays true on a page that nobody reloads."""

from playwright.sync_api import expect

from tests.conftest import NOON


def test_what_is_left_goes_down_and_becomes_late(work_order, ann, visit, clock_from):
    minutes = int((work_order.respond_by - NOON).total_seconds()) // 60
    clock_from(NOON)
    page = visit(ann.username, expected_errors=("401",))  # nobody touches it for so long that the screen locks itself
    page.goto("/work-orders")
    deadline = page.locator(".deadline").filter(has=page.locator("[data-deadline]")).first
    shown = deadline.locator("[data-deadline]")
    first = shown.inner_text()

    page.clock.fast_forward(5 * 60_000)

    expect(shown).not_to_have_text(first)
    page.clock.fast_forward((minutes + 1) * 60_000)
    expect(deadline).to_have_attribute("data-standing", "late")
