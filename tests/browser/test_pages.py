"""Every page of every role: nothing sticks out, nothing breaks the policy, everybody can use it (axe)."""

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from tests.browser.conftest import DESK, PHONE

MORNING = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)  # 10:20
SERIOUS = ("serious", "critical")
# In the colours of the scheme, and with two frames drawn since: axe reads the colours of what is on the screen.
PAINTED = """scheme => matchMedia(`(prefers-color-scheme: ${scheme})`).matches && new Promise(
    (drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true))))"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def estate_by_day(demo_at, clock_from):
    demo_at(MORNING)
    clock_from(MORNING)


def walk(page, *also: str):
    """Open the pages of the navigation, one record behind each list, and others; stop at each."""
    page.goto("/")
    links = page.locator("header.top nav a, nav.bottom a").evaluate_all("links => links.map(link => link.href)")
    lists, records = dict.fromkeys([page.url, *links]), {}
    for address in lists:
        page.goto(address)
        link = page.locator("main a.row-link, #day a").first
        if link.count():
            records[link.evaluate("link => link.href")] = None
        yield
    for address in (*(record for record in records if record not in lists), *also):
        page.goto(address)
        yield


def too_wide(page, *widths: int) -> list[str]:
    """At which of these widths, in pixels, the page that is open needs more. Sheets of paper slide in their region."""
    address, problems = page.url, []
    loads_itself_anew = page.locator("#board").count() > 0  # where it becomes another page
    for width in widths:
        if loads_itself_anew:
            page.goto("about:blank")
        page.set_viewport_size({"width": width, "height": 800})
        if loads_itself_anew:
            page.goto(address)
        if (wider := page.evaluate(WIDER)) > 0:
            problems.append(f"{address} at {width} px: {wider} px too wide")
    return problems


def unusable(page) -> list[str]:
    """Who cannot use the page that is open, and why; by night only the colours are others."""
    problems = []
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(PAINTED, arg=scheme)
        for violation in Axe().run(page, options={"resultTypes": ["violations"], **rules}).response["violations"]:
            if violation["impact"] in SERIOUS:
                nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
                problems.append(f"{page.url} {scheme}: {violation['id']}: {nodes}")
    return problems


NO_PAGES = ("/live", "/static", "/health", "/telephone")


def one_page_of_each_view(app, page):
    """Open what can be reached by links, one address for each view; then the views that need no record.

    Stops at each, and gives the name of the view.
    """
    views = app.url_map.bind("")
    todo = ["/", *(rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments)]
    seen = set()
    while todo:
        path = todo.pop(0)
        try:
            endpoint = views.match(path.split("?")[0], method="GET")[0]
        except (NotFound, MethodNotAllowed, RequestRedirect):
            continue
        if endpoint in seen or path.startswith(NO_PAGES):
            continue
        seen.add(endpoint)
        answer = page.request.get(path, max_redirects=0)
        if answer.status != 200 or not answer.text().lstrip().lower().startswith("<!doctype html"):
            continue
        page.goto(path, wait_until="load")
        links = page.locator("a[href^='/']").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        todo = [*links, *todo]  # the way people go, before what was only asked for
        yield endpoint


@pytest.mark.proves("WB-05")
@pytest.mark.parametrize("username", ["operator", "technician", "manager", "admin"])
def test_no_page_of_anybody_throws_or_slides_sideways(username, app, estate_by_day, visit):
    page = visit(username, on=PHONE if username == "technician" else DESK)
    seen, problems = set(), []

    for endpoint in one_page_of_each_view(app, page):
        seen.add(endpoint)
        problems += too_wide(page, *((360,) if username == "technician" else (360, 1280)))

    expected = {"technician": {"scheduling.jobs", "scheduling.job", "calendar.show"}}
    assert expected.get(username, {"repairs.show", "duty.index"} if username != "admin" else set()) <= seen
    assert problems == []


@pytest.mark.proves("WB-18")
@pytest.mark.parametrize(("username", "on"), [
    ("operator", DESK), ("manager", PHONE), ("technician", PHONE), ("admin", DESK),
])  # fmt: skip
def test_every_page_can_be_used_by_everyone(username, on, estate_by_day, visit):
    # Without motion: halfway between two colours a button has neither's contrast, and nobody reads it then.
    page = visit(username, on=on, reduced_motion="reduce")

    problems = [problem for _ in walk(page, "/admin/style") for problem in unusable(page)]

    assert problems == []


@pytest.mark.proves("WB-18")
def test_the_sign_in_page_can_be_used_by_everyone(site, visit):
    problems = []
    for address, expected in (("/sign-in", ()), ("/nowhere", ("404",))):
        page = visit(expected_errors=expected)
        page.goto(address)
        problems += unusable(page)
    assert problems == []
