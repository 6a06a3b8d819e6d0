"""A small screen at night, two emergencies nobody has taken, and a third call: what has to be said stays in sight."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.cases.praising import pass_on_praise
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Place, PlaceKind
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import Category, Urgency
from helpdesk.repairs.visit_actions import schedule_visit

NIGHT = datetime(2026, 11, 22, 18, 14, tzinfo=UTC)  # 02:14 on Monday in 德裕苑
MINUTE = timedelta(minutes=1)
SAID = "厨房燃气味很大，人头晕"
SMALL, USUAL = ({"viewport": {"width": 1280, "height": 720}}, {"viewport": {"width": 1440, "height": 900}})


@pytest.fixture
def two_to_ring_about(demo_at, clock_from) -> list[str]:
    """A danger and an emergency that wait since before; the operator has been praised. The addresses of both."""
    demo_at(NIGHT)
    ann, tao = (db.session.scalars(select(User).where(User.username == n)).one() for n in ("operator", "technician"))
    homes = db.session.scalars(select(Place).where(Place.kind == PlaceKind.DWELLING).order_by(Place.id)).all()[40:42]
    with writing():
        for home, code, urgency in zip(homes, ("GAS_SMELL", "WATER_BURST"), (Urgency.P0, Urgency.P1), strict=True):
            category = db.session.scalars(select(Category).where(Category.code == code)).first()
            order = open_work_order(
                place=home, category=category, urgency=urgency, summary="…", reporter=None, phone=None,
                actor=ann, now=NIGHT,
            )  # fmt: skip
            schedule_visit(order, crew=[tao], actor=ann, now=NIGHT)
        pass_on_praise(
            estate_id=homes[0].estate_id, words="耐心", user=ann, team=None, call_id=None, actor=ann, now=NIGHT
        )
    addresses = [home.address for home in homes]
    db.session.rollback()
    clock_from(NIGHT + 20 * MINUTE)
    return addresses


def is_in_sight(locator) -> bool:
    """Whether, when all has settled, all of it lies inside the window, and nothing lies over it or cuts it off."""
    locator.page.wait_for_timeout(500)
    return locator.evaluate(
        """(element) => {
            const box = element.getBoundingClientRect();
            const points = [[box.left + 6, box.top + 2], [box.right - 6, box.bottom - 2]];
            return box.height > 0 && box.top >= 0 && box.left >= 0
                && box.bottom <= innerHeight && box.right <= innerWidth
                && points.every(([x, y]) => element.contains(document.elementFromPoint(x, y)));
        }"""
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("screen", [SMALL, USUAL])
def test_what_to_say_first_and_what_to_join_stay_in_sight(screen, language, two_to_ring_about, visit):
    danger, emergency = two_to_ring_about
    page = visit("operator", on=screen)
    if language == "en":
        page.locator("button[name=language][value=en]").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".ring-number").first).to_be_visible()  # large while nobody types
    assert page.locator("main #praise-line").count() == 0
    page.locator("#caller_number").fill(danger)
    expect(page.locator("#caller-matches [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#caller-card .card")).to_be_visible()
    page.keyboard.type(SAID)
    expect(page.locator("#suggestion .first-words")).to_be_visible()
    expect(page.locator("#suggestion .near-by button").first).to_be_visible()

    pinned = [
        page.locator(selector)
        for selector in (
            "#caller_number", "#words", "#suggestion .first-words", "#suggestion .near-by [id^=join]:has(kbd)",
            "#call button.primary", "#draft-state", ".ring-named",
        )
    ]  # fmt: skip
    assert [is_in_sight(what.first) for what in pinned] == [True] * len(pinned)
    band = page.locator("#ring-list")
    assert band.bounding_box()["height"] < 48
    expect(band).to_contain_text(danger)
    page.keyboard.press("Alt+1")
    assert [is_in_sight(what.first) for what in pinned] == [True] * len(pinned)
    assert is_in_sight(page.locator("#outcomes .chip").first)


def test_the_folded_list_opens_by_key_and_stays_open_while_it_is_renewed(two_to_ring_about, visit):
    danger, emergency = two_to_ring_about
    page = visit("operator", on=SMALL)
    page.locator("#words").fill("问水费")
    expect(page.locator(".ring-named").first).to_contain_text(danger)
    assert not is_in_sight(page.locator(".ring-keys button").first)

    page.keyboard.press("Alt+r")

    assert is_in_sight(page.locator(".ring-keys button").first)
    page.keyboard.press("2")
    expect(page.locator(".ring").first.locator(".ring-tries")).to_be_visible()
    expect(page.locator("#ring-list.htmx-request")).to_have_count(0)
    assert is_in_sight(page.locator(".ring-keys button").first)
    page.keyboard.press("Escape")
    expect(page.locator("#words")).to_be_focused()
    assert not is_in_sight(page.locator(".ring-keys button").first)
    page.locator("[data-opens-rings]").click()
    assert is_in_sight(page.locator(".ring-keys button").first)


def test_regions_told_of_a_change_ask_once_more_and_are_quiet_then(two_to_ring_about, visit):
    """Each used to tell the others again with its answer, so that three regions asked for ever."""
    page = visit("operator", on=SMALL)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "GET" else None)
    page.keyboard.press("Alt+r")
    page.keyboard.press("2")
    expect(page.locator(".ring").first.locator(".ring-tries")).to_be_visible()
    page.wait_for_timeout(3_000)

    assert len([url for url in asked if url.endswith(("/ring-list", "/callbacks/due", "/open-orders"))]) <= 6
