"""An operator corrects the register with the keyboard alone; who died is nobody to ring any more."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from helpdesk.audit.queries import verify_chain
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.estate.queries import residents_of
from tests.browser.conftest import PHONE
from tests.browser.test_pages import too_wide, unusable

MORNING = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)  # 10:20


@pytest.fixture
def widow(demo_at, clock_from):
    """Somebody who lives alone in 7-2-501, with one number."""
    demo_at(MORNING)
    clock_from(MORNING)
    home = db.session.scalars(db.select(Place).where(Place.address == "7-2-501")).one()
    person = residents_of([home.id], on=MORNING.date())[0].person
    found = person.id, person.name, home.id
    db.session.rollback()
    return found


def tab_to(page, locator):
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if locator.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the keyboard does not lead there")


@pytest.mark.proves("WB-18")
def test_a_name_and_a_second_number_by_keyboard_and_a_death(widow, visit):
    person_id, name, home_id = widow
    page = visit("operator")
    page.goto(f"/estate/residents/{person_id}")
    tab_to(page, page.locator(f"a[href='/estate/residents/{person_id}/edit']"))
    page.keyboard.press("Enter")

    expect(page.locator("#name")).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(f"{name}英")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(f"{name}英")
    tab_to(page, page.locator(f"a[href='/estate/residents/{person_id}/edit']"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#number-number"))
    page.keyboard.type("12000000555")
    page.keyboard.press("Enter")
    expect(page.locator("#numbers")).to_contain_text("120 0000 0555")

    page.goto("/hotline")
    expect(page.locator("#caller_number")).to_be_focused()
    page.keyboard.type("7-2-501", delay=20)
    expect(page.locator("#caller-matches")).to_contain_text(f"{name}英")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#caller-card")).to_contain_text(f"{name}英")

    page.goto(f"/estate/residents/{person_id}/edit#death")
    tab_to(page, page.locator("#death button"))
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("不再拨打")
    page.goto(f"/estate/places/{home_id}")
    expect(page.locator("main")).not_to_contain_text("120 0000 0555")
    card = page.request.get(f"/hotline/card?place_id={home_id}", headers={"HX-Request": "true"}).text()
    assert "120 0000 0555" not in card and f'value="{person_id}"' not in card
    assert verify_chain() is None


@pytest.mark.proves("WB-18")
def test_the_pages_of_the_register_fit_and_can_be_used_by_everyone(widow, visit):
    person_id, _name, home_id = widow
    paths = [
        "/estate/leads", "/estate/guarantees", "/estate/duplicates", "/estate/places/new", "/estate/places/1/edit",
        f"/estate/places/{home_id}", f"/estate/places/{home_id}/edit", f"/estate/residents/{person_id}",
        f"/estate/residents/{person_id}/edit", f"/estate/leads?person={person_id}", "/estate/leads/1",
        "/estate/grids/1", "/estate/guarantees/1", "/estate/buildings/new?buildings=18-20&units=3&floors=6&homes=2",
    ]  # fmt: skip
    problems = []
    for on in ({"viewport": {"width": 1280, "height": 800}}, PHONE):
        page = visit("manager", on=on, reduced_motion="reduce")
        for path in paths:
            page.goto(path)
            problems += unusable(page) if on is PHONE else []
            problems += too_wide(page, on["viewport"]["width"])
    assert problems == []
