"""Forty calls, several at once, Enter pressed twice, tabs that are killed: none is lost, none is there twice."""

import random
from contextlib import contextmanager

import pytest
from playwright.sync_api import Error, expect
from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.hotline.models import Call, Outcome

PAGES = 4


@pytest.mark.parametrize("calls", [40, pytest.param(200, marks=pytest.mark.soak)])
def test_none_is_lost_and_none_is_doubled(calls, app, ann, visit):
    username, chance = ann.username, random.Random(calls)
    db.session.rollback()
    first = visit(username)
    pages = [first, *(first.context.new_page() for _ in range(PAGES - 1))]
    for page in pages[1:]:
        page.goto("/hotline")
    words = [f"第{number}个电话,问水费" for number in range(calls)]

    for number, said in enumerate(words):
        page = pages[number % PAGES]
        with telling(number, said, pages):
            page.locator("#words").fill(said)
            if number % 5 == 4:
                page = pages[number % PAGES] = killed(page, number, chance)
            page.locator("#words").focus()
            page.keyboard.press("Alt+3")
            page.keyboard.press("Control+Enter")
            page.keyboard.press("Control+Enter")
            expect(page.locator(".saved-call")).to_be_visible()
            expect(page.locator("#words")).to_have_value("")

    db.session.rollback()
    kept = db.session.scalars(select(Call).order_by(Call.id)).all()
    assert sorted(call.words for call in kept) == sorted(words)
    assert {call.outcome for call in kept} == {Outcome.ENQUIRY}


@contextmanager
def telling(number: int, said: str, pages: list):
    """Whatever goes wrong says with which call, what its page shows, and what is kept of it."""
    try:
        yield
    except (AssertionError, Error) as wrong:
        page = pages[number % PAGES]
        db.session.rollback()
        kept = [
            (call.id, call.outcome, call.saved_at, call.version)
            for call in db.session.scalars(select(Call).where(Call.words.like(f"第{number}个%")))
        ]
        shown = "closed" if page.is_closed() else page.locator("#call").inner_text()
        wrong.add_note(f"Call {number} ({said}), killed: {number % 5 == 4}; kept: {kept}; at {page.url}:\n{shown}")
        raise


def killed(page, number: int, chance: random.Random):
    """Close the tab once its draft is kept, or leave it in the middle of a word; take the call up in another one."""
    said = page.locator("#words").input_value()
    if chance.random() < 0.5:
        expect(page.locator("#draft-state")).to_have_text("Draft kept")
        context = page.context
        page.close()
        page = context.new_page()
    begun = page.locator("#call .tabs a", has_text=f"第{number}个电话")
    for _look in range(20):  # what was typed last is sent while the page is left, and may come after the next one
        page.goto("/hotline")
        if begun.count():
            break
    begun.click()
    expect(page.locator("#words")).to_have_value(said)
    return page


def test_a_second_stroke_that_comes_late_saves_no_empty_call(app, ann, visit):
    username = ann.username
    db.session.rollback()
    page = visit(username)
    page.locator("#words").fill("问水费")
    page.keyboard.press("Alt+3")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".saved-call")).to_be_visible()
    expect(page.locator("#words")).to_have_value("")

    page.locator("#words").focus()
    page.keyboard.press("Control+Enter")

    page.locator("#words").press_sequentially("下一个")
    expect(page.locator("#call .problems")).to_have_count(0)


def test_a_save_waits_for_the_draft_under_way(app, ann, visit):
    """Else the draft comes behind its own save and is refused, and the browser says so."""
    username, held = ann.username, []
    db.session.rollback()
    page = visit(username)
    page.route("**/hotline/drafts/*", lambda route: held.append(route), times=1)
    with page.expect_request("**/hotline/drafts/*"):
        page.locator("#words").fill("问水费")
    page.keyboard.press("Alt+3")
    page.keyboard.press("Control+Enter")
    held[0].continue_()

    expect(page.locator(".saved-call")).to_be_visible()
    expect(page.locator("#words")).to_have_value("")
    db.session.rollback()
    (kept,) = db.session.scalars(select(Call))
    assert (kept.words, kept.outcome) == ("问水费", Outcome.ENQUIRY)
