"""Every page of every role: nothing sticks out, nothing breaks the policy, everybody can use it (axe)."""

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from helpdesk.core.extensions import db
from helpdesk.demo.load import load
from tests.browser.conftest import DESK, PHONE

MORNING = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)  # 10:20
DEMO_PASSWORD = "demo-2026"
SERIOUS = ("serious", "critical")


@pytest.fixture
def estate_by_day(app, clock_from):
    load(as_of=MORNING)
    db.session.rollback()
    clock_from(MORNING)


def pages_of(page) -> list[str]:
    """The pages of the navigation, and one record behind each list."""
    page.goto("/")
    found = [page.url] + page.locator("header.top nav a, nav.bottom a").evaluate_all(
        "links => links.map(link => link.href)"
    )
    for address in list(found):
        page.goto(address)
        link = page.locator("main a.row-link, #day a").first
        if link.count():
            found.append(link.evaluate("link => link.href"))
    return list(dict.fromkeys(found))


def look_at(page, address, problems):
    page.goto(address)
    where = f"{address} {page.viewport_size['width']} px"
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wider > 0:
        problems.append(f"{where}: {wider} px too wide")
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] in SERIOUS:
            nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            problems.append(f"{where}: {violation['id']}: {nodes}")


SHEETS = ("/duty/print", "/fridge-cards/print", "/morning-sheet/print", "/hotline/paper/print")
AROUND = ("/duty", "/handovers", "/morning-sheet", "/fridge-cards", "/storm", "/storm/rounds/new", "/callbacks")
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_no_page_slides_sideways_on_a_phone(estate_by_day, visit):
    """Tables and sheets of paper may slide inside their own region."""
    problems = []
    for username in ("operator", "manager", "admin"):
        page = visit(username, password=DEMO_PASSWORD, on=PHONE, expected_errors=("403", "404"))
        for address in [*pages_of(page), *SHEETS, *AROUND]:
            page.goto(address)
            wider = page.evaluate(WIDER)
            problems += [f"{username} {address}: {wider} px too wide"] if wider > 0 else []
    assert problems == []


NO_PAGES = ("/live", "/static", "/health", "/telephone")


def one_page_of_each_view(app, page):
    """Open what can be reached by links, one address for each view; then the views that need no record."""
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
    return seen


@pytest.mark.parametrize("username", ["operator", "technician", "manager", "admin"])
def test_no_page_of_anybody_throws(username, app, estate_by_day, visit):
    on = PHONE if username == "technician" else DESK

    seen = one_page_of_each_view(app, visit(username, password=DEMO_PASSWORD, on=on))

    expected = {"technician": {"scheduling.jobs", "scheduling.job", "calendar.show"}}
    assert expected.get(username, {"repairs.show", "duty.index"} if username != "admin" else set()) <= seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_desk_can_be_used_by_everyone(scheme, estate_by_day, visit):
    problems = []
    # Without motion: halfway between two colours a button has neither's contrast, and nobody reads it then.
    for username, on in (("operator", DESK), ("manager", PHONE), ("technician", PHONE), ("admin", DESK)):
        page = visit(username, password=DEMO_PASSWORD, on=on, color_scheme=scheme, reduced_motion="reduce")
        for address in [*pages_of(page), "/admin/style"]:
            look_at(page, address, problems)
    assert problems == []


def test_no_page_needs_more_width_than_it_has(estate_by_day, visit):
    problems = []
    for username, width in (
        ("operator", 1280),
        ("operator", 390),
        ("operator", 360),
        ("technician", 360),
        ("manager", 1280),
    ):
        page = visit(username, password=DEMO_PASSWORD, on={"viewport": {"width": width, "height": 800}})
        for address in pages_of(page):
            page.goto(address)
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            problems += [f"{address} at {width} px: {wider} px too wide"] if wider > 0 else []
    assert problems == []


def test_the_sign_in_page_can_be_used_by_everyone(site, visit):
    problems = []
    look_at(visit(), "/sign-in", problems)
    look_at(visit(expected_errors=("404",)), "/nowhere", problems)
    assert problems == []
