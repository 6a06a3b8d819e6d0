"""A call somebody took on their own phone: logged in seconds, recognised without telling who lives there."""

import json
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.hotline.models import AsTyped, Call, Channel, Outcome
from helpdesk.repairs.models import Urgency, WorkOrder
from tests.conftest import HTMX, NOON
from tests.households import add_home, add_person, add_phone, index_place

URL = "/hotline/quick"


@pytest.fixture
def typed():
    return {
        "request_key": str(uuid4()), "version": "0", "kept": "", "caller_number": "120 0000 0001",
        "place_words": "三幢二单元五〇一", "words": "厨房水管爆了", "channel": "mobile",
    }  # fmt: skip


@pytest.fixture
def household(estate, place):
    index_place(place)
    wang = add_person(estate, "王桂英", place)
    add_phone(estate, "12000000001", people=[wang])
    return wang


def calls() -> list[Call]:
    return list(db.session.scalars(select(Call).order_by(Call.id)))


def keep(browser, typed):
    return browser.post(f"{URL}/drafts/{typed['request_key']}", data=typed, headers=HTMX)


def test_a_technician_passes_a_repair_on_to_the_hotline(tao, ann, place, household, typed, as_user, now):
    answer = as_user(tao).post(URL, data=typed, headers=HTMX)

    assert (answer.status_code, "Saved; the hotline goes on with it" in answer.text) == (200, True)
    call = calls()[0]
    assert (call.channel, call.outcome, call.saved_at, call.place_id) == (Channel.MOBILE, None, NOON, place.id)
    assert (call.category.code, call.urgency, call.phone.digits) == ("WATER_BURST", Urgency.P1, "12000000001")
    console = as_user(ann).get("/hotline").text
    assert "from Tao's mobile" in unescape(console) and "3-2-501" in console


def test_what_is_urgent_says_to_ring_the_hotline_too(tao, household, typed, as_user, now):
    answer = as_user(tao).post(URL, data=typed, headers=HTMX)

    assert "ring the hotline as well" in answer.text and "0523-1000 0001" in answer.text


def test_a_technician_is_never_told_who_lives_there(tao, household, typed, as_user, now):
    browser = as_user(tao)
    keep(browser, typed)

    seen = browser.get(f"{URL}/drafts/{typed['request_key']}/seen", headers=HTMX).text
    saved = browser.post(URL, data=typed, headers=HTMX).text

    assert "Place known" in seen and "Number known" in seen and "Say first:" in seen
    assert "王桂英" not in seen + saved and "3-2-501" not in seen + saved.replace("3-2-501, home number", "")


@pytest.mark.parametrize(
    "written", ["3-2-501", "3幢2单元501室", "３－２－５０１", "2073", "户号 2073", "德裕苑3-2-501"]
)
def test_a_place_is_recognised_in_any_form(written, tao, place, household, typed, as_user, now):
    as_user(tao).post(URL, data=typed | {"place_words": written}, headers=HTMX)

    assert (calls()[0].place_id, calls()[0].as_typed.place_words) == (place.id, written)


def test_a_place_that_may_be_two_is_kept_as_it_was_typed(tao, estate, place, household, typed, as_user, now):
    add_home(estate, 3, 1, "501")
    browser = as_user(tao)
    keep(browser, typed | {"place_words": "3-501"})

    seen = browser.get(f"{URL}/drafts/{typed['request_key']}/seen", headers=HTMX).text
    browser.post(URL, data=typed | {"place_words": "3-501"}, headers=HTMX)

    assert "say the entrance too" in seen
    assert (calls()[0].place_id, calls()[0].as_typed.place_words) == (None, "3-501")


def test_an_unknown_place_reaches_the_hotline_as_it_was_typed(tao, ann, household, typed, as_user, now):
    as_user(tao).post(URL, data=typed | {"place_words": "behind the gate"}, headers=HTMX)

    console = as_user(ann)
    assert "behind the gate?" in console.get("/hotline/todays-calls", headers=HTMX).text
    assert console.get(f"/hotline/calls/{calls()[0].id}").status_code == 200


def test_who_may_open_orders_opens_one(mei, place, household, typed, as_user, now):
    answer = as_user(mei).post(URL, data=typed, headers=HTMX)

    call, order = calls()[0], db.session.scalars(select(WorkOrder)).one()
    assert (call.outcome, call.work_order_id, order.place_id) == (Outcome.REPAIR, order.id, place.id)
    assert "GD20260302-0001" in answer.text and "三幢二单元五〇一" in answer.text  # and what to read back


def test_a_repair_without_a_known_place_is_not_refused(mei, household, typed, as_user, now):
    answer = as_user(mei).post(URL, data=typed | {"place_words": ""}, headers=HTMX)

    assert (answer.status_code, calls()[0].outcome) == (200, None)


def test_a_chosen_outcome_is_kept(tao, household, typed, as_user, now):
    as_user(tao).post(URL, data=typed | {"outcome": "praise", "channel": "patrol"}, headers=HTMX)

    assert (calls()[0].outcome, calls()[0].channel) == (Outcome.PRAISE, Channel.PATROL)


@pytest.mark.parametrize(
    ("told", "ago"), [({"ago": "30"}, 30), ({"happened": "11:20"}, 40), ({"happened": "10 min ago", "ago": "60"}, 10)]
)
def test_when_it_happened_is_kept(told, ago, tao, household, typed, as_user, now):
    as_user(tao).post(URL, data=typed | told, headers=HTMX)

    assert (calls()[0].happened_at, calls()[0].logged_at) == (NOON - timedelta(minutes=ago), NOON)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"happened": "soon"}, "This is no time."),
        ({"happened": "2026-03-02 18:00"}, "This has not happened yet."),
        ({"channel": "pigeon"}, "Choose one of the answers."),
        ({"caller_number": "", "words": ""}, "Write down the number, or what they say."),
        ({"words": "x" * 5_001}, "too long"),
        ({"request_key": "broken"}, ""),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(wrong, said, tao, household, typed, as_user, now):
    answer = as_user(tao).post(URL, data=typed | wrong, headers=HTMX)

    assert (answer.status_code, said in answer.text, calls()) == (422, True, [])
    assert "三幢二单元五〇一" in answer.text


def test_longer_ago_than_sixty_days_is_asked_back(tao, household, typed, as_user, now):
    told, browser = typed | {"happened": "2025-12-01 08:00"}, as_user(tao)

    first = browser.post(URL, data=told, headers=HTMX)
    second = browser.post(URL, data=told | {"long_ago": "y"}, headers=HTMX)

    assert (first.status_code, 'name="long_ago"' in first.text, second.status_code) == (422, True, 200)


def test_sent_twice_it_is_one_call(tao, household, typed, at_once, now):
    answers = at_once(tao, URL, typed, times=3)

    assert ([answer.status_code for answer in answers], len(calls())) == ([200] * 3, 1)


def test_without_scripts_it_comes_back_with_what_became_of_it(tao, household, typed, as_user, now):
    browser = as_user(tao)

    answer = browser.post(URL, data=typed)

    assert (answer.status_code, answer.location) == (303, f"{URL}?saved={calls()[0].id}")
    assert "the hotline goes on with it" in browser.get(answer.location).text


def test_a_draft_is_taken_up_again_with_everything_that_was_typed(tao, household, typed, as_user, now):
    browser = as_user(tao)
    kept = keep(browser, typed | {"happened": "last n"})  # killed while typing
    call = calls()[0]

    assert json.loads(kept.headers["HX-Trigger"])["draft-kept"]["key"] == typed["request_key"]
    assert f'href="/hotline/quick/{call.id}"' in browser.get(URL).text
    again = browser.get(f"{URL}/{call.id}").text
    for value in (typed["request_key"], "120 0000 0001", "三幢二单元五〇一", "厨房水管爆了", "last n"):
        assert value in again


def test_a_draft_that_becomes_empty_is_gone(tao, household, typed, as_user, now):
    browser = as_user(tao)
    kept = json.loads(keep(browser, typed).headers["HX-Trigger"])["draft-kept"]["kept"]

    keep(browser, typed | {"caller_number": "", "words": "", "kept": kept})

    assert [db.session.scalar(select(func.count()).select_from(table)) for table in (Call, AsTyped)] == [0, 0]


def test_another_window_is_not_overwritten(tao, household, typed, as_user, now):
    browser = as_user(tao)
    keep(browser, typed)

    answer = keep(browser, typed | {"place_words": "3-2", "kept": ""})

    assert (answer.status_code, calls()[0].as_typed.place_words) == (409, "三幢二单元五〇一")


def test_somebody_elses_draft_is_not_there(tao, bo, household, typed, as_user, now):
    keep(as_user(tao), typed)

    assert as_user(bo).get(f"{URL}/{calls()[0].id}").status_code == 404
    assert keep(as_user(bo), typed).status_code == 422


def test_what_became_of_my_last_ones_stands_below(tao, ann, place, household, typed, as_user, now):
    browser = as_user(tao)
    browser.post(URL, data=typed, headers=HTMX)
    assert "waits for the hotline" in browser.get(URL).text

    again = {
        "request_key": str(uuid4()), "call_key": typed["request_key"], "version": calls()[0].version,
        "caller_number": "120 0000 0001", "words": "厨房水管爆了", "outcome": "repair", "place_id": place.id,
        "category": "WATER_BURST",
    }  # fmt: skip
    as_user(ann).post("/hotline/calls", data=again, headers=HTMX)

    assert calls()[0].channel is Channel.MOBILE and "GD20260302-0001 · To dispatch" in browser.get(URL).text


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
def test_who_takes_no_calls_is_refused(role, person, household, typed, as_user, now):
    assert as_user(person("Kim", role)).post(URL, data=typed, headers=HTMX).status_code == 403


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.FINANCE, Role.OFFICER, Role.OWNER, Role.MANAGER, Role.OPERATOR])
def test_all_staff_log_quickly(role, person, household, typed, as_user, now):
    assert as_user(person("Kim", role)).post(URL, data=typed, headers=HTMX).status_code == 200


def test_it_is_one_tap_from_the_technicians_day(tao, as_user, now):
    assert 'href="/hotline/quick"' in as_user(tao).get("/jobs").text


def test_the_page_asks_as_much_for_three_as_for_one(tao, household, typed, as_user, count_queries, now):
    browser, counts = as_user(tao), []
    for count in (1, 3):
        while len(calls()) < count:
            browser.post(URL, data=typed | {"request_key": str(uuid4())}, headers=HTMX)
        with count_queries() as sent:
            browser.get(URL)
        counts.append(sent.count)

    assert counts[0] == counts[1]
