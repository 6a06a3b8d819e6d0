"""Logging a call: kept from its first character, saved with what became of it, never lost and never doubled."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.estate.models import Phone, Place, PlaceKind
from helpdesk.hotline import rules
from helpdesk.hotline.models import Call, Outcome
from helpdesk.repairs.models import Remark, Urgency, WorkOrder
from helpdesk.repairs.states import Status
from tests.conftest import HTMX, NOON
from tests.households import add_person, add_phone

URL = "/hotline/calls"


@pytest.fixture
def typed(place, category):
    return {
        "request_key": str(uuid4()), "version": "0", "caller_number": "120 0000 0001", "words": "厨房水管爆了",
        "outcome": "repair", "place_id": place.id, "category": "WATER_BURST",
    }  # fmt: skip


def calls() -> list[Call]:
    return list(db.session.scalars(select(Call).order_by(Call.id)))


def orders() -> list[WorkOrder]:
    return list(db.session.scalars(select(WorkOrder).order_by(WorkOrder.id)))


def test_a_call_and_its_work_order_are_kept_together(ann, typed, as_user, now):
    answer = as_user(ann).post(URL, data=typed, headers=HTMX)

    assert (answer.status_code, "GD20260302-0001" in answer.text) == (200, True)
    assert list(db.session.scalars(select(Event.kind).order_by(Event.seq))) == [
        "phone.kept", "work_order.opened", "call.saved",
    ]  # fmt: skip
    call, order = calls()[0], orders()[0]
    assert (call.work_order_id, call.outcome, call.saved_at) == (order.id, Outcome.REPAIR, NOON)
    assert (order.summary, order.place.address, order.urgency) == ("厨房水管爆了", "3-2-501", Urgency.P1)


def test_after_saving_the_next_form_is_ready(ann, typed, as_user, now):
    answer = as_user(ann).post(URL, data=typed, headers=HTMX)

    assert typed["request_key"] not in answer.text
    assert answer.text.count("autofocus") == 1 and "120 0000 0001" not in answer.text.split("<form")[-1]


def test_without_scripts_it_redirects_to_what_was_saved(ann, typed, as_user, now):
    browser = as_user(ann)

    answer = browser.post(URL, data=typed)

    assert (answer.status_code, answer.location) == (303, f"/hotline?saved={calls()[0].id}")
    assert "GD20260302-0001" in browser.get(answer.location).text


@pytest.mark.proves("RE-05", "PC-15")
def test_sent_three_times_at_once_it_is_one_call_and_one_order(ann, typed, at_once, now):
    answers = at_once(ann, URL, typed, times=3)

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all("GD20260302-0001" in answer.text for answer in answers)
    assert (len(calls()), len(orders())) == (1, 1)


def test_one_key_with_other_contents_is_refused_with_the_text_kept(ann, typed, as_user, now):
    browser = as_user(ann)
    browser.post(URL, data=typed, headers=HTMX)

    answer = browser.post(URL, data=typed | {"words": "Something else"}, headers=HTMX)

    assert (answer.status_code, "Something else" in answer.text, len(calls())) == (409, True, 1)
    assert "finished elsewhere" in answer.text and "other contents" not in answer.text


@pytest.mark.parametrize("part", ["caller_number", "words"])
def test_a_number_or_a_word_is_enough(ann, as_user, now, part):
    answer = as_user(ann).post(URL, data={"request_key": str(uuid4()), part: "13800001234"}, headers=HTMX)

    assert (answer.status_code, calls()[0].outcome, calls()[0].saved_at) == (200, None, NOON)


def test_an_empty_call_is_refused_in_the_form(ann, typed, as_user, now):
    answer = as_user(ann).post(URL, data=typed | {"caller_number": " ", "words": "\x00"})

    assert (answer.status_code, "Write down the number" in answer.text, calls()) == (422, True, [])


def test_a_repair_without_its_place_is_refused_and_the_words_stay(ann, typed, as_user, now):
    answer = as_user(ann).post(URL, data=typed | {"place_id": ""}, headers=HTMX)

    assert (answer.status_code, "A repair needs a place" in answer.text) == (422, True)
    assert "厨房水管爆了" in answer.text and (calls(), orders()) == ([], [])


def test_a_repair_without_its_kind_is_refused_and_a_kind_is_proposed(ann, typed, as_user, now):
    answer = as_user(ann).post(URL, data=typed | {"category": ""}, headers=HTMX)

    assert (answer.status_code, "Choose what is wrong." in answer.text) == (422, True)
    assert 'value="WATER_BURST" data-urgency-code="p1" selected' in answer.text


@pytest.mark.parametrize("place_id", ["abc", "99999999999999999999", "-1", "999", "７"])
def test_a_place_that_does_not_exist_is_refused_and_the_words_stay(ann, typed, as_user, now, place_id):
    answer = as_user(ann).post(URL, data=typed | {"place_id": place_id}, headers=HTMX)

    assert (answer.status_code, "Look it up again" in answer.text) == (422, True)
    assert "厨房水管爆了" in answer.text and calls() == []


def test_a_place_of_another_estate_is_refused(ann, typed, as_user, new_estate, add, now):
    other = new_estate("别苑")
    elsewhere = add(Place, estate_id=other.id, kind=PlaceKind.DWELLING, address="1-1-101")

    answer = as_user(ann).post(URL, data=typed | {"place_id": elsewhere.id}, headers=HTMX)

    assert (answer.status_code, "1-1-101" in answer.text, calls()) == (422, False, [])


@pytest.mark.parametrize(
    "number",
    [
        "120",
        "12345",
        "+86 138 0000 1234",
        "０１３８００００１２３４",
        "8400 1234",
        "+1 202 555 0100",
        "anonymous",
        "未知",
    ],
)
def test_whatever_number_rings_is_kept_as_typed(ann, as_user, now, number):
    answer = as_user(ann).post(URL, data={"request_key": str(uuid4()), "caller_number": number}, headers=HTMX)

    assert (answer.status_code, calls()[0].caller_number) == (200, number)


def test_a_known_number_is_recognised_however_it_is_written(ann, estate, place, as_user, now):
    phone = add_phone(estate, "13800001234", places=[place])

    as_user(ann).post(URL, data={"request_key": str(uuid4()), "caller_number": "+86-138 0000 1234"}, headers=HTMX)

    assert calls()[0].phone_id == phone.id


@pytest.mark.parametrize(("length", "status"), [(5_000, 200), (5_001, 422)])
def test_five_thousand_characters_are_the_most(ann, as_user, now, length, status):
    words = "漏" * length

    answer = as_user(ann).post(URL, data={"request_key": str(uuid4()), "words": words}, headers=HTMX)

    assert (answer.status_code, len(calls())) == (status, 1 if status == 200 else 0)
    if status == 422:
        assert "at most 5000 characters" in answer.text and words in answer.text


def test_hostile_text_is_shown_as_text(ann, as_user, now):
    evil = "\"><img src=x onerror=alert(1)>' hx-get=/x {{7*7}} 😀</textarea><script>"
    browser = as_user(ann)
    browser.post(URL, data={"request_key": str(uuid4()), "words": evil, "caller_number": "<b>1</b>"}, headers=HTMX)

    page = browser.get("/hotline").text

    assert "<img src=x" not in page and "<b>1</b>" not in page and "&lt;img src=x" in page
    assert "<img src=x" not in browser.get(f"/hotline/calls/{calls()[0].id}").text


def test_a_window_and_a_technician_make_a_visit(ann, tao, typed, as_user, now):
    window = {"visit_window": "2026-03-02T14:00/15:30", "technician_id": tao.id}

    answer = as_user(ann).post(URL, data=typed | window, headers=HTMX)

    visit = orders()[0].visits[0]
    assert (answer.status_code, orders()[0].status) == (200, Status.ASSIGNED)
    assert ([user.id for user in visit.crew], visit.promised_from) == ([tao.id], NOON + timedelta(hours=2))
    assert orders()[0].arrive_by == NOON + timedelta(hours=3, minutes=30)


def test_at_once_somebody_sets_out_now(ann, tao, typed, as_user, now):
    as_user(ann).post(URL, data=typed | {"visit_window": "at_once", "technician_id": tao.id}, headers=HTMX)

    visit = orders()[0].visits[0]
    assert (visit.planned_at, visit.promised_from) == (NOON, None)


def test_a_window_without_a_technician_is_still_a_promise(ann, typed, as_user, now):
    chosen = {"visit_window": "2026-03-03T08:30/10:00", "category": "WATER_LEAK"}

    answer = as_user(ann).post(URL, data=typed | chosen, headers=HTMX)

    order = orders()[0]
    assert (order.status, order.arrive_by) == (Status.REPORTED, NOON + timedelta(hours=22))
    assert order.done_by > order.arrive_by
    assert (order.promised_from, order.promised_until) == (NOON + timedelta(hours=20.5), NOON + timedelta(hours=22))
    assert db.session.scalars(select(Event.kind).order_by(Event.seq)).all() == [
        "phone.kept", "work_order.opened", "work_order.window_promised", "call.saved",
    ]  # fmt: skip
    assert db.session.scalar(select(func.count(Remark.id))) == 0
    assert "师傅明天上午八点半到十点之间上门" in answer.text


@pytest.mark.parametrize(
    "window", ["yesterday", "2026-03-01T08:30/10:00", "2026-03-03T10:00/08:30", "9999-99-99T08:30/10:00"]
)
def test_a_window_that_is_none_or_over_is_refused(ann, tao, typed, as_user, now, window):
    answer = as_user(ann).post(URL, data=typed | {"visit_window": window, "technician_id": tao.id}, headers=HTMX)

    assert (answer.status_code, "厨房水管爆了" in answer.text, orders()) == (422, True, [])


@pytest.mark.parametrize(
    "wrong", [{"outcome": "x"}, {"urgency": "p9"}, {"category": "NONE"}, {"technician_id": "999"}, {"about": "GD1"},
              {"choice": "a.b.c"}, {"visit_window": "x" * 40}, {"request_key": "x"}, {"call_key": "x"}],
    ids=lambda wrong: next(iter(wrong)),
)  # fmt: skip
def test_whatever_is_wrong_is_said_and_nothing_is_lost(ann, typed, as_user, now, wrong):
    answer = as_user(ann).post(URL, data=typed | wrong, headers=HTMX)

    assert (answer.status_code, 'role="alert"' in answer.text, "厨房水管爆了" in answer.text) == (422, True, True)
    assert (calls(), orders()) == ([], [])


def test_a_broken_form_is_given_a_key_with_which_it_can_be_saved(ann, typed, as_user, now):
    browser = as_user(ann)
    answer = browser.post(URL, data=typed | {"request_key": "x"}, headers=HTMX)
    key = answer.text.split('name="request_key" type="hidden" value="')[1].split('"')[0]

    assert browser.post(URL, data=typed | {"request_key": key}, headers=HTMX).status_code == 200


def test_a_chase_is_about_an_order(ann, work_order, as_user, now):
    typed = {"request_key": str(uuid4()), "words": "怎么还没来", "outcome": "chase", "about": work_order.number}

    as_user(ann).post(URL, data=typed, headers=HTMX)

    assert (calls()[0].work_order_id, len(orders())) == (work_order.id, 1)


def test_a_technician_logs_a_call_but_opens_no_order(tao, typed, as_user, now):
    plain = typed | {"outcome": "", "category": "", "place_id": ""}

    saved = as_user(tao).post(URL, data=plain)
    refused = as_user(tao).post(URL, data=typed | {"request_key": str(uuid4()), "place_id": ""})

    assert (saved.status_code, saved.location) == (303, "/")
    assert (refused.status_code, len(calls()), orders()) == (403, 1, [])


@pytest.mark.proves("AC-03")
@pytest.mark.parametrize("path", [URL, "/hotline/drafts/{key}"])
@pytest.mark.parametrize("name", ["place_id", "person_id", "phone_id"])
def test_a_technician_cannot_read_the_register_by_its_ids(tao, estate, place, as_user, now, name, path):
    guiying = add_person(estate, "单桂英", place)
    ids = {"place_id": place.id, "person_id": guiying.id, "phone_id": add_phone(estate, "12000000001").id}
    typed = {"request_key": str(uuid4()), "version": "0", "words": "x", name: ids[name]}

    answer = as_user(tao).post(path.format(key=uuid4()), data=typed, headers=HTMX)

    assert (answer.status_code, calls()) == (422, [])
    for private in ("单桂英", "3-2-501<", "12000000001", "120 0000 0001"):
        assert private not in answer.text


def test_a_number_a_technician_types_is_recognised_but_only_shown_as_typed(tao, ann, estate, place, as_user, now):
    guiying = add_person(estate, "单桂英", place)
    landline = add_phone(estate, "052384001234", people=[guiying])
    typed = {"request_key": str(uuid4()), "caller_number": "8400 1234", "words": "灯坏了"}

    answer = as_user(tao).post(URL, data=typed, headers=HTMX)

    assert (answer.status_code, calls()[0].phone_id) == (200, landline.id)
    assert "8400 1234" in answer.text and "0523" not in answer.text and "单桂英" not in answer.text
    assert "0523-8400 1234" in as_user(ann).get(f"/hotline/calls/{calls()[0].id}").text


@pytest.mark.proves("AC-03")
def test_sent_again_a_call_tells_a_technician_nothing_the_desk_added(tao, ann, estate, place, as_user, now):
    guiying = add_person(estate, "单桂英", place)
    typed = {"request_key": str(uuid4()), "words": "灯坏了"}
    as_user(tao).post(URL, data=typed, headers=HTMX)
    finished = {"request_key": str(uuid4()), "call_key": typed["request_key"], "version": "1", "words": "灯坏了"}
    named = {"place_id": place.id, "person_id": guiying.id, "outcome": "enquiry"}
    assert as_user(ann).post(URL, data=finished | named, headers=HTMX).status_code == 200

    answer = as_user(tao).post(URL, data=typed, headers=HTMX)

    assert (answer.status_code, "单桂英" in answer.text, "3-2-501<" in answer.text) == (200, False, False)


@pytest.mark.proves("PC-12")
def test_who_takes_no_calls_may_not_log_any(ada, person, typed, as_user, now):
    auditor = person("Uma", Role.AUDITOR)

    assert [as_user(one).post(URL, data=typed).status_code for one in (ada, auditor)] == [403, 403]


def test_an_expired_session_in_a_part_asks_for_a_new_sign_in(app, typed):
    answer = app.test_client().post(URL, data=typed, headers=HTMX)

    assert answer.status_code in (400, 401)
    assert app.test_client().get("/hotline/open-orders", headers=HTMX).status_code == 401


# drafts


def draft(browser, key, **typed):
    return browser.post(f"/hotline/drafts/{key}", data={"version": "0", **typed}, headers=HTMX)


def test_a_call_is_kept_from_its_first_character_without_an_event(ann, as_user, now):
    browser, key = as_user(ann), str(uuid4())

    answers = [draft(browser, key, words=words).status_code for words in ("水", "水管", "水管爆了")]

    assert answers == [204, 204, 204]
    assert [(call.words, call.request_key, call.version) for call in calls()] == [("水管爆了", key, 0)]
    assert db.session.scalar(select(func.count(Event.seq))) == 0


def test_nothing_typed_is_no_draft(ann, as_user, now):
    assert draft(as_user(ann), uuid4(), words="  ").status_code == 204
    assert calls() == []


def test_a_draft_of_which_everything_is_deleted_is_gone(ann, as_user, now):
    browser, key, unfinished = as_user(ann), str(uuid4()), str(uuid4())
    browser.post(URL, data={"request_key": unfinished, "words": "saved"}, headers=HTMX)
    draft(browser, key, caller_number="13600000001")

    draft(browser, key)
    draft(browser, unfinished, version="1")

    assert [call.words for call in calls()] == ["saved"]


def test_a_late_draft_does_not_change_a_saved_call(ann, typed, as_user, now):
    browser = as_user(ann)
    draft(browser, typed["request_key"], words="厨房")
    browser.post(URL, data=typed, headers=HTMX)

    late = draft(browser, typed["request_key"], words="厨房水")

    assert (late.status_code, calls()[0].words, len(calls())) == (409, "厨房水管爆了", 1)
    assert "finished elsewhere; what stands here was not kept" in late.text


def test_a_late_draft_does_not_change_a_call_saved_as_unfinished(ann, as_user, now):
    browser, key = as_user(ann), str(uuid4())
    browser.post(URL, data={"request_key": key, "words": "all of it"}, headers=HTMX)

    late = draft(browser, key, words="all")

    assert (late.status_code, calls()[0].words) == (409, "all of it")


def test_a_draft_is_taken_up_again_and_saved(ann, as_user, place, now):
    browser, key = as_user(ann), str(uuid4())
    draft(browser, key, words="水管爆了", caller_number="120", place_id=place.id)
    url = f"/hotline/calls/{calls()[0].id}"

    page = browser.get(url).text
    answer = browser.post(
        URL, data={"request_key": key, "call_key": key, "words": "水管爆了", "outcome": "enquiry"}, headers=HTMX
    )

    assert "水管爆了</textarea>" in page and 'value="120"' in page and f'value="{key}"' in page and "3-2-501" in page
    assert (answer.status_code, [call.outcome for call in calls()]) == (200, [Outcome.ENQUIRY])


def test_an_unfinished_call_is_finished_by_a_colleague(ann, mei, as_user, now):
    key = str(uuid4())
    as_user(ann).post(URL, data={"request_key": key, "words": "later"}, headers=HTMX)
    finished = {"request_key": str(uuid4()), "call_key": key, "version": "1", "words": "later", "outcome": "praise"}

    answer = as_user(mei).post(URL, data=finished, headers=HTMX)
    again = as_user(ann).post(URL, data=finished | {"request_key": str(uuid4())}, headers=HTMX)

    assert (answer.status_code, again.status_code) == (200, 409)
    assert [(call.outcome, call.logged_by_id) for call in calls()] == [(Outcome.PRAISE, ann.id)]


def test_the_words_of_others_are_not_overwritten_by_key(tao, ann, as_user, now):
    key = str(uuid4())
    draft(as_user(ann), key, words="mine")

    answer = draft(as_user(tao), key, words="stolen")

    assert (answer.status_code, calls()[0].words) == (422, "mine")


def test_a_draft_that_is_too_long_says_so(ann, as_user, now):
    answer = draft(as_user(ann), uuid4(), words="x" * 5_001)

    assert (answer.status_code, "at most 5000 characters" in answer.text, calls()) == (422, True, [])


def test_an_address_that_is_no_key_is_not_found(ann, as_user):
    assert as_user(ann).post("/hotline/drafts/nonsense", data={"words": "x"}).status_code == 404


def test_two_windows_of_one_call_do_not_overwrite_each_other(ann, as_user, now):
    browser, key = as_user(ann), str(uuid4())
    kept = json.loads(draft(browser, key, words="水管", kept="").headers["HX-Trigger"])["draft-kept"]["kept"]
    renewed = draft(browser, key, words="水管爆了", kept=kept)

    late = draft(browser, key, words="灯", kept=kept)

    assert (renewed.status_code, late.status_code, calls()[0].words) == (204, 409, "水管爆了")
    assert "Another window has changed this call" in late.text
    assert f'value="{rules.digest_of(calls()[0])}"' in browser.get(f"/hotline/calls/{calls()[0].id}").text


@pytest.mark.parametrize("typed", ["陈", "cwb", "3幢", "501", "3-2-501", "3-车12", "2073", "#2073", "户号2073"])
def test_a_look_up_alone_is_no_call(ann, place, as_user, now, typed):
    browser, key = as_user(ann), str(uuid4())

    alone = draft(browser, key, caller_number=typed)

    assert (alone.status_code, calls()) == (204, [])
    assert json.loads(alone.headers["HX-Trigger"])["draft-kept"]["kept"] == ""


@pytest.mark.parametrize("typed", ["13600000001", "13600", "120", "未知", "anonymous", "138****1234", "8400-1234"])
def test_what_may_be_a_number_is_kept_at_once(ann, place, as_user, now, typed):
    draft(as_user(ann), uuid4(), caller_number=typed, place_id=place.id)

    assert [call.caller_number for call in calls()] == [typed]


def test_how_somebody_was_found_is_not_their_number(ann, place, as_user, now):
    browser, found = as_user(ann), {"caller_number": "3-车12", "place_id": place.id}
    browser.post(URL, data={"request_key": str(uuid4()), "words": "灯坏了", **found}, headers=HTMX)

    refused = browser.post(URL, data={"request_key": str(uuid4()), **found}, headers=HTMX)

    assert [call.caller_number for call in calls()] == [""]
    assert (refused.status_code, "Write down the number" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("number", "stored"),
    [("136 0000 0001", "13600000001"), ("8400 1234", "052384001234"), ("+1 415 555 0100", "+14155550100"),
     ("400 123 4567", "4001234567")],
)  # fmt: skip
def test_the_number_of_an_unknown_caller_is_kept_for_the_repair(ann, tao, typed, as_user, now, number, stored):
    browser = as_user(ann)
    chosen = {"caller_number": number, "technician_id": tao.id}
    browser.post(URL, data=typed | chosen, headers=HTMX)
    browser.post(URL, data=typed | chosen | {"request_key": str(uuid4())}, headers=HTMX)

    phone = db.session.scalars(select(Phone)).one()
    assert (phone.digits, phone.people, phone.places) == (stored, [], [])
    assert [call.phone_id for call in calls()] == [order.phone_id for order in orders()] == [phone.id] * 2
    address = f"/work-orders/{orders()[0].number}"
    assert f'href="tel:{stored}"' in browser.get(address).text
    assert f'href="tel:{stored}"' in as_user(tao).get(f"/jobs/{orders()[0].number}").text
    found = browser.get("/search", query_string={"q": number}, headers=HTMX).text
    assert f'data-known="{phone.id}"' in found and "nobody noted" in found and "not in the register" not in found
    card = browser.get(f"/hotline/card?phone_id={phone.id}", headers=HTMX).text
    assert "nobody is noted for this number" in card and 'id="place_words"' in card and "厨房水管爆了" in card


@pytest.mark.parametrize(("rang", "shown"), [("12000000002", "12000000001"), ("13600000001", "13600000001")])
def test_a_chosen_number_gives_way_only_to_one_that_is_nobodys(
    ann, typed, estate, place, as_user, now, rang, shown
):  # fmt: skip
    wang = add_person(estate, "王桂英", place)
    chosen, _other = (add_phone(estate, f"1200000000{n}", people=[wang]) for n in (1, 2))

    as_user(ann).post(URL, data=typed | {"caller_number": rang, "phone_id": chosen.id}, headers=HTMX)

    assert orders()[0].phone.digits == shown


@pytest.mark.parametrize("number", ["120", "未知", "13600", ""])
def test_what_cannot_be_rung_back_is_no_number(ann, typed, as_user, now, number):
    as_user(ann).post(URL, data=typed | {"caller_number": number}, headers=HTMX)

    assert (orders()[0].phone_id, db.session.scalar(select(func.count(Phone.id)))) == (None, 0)


def test_the_number_of_a_call_that_is_no_repair_is_not_kept(ann, typed, as_user, now):
    as_user(ann).post(URL, data=typed | {"outcome": "enquiry"}, headers=HTMX)

    assert (len(calls()), db.session.scalar(select(func.count(Phone.id)))) == (1, 0)


@pytest.mark.parametrize(
    ("code", "window", "sent", "said"),
    [
        ("WATER_LEAK", "", True, "前到"), ("WATER_LEAK", "", False, "前到"),
        ("WATER_LEAK", "at_once", True, "师傅马上出发"), ("WATER_LEAK", "at_once", False, "前到"),
        ("WATER_BURST", "", True, "师傅十二点半前到"), ("WATER_BURST", "", False, "师傅十二点半前到"),
        ("WATER_LEAK", "2026-03-03T08:30/10:00", True, "师傅明天上午八点半到十点之间上门"),
    ],
)  # fmt: skip
def test_the_sentence_is_the_same_before_and_after(ann, tao, typed, category, as_user, now, code, window, sent, said):
    category(code)
    browser, key = as_user(ann), typed["request_key"]
    chosen = {"category": code, "visit_window": window, "technician_id": tao.id if sent else ""}
    draft(browser, key, words=typed["words"], place_id=typed["place_id"])

    before = browser.get(f"/hotline/drafts/{key}/suggestion", query_string=chosen, headers=HTMX).text
    after = browser.post(URL, data=typed | chosen, headers=HTMX).text

    sentence = before.split("“三幢")[1].split("”")[0]
    assert said in sentence and sentence in after


def test_a_technician_without_a_window_comes_by_the_promised_moment(ann, tao, typed, category, as_user, now):
    category("WATER_LEAK")

    as_user(ann).post(URL, data=typed | {"category": "WATER_LEAK", "technician_id": tao.id}, headers=HTMX)

    order = orders()[0]
    assert order.visits[0].planned_at == order.arrive_by > NOON


def test_to_an_emergency_a_technician_sets_out_now(ann, tao, typed, as_user, now):
    as_user(ann).post(URL, data=typed | {"technician_id": tao.id}, headers=HTMX)

    assert orders()[0].visits[0].planned_at == NOON


def test_a_refused_save_knows_what_is_kept(ann, typed, as_user, now):
    browser = as_user(ann)
    draft(browser, typed["request_key"], words="厨房水管", kept="")

    answer = browser.post(URL, data=typed | {"category": "", "kept": ""}, headers=HTMX)

    assert (answer.status_code, f'value="{rules.digest_of(calls()[0])}"' in answer.text) == (422, True)


def test_all_unfinished_calls_are_counted(ann, as_user, now, estate, add):
    for count in range(33):
        add(
            Call, estate_id=estate.id, request_key=f"k{count}", caller_number="", words="x", happened_at=NOON,
            logged_at=NOON, saved_at=NOON, logged_by_id=ann.id,
        )  # fmt: skip

    assert "33 unfinished" in as_user(ann).get("/hotline/todays-calls", headers=HTMX).text
