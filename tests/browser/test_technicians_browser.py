"""Naming more times by keyboard, windows said back while they are typed, and a sick call on a phone."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.repairs.models import WorkOrder
from helpdesk.technicians.models import Absence
from tests.browser.conftest import PHONE
from tests.households import index_place

MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture
def desk(place, ann, tao, mei, clock_from):
    index_place(place)
    clock_from(MONDAY)
    db.session.rollback()
    return {"ann": ann.username, "mei": mei.username, "tao": tao.id}


def test_one_key_names_more_times_in_a_call(desk, visit):
    page = visit(desk["ann"])
    page.goto("/hotline")
    page.locator("#words").press_sequentially("水龙头滴水")
    page.keyboard.press("Alt+1")
    page.keyboard.press("Alt+t")
    expect(page.locator("#also input").first).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#also input:checked")).to_have_count(2)


def test_windows_are_said_back_while_they_are_typed(desk, visit):
    page = visit(desk["mei"])
    page.goto("/scheduling-rules")

    page.locator("[name=day0]").fill("09:00-11:00")
    expect(page.locator("#grid-preview")).to_contain_text("Mon 09:00–11:00")
    page.locator("[name=day0]").fill("09:00-11:00, 10:00-12:00")
    expect(page.locator("#grid-preview")).to_contain_text("These overlap: 09:00–11:00, 10:00–12:00.")


def test_a_sick_call_is_one_press_on_a_phone(desk, visit):
    page = visit(desk["ann"], on=PHONE)
    page.goto(f"/technicians/{desk['tao']}")

    page.get_by_role("button", name="Rang in sick").tap()

    expect(page.locator(".notice.problem")).to_contain_text("No visit is affected.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    db.session.rollback()
    assert db.session.scalars(select(Absence)).one().user_id == desk["tao"]
    assert db.session.scalars(select(WorkOrder)).all() == []
