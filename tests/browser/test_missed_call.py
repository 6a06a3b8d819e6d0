"""Somebody rings in vain: the telephone system says so, every console shows it, and one operator rings back."""

import json
from datetime import UTC, datetime
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.accounts import passwords
from helpdesk.accounts.device_models import UserPin
from helpdesk.audit.queries import verify_chain
from helpdesk.callbacks.models import Answer, Callback, Reason
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.telephony.actions import add_line
from tests.households import add_person, add_phone, index_place

MORNING = datetime(2026, 3, 2, 1, 5, tzinfo=UTC)  # 09:05 in Shanghai
TOKEN = "k" * 43
NUMBER = "12000000001"
HEARD = "问水费怎么交，已说明"


@pytest.fixture
def line(estate, place, ada, clock_from):
    clock_from(MORNING)
    index_place(place)
    wang = add_person(estate, "王桂英", place)
    add_phone(estate, NUMBER, people=[wang], places=[place])
    with writing():
        return add_line(estate_id=estate.id, name="值班电话", token=TOKEN, actor=ada, now=MORNING)


@pytest.fixture
def report(site, line):
    """Let the telephone system report as it does: a request from outside, without a browser."""

    def _report(event, **values):
        sent = {"event": event, "callId": "c1", "direction": "in", "from": NUMBER, "to": "052384001234"} | values
        headers = {"Content-Type": "application/json"}
        request = Request(f"{site}/telephony/events/{TOKEN}", json.dumps(sent).encode(), headers)  # noqa: S310
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            assert (answer.status, json.load(answer)) == (200, {"ok": True})

    return _report


@pytest.mark.proves("WB-18")
def test_a_missed_call_is_rung_back_by_keyboard_and_gone_for_everyone(report, person, visit):
    ann, ben = (person(name, Role.OPERATOR, language="zh").username for name in ("Ann", "Ben"))
    db.session.rollback()
    console, watching = visit(ann), visit(ben)
    for page in (console, watching):
        expect(page.locator("#owed .count")).to_have_text("0")

    report("newCall")
    for page in (console, watching):
        expect(page.locator("#ringing")).to_contain_text("王桂英")
    report("hangup", cause="cancel")

    for page in (console, watching):
        expect(page.locator("#ringing .ring")).to_have_count(0)
        expect(page.locator("#owed .count")).to_have_text("1")
        expect(page.locator("#owed")).to_contain_text("3-2-501")
        expect(page.locator("#owed")).to_contain_text("09:15 前")
    console.locator("#owed a[href*='/callbacks/']").first.focus()
    console.keyboard.press("Enter")
    console.wait_for_url("**/callbacks/*")
    expect(console.locator("#callback")).to_contain_text("王桂英")
    note_by_keyboard(console)
    expect(watching.locator("#owed .count")).to_have_text("0")
    expect(watching.locator("#owed")).not_to_contain_text("3-2-501")
    timeline = console.locator("#callback .timeline > li")
    expect(timeline.first).to_contain_text("09:05")
    expect(timeline.last).to_contain_text("接了")
    expect(console.locator("#callback .timeline")).to_contain_text(HEARD)
    console.goto("/")
    expect(console.locator("#owed .count")).to_have_text("0")
    console.goto("/telephony")
    expect(console.locator("#telephone-calls tbody tr")).to_have_count(1)
    expect(console.locator("#telephone-calls tbody tr")).to_contain_text("未接 · 已联系上")

    callback = db.session.scalars(select(Callback)).one()
    assert (callback.reason, callback.number, callback.status) == (Reason.MISSED, NUMBER, CallbackStatus.REACHED)
    assert (callback.owner.username, [a.answer for a in callback.attempts]) == (ann, [Answer.ANSWERED])
    assert verify_chain() is None


def note_by_keyboard(page):
    """With the telephone at the ear: first what was said, then that they answered."""
    before = page.locator("#callback .timeline > li").count()
    page.locator("#callback [name=note]").focus()
    page.keyboard.type(HEARD, delay=10)
    page.keyboard.press("Alt+Digit1")
    expect(page.locator("#callback .timeline > li")).not_to_have_count(before)


def test_a_call_that_rings_at_a_locked_screen_is_seen_two_seconds_after_the_pin(report, ann, add, visit):
    add(UserPin, user_id=ann.id, pin_hash=passwords.hash_password("4826"), set_at=MORNING)
    username = ann.username
    db.session.rollback()
    console = visit(username, expected_errors=["401"])
    expect(console.locator("body[data-live-state=on]")).to_be_visible()
    console.keyboard.press("Alt+l")
    expect(console.locator("#lock-pin")).to_be_focused()
    report("newCall")
    expect(console.locator("body[data-live-state=off]")).to_be_attached()
    assert "王桂英" not in console.locator("body").inner_text()

    console.keyboard.type("4826")
    console.keyboard.press("Enter")

    expect(console.locator("#ringing")).to_contain_text("王桂英", timeout=2_000)
