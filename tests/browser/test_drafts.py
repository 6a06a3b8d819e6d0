"""What is typed is kept, or the page says that it is not: after the session has ended, while the server is away."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.accounts.actions import end_session
from helpdesk.accounts.models import Session
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.hotline.models import Call
from tests.conftest import PASSWORD


@pytest.fixture
def typing(ann, visit):
    """A console in which a call is being typed, whose first words are kept."""
    username = ann.username
    db.session.rollback()
    page = visit(username, expected_errors=["401", "400", "ERR_"])
    page.locator("#words").fill("厨房")
    expect(page.locator("#draft-state")).to_have_text("Draft kept")
    return page


def kept_words() -> list[str]:
    db.session.rollback()
    words = list(db.session.scalars(select(Call.words)))
    db.session.rollback()
    return words


def sign_out_everywhere(ann, now):
    with writing():
        for session in db.session.scalars(select(Session)).all():
            end_session(session, actor=ann, now=now)
    db.session.rollback()


@pytest.mark.proves("WB-03", "AU-09")
def test_a_draft_that_is_not_kept_says_so_and_is_kept_after_signing_in_again(typing, ann, now):
    page = typing
    page.evaluate("document.getElementById('sign-in-again').showModal = () => {}")  # not yet: somebody talks
    sign_out_everywhere(ann, now)
    page.locator("#words").fill("厨房水管")

    expect(page.locator("#draft-state")).to_contain_text("Not kept yet: you are signed out")
    assert kept_words() == ["厨房"]
    page.evaluate("delete document.getElementById('sign-in-again').showModal")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('sign-in-needed', { bubbles: true }))")
    page.locator("#sign-in-again input[name=password]").fill(PASSWORD)
    page.locator("#sign-in-again button.primary").click()

    expect(page.locator("#draft-state")).to_have_text("Draft kept")
    assert kept_words() == ["厨房水管"]
    assert page.locator("#toasts .toast").count() == 0


def test_who_signed_in_again_in_another_tab_is_kept_at_once_with_the_new_token(typing, ann, now):
    page = typing
    sign_out_everywhere(ann, now)
    other = page.context.new_page()
    other.goto("/sign-in")
    other.locator("input[name=username]").fill(ann.username)
    db.session.rollback()
    other.locator("input[name=password]").fill(PASSWORD)
    other.keyboard.press("Enter")
    other.wait_for_url(lambda url: "/sign-in" not in url)
    page.evaluate("document.getElementById('sign-in-again').close()")

    with page.expect_response(lambda answer: "/drafts/" in answer.url and answer.status == 400):
        page.locator("#words").fill("厨房水管")

    expect(page.locator("#draft-state")).to_have_text("Draft kept")
    assert kept_words() == ["厨房水管"]
    assert page.locator("#toasts .toast").count() == 0


def test_while_the_server_is_away_it_is_said_and_tried_again(typing):
    page = typing
    page.route("**/hotline/drafts/*", lambda route: route.abort())
    page.locator("#words").fill("厨房水管")
    expect(page.locator("#draft-state")).to_contain_text("Not kept yet: the server cannot be reached")

    page.unroute("**/hotline/drafts/*")

    expect(page.locator("#draft-state")).to_have_text("Draft kept")
    assert kept_words() == ["厨房水管"]


def test_a_draft_whose_answer_was_lost_is_no_conflict(typing):
    page = typing

    def lose_answer(route):
        route.fetch()
        route.abort()

    page.route("**/hotline/drafts/*", lose_answer, times=1)
    page.locator("#words").fill("厨房水管")

    expect(page.locator("#draft-state")).to_contain_text("Not kept yet")
    expect(page.locator("#draft-state")).to_have_text("Draft kept")
    assert kept_words() == ["厨房水管"]


def test_a_killed_tab_gives_back_the_promised_time_and_the_outcome_with_its_fields(typing):
    page = typing
    page.keyboard.press("Alt+4")
    page.locator("label[for=is_complex]").click()
    page.locator("#ring_back_at").fill("10:30")
    with page.expect_response(lambda answer: "/drafts/" in answer.url):
        page.locator("#ring_back_at").blur()
    expect(page.locator("#draft-state")).to_have_text("Draft kept")
    page.wait_for_timeout(800)  # until the last draft has come
    other = page.context.new_page()
    page.close()
    other.goto("/hotline")
    other.locator("#call .tabs a", has_text="厨房").click()

    expect(other.locator("#words")).to_have_value("厨房")
    expect(other.locator("[name=outcome][value=complaint]")).to_be_checked()
    expect(other.locator("#is_complex")).to_be_checked()
    expect(other.locator("#ring_back_at")).to_have_value("10:30")
    other.locator("#words").fill("厨房水管爆了")
    expect(other.locator("#suggestion .suggestion")).to_be_visible()
    expect(other.locator("[name=outcome][value=complaint]")).to_be_checked()  # decided by hand: no proposal changes it


def test_a_killed_tab_gives_back_the_times_at_which_they_are_at_home_too(typing):
    page = typing
    page.keyboard.press("Alt+1")
    page.keyboard.press("Alt+t")
    expect(page.locator("#also input").first).to_be_focused()
    times = [page.locator("#also input").nth(position).input_value() for position in (-1, -2)]
    for value in times:
        page.locator(f"#also input[value='{value}']").focus()
        with page.expect_response(lambda answer: "/drafts/" in answer.url):
            page.keyboard.press("Space")
    expect(page.locator("#draft-state")).to_have_text("Draft kept")
    other = page.context.new_page()
    page.close(run_before_unload=False)

    other.goto("/hotline")
    other.locator("#call .tabs a", has_text="厨房").click()

    expect(other.locator("#also")).to_have_attribute("open", "")
    for value in times:
        expect(other.locator(f"#also input[value='{value}']")).to_be_checked()
    expect(other.locator("#also input:checked")).to_have_count(2)


def test_help_in_a_danger_is_offered_as_an_order(typing):
    """The server says what is a danger, the form presses; whoever decides otherwise by hand is not overruled."""
    page, suggestion = typing, typing.locator("#suggestion .suggestion")
    page.locator("#words").fill("孩子头卡在栏杆里")
    expect(suggestion).to_have_attribute("data-urgency", "p0")
    page.locator("#outcomes .chip:has([value=help])").click()

    expect(page.locator("[name=goes_on][value=order]")).to_be_checked()
    page.locator("#words").fill("问社区医院的电话")
    expect(suggestion).to_have_count(0)
    expect(page.locator("[name=goes_on][value=nothing_more]")).to_be_checked()
