"""Call-backs as people see them: promised, rung, handed over, given up, and what the console says of them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.callbacks.actions import ask_to_ring, give_up, note_attempt
from helpdesk.callbacks.models import Answer, Attempt, Callback, Reason
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import PersonNote
from tests.conftest import HTMX
from tests.households import add_person, add_phone

HOUR = timedelta(hours=1)


@pytest.fixture
def ask(estate, place, ann, now):
    def _ask(**more):
        told = {"estate_id": estate.id, "reason": Reason.PROMISED, "due_at": now + HOUR, "place": place} | more
        with writing():
            return ask_to_ring(**told, actor=ann, now=now)

    return _ask


@pytest.fixture
def callback(ask):
    return ask(words="Say when they come")


def attempt(callback, answer="no_answer", **more):
    return {"request_key": str(uuid4()), "version": callback.version, "answer": answer, "note": ""} | more


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_try_in_vain_is_noted_with_one_tap_and_is_due_again(headers, callback, ann, as_user, now):
    answer = as_user(ann).post(f"/callbacks/{callback.id}/attempts", data=attempt(callback), headers=headers)

    assert answer.status_code == (200 if headers else 303)
    assert (callback.due_at, callback.attempts[0].answer) == (now + timedelta(minutes=15), Answer.NO_ANSWER)
    page = as_user(ann).get(f"/callbacks/{callback.id}").text
    assert "No answer" in page and "by 12:15" in page and "Mine" in page


def test_the_proposed_time_can_be_changed(callback, ann, as_user, now):
    as_user(ann).post(f"/callbacks/{callback.id}/attempts", data=attempt(callback, again_at="14:30"), headers=HTMX)

    assert callback.due_at == now + timedelta(hours=2, minutes=30)


@pytest.mark.parametrize("again_at", ["yesterday", "今天 9:00", "2020-01-01 10:00"])
def test_a_time_that_is_none_or_over_is_refused_and_the_note_stays(again_at, callback, ann, as_user, now):
    data = attempt(callback, again_at=again_at, note="The neighbour knows")

    answer = as_user(ann).post(f"/callbacks/{callback.id}/attempts", data=data, headers=HTMX)

    assert (answer.status_code, count(Attempt)) == (422, 0)
    assert "The neighbour knows</textarea>" in answer.text and f'value="{again_at}"' in answer.text


def test_two_at_once_the_second_is_told_and_keeps_the_note(callback, ann, mei, as_user, now):
    theirs = attempt(callback, note="Mine, typed meanwhile")
    as_user(mei).post(f"/callbacks/{callback.id}/attempts", data=attempt(callback), headers=HTMX)

    answer = as_user(ann).post(f"/callbacks/{callback.id}/attempts", data=theirs, headers=HTMX)

    assert (answer.status_code, count(Attempt)) == (409, 1)
    assert "Someone changed this call-back" in answer.text
    assert "Mine, typed meanwhile</textarea>" in answer.text and 'name="version" value="2"' in answer.text


def test_the_note_is_still_there_when_the_other_one_reached_them(callback, ann, mei, as_user, now):
    theirs = attempt(callback, note="Mine, typed meanwhile")
    as_user(mei).post(f"/callbacks/{callback.id}/attempts", data=attempt(callback, "answered"), headers=HTMX)

    answer = as_user(ann).post(f"/callbacks/{callback.id}/attempts", data=theirs, headers=HTMX)

    assert answer.status_code == 409 and "Mine, typed meanwhile" in answer.text


def test_the_same_attempt_sent_twice_is_one(callback, ann, as_user, at_once, now):
    url, data = f"/callbacks/{callback.id}/attempts", attempt(callback)

    answers = at_once(ann, url, data, times=3)
    other = as_user(ann).post(url, data=data | {"note": "other"}, headers=HTMX)

    assert [one.status_code for one in answers] == [200, 200, 200]
    assert (other.status_code, count(Attempt)) == (422, 1)


def test_answered_ends_it_and_a_call_can_be_taken_up_from_it(callback, ann, as_user, now):
    browser = as_user(ann)
    browser.post(f"/callbacks/{callback.id}/attempts", data=attempt(callback, "answered"))
    told = {"version": callback.version, "words": "Friday suits her"}
    browser.post(f"/callbacks/{callback.id}/result", data=told)

    assert callback.came_of_it == "Friday suits her"
    console = browser.get(f"/hotline?callback={callback.id}").text
    assert f'name="place_id" value="{callback.place_id}"' in console


def test_after_three_tries_it_is_said_plainly_and_stays(callback, ann, as_user, now):
    with writing():
        for _ in range(3):
            note_attempt(callback, answer=Answer.SWITCHED_OFF, actor=ann, now=now)

    assert "Rung 3 times in vain." in as_user(ann).get(f"/callbacks/{callback.id}").text
    assert "Decide" in as_user(ann).get("/callbacks", headers=HTMX).text


def test_it_is_handed_to_somebody_who_works_the_hotline_and_to_nobody_else(callback, ann, mei, tao, as_user, now):
    browser, url = as_user(ann), f"/callbacks/{callback.id}/owner"

    refused = browser.post(url, data={"version": callback.version, "owner": tao.id}, headers=HTMX)
    given = browser.post(url, data={"version": callback.version, "owner": mei.id}, headers=HTMX)

    assert (refused.status_code, given.status_code, callback.owner_id) == (422, 200, mei.id)
    stale = browser.post(url, data={"version": 1, "owner": ann.id}, headers=HTMX)
    assert (stale.status_code, callback.owner_id) == (409, mei.id)


def test_giving_up_needs_a_reason_and_only_a_manager_reopens(callback, ann, mei, as_user, now):
    url = f"/callbacks/{callback.id}"
    empty = as_user(ann).post(f"{url}/giving-up", data={"version": 1, "because": " "}, headers=HTMX)
    as_user(ann).post(f"{url}/giving-up", data={"version": 1, "because": "Moved away"}, headers=HTMX)

    mine = as_user(ann).post(f"{url}/reopening", data={"version": 2, "due_at": "15:00"}, headers=HTMX)
    late = as_user(mei).post(f"{url}/reopening", data={"version": 2, "due_at": "今天 9:00"}, headers=HTMX)
    stale = as_user(mei).post(f"{url}/reopening", data={"version": 1, "due_at": "15:00"}, headers=HTMX)
    hers = as_user(mei).post(f"{url}/reopening", data={"version": 2, "due_at": "15:00"}, headers=HTMX)

    assert [one.status_code for one in (empty, mine, late, stale, hers)] == [422, 403, 422, 409, 200]
    assert callback.due_at == now + 3 * HOUR


@pytest.mark.parametrize("path", ["", "/attempts", "/owner", "/giving-up", "/result", "/ringing-in"])
def test_a_call_back_of_another_estate_is_not_found(path, callback, new_estate, person, as_user, now):
    ben = person("Ben", Role.OPERATOR, at=new_estate("康宁苑"))
    browser, url = as_user(ben), f"/callbacks/{callback.id}{path}"
    data = attempt(callback, because="x", words="x")

    assert (browser.post(url, data=data) if path else browser.get(url)).status_code == 404
    assert "3-2-501" not in browser.get("/callbacks").text


def test_the_list_has_mine_nobodys_and_others_and_can_be_narrowed(ask, ann, mei, as_user, now):
    ask(words="first"), ask(owner=ann), ask(owner=mei, reason=Reason.MISSED)

    page = as_user(ann).get("/callbacks", headers=HTMX).text
    missed = as_user(ann).get("/callbacks?reason=missed", headers=HTMX).text

    assert [page.index(name) for name in ("Mine", "Nobody’s yet", "Others’")] == sorted(
        page.index(name) for name in ("Mine", "Nobody’s yet", "Others’")
    )
    assert "Nobody’s yet" not in missed and "Others’" in missed


@pytest.mark.proves("RE-14")
def test_the_list_sends_the_same_number_of_queries_for_one_and_three(ask, ann, as_user, count_queries, now):
    browser = as_user(ann)
    ask()
    with count_queries() as one:
        browser.get("/callbacks", headers=HTMX)
    ask(), ask()
    with count_queries() as three:
        browser.get("/callbacks", headers=HTMX)

    assert one.count == three.count


def test_a_call_back_is_promised_while_the_call_is_saved(place, ann, as_user, now):
    typed = {"request_key": str(uuid4()), "words": "What does it cost?", "outcome": "enquiry", "place_id": place.id}

    answer = as_user(ann).post("/hotline/calls", data=typed | {"ring_back_at": "14:00"}, headers=HTMX)

    callback = db.session.scalars(select(Callback)).one()
    assert answer.status_code == 200
    assert (callback.due_at, callback.place_id, callback.words) == (now + 2 * HOUR, place.id, "What does it cost?")


@pytest.mark.parametrize(("number", "at"), [("1380", "14:00"), ("12000000001", "今天 9:00"), ("12000000001", "soon")])
def test_a_promise_that_cannot_be_kept_saves_no_call(number, at, ann, as_user, now):
    typed = {"request_key": str(uuid4()), "words": "Ring me", "caller_number": number, "outcome": "enquiry"}

    answer = as_user(ann).post("/hotline/calls", data=typed | {"ring_back_at": at}, headers=HTMX)

    assert (answer.status_code, count(Callback)) == (422, 0)
    assert f'value="{at}"' in answer.text and "Ring me</textarea>" in answer.text


def test_a_call_back_is_promised_from_an_order_and_from_a_home(work_order, place, ann, as_user, now):
    browser = as_user(ann)
    for named in ({"about": work_order.number}, {"place_id": place.id}):
        assert place.address in browser.get("/callbacks/new", query_string=named).text
        typed = {"request_key": str(uuid4()), "proposed": "2026-03-02 14:00", "words": "The part is here", **named}
        assert browser.post("/callbacks", data=typed).status_code == 303

    rows = list(db.session.scalars(select(Callback).order_by(Callback.id)))
    assert [row.work_order_id for row in rows] == [work_order.id, None]
    assert [row.place_id for row in rows] == [place.id, place.id]
    assert "The part is here" in browser.get(f"/work-orders/{work_order.number}").text
    assert "Call-back promised" in browser.get(f"/estate/places/{place.id}").text


@pytest.mark.parametrize(
    ("path", "typed"), [("result", {"words": "Mine, typed meanwhile"}), ("reopening", {"due_at": "15:07"})]
)
def test_what_no_longer_fits_is_told_and_what_was_typed_is_shown(path, typed, callback, person, as_user, now):
    leader = as_user(person("Kim", Role.OPERATOR, Role.MANAGER))

    answer = leader.post(f"/callbacks/{callback.id}/{path}", data={"version": 7} | typed, headers=HTMX)

    assert answer.status_code == 409 and 'class="problems"' in answer.text
    assert all(words in answer.text for words in typed.values())


@pytest.mark.parametrize(
    "typed",
    [{"number": "12000000001"}, {"due_at": "14:00"}, {"number": "1234", "due_at": "14:00"},
     {"place_id": "999999", "due_at": "14:00"}, {"number": "12000000001", "due_at": "今天 9:00"}],
)  # fmt: skip
def test_a_promise_without_a_time_or_anybody_to_ring_is_refused(typed, ann, as_user, now):
    answer = as_user(ann).post("/callbacks", data={"request_key": str(uuid4()), "words": "kept", **typed}, headers=HTMX)

    assert (answer.status_code, count(Callback)) == (422, 0)
    assert "kept</textarea>" in answer.text


def test_a_promise_sent_twice_is_one(place, ann, at_once, now):
    typed = {"request_key": str(uuid4()), "due_at": "14:00", "place_id": place.id}

    answers = at_once(ann, "/callbacks", typed, times=3)

    assert ([one.status_code for one in answers], count(Callback)) == ([200, 200, 200], 1)


def test_the_caller_card_warns_that_we_owe_them_a_call(estate, place, ask, ann, as_user, now):
    wang = add_person(estate, "王桂英", place)
    phone = add_phone(estate, "12000000001", people=[wang])
    callback = ask(place=None, person=wang)
    browser = as_user(ann)

    card = browser.get(f"/hotline/card?phone_id={phone.id}", headers=HTMX).text
    marked = browser.post(f"/callbacks/{callback.id}/ringing-in", headers=HTMX)
    again = browser.post(f"/callbacks/{callback.id}/ringing-in", headers=HTMX)

    assert "We owe them a call since 12:00." in card
    assert (marked.status_code, again.status_code, callback.rang_themselves) == (200, 409, True)
    assert "We owe them" not in browser.get(f"/hotline/card?phone_id={phone.id}", headers=HTMX).text


def test_the_console_counts_them(ask, ann, as_user, now):
    ask(due_at=now - HOUR), ask()

    region = as_user(ann).get("/callbacks/due", headers=HTMX).text

    assert "To ring back" in region and '<span class="count">2</span>' in region and "1 late" in region


def test_numbers_of_the_invented_estate_are_never_dialled(ask, ann, as_user, now):
    callback = ask(place=None, number="12000000001")

    page = as_user(ann).get(f"/callbacks/{callback.id}").text

    assert "120 0000 0001" in page and "tel:" not in page


def test_a_given_up_call_back_is_listed_among_the_ended(callback, ann, as_user, now):
    with writing():
        give_up(callback, because="Moved away", actor=ann, now=now)

    assert "Given up" in as_user(ann).get("/callbacks?state=ended", headers=HTMX).text
    assert "3-2-501" not in as_user(ann).get("/callbacks", headers=HTMX).text


def test_nobody_who_died_is_rung_back_and_what_was_said_of_a_waiver_stays_out(estate, place, ann, add, as_user, now):
    guiying = add_person(estate, "王桂英", place)
    add_phone(estate, "12000000055", people=[guiying])
    typed = {
        "request_key": str(uuid4()), "words": "We have nothing to live on", "outcome": "waiver",
        "person_id": guiying.id, "caller_number": "12000000055", "ring_back_at": "16:00",
    }  # fmt: skip
    as_user(ann).post("/hotline/calls", data=typed, headers=HTMX)
    callback = db.session.scalars(select(Callback)).one()
    add(PersonNote, person_id=guiying.id, died_on=now.date())

    page = as_user(ann).get(f"/callbacks/{callback.id}").text

    assert callback.words == "" and "120 0000 0055" not in page and "No number is known" in page
