"""The second step in a real browser: at the door, and in the dialog that lets somebody go on."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.accounts.actions import end_session
from helpdesk.accounts.models import Session
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from tests.conftest import NOON, PASSWORD
from tests.second_steps import enrol

pytestmark = pytest.mark.browser


@pytest.mark.proves("AU-09", "AU-13", "AU-17")
def test_the_dialog_asks_for_the_code_and_the_typed_text_stays(ann, visit, now):
    phone, paper = enrol(ann)
    tab = visit(ann.username, expected_errors=["401", "422"])
    tab.goto("/hotline")
    tab.locator("#words").fill("水管爆了")
    with writing():
        end_session(db.session.scalars(select(Session)).one(), actor=ann, now=now)
    tab.evaluate("document.body.dispatchEvent(new CustomEvent('sign-in-needed', { bubbles: true }))")

    dialog = tab.locator("#sign-in-again")
    expect(dialog.locator("input[name=code]")).to_be_hidden()
    dialog.locator("input[name=password]").fill(PASSWORD)
    dialog.locator("button").click()
    code = dialog.locator("input[name=code]")
    expect(code).to_be_focused()
    expect(dialog.locator("input[name=password]")).to_be_hidden()
    code.fill("000000")
    dialog.locator("button").click()
    expect(dialog.locator("[role=alert]")).to_be_visible()
    code.fill(paper[0])
    dialog.locator("button").click()

    expect(dialog).to_be_hidden()
    expect(tab.locator("#words")).to_have_value("水管爆了")
    tab.goto("/work-orders")
    expect(tab).to_have_url(re.compile("/work-orders"))
    assert phone.shows(NOON) not in tab.content()


@pytest.mark.proves("AU-17")
def test_a_password_can_be_pasted(ann, visit, now):
    tab = visit()
    tab.goto("/sign-in")
    field = tab.locator("input[name=password]")
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_attribute("autocomplete", "current-password")
    tab.locator("input[name=username]").fill(PASSWORD)
    tab.locator("input[name=username]").press("Control+a")
    tab.keyboard.press("Control+x")
    field.press("Control+v")
    expect(field).to_have_value(PASSWORD)
