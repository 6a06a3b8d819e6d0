"""What live.js does in a real browser: one stream for all its tabs, nothing lost, and the truth about its state."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.accounts.actions import end_session
from helpdesk.accounts.models import Session
from helpdesk.audit.actions import record
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.live import views
from helpdesk.live.feed import Feed
from tests.browser.conftest import sign_in
from tests.conftest import PASSWORD

PAGE = "/admin/users"
COUNT = """(topic) => {
  window.heard = 0;
  document.body.addEventListener(`${topic}-changed`, () => document.body.dataset.heard = ++window.heard);
}"""
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
NO_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })"


@pytest.fixture
def ann(person):
    """She may hear of work orders, and looks after accounts, whose page asks for nothing by itself."""
    return person("Ann", Role.AUDITOR, Role.ADMIN, language="zh")


@pytest.fixture
def topic(estate):
    return f"orders:{estate.id}"


@pytest.fixture
def happen(ann, topic, now):
    def _happen():
        with writing():
            record("user.enabled", ann, actor=ann, now=now, topics=[topic])

    return _happen


@pytest.fixture
def opened(topic):
    """Open the page in a tab and wait until it says how it is connected; counts what it hears of the topic."""

    def _opened(tab, state="on"):
        tab.goto(PAGE)
        tab.evaluate(COUNT, topic)
        expect(tab.locator("body")).to_have_attribute("data-live-state", state, timeout=15_000)
        return tab

    return _opened


def expect_heard(tab, times, timeout=5_000):
    expect(tab.locator("body")).to_have_attribute("data-heard", str(times), timeout=timeout)


def test_all_tabs_of_a_browser_hear_it_through_one_stream(ann, visit, opened, happen):
    first = visit(ann.username)
    opened(first)
    asked = []
    first.context.on("request", lambda request: "/live" in request.url and asked.append(request.url))
    second, third = opened(first.context.new_page()), opened(first.context.new_page())

    happen()

    for tab in (first, second, third):
        expect_heard(tab, 1)
        expect(tab.locator("#live-state [data-when=on]")).to_have_text("实时")
    assert [url for url in asked if "/static/" not in url] == []


def test_when_the_listening_tab_closes_another_takes_over_and_nothing_is_lost(ann, visit, opened, happen):
    first = visit(ann.username)
    opened(first)
    second = opened(first.context.new_page())

    first.close()
    happen()

    expect_heard(second, 1)
    happen()
    expect_heard(second, 2)


def test_when_the_listening_tab_falls_asleep_the_one_that_is_looked_at_takes_over(ann, visit, opened, happen):
    first = visit(ann.username)
    opened(first)
    second = first.context.new_page()
    second.clock.install()
    opened(second)
    first.evaluate("BroadcastChannel.prototype.postMessage = () => {}")
    happen()
    expect_heard(first, 1)

    second.clock.fast_forward(30_000)

    expect_heard(second, 1)
    assert second.evaluate("navigator.locks.query().then(({ held }) => held.length)") == 1


def test_a_tab_that_opens_later_hears_what_happened_since_its_page_was_made(ann, visit, opened, happen, topic):
    first = visit(ann.username)
    opened(first)
    second = first.context.new_page()
    second.add_init_script(f"addEventListener('DOMContentLoaded', () => ({COUNT})('{topic}'))")
    stale = first.context.request.get(PAGE).text()
    happen()
    expect_heard(first, 1)

    second.route(f"**{PAGE}", lambda route: route.fulfill(body=stale, content_type="text/html; charset=utf-8"))
    second.goto(PAGE)

    expect_heard(second, 1)


def test_a_hidden_tab_waits_until_it_is_looked_at(ann, visit, opened, happen):
    tab = opened(visit(ann.username))
    other = opened(tab.context.new_page())
    tab.evaluate(HIDE, True)

    happen()
    happen()
    expect(other.locator("body")).to_have_attribute("data-heard", re.compile("1|2"))

    assert tab.evaluate("window.heard") == 0
    tab.evaluate(HIDE, False)
    expect_heard(tab, 1)


def test_past_the_limit_the_page_asks_every_few_seconds(app, ann, visit, opened, happen, monkeypatch):
    monkeypatch.setitem(app.config, "LIVE_STREAMS", 0)
    tab = opened(visit(ann.username, expected_errors=["503"]), state="poll")

    happen()

    expect_heard(tab, 1)
    expect(tab.locator("#live-state [data-when=poll]")).to_be_visible()


def test_on_plain_http_every_tab_asks_for_itself(ann, visit, opened, happen):
    tab = visit()
    tab.context.add_init_script(NO_LOCKS)  # before the first page: one with locks may still ask for its stream
    asked = []
    tab.context.on("request", lambda request: "/live?" in request.url and asked.append(request.url))
    sign_in(tab, ann.username)
    opened(tab, state="poll")
    other = opened(tab.context.new_page(), state="poll")

    happen()

    expect_heard(tab, 1)
    expect_heard(other, 1)
    assert asked == []


def test_a_lost_connection_is_said_with_the_age_of_what_is_shown_and_ends_by_itself(
    ann, visit, opened, happen, monkeypatch
):
    tab = opened(visit(ann.username, expected_errors=["Failed to load", "ERR_"]))
    tab.context.set_offline(True)
    views.feed.stop()

    expect(tab.locator("body")).to_have_attribute("data-live-state", "off")
    expect(tab.locator("[data-live-at]")).to_contain_text(":")
    happen()
    monkeypatch.setattr(views, "feed", Feed())
    tab.context.set_offline(False)

    expect(tab.locator("body")).to_have_attribute("data-live-state", "on", timeout=20_000)
    expect_heard(tab, 1)
    expect(tab.locator("[data-live-at]")).to_have_text("")


def test_who_was_signed_out_elsewhere_signs_in_again_and_goes_on(ann, visit, opened, happen, now):
    tab = visit(ann.username, expected_errors=["401"])
    tab.clock.install()
    opened(tab)
    with writing():
        end_session(db.session.scalars(select(Session)).one(), actor=ann, now=now)

    dialog = tab.locator("#sign-in-again")
    expect(dialog).to_be_visible()
    expect(tab.locator("body")).to_have_attribute("data-live-state", "off")
    asked = []
    tab.on("request", lambda request: "/live" in request.url and asked.append(request.url))
    tab.clock.run_for(60_000)
    assert asked == []
    dialog.locator("input[name=password]").fill(PASSWORD)
    dialog.locator("button").click()

    expect(dialog).to_be_hidden()
    expect(tab.locator("body")).to_have_attribute("data-live-state", "on", timeout=10_000)
    happen()
    expect_heard(tab, 1)


def test_a_region_that_refreshes_itself_does_not_count_as_somebody_at_work(ann, visit, opened, happen, topic):
    tab = opened(visit(ann.username))
    tab.evaluate(
        """(topic) => {
          const region = document.createElement("section");
          region.setAttribute("hx-get", "/admin/users");
          region.setAttribute("hx-trigger", `${topic}-changed from:body`);
          region.setAttribute("hx-select", "h1");
          document.querySelector("main").append(region);
          htmx.process(region);
        }""",
        topic,
    )

    with tab.expect_request(lambda request: request.url.endswith("/admin/users")) as asked:
        happen()

    assert asked.value.headers["x-refresh"] == "1"
