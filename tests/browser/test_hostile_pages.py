"""Hostile text in every column, in a real browser: nothing of it runs, and nothing more is asked for than before.

What a parser makes of every page is in tests/web/test_hostile_text.py; here a browser and htmx have the last word.
"""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from helpdesk.core.access import Role
from tests.browser.conftest import PHONE
from tests.web.conftest import world  # noqa: F401
from tests.web.test_hostile_text import HARMLESS, write_everywhere

IMAGE = "Failed to load resource"


def asked_by(visit, user, addresses, **on) -> tuple[set, list]:
    """What the browser of somebody asks for at these pages, and which dialogs come up."""
    page, requests, dialogs = visit(user.username, **on), set(), []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.context.on("request", lambda it: requests.add((it.method, urlsplit(it.url).netloc, urlsplit(it.url).path)))
    for path in addresses:
        page.goto(path)
        expect(page.locator("main")).to_be_visible()
        page.wait_for_load_state("load")
        assert page.evaluate("typeof htmx") == "object"
    return requests, dialogs


@pytest.mark.proves("WB-07")
def test_hostile_text_runs_in_no_browser(world, visit):  # noqa: F811
    desk, tao, number = world.users[Role.OPERATOR], world.users[Role.TECHNICIAN], world["number"]
    pages = [
        (desk, {}, ["/hotline", f"/work-orders/{number}", f"/estate/places/{world['place_id']}"]),
        (tao, {"on": PHONE}, [f"/jobs/{number}"]),
    ]
    found = []
    for say in (lambda words: words.translate(HARMLESS), str):
        write_everywhere(say)
        found.append([asked_by(visit, user, addresses, **on) for user, on, addresses in pages])

    plain, hostile = found
    for (asked, _dialogs), (asked_then, dialogs) in zip(plain, hostile, strict=True):
        assert len(asked) > 10 and asked_then - asked == set() and dialogs == []
