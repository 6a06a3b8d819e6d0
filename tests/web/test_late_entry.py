"""A call that is written down later says when it came; what is promised counts from then, and is late at once if so."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.hotline import rules
from helpdesk.hotline.models import Call, Channel
from helpdesk.repairs.models import WorkOrder
from tests.conftest import HTMX, NOON

URL = "/hotline/calls"


@pytest.fixture
def typed(place):
    return {
        "request_key": str(uuid4()), "version": "0", "caller_number": "120 0000 0001", "words": "厨房水管爆了",
        "outcome": "repair", "place_id": place.id, "category": "WATER_BURST", "happened": "昨晚 23:40",
    }  # fmt: skip


LAST_NIGHT = NOON - timedelta(hours=12, minutes=20)


def test_the_promises_count_from_when_they_rang(ann, typed, as_user, now):
    answer = as_user(ann).post(URL, data=typed, headers=HTMX)

    call, order = db.session.scalars(select(Call)).one(), db.session.scalars(select(WorkOrder)).one()
    assert (call.happened_at, call.logged_at, call.saved_at) == (LAST_NIGHT, NOON, NOON)
    assert (order.reported_at, order.arrive_by) == (LAST_NIGHT, LAST_NIGHT + timedelta(minutes=30))
    assert order.number == "GD20260302-0001"  # drawn on the day it was opened
    assert "late entry" in answer.text and "rang 03-01 23:40" in answer.text


def test_the_screen_says_before_saving_that_it_will_be_late(ann, typed, as_user, now):
    browser = as_user(ann)
    browser.post(f"/hotline/drafts/{typed['request_key']}", data=typed, headers=HTMX)

    seen = browser.get(f"/hotline/drafts/{typed['request_key']}/suggestion", headers=HTMX).text

    assert "Rang 03-01 23:40" in seen and "it will be late at once" in seen


def test_somebody_can_still_be_sent_to_what_is_late_already(ann, tao, typed, as_user, now):
    answer = as_user(ann).post(URL, data=typed | {"technician_id": tao.id}, headers=HTMX)

    order = db.session.scalars(select(WorkOrder)).one()
    assert (answer.status_code, order.visits[0].planned_at) == (200, NOON)
    assert "师傅马上出发" in answer.text


def test_a_list_shows_it_by_when_it_happened_and_marks_it(ann, typed, as_user, now):
    browser = as_user(ann)
    browser.post(URL, data=typed | {"happened": "08:15", "outcome": "enquiry"}, headers=HTMX)

    row = browser.get("/hotline/todays-calls", headers=HTMX).text

    assert "08:15" in row and "late entry" in row and "entered 12:00" in row


def test_a_call_that_is_typed_while_they_speak_is_no_late_entry(ann, typed, as_user, now):
    browser = as_user(ann)
    browser.post(URL, data=typed | {"happened": ""}, headers=HTMX)

    assert "late entry" not in browser.get("/hotline/todays-calls", headers=HTMX).text


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        ("soon", "This is no time."),
        ("2026-03-02 18:00", "This has not happened yet."),
        ("2025-11-01 08:00", "This is more than 60 days ago."),
    ],
)
def test_a_moment_that_cannot_be_is_refused_and_stays_in_the_form(happened, said, ann, typed, as_user, now):
    answer = as_user(ann).post(URL, data=typed | {"happened": happened}, headers=HTMX)

    assert (answer.status_code, said in answer.text, f'value="{happened}"' in answer.text) == (422, True, True)
    assert db.session.scalars(select(Call)).all() == []


def test_a_half_written_time_survives_in_the_draft(ann, typed, as_user, now):
    browser = as_user(ann)
    browser.post(f"/hotline/drafts/{typed['request_key']}", data=typed | {"happened": "昨晚 2"}, headers=HTMX)

    call = db.session.scalars(select(Call)).one()
    assert (call.happened_at, call.as_typed.happened_words) == (NOON, "昨晚 2")
    assert 'value="昨晚 2"' in browser.get(f"/hotline/calls/{call.id}").text


def test_a_report_from_before_the_first_service_level_counts_by_the_first(ann, estate, typed, as_user, now):
    from helpdesk.core.transactions import writing
    from helpdesk.repairs.models import ServiceLevel

    with writing():
        for level in db.session.scalars(select(ServiceLevel)):
            level.valid_from = NOON.date()

    answer = as_user(ann).post(URL, data=typed, headers=HTMX)

    assert (answer.status_code, db.session.scalars(select(WorkOrder)).one().reported_at) == (200, LAST_NIGHT)


ROW = {"channel": "hotline", "version": "0", "kept": "", "happened": "23:40", "caller_number": "120 0000 0001",
       "place_words": "3-2-501", "words": "下水道堵了", "outcome": "repair"}  # fmt: skip
PAPER = "/hotline/paper"


def row(**typed):
    return {**ROW, "request_key": str(uuid4()), **typed}


def test_a_row_of_a_sheet_is_saved_on_its_own_and_the_next_one_is_ready(ann, place, as_user, now):
    typed = row()

    answer = as_user(ann).post(PAPER, data=typed, headers=HTMX)

    call = db.session.scalars(select(Call)).one()
    assert (call.happened_at, call.channel, call.place_id) == (LAST_NIGHT, Channel.HOTLINE, place.id)
    assert "✓ Saved" in answer.text and call.work_order.number in answer.text
    assert typed["request_key"] not in answer.text and answer.text.count("<form") == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"place_words": "9-9-909"}, "A repair needs a place"),
        ({"words": "hello"}, "These words name no fault."),
        ({"happened": "x"}, "This is no time."),
        ({"words": "", "caller_number": "", "outcome": ""}, "Write down the number, or what they say."),
        ({"outcome": "other"}, "Choose one of the answers."),
    ],
)
def test_a_refused_row_says_why_and_keeps_what_was_typed(wrong, said, ann, place, as_user, now):
    typed = row(**wrong)

    answer = as_user(ann).post(PAPER, data=typed, headers=HTMX)

    assert (answer.status_code, said in answer.text, typed["request_key"] in answer.text) == (422, True, True)
    assert f'value="{typed["place_words"]}"' in answer.text and db.session.scalars(select(Call)).all() == []


def test_a_place_that_may_be_two_names_them(ann, add, estate, place, as_user, now):
    from tests.households import add_home

    add_home(estate, 3, 1, "501")

    answer = as_user(ann).post(PAPER, data=row(place_words="3-501"), headers=HTMX)

    assert answer.status_code == 422 and "3-2-501 · 3-1-501" in answer.text


def test_a_row_whose_outcome_is_left_open_waits_among_the_unfinished(ann, place, as_user, now):
    as_user(ann).post(PAPER, data=row(outcome="", place_words="somewhere"), headers=HTMX)

    call = db.session.scalars(select(Call)).one()
    assert (call.outcome, call.saved_at, call.as_typed.place_words) == (None, NOON, "somewhere")


def test_a_row_sent_twice_is_one_call(ann, place, at_once, now):
    answers = at_once(ann, PAPER, row(), times=3)

    assert [answer.status_code for answer in answers] == [200] * 3
    assert len(db.session.scalars(select(Call)).all()) == 1


def test_a_row_is_saved_without_scripts(ann, place, as_user, now):
    browser = as_user(ann)

    answer = browser.post(PAPER, data=row())

    assert answer.status_code == 303 and "✓ Saved" in browser.get(answer.location).text


def test_only_who_works_the_hotline_types_sheets(tao, as_user, now):
    assert as_user(tao).post(PAPER, data=row(), headers=HTMX).status_code == 403


def test_the_empty_sheet_has_the_same_columns_in_the_same_order(ann, as_user, now):
    import re

    browser = as_user(ann)
    typed = re.findall(r'role="columnheader">([^<]+)<', browser.get(PAPER).text)
    printed = re.findall(r"<th>([^<]+)</th>", browser.get(f"{PAPER}/print").text)

    assert typed == printed == ["Time", "Number", "Place", "What they say", "Outcome"]


def test_a_call_that_is_taken_up_days_later_keeps_its_day(ann, typed, as_user, set_now, now):
    browser, yesterday = as_user(ann), typed | {"outcome": "", "category": ""}
    browser.post(URL, data=yesterday, headers=HTMX)
    set_now(NOON + timedelta(days=3))
    call = db.session.scalars(select(Call)).one()

    page = as_user(ann).get(f"/hotline/calls/{call.id}").text
    again = {
        "request_key": str(uuid4()),
        "call_key": typed["request_key"],
        "version": "1",
        "happened": "2026-03-01 23:40",
    }
    as_user(ann).post(URL, data=typed | again, headers=HTMX)

    assert 'value="2026-03-01 23:40"' in page
    assert db.session.scalars(select(WorkOrder)).one().reported_at == LAST_NIGHT


def draft(browser, typed, **changed):
    kept = db.session.scalars(select(Call)).one_or_none()
    seen = rules.digest_of(kept) if kept else ""
    db.session.rollback()
    browser.post(f"/hotline/drafts/{typed['request_key']}", data=typed | {"kept": seen} | changed, headers=HTMX)


def test_twenty_minutes_ago_does_not_drift_while_somebody_types_on(ann, typed, as_user, set_now, now):
    browser = as_user(ann)
    draft(browser, typed, happened="20 min ago")
    set_now(NOON + timedelta(minutes=5))
    draft(browser, typed, happened="20 min ago", words="厨房水管爆了,漏得厉害")
    browser.post(URL, data=typed | {"happened": "20 min ago"}, headers=HTMX)

    assert db.session.scalars(select(Call)).one().happened_at == NOON - timedelta(minutes=20)


def test_a_time_that_is_taken_back_counts_from_the_first_character_again(ann, typed, as_user, now):
    browser = as_user(ann)
    draft(browser, typed)
    draft(browser, typed, happened="")

    assert db.session.scalars(select(Call)).one().happened_at == NOON
