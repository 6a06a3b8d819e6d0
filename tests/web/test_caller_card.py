"""The caller card: everybody a number may belong to, and what is known of the home."""

from datetime import date

import pytest

from helpdesk.core.access import Role
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Crib, OccupancyRole
from helpdesk.hotline.models import Call, Outcome
from tests.conftest import HTMX, NOON
from tests.households import add_home, add_person, add_phone


@pytest.fixture
def guiying(estate, place):
    frail = {"birth_year": 1945, "hearing": True, "lives_alone": True, "emergency_contact": "女儿 李红"}
    person = add_person(estate, "王桂英", place, **frail)
    add_phone(estate, "12000000001", people=[person], places=[place])
    return person


def card(browser, **ids):
    return browser.get("/hotline/card", query_string=ids, headers=HTMX)


def test_a_number_brings_up_the_household(ann, guiying, place, stairwell, work_order, add, as_user, now):
    add(Crib, place_id=stairwell.id, stop_valve="一楼水表井左边", key_holder="楼道长周师傅")
    add(
        Call, estate_id=place.estate_id, request_key="k" * 36, caller_number="12000000001", words="灯不亮",
        place_id=place.id, outcome=Outcome.ENQUIRY, happened_at=NOON, logged_at=NOON, saved_at=NOON,
        logged_by_id=ann.id,
    )  # fmt: skip

    shown = card(as_user(ann), phone_id=guiying.phones[0].id).text

    who = ("王桂英", "born 1945", "Hears badly", "Lives alone", "女儿 李红", "120 0000 0001", "Head of household")
    where = ("3-2-501", "2073", "敲门要重", "一楼水表井左边", "楼道长周师傅", "GD20260302-0001", "灯不亮")
    for told in (*who, *where):
        assert told in shown, told
    assert f'name="place_id" value="{place.id}"' in shown and f'name="person_id" value="{guiying.id}"' in shown


def test_an_open_order_of_the_neighbours_is_on_the_card(ann, estate, place, work_order, as_user, now):
    other = add_home(estate, 3, 2, "101", stairwell_id=place.stairwell_id)

    shown = card(as_user(ann), place_id=other.id).text

    assert "GD20260302-0001" in shown and "3-2-501" in shown


def test_of_two_people_on_one_number_nobody_is_chosen_beforehand(ann, estate, place, guiying, as_user, now):
    son = add_person(estate, "李建国", place, role=OccupancyRole.MEMBER)
    landline = add_phone(estate, "052310000001", people=[guiying, son], places=[place])

    shown = card(as_user(ann), phone_id=landline.id).text

    assert "Who is speaking?" in shown and f'value="{guiying.id}" checked' not in shown
    assert shown.count('name="person_id"') == 2 and f'name="place_id" value="{place.id}"' in shown


def test_of_two_homes_on_one_number_none_is_chosen_beforehand(ann, estate, place, guiying, as_user, now):
    flat = add_home(estate, 7, 1, "302")
    with writing():
        guiying.phones[0].places.append(flat)
    phone_id = guiying.phones[0].id

    both = card(as_user(ann), phone_id=phone_id).text
    one = card(as_user(ann), phone_id=phone_id, place_id=flat.id).text

    assert "Several homes; which one?" in both and both.count('name="place_id"') == 2 and "checked" not in both
    assert f'name="place_id" value="{flat.id}" checked' in one


@pytest.mark.parametrize("ids", [{"place_id": 999}, {"phone_id": 999}, {"person_id": 999}])
def test_what_is_not_in_ones_register_is_not_found(ann, as_user, ids):
    assert card(as_user(ann), **ids).status_code == 404


def test_another_estate_sees_nothing_of_it(person, new_estate, guiying, place, as_user):
    stranger = as_user(person("Sam", Role.OPERATOR, at=new_estate("别苑")))

    assert card(stranger, place_id=place.id).status_code == 404
    assert card(stranger, person_id=guiying.id).status_code == 404


@pytest.mark.parametrize("typed", ["abc", "99999999999999999999", "-1", ""])
def test_an_address_that_names_nobody_gives_an_empty_card(ann, as_user, typed):
    answer = card(as_user(ann), place_id=typed)

    assert (answer.status_code, "if the number is not known" in answer.text) == (200, True)


def test_asked_without_scripts_it_leads_to_the_console(ann, place, as_user):
    answer = as_user(ann).get(f"/hotline/card?place_id={place.id}")

    assert (answer.status_code, answer.location) == (302, "/hotline")


def test_a_technician_gets_no_card(tao, place, as_user):
    assert card(as_user(tao), place_id=place.id).status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_household(
    ann, estate, place, guiying, count_queries, as_user, now
):
    browser, phone_id = as_user(ann), guiying.phones[0].id
    add_phone(estate, "12000000009", people=[add_person(estate, "王小明", place, role=OccupancyRole.MEMBER)])
    with count_queries() as first:
        card(browser, place_id=place.id, phone_id=phone_id)
    for number in (2, 3):
        child = add_person(estate, "王小明", place, role=OccupancyRole.MEMBER)
        add_phone(estate, f"1200000000{number}", people=[child])

    with count_queries() as second:
        shown = card(browser, place_id=place.id, phone_id=phone_id).text

    assert (shown.count("王小明"), second.count) == (3, first.count)


def test_hostile_names_are_shown_as_text(ann, estate, place, as_user):
    evil = "<img src=x onerror=alert(1)>"
    add_person(estate, evil, place, emergency_contact=evil)
    with writing():
        place.door_note = evil

    assert "<img" not in card(as_user(ann), place_id=place.id).text


def test_who_leaves_later_is_at_home_and_who_comes_later_is_not(ann, estate, place, as_user, now):
    leaving = add_person(estate, "李大明", place, until=date(2026, 4, 1))
    coming = add_person(estate, "周小红", place, since=date(2026, 4, 1))
    landline = add_phone(estate, "052310000001", people=[leaving, coming])
    browser = as_user(ann)

    household = card(browser, place_id=place.id).text
    assert "李大明" in household and "周小红" not in household
    assert "3-2-501" in card(browser, phone_id=landline.id, person_id=leaving.id).text
    assert "3-2-501" not in card(browser, person_id=coming.id).text
