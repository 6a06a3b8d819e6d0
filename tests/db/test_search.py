"""One box finds a household by whatever is said first."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, text

from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Occupancy, OccupancyRole, SearchKey, SearchKind
from helpdesk.estate.queries import residents_of
from helpdesk.search.queries import AT_MOST, exact_phone, find, keys_beginning
from tests.databases import ON_POSTGRES
from tests.households import add_home, add_person, add_phone, index_place

TODAY = date(2026, 3, 2)


@pytest.fixture
def home(place):
    return index_place(place)


@pytest.fixture
def guiying(estate, home):
    person = add_person(estate, "单桂英", home)
    add_phone(estate, "12000000001", people=[person], places=[home])
    return person


def lines(user, typed) -> dict[str, list[tuple]]:
    return {
        found.group.value: [
            (m.phone and m.phone.digits, m.person and m.person.name, m.place and m.place.address) for m in found.matches
        ]
        for found in find(user, typed, on=TODAY)
    }


WHOLE = ("12000000001", "单桂英", "3-2-501")


@pytest.mark.parametrize("typed", ["12000000001", "120 0000 0001", "+86 12000000001", "０００１", "0001", "000001"])
def test_any_part_of_a_number_finds_who_it_is(ann, guiying, typed):
    assert lines(ann, typed)["phones"] == [WHOLE]


@pytest.mark.parametrize("typed", ["shanguiying", "danguiying", "sgy", "dgy", "Shan gui", "单桂英", "桂英", "单 桂"])
def test_a_name_is_found_as_it_sounds_and_as_it_is_written(ann, guiying, typed):
    assert lines(ann, typed)["people"] == [(None, "单桂英", "3-2-501")]


@pytest.mark.parametrize(
    "typed", ["3-2-501", "3幢2单元501室", "三号楼二单元五〇一", "3#2-501", "3 2 501", "３－２－５０１", "32501",
              "3-501", "3号楼501", "德裕苑3-2-501", "2073"],
)  # fmt: skip
def test_an_address_is_found_in_every_written_form(ann, guiying, typed):
    assert (None, None, "3-2-501") in lines(ann, typed)["places"]


def test_an_address_finds_no_numbers_with_the_same_digits(ann, estate, home):
    add_phone(estate, "12003250100")

    assert (list(lines(ann, "3-2-501")), list(lines(ann, "32501"))) == (["places"], ["phones", "places"])


def test_of_a_building_what_all_share_comes_first(ann, home, stairwell):
    assert [address for *_, address in lines(ann, "三号楼")["places"]] == ["3-2", "3-2-501"]


def test_a_place_tells_who_lives_there(ann, guiying):
    assert [m.names for found in find(ann, "3-2-501", on=TODAY) for m in found.matches] == [("单桂英",)]


def test_a_unit_that_was_not_said_is_any_unit(ann, estate, home):
    add_home(estate, 3, 1, "501")

    assert lines(ann, "3-501")["places"] == [(None, None, "3-1-501"), (None, None, "3-2-501")]


def test_two_people_on_one_landline_are_both_listed(ann, estate, home, guiying):
    daughter = add_person(estate, "李红梅", home, role=OccupancyRole.MEMBER)
    add_phone(estate, "052310000001", people=[guiying, daughter])

    found = lines(ann, "052310000001")["phones"]

    assert sorted(name for _digits, name, _place in found) == ["单桂英", "李红梅"]


def test_one_number_in_two_homes_is_listed_for_both(ann, estate, home):
    other = add_home(estate, 7, 1, "302")
    son = add_person(estate, "王建国", home, other, role=OccupancyRole.OWNER)
    add_phone(estate, "12000000002", people=[son])

    assert [address for _d, _n, address in lines(ann, "0002")["phones"]] == ["3-2-501", "7-1-302"]


def test_who_has_moved_away_is_no_longer_at_home_there(ann, estate, home):
    add_person(estate, "王建国", home, until=date(2025, 1, 1))

    assert lines(ann, "wjg")["people"] == [(None, "王建国", None)]


@pytest.mark.parametrize("typed", ["GD20260302-0001", "gd20260302", "GD2026", "#1", "GD20260302-1"])
def test_a_work_order_is_found_by_its_number(ann, work_order, typed):
    assert [m.work_order.number for f in find(ann, typed, on=TODAY) for m in f.matches] == ["GD20260302-0001"]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "x" * 61,
        "%",
        "_",
        "'; DROP",
        "😀",
        "12",
        "GD",
        "#",
        "\\",
        "\ud800".encode("utf-8", "replace").decode(),
    ],
)
def test_nothing_is_found_by_nothing(ann, guiying, typed):
    assert lines(ann, typed) == {}


def test_eight_are_shown_and_more_is_said(ann, estate):
    for room in range(1, 11):
        add_person(estate, "王大明", add_home(estate, 9, 1, f"{room}01"))

    found = find(ann, "wdm", on=TODAY)[0]

    assert (len(found.matches), found.more) == (AT_MOST, True)


def test_everybody_finds_only_what_they_may_see(guiying, work_order, person, new_estate):
    auditor, finance = person("Uma", Role.AUDITOR), person("Fay", Role.FINANCE)
    stranger = person("Sam", Role.OPERATOR, at=new_estate("别苑"))

    assert (lines(auditor, "sgy"), list(lines(auditor, "GD2026"))) == ({}, ["orders"])
    assert (list(lines(finance, "sgy")), lines(finance, "GD2026")) == (["people"], {})
    assert (lines(stranger, "sgy"), lines(stranger, "3-2-501"), lines(stranger, "GD2026")) == ({}, {}, {})


def test_a_whole_number_is_recognised(ann, guiying):
    assert exact_phone(ann, "+86 120-0000-0001").digits == "12000000001"
    assert exact_phone(ann, "0001") is None


def test_a_whole_number_is_recognised_only_in_a_register_one_may_see(tao, person, new_estate, guiying):
    stranger = person("Sam", Role.OPERATOR, at=new_estate("别苑"))

    assert [exact_phone(user, "12000000001") for user in (tao, stranger)] == [None, None]


def test_somebody_lives_there_from_the_first_day_until_before_the_last(estate, home):
    add_person(estate, "李大明", home, since=TODAY, until=TODAY + timedelta(days=2))
    held = db.session.scalars(select(Occupancy)).one()
    days = [TODAY + timedelta(days=ahead) for ahead in (-1, 0, 1, 2)]

    assert [held.holds_on(day) for day in days] == [False, True, True, False]
    assert [residents_of([home.id], on=day) == [held] for day in days] == [False, True, True, False]


@pytest.mark.parametrize("typed", ["0001", "sgy", "3-2-501"])
def test_the_number_of_queries_does_not_grow_with_the_answers(ann, estate, home, guiying, count_queries, typed):
    with count_queries() as first:
        find(ann, typed, on=TODAY)
    for number in (2, 3):
        other = add_person(estate, "单桂英", home)
        add_phone(estate, f"1200{number}000001", people=[other], places=[home])
    db.session.rollback()

    with count_queries() as second:
        find(ann, typed, on=TODAY)

    assert second.count == first.count


def test_a_look_up_uses_the_index(ann, estate, guiying):
    with writing():
        rows = [
            {"estate_id": estate.id, "kind": SearchKind.NAME, "key": f"k{i}", "person_id": guiying.id}
            for i in range(9_000)
        ]
        db.session.execute(insert(SearchKey), rows)
        if ON_POSTGRES:
            db.session.execute(text("ANALYZE search_key"))
    query = keys_beginning(ann, SearchKind.NAME, "k77").limit(36)
    compiled = query.compile(db.engine, compile_kwargs={"literal_binds": True})

    plan = " ".join(
        str(row)
        for row in db.session.execute(
            text(f"EXPLAIN {'' if ON_POSTGRES else 'QUERY PLAN '}{compiled}".replace(":", "\\:"))
        )
    )

    assert "ix_search_key_estate_id_kind_key" in plan
