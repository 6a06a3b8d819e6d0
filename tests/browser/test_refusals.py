"""What the browser itself refuses is told in the user's language, and never holds a form back once it is mended."""

import pytest
from playwright.sync_api import expect

from helpdesk.core.access import Role

SAYS = "(field) => field.validationMessage"


@pytest.mark.parametrize(("language", "told"), [("zh", "请选一项。"), ("en", "Choose one of these.")])
def test_what_the_browser_refuses_is_told_in_the_users_language(language, told, person, category, visit):
    category("WATER_LEAK")
    page = visit(person("Ann", Role.OPERATOR).username)
    other = page.locator(f"button[name=language][value={language}]")
    if other.count():  # it is not the one we have
        other.click()
        expect(other).to_have_count(0)
    page.goto("/outages/new")
    kind, send = page.locator("#category"), page.locator("main form button.primary")

    send.click()

    assert kind.evaluate(SAYS) == told
    kind.select_option(index=1)
    assert kind.evaluate(SAYS) == ""


def test_a_field_that_a_script_fills_in_is_refused_no_more(person, category, visit):
    category("WATER_LEAK")
    page = visit(person("Ann", Role.OPERATOR).username, expected_errors=("422",))  # the places are still missing
    page.goto("/outages/new")
    kind, send = page.locator("#category"), page.locator("main form button.primary")
    send.click()
    assert kind.evaluate(SAYS)

    kind.evaluate("(field) => { field.selectedIndex = 1; }")
    send.click()

    assert kind.evaluate(SAYS) == ""
