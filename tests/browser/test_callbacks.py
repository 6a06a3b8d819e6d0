"""A call-back is promised in the console, rung twice in vain, then answered; another console sees it by itself."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.audit.queries import verify_chain
from helpdesk.callbacks.models import Answer, Callback
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from tests.households import add_person, add_phone, index_place

MORNING = datetime(2026, 3, 2, 1, 5, tzinfo=UTC)  # 09:05 in Shanghai
WORDS = "问充电桩押金退不退"


@pytest.fixture
def home(estate, place, clock_from):
    clock_from(MORNING)
    index_place(place)
    wang = add_person(estate, "王桂英", place)
    add_phone(estate, "12000000001", people=[wang], places=[place])
    return place


def test_a_promised_call_back_is_rung_until_somebody_answers(home, person, visit):
    ann, ben = (person(name, Role.OPERATOR, language="zh").username for name in ("Ann", "Ben"))
    db.session.rollback()
    console, watching = visit(ann), visit(ben)
    expect(watching.locator("#owed .count")).to_have_text("0")

    promise_by_keyboard(console)

    expect(watching.locator("#owed")).to_contain_text("3-2-501")
    expect(watching.locator("#owed")).to_contain_text("10:00 前")
    console.goto("/callbacks")
    console.locator("#callbacks .row-link").first.focus()
    console.keyboard.press("Enter")
    console.wait_for_url("**/callbacks/*")
    expect(console.locator("#callback")).to_contain_text(WORDS)
    ring(console, "Alt+Digit2", "没接")
    expect(watching.locator("#owed")).to_contain_text("打过 1 次")
    ring(console, "Alt+Digit3", "关机")
    expect(watching.locator("#owed")).to_contain_text("打过 2 次")
    ring(console, "Alt+Digit1", "接了")
    expect(watching.locator("#owed .count")).to_have_text("0")
    expect(watching.locator("#owed")).not_to_contain_text("3-2-501")

    callback = db.session.scalars(select(Callback)).one()
    assert [attempt.answer for attempt in callback.attempts] == [
        Answer.NO_ANSWER, Answer.SWITCHED_OFF, Answer.ANSWERED,
    ]  # fmt: skip
    assert (callback.status, callback.owner.username) == (CallbackStatus.REACHED, ann)
    assert verify_chain() is None


def promise_by_keyboard(page):
    """With the telephone at the ear: no mouse."""
    expect(page.locator("#caller_number")).to_be_focused()
    page.keyboard.type("0001", delay=20)
    expect(page.locator("#caller-matches")).to_contain_text("王桂英")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_focused()
    expect(page.locator("#caller-card .card")).to_be_visible()
    page.keyboard.type(WORDS, delay=10)
    page.keyboard.press("Alt+Digit3")
    expect(page.locator("[name=outcome][value=enquiry]")).to_be_checked()
    for _ in range(8):
        if page.locator("#ring_back_at").evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type("10:00", delay=10)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".saved-call")).to_be_visible()


def ring(page, key, answer):
    """One key says what came of it, and the card shows it."""
    before = page.locator("#callback .timeline > li").count()
    page.keyboard.press(key)
    expect(page.locator("#callback .timeline > li")).to_have_count(before + 1)
    expect(page.locator("#callback .timeline > li").last).to_contain_text(answer)
