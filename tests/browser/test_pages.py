"""Every page of every role: nothing sticks out, nothing breaks the policy, everybody can use it (axe)."""

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from tests.browser.conftest import DESK, PHONE

MORNING = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)  # 10:20
SERIOUS = ("serious", "critical")
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def estate_by_day(demo_at, clock_from):
    demo_at(MORNING)
    clock_from(MORNING)


def walk(page, *also: str):
    """Open the pages of the navigation, one record behind each list, and others; at each, give its address."""
    page.goto("/")
    links = page.locator("header.top nav a, nav.bottom a").evaluate_all("links => links.map(link => link.href)")
    lists, records = dict.fromkeys([page.url, *links]), {}
    for address in lists:
        page.goto(address)
        link = page.locator("main a.row-link, #day a").first
        if link.count():
            records[link.evaluate("link => link.href")] = None
        yield address
    for address in (*(record for record in records if record not in lists), *also):
        page.goto(address)
        yield address


def look_at(page, address, problems):
    """What is wrong with the page that is open."""
    where = f"{address} {page.viewport_size['width']} px"
    wider = page.evaluate(WIDER)
    if wider > 0:
        problems.append(f"{where}: {wider} px too wide")
    for violation in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]:
        if violation["impact"] in SERIOUS:
            nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            problems.append(f"{where}: {violation['id']}: {nodes}")


SHEETS = ("/duty/print", "/fridge-cards/print", "/morning-sheet/print", "/hotline/paper/print")
AROUND = ("/duty", "/handovers", "/morning-sheet", "/fridge-cards", "/storm", "/storm/rounds/new", "/callbacks")


def test_no_page_slides_sideways_on_a_phone(estate_by_day, visit):
    """Tables and sheets of paper may slide inside their own region."""
    problems = []
    for username in ("operator", "manager", "admin"):
        page = visit(username, on=PHONE, expected_errors=("403", "404"))
        for address in walk(page, *SHEETS, *AROUND):
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


@pytest.mark.proves("WB-05")
@pytest.mark.parametrize("username", ["operator", "technician", "manager", "admin"])
def test_no_page_of_anybody_throws(username, app, estate_by_day, visit):
    on = PHONE if username == "technician" else DESK

    seen = one_page_of_each_view(app, visit(username, on=on))

    expected = {"technician": {"scheduling.jobs", "scheduling.job", "calendar.show"}}
    assert expected.get(username, {"repairs.show", "duty.index"} if username != "admin" else set()) <= seen


@pytest.mark.proves("WB-18")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_desk_can_be_used_by_everyone(scheme, estate_by_day, visit):
    problems = []
    # Without motion: halfway between two colours a button has neither's contrast, and nobody reads it then.
    for username, on in (("operator", DESK), ("manager", PHONE), ("technician", PHONE), ("admin", DESK)):
        page = visit(username, on=on, color_scheme=scheme, reduced_motion="reduce")
        for address in walk(page, "/admin/style"):
            look_at(page, address, problems)
    assert problems == []


def test_no_page_needs_more_width_than_it_has(estate_by_day, visit):
    problems = []
    for username, widths in (
        ("operator", (1280,)),
        ("operator", (360, 390)),  # the second as if the phone were turned or another one
        ("technician", (360,)),
        ("manager", (1280,)),
    ):
        page = visit(username, on={"viewport": {"width": widths[0], "height": 800}})
        for address in walk(page):
            for width in widths:
                page.set_viewport_size({"width": width, "height": 800})
                wider = page.evaluate(WIDER)
                problems += [f"{address} at {width} px: {wider} px too wide"] if wider > 0 else []
            page.set_viewport_size({"width": widths[0], "height": 800})
    assert problems == []


@pytest.mark.proves("WB-18")
def test_the_sign_in_page_can_be_used_by_everyone(site, visit):
    problems = []
    for address, expected in (("/sign-in", ()), ("/nowhere", ("404",))):
        page = visit(expected_errors=expected)
        page.goto(address)
        look_at(page, address, problems)
    assert problems == []
