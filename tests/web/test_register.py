"""The register: buildings, their homes, and the page of one place and one person."""

from datetime import date

import pytest

from helpdesk.accounts.models import UserRole
from helpdesk.core.access import Role
from helpdesk.estate.models import Place, PlaceKind
from helpdesk.hotline.models import Call
from tests.conftest import NOON
from tests.households import add_home, add_person, add_phone


@pytest.fixture
def guiying(estate, place):
    person = add_person(estate, "王桂英", place, birth_year=1945, hearing=True)
    add_phone(estate, "12000000001", people=[person], places=[place])
    return person


def test_the_overview_counts_what_each_building_has(ann, estate, place, as_user):
    add_home(estate, 7, 1, "302", use="vacant")

    page = as_user(ann).get("/estate").text

    assert "Building 3" in page and "Building 7" in page and page.count('<td class="number">') >= 4


def test_a_building_shows_its_homes_and_who_lives_there(ann, guiying, place, as_user):
    page = as_user(ann).get("/estate?building=3").text

    assert f"/estate/places/{place.id}" in page and "王桂英" in page and "Hears badly" in page and "Entrance 2" in page


@pytest.mark.parametrize(
    "query", ["?building=99", "?building=x&kind=y", "?kind=garage", "?building=99999999999999999999"]
)
def test_a_filter_that_fits_nothing_is_no_error(ann, guiying, as_user, query):
    assert as_user(ann).get(f"/estate{query}").status_code == 200


def test_an_empty_register_says_so(ann, as_user):
    assert "The register is empty" in as_user(ann).get("/estate").text


def test_the_page_of_a_place_tells_who_lived_there_and_what_happened(
    ann, estate, guiying, place, work_order, add, as_user, now
):
    add_person(estate, "李大明", place, until=date(2024, 5, 1))
    add(
        Call, estate_id=estate.id, request_key="k" * 36, caller_number="1", words="灯不亮", place_id=place.id,
        happened_at=NOON, logged_at=NOON, saved_at=NOON, logged_by_id=ann.id,
    )  # fmt: skip

    page = as_user(ann).get(f"/estate/places/{place.id}").text

    for told in (
        "3-2-501",
        "王桂英",
        "李大明",
        "2020-05-01 to 2024-05-01",
        "since 2020-05-01",
        "GD20260302-0001",
        "灯不亮",
        "敲门要重",
    ):
        assert told in page, told


def test_how_to_reach_somebody_at_a_place_is_told_while_they_live_there(ann, estate, place, as_user, now):
    leaving = add_person(estate, "李大明", place, until=date(2026, 4, 1), dialect=True)
    coming = add_person(estate, "周小红", place, since=date(2026, 4, 1), mobility=True)
    add_phone(estate, "12000000002", people=[leaving])
    add_phone(estate, "12000000003", people=[coming])

    page = as_user(ann).get(f"/estate/places/{place.id}").text

    assert "李大明" in page and "Speaks dialect" in page and "120 0000 0002" in page
    assert "周小红" in page and "Walks with difficulty" not in page and "120 0000 0003" not in page


def test_work_orders_are_shown_by_the_right_in_the_estate_of_the_place(person, add, new_estate, place, as_user, now):
    fay = person("Fay", Role.FINANCE)
    add(UserRole, user_id=fay.id, role=Role.OPERATOR, estate_id=new_estate("别苑").id)

    assert "No work orders yet" not in as_user(fay).get(f"/estate/places/{place.id}").text


def test_the_page_of_a_person_tells_how_to_reach_them(ann, guiying, place, as_user):
    page = as_user(ann).get(f"/estate/residents/{guiying.id}").text

    assert "王桂英" in page and "120 0000 0001" in page and f"/estate/places/{place.id}" in page
    assert "<title>Resident" in page and "王桂英" not in page.split("</title>")[0]


@pytest.mark.parametrize("number", ["999", "0", "99999999999999999999", "abc"])
def test_what_does_not_exist_is_not_found(ann, as_user, number):
    browser = as_user(ann)

    assert browser.get(f"/estate/places/{number}").status_code == 404
    assert browser.get(f"/estate/residents/{number}").status_code == 404


def test_another_estate_is_not_found(person, new_estate, guiying, place, as_user):
    stranger = as_user(person("Sam", Role.OPERATOR, at=new_estate("别苑")))

    assert stranger.get(f"/estate/places/{place.id}").status_code == 404
    assert stranger.get(f"/estate/residents/{guiying.id}").status_code == 404
    assert "Building 3" not in stranger.get("/estate").text


def test_finance_sees_the_register_but_no_work_orders(person, guiying, place, work_order, as_user, now):
    page = as_user(person("Fay", Role.FINANCE)).get(f"/estate/places/{place.id}").text

    assert "王桂英" in page and "GD2026" not in page and "Leak under the sink" not in page


@pytest.mark.parametrize("path", ["/estate", "/estate/places/1", "/estate/residents/1", "/search?q=wgy"])
def test_technicians_and_administrators_see_no_register(tao, ada, as_user, path):
    assert [as_user(one).get(path).status_code for one in (tao, ada)] == [403, 403]


@pytest.mark.parametrize("path", ["/estate?building=3", "/estate/places/{place}"])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    ann, estate, guiying, place, count_queries, as_user, path, now
):
    browser, path = as_user(ann), path.format(place=place.id)
    with count_queries() as first:
        browser.get(path)
    for room in ("301", "401"):
        add_person(estate, "王小明", add_home(estate, 3, 2, room), place)

    with count_queries() as second:
        shown = browser.get(path).text

    assert (shown.count("王小明"), second.count) == (2, first.count)


def test_what_stands_outside_of_the_buildings_is_listed(ann, estate, place, add, as_user):
    add(Place, estate_id=estate.id, kind=PlaceKind.COMMON_AREA, address="小区北门")

    assert "小区北门" in as_user(ann).get("/estate").text


# the search page


def test_the_search_page_leads_to_what_was_found(ann, guiying, place, work_order, as_user, now):
    browser = as_user(ann)

    assert f"/estate/residents/{guiying.id}" in browser.get("/search?q=wgy").text
    assert f"/estate/places/{place.id}" in browser.get("/search?q=0001").text
    assert "/work-orders/GD20260302-0001" in browser.get("/search?q=%231").text


@pytest.mark.parametrize("typed", ["", "x" * 5000, "%22%3E%3Cimg%3E", "😀", "%ED%A0%80", "王" * 60, "+" * 60, "1" * 60])
def test_whatever_is_looked_up_is_answered(ann, as_user, typed):
    page = as_user(ann).get(f"/search?q={typed}")

    assert (page.status_code, "<img>" in page.text) == (200, False)


def test_a_nul_is_refused(ann, as_user):
    assert as_user(ann).get("/search?q=%00").status_code == 400
