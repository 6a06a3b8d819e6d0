"""A real browser on a real server of this process, with a clock that the test sets and that then goes on ticking."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.live import views as live
from helpdesk.live.feed import Feed
from tests.conftest import PASSWORD, open_session
from tests.servers import find_browser

DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# A page was left while one of its parts was being asked for, or (sendAbort) the part asked anew with newer words: both
# happen with every slow answer and are meant. What a form itself sent is asserted by its result.
LEFT = ("htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")
DEMO_PASSWORD = "demo-2026"
WATCH = "addEventListener('securitypolicyviolation', (event) => console.error('CSP: ' + event.violatedDirective))"


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find_browser()))
        expect.set_options(timeout=10_000)
        yield browser
        browser.close()


@pytest.fixture
def clock_from(monkeypatch):
    """Let the application's clock start at this moment and go on from there."""

    def _from(moment: datetime) -> None:
        began = time.monotonic()
        monkeypatch.setattr(
            clock, "now", lambda: (moment + timedelta(seconds=time.monotonic() - began)).astimezone(UTC)
        )
        _from.moment = moment

    _from.moment = None
    return _from


@pytest.fixture
def site(app, monkeypatch, real_processes):
    """The address of the application, served by threads of this process."""
    feed = Feed()
    monkeypatch.setattr(live, "feed", feed)  # a stream of another test must not hear of this one
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    # It looks this often whether it is to end: with half a second, as usual, every test would wait for that.
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    feed.stop()
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(app, site, chromium, clock_from):
    """Open a browser of one's own; signed in when a user is given. Nothing may go wrong in it unnoticed.

    It is given a session as the page for signing in would open one; tests that are also about that page use `sign_in`.
    """
    opened = []

    def _visit(username=None, *, on=DESK, expected_errors=(), **options):
        context = chromium.new_context(base_url=site, locale="zh-CN", timezone_id="Asia/Shanghai", **on, **options)
        context.add_init_script(WATCH)
        if clock_from.moment:
            context.clock.install(time=clock_from.moment)
        opened.append((context, watched(context), expected_errors))
        page = context.new_page()
        if username:
            user = db.session.scalars(select(User).where(User.username == username)).one()
            cookie = {"name": app.config["SESSION_COOKIE_NAME"], "value": open_session(user), "url": site}
            db.session.rollback()
            context.add_cookies([cookie | {"httpOnly": True, "sameSite": "Lax"}])
            page.goto("/")
        return page

    yield _visit
    for context, wrong, expected in opened:
        context.close()
        unexpected = [text for text in wrong if not any(part in text for part in (*LEFT, *expected))]
        assert unexpected == []


def sign_in(page, username, password=PASSWORD):
    page.goto("/sign-in")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def watched(context) -> list[str]:
    """What goes wrong in any tab of this browser: errors in the console, breaches of the policy, uncaught faults."""
    wrong = []
    context.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    return wrong
