"""The console: on the left this call, on the right the world of now."""

from datetime import timedelta
from uuid import uuid4

import pytest

from helpdesk.core.access import Role
from helpdesk.core.transactions import writing
from helpdesk.hotline.models import Call, Outcome
from helpdesk.repairs.actions import open_work_order
from tests.conftest import HTMX, NOON
from tests.households import add_home, add_person, add_phone, index_place


@pytest.fixture
def add_call(add, estate, ann):
    def _add(words, *, outcome=None, at=NOON, saved=True, by=ann, **more):
        return add(
            Call, estate_id=estate.id, request_key=str(uuid4()), caller_number="12000000001", words=words,
            outcome=outcome, happened_at=at, logged_at=at, saved_at=at if saved else None, logged_by_id=by.id, **more,
        )  # fmt: skip

    return _add


def kept(browser, **typed) -> str:
    key = str(uuid4())
    assert browser.post(f"/hotline/drafts/{key}", data=typed, headers=HTMX).status_code == 204
    return key


def suggestion(browser, key, **chosen) -> str:
    return browser.get(f"/hotline/drafts/{key}/suggestion", query_string=chosen, headers=HTMX).text


def test_the_console_begins_with_the_number(ann, as_user, now):
    page = as_user(ann).get("/hotline").text

    assert page.count("autofocus") == 1 and "Nothing is in progress" in page and "No calls yet today" in page
    assert page.index('name="caller_number"') < page.index('name="words"') < page.index('name="outcome"')


def test_the_words_propose_what_is_wrong_and_what_to_read_back(ann, place, as_user, now):
    browser = as_user(ann)
    key = kept(browser, words="厨房水管爆了", place_id=place.id)

    shown = suggestion(browser, key)

    assert (
        'data-category="WATER_BURST"' in shown and 'data-urgency-code="p1"' in shown and 'data-repair="repair"' in shown
    )
    assert "Say first:" in shown and "三幢二单元五〇一，爆管或大面积漏水，师傅十二点半前到。" in shown


def test_the_operator_decides_otherwise(ann, place, as_user, now):
    browser = as_user(ann)
    key = kept(browser, words="厨房水管爆了", place_id=place.id)

    shown = suggestion(browser, key, category="STAIR_LIGHT", urgency="p3", visit_window="2026-03-03T08:30/10:00")

    assert 'data-category="STAIR_LIGHT"' in shown and 'data-urgency-code="p3"' in shown
    assert "楼道灯不亮，师傅明天上午八点半到十点之间上门。" in shown


@pytest.mark.parametrize(
    "chosen", [{"category": "NONE"}, {"urgency": "p9"}, {"visit_window": "x"}, {"category": "x" * 3000}]
)
def test_a_choice_that_does_not_exist_is_passed_over(ann, as_user, now, chosen):
    browser = as_user(ann)

    shown = suggestion(browser, kept(browser, words="煤气味"), **chosen)

    assert 'data-category="GAS_SMELL" data-urgency-code="p0"' in shown and "Say first:" in shown
    assert "燃气异味，师傅十二点十五分前到。" in shown


def test_nothing_recognised_proposes_nothing(ann, as_user, now):
    browser = as_user(ann)

    assert 'data-category=""' in suggestion(browser, kept(browser, words="你好"))
    assert 'data-category=""' in suggestion(browser, str(uuid4()))


def test_the_same_fault_on_the_same_stairs_is_pointed_out(ann, estate, place, category, as_user, now):
    neighbour = add_home(estate, 3, 2, "301", stairwell_id=place.stairwell_id)
    leak = category("WATER_LEAK")
    with writing():
        open_work_order(place=neighbour, category=leak, urgency=leak.urgency, summary="x", actor=ann, now=now)
    browser = as_user(ann)

    same = suggestion(browser, kept(browser, words="厨房水管爆了", place_id=place.id))
    other = suggestion(browser, kept(browser, words="楼道灯不亮", place_id=place.id))

    assert "Same stairwell:" in same and "3-2-301" in same
    assert "Same stairwell:" not in other


def test_an_order_that_was_chosen_goes_onto_the_card(ann, place, work_order, as_user, now):
    shown = as_user(ann).get(f"/hotline/card?place_id={place.id}&about={work_order.number}", headers=HTMX).text

    assert f'name="about" value="{work_order.number}"' in shown


def test_anothers_draft_gives_no_suggestion(tao, ann, as_user, now):
    key = kept(as_user(ann), words="厨房水管爆了")

    answer = as_user(tao).get(f"/hotline/drafts/{key}/suggestion", headers=HTMX)

    assert (answer.status_code, "WATER_BURST" in answer.text) == (422, False)


def test_the_matches_are_options_of_which_none_is_chosen(ann, estate, place, as_user, now):
    person = add_person(estate, "王桂英", index_place(place))
    phone = add_phone(estate, "12000000001", people=[person], places=[place])

    shown = as_user(ann).get("/search?q=120 0000 0001", headers=HTMX).text

    assert f'data-known="{phone.id}"' in shown and f'data-choice="{place.id}.{person.id}.{phone.id}"' in shown
    assert 'aria-selected="true"' not in shown


def test_a_number_that_is_not_known_is_shown_all_the_same(ann, as_user, now):
    shown = as_user(ann).get("/search?q=%2B8613800001234", headers=HTMX).text

    assert "138 0000 1234" in shown and "not in the register" in shown


def test_without_scripts_somebody_is_looked_up_and_chosen(ann, estate, place, as_user, now):
    person = add_person(estate, "王桂英", index_place(place))
    browser = as_user(ann)

    page = browser.get("/hotline?q=wgy").text
    choice = f"{place.id}.{person.id}."
    saved = browser.post(
        "/hotline/calls", data={"request_key": str(uuid4()), "words": "谢谢", "outcome": "praise", "choice": choice}
    )

    assert f'type="radio" name="choice" value="{choice}"' in page
    assert saved.status_code == 303 and "3-2-501" in browser.get(saved.location).text


def test_todays_calls_and_what_is_unfinished_stand_on_the_right(ann, mei, add_call, as_user, now):
    add_call("fresh", outcome=Outcome.PRAISE)
    add_call("yesterday", outcome=Outcome.PRAISE, at=NOON - timedelta(days=1))
    add_call("left open", at=NOON - timedelta(days=2))
    add_call("my draft", saved=False)
    add_call("their draft", saved=False, by=mei)
    add_call("their old draft", saved=False, by=mei, at=NOON - timedelta(hours=1))

    shown = as_user(ann).get("/hotline/todays-calls", headers=HTMX).text

    words = ("fresh", "yesterday", "left open", "my draft", "their draft", "their old draft")
    assert [word in shown for word in words] == [True, False, True, True, False, True]
    assert 'Today\'s calls <span class="count">1</span>' in shown and "3 unfinished" in shown and "Go on" in shown


def test_the_call_that_is_being_typed_is_not_listed_beside_it(ann, add_call, as_user, now):
    call = add_call("my draft", saved=False)

    shown = as_user(ann).get(f"/hotline/todays-calls?request_key={call.request_key}", headers=HTMX).text

    assert "my draft" not in shown


def test_my_drafts_are_tabs_above_the_form(ann, mei, add_call, as_user, now):
    add_call("my draft", saved=False)
    add_call("their draft", saved=False, by=mei)

    tabs = as_user(ann).get("/hotline").text.split('<nav class="tabs"')[1].split("</nav>")[0]

    assert "New call" in tabs and tabs.count("12000000001") == 1


def test_a_finished_call_is_shown_but_not_opened_again(ann, add_call, as_user, now):
    call = add_call("thank you", outcome=Outcome.PRAISE)

    page = as_user(ann).get(f"/hotline/calls/{call.id}").text

    assert "thank you" in page and call.request_key not in page


def test_regions_contain_no_form_and_listen_to_their_own_estate(ann, estate, work_order, add_call, as_user, now):
    add_call("x", outcome=Outcome.PRAISE)
    browser = as_user(ann)

    for path, topic in (("open-orders", "orders"), ("todays-calls", "calls")):
        shown = browser.get(f"/hotline/{path}", headers=HTMX).text
        assert "<form" not in shown and f"{topic}:{estate.id}-changed from:body" in shown


def test_the_most_urgent_order_stands_first(ann, place, category, work_order, as_user, now):
    gas = category("GAS_SMELL")
    with writing():
        open_work_order(place=place, category=gas, urgency=gas.urgency, summary="x", actor=ann, now=now)

    shown = as_user(ann).get("/hotline/open-orders", headers=HTMX).text

    assert shown.index('<tr id="order-2" data-urgency="p0">') < shown.index('<tr id="order-1" data-urgency="p2">')


@pytest.mark.parametrize("path", ["", "/open-orders", "/todays-calls", "/card", "/calls/1"])
def test_who_does_not_work_the_hotline_has_no_console(tao, ada, person, as_user, path):
    for one in (tao, ada, person("Olga", Role.OWNER), person("Fay", Role.FINANCE)):
        assert as_user(one).get(f"/hotline{path}", headers=HTMX).status_code == 403


def test_calls_of_another_estate_are_not_found(person, new_estate, add_call, as_user, now):
    call = add_call("secret", outcome=Outcome.PRAISE)
    stranger = as_user(person("Sam", Role.OPERATOR, at=new_estate("别苑")))

    assert stranger.get(f"/hotline/calls/{call.id}").status_code == 404
    assert stranger.get(f"/hotline?saved={call.id}").status_code == 404
    assert "secret" not in stranger.get("/hotline").text


@pytest.mark.parametrize("query", ["saved=abc", "saved=99999999999999999999", "q=" + "x" * 300, "q=%F0%9F%98%80"])
def test_a_strange_address_is_no_error(ann, as_user, now, query):
    assert as_user(ann).get(f"/hotline?{query}").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_rows(
    ann, place, work_order, category, add_call, count_queries, as_user, now
):
    browser = as_user(ann)
    add_call("x", outcome=Outcome.PRAISE, place_id=place.id)
    add_call("y")
    with count_queries() as first:
        browser.get("/hotline")
    leak = category("WATER_LEAK")
    for _ in range(2):
        with writing():
            open_work_order(place=place, category=leak, urgency=leak.urgency, summary="x", actor=ann, now=now)
        add_call("x", outcome=Outcome.PRAISE, place_id=place.id)
        add_call("y")

    with count_queries() as second:
        browser.get("/hotline")

    assert second.count == first.count
