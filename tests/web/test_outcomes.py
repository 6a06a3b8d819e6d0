"""What follows from the outcome of a call, in the same save: all of it, or nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from helpdesk.audit.models import Event
from helpdesk.callbacks.models import Callback
from helpdesk.cases.models import Case, CaseKind, PraiseReader, Team
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Crib, Phone
from helpdesk.hotline.models import Call, CallAnswer, Outcome
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import Chase, Urgency, WorkOrder, WorkOrderKind
from helpdesk.repairs.visit_actions import schedule_visit
from tests.conftest import HTMX
from tests.households import add_phone

URL = "/hotline/calls"


@pytest.fixture
def typed(place):
    def _typed(outcome, **more):
        return {
            "request_key": str(uuid4()), "version": "0", "caller_number": "12000000001", "words": "What they say",
            "outcome": outcome, "place_id": place.id, **more,
        }  # fmt: skip

    return _typed


def the(model):
    return db.session.scalars(select(model)).one()


def nothing_kept():
    models = (Call, Case, Chase, WorkOrder, PraiseReader, Event)
    return all(db.session.scalars(select(model)).first() is None for model in models)


def test_whom_a_chase_warns(work_order, typed, ann, tao, as_user, now):
    with writing():
        schedule_visit(work_order, crew=[tao], actor=ann, now=now)

    answers = [as_user(ann).post(URL, data=typed("chase", chased=work_order.number), headers=HTMX) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "Chased 2 times" in answers[1].text and "Nobody has been sent yet." not in answers[1].text
    assert "The resident asked after it 2 times, last 12:00" in as_user(tao).get("/jobs").text
    page = as_user(ann).get(f"/work-orders/{work_order.number}").text
    assert page.count("Somebody asked why nobody has come yet (noted by Ann).") == 2
    assert "chased 2 times" in page and "chased 2 times" in as_user(ann).get("/work-orders").text


def test_a_chase_of_an_order_nobody_was_sent_for_says_so(work_order, typed, ann, as_user, now):
    answer = as_user(ann).post(URL, data=typed("chase", chased=work_order.number), headers=HTMX)

    assert "Nobody has been sent yet." in answer.text
    assert f"/work-orders/{work_order.number}?act=visit" in answer.text


@pytest.mark.parametrize("number", ["GD20260302-0001", "gd20260302-0001", "0001", "1"])
def test_a_chase_finds_its_order_by_number(number, work_order, typed, ann, as_user, now):
    as_user(ann).post(URL, data=typed("chase", chased_number=number), headers=HTMX)

    assert (the(Chase).work_order_id, the(Call).work_order_id) == (work_order.id, work_order.id)


@pytest.mark.parametrize("chased", [{}, {"chased_number": "9"}, {"chased_number": "x"}, {"chased": "GD20260302-0009"}])
def test_a_chase_of_no_order_is_refused_with_the_text_kept(chased, typed, ann, as_user, now):
    answer = as_user(ann).post(URL, data=typed("chase", **chased), headers=HTMX)

    assert (answer.status_code, "What they say</textarea>" in answer.text, nothing_kept()) == (422, True, True)
    assert 'id="chased_number-error"' in answer.text


def test_an_order_of_another_estate_is_not_chased(new_estate, person, typed, ann, category, add, as_user, now):
    from helpdesk.estate.models import Place, PlaceKind

    other = new_estate("康宁苑")
    there = add(Place, estate_id=other.id, kind=PlaceKind.COMMON_AREA, address="1-1")
    leak, oda = category("WATER_LEAK", at=other), person("Oda", Role.OPERATOR, at=other)
    with writing():
        order = open_work_order(place=there, category=leak, urgency=leak.urgency, summary="Theirs", actor=oda, now=now)

    answers = [
        as_user(ann).post(URL, data=typed("chase", **{name: value}), headers=HTMX).status_code
        for name, value in (("chased", order.number), ("chased_number", order.number), ("chased_number", "0001"))
    ]

    assert answers == [422, 422, 422] and db.session.scalars(select(Chase)).first() is None


def test_an_order_that_is_over_is_not_chased(work_order, typed, ann, as_user, now):
    from helpdesk.repairs.actions import cancel_work_order
    from helpdesk.repairs.models import CancelReason

    with writing():
        cancel_work_order(work_order, reason=CancelReason.DUPLICATE, actor=ann, now=now)

    answer = as_user(ann).post(URL, data=typed("chase", chased=work_order.number), headers=HTMX)

    assert answer.status_code == 422 and "This work order is over." in answer.text
    assert db.session.scalars(select(Call)).first() is None


def test_the_only_open_order_of_the_home_is_chosen(work_order, place, ann, as_user, now):
    shown = as_user(ann).get(f"/hotline/card?place_id={place.id}", headers=HTMX).text

    assert f'name="chased" value="{work_order.number}" checked' in shown
    assert 'id="chase-orders" hx-swap-oob="true"' in shown


def test_an_enquiry_keeps_what_was_answered(typed, ann, as_user, now):
    as_user(ann).post(URL, data=typed("enquiry", answer="On Friday"), headers=HTMX)

    call = the(Call)
    assert (call.outcome, call.answer.words) == (Outcome.ENQUIRY, "On Friday")
    assert "Answered or arranged</b> On Friday" in as_user(ann).get(f"/hotline/calls/{call.id}").text


def test_an_answer_is_kept_while_it_is_typed(typed, ann, as_user, now):
    data = typed("", answer="On Fri")
    as_user(ann).post(f"/hotline/drafts/{data['request_key']}", data=data, headers=HTMX)

    assert the(CallAnswer).words == "On Fri"
    assert ">On Fri</textarea>" in as_user(ann).get(f"/hotline/calls/{the(Call).id}").text
    emptied = data | {"words": "", "answer": "", "caller_number": "", "place_id": ""}
    as_user(ann).post(f"/hotline/drafts/{data['request_key']}", data=emptied, headers=HTMX)
    assert db.session.scalars(select(CallAnswer)).first() is None


def test_the_usual_answers_of_the_stairwell_are_offered(place, stairwell, ann, add, as_user, now):
    add(Crib, place_id=stairwell.id, usual_answers="Rubbish at seven.\nCharging in the shed.")

    shown = as_user(ann).get(f"/hotline/card?place_id={place.id}", headers=HTMX).text

    assert shown.count("data-answers") == 2 and ">Rubbish at seven.</button>" in shown


def test_a_complaint_has_its_owner_who_sees_it(typed, ann, mei, as_user, now):
    answer = as_user(ann).post(URL, data=typed("complaint", owner_id=ann.id, is_complex="y"), headers=HTMX)

    case = the(Case)
    assert (case.kind, case.owner_id, case.is_complex, case.call_id) == (CaseKind.COMPLAINT, ann.id, True, the(Call).id)
    assert (case.words, case.place_id) == ("What they say", the(Call).place_id)
    assert case.number in answer.text and case.number in as_user(ann).get("/cases?group=mine").text
    assert list(db.session.scalars(select(Event.kind).order_by(Event.seq))) == [
        "phone.kept", "case.opened", "call.saved",
    ]  # fmt: skip


def test_who_rings_again_finds_what_they_wait_for_on_the_caller_card(typed, ann, place, as_user, now):
    as_user(ann).post(URL, data=typed("complaint", owner_id=ann.id), headers=HTMX)

    card = as_user(ann).get(f"/hotline/card?place_id={place.id}", headers=HTMX).text

    assert f'href="/cases/{the(Case).number}"' in card and "answer by 03-03 12:00" in card


def test_a_complaint_counts_from_when_they_rang(typed, ann, as_user, set_now, now):
    as_user(ann).post(URL, data=typed("", words="Too loud"), headers=HTMX)
    set_now(now + timedelta(hours=5))

    again = typed("complaint", call_key=the(Call).request_key, version="1", owner_id=ann.id)
    as_user(ann).post(URL, data=again, headers=HTMX)

    assert (the(Case).received_at, the(Case).reply_by) == (now, now + timedelta(hours=24))


def test_a_complaint_nobody_was_chosen_for_is_the_managers(typed, tao, mei, as_user, now):
    as_user(tao).post(URL, data=typed("complaint", place_id=""), headers=HTMX)  # rung on the technician's own phone

    assert the(Case).owner_id == mei.id


@pytest.mark.parametrize("owner", ["{tao}", "999999"])
def test_a_complaint_for_somebody_without_the_right_is_refused(owner, typed, ann, tao, as_user, now):
    answer = as_user(ann).post(URL, data=typed("complaint", owner_id=owner.format(tao=tao.id)), headers=HTMX)

    assert (answer.status_code, nothing_kept(), 'id="owner_id-error"' in answer.text) == (422, True, True)


@pytest.mark.parametrize("outcome", ["complaint", "waiver"])
def test_what_has_to_be_answered_needs_words(outcome, typed, ann, as_user, now):
    answer = as_user(ann).post(URL, data=typed(outcome, words=""), headers=HTMX)

    assert (answer.status_code, nothing_kept()) == (422, True)


def test_help_says_what_was_arranged(typed, ann, as_user, now):
    refused = as_user(ann).post(URL, data=typed("help"), headers=HTMX)
    nothing = nothing_kept()
    as_user(ann).post(URL, data=typed("help", answer="The neighbour goes", goes_on="nothing_more"), headers=HTMX)

    assert (refused.status_code, nothing, the(CallAnswer).words) == (422, True, "The neighbour goes")


def test_help_becomes_an_order_in_the_same_save(typed, ann, tao, as_user, now):
    more = {"goes_on": "order", "category": "HOME_DOOR_LOCK", "technician_id": tao.id, "visit_window": "at_once"}

    answer = as_user(ann).post(URL, data=typed("help", **more), headers=HTMX)

    order = the(WorkOrder)
    assert (answer.status_code, the(Call).work_order_id, order.kind) == (200, order.id, WorkOrderKind.REPAIR)
    assert [user.name for user in order.visits[0].crew] == ["Tao"]


def test_help_becomes_a_case_somebody_stays_with(typed, ann, mei, as_user, now):
    as_user(ann).post(URL, data=typed("help", goes_on="case", owner_id=mei.id), headers=HTMX)

    assert (the(Case).kind, the(Case).owner_id) == (CaseKind.HELP, mei.id)


def test_an_elder_nobody_can_reach_is_a_danger(typed, ann, as_user, now):
    refused = [
        as_user(ann).post(
            URL, data=typed("help", category="ELDER_CHECK", answer="Later", goes_on=goes_on), headers=HTMX
        )
        for goes_on in ("nothing_more", "case")
    ]
    nothing = nothing_kept()
    as_user(ann).post(URL, data=typed("help", category="ELDER_CHECK", urgency="p2"), headers=HTMX)

    assert ([answer.status_code for answer in refused], nothing) == ([422, 422], True)
    assert "somebody has to go" in refused[0].text
    assert (the(WorkOrder).urgency, the(WorkOrder).kind) == (Urgency.P0, WorkOrderKind.CARE)


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("我爸触电了", {"category": "SHOCK"}),
        ("我爸触电了", {"category": ""}),  # saved before the proposal came, or without scripts
        ("孩子头卡在栏杆里", {"category": "STUCK", "urgency": "p2"}),
        ("奶奶摔倒了起不来", {"category": "HURT"}),
        ("灯坏了,着火了", {"category": "SOCKET_LIGHT", "urgency": "p0"}),  # raised by the words
    ],
)
def test_somebody_goes_to_whoever_asks_for_help_in_a_danger(words, more, typed, ann, as_user, now):
    refused = [
        as_user(ann).post(URL, data=typed("help", words=words, answer="Later", goes_on=goes_on, **more), headers=HTMX)
        for goes_on in ("nothing_more", "case")
    ]
    nothing = nothing_kept()
    as_user(ann).post(URL, data=typed("help", words=words, goes_on="order", **more), headers=HTMX)

    assert ([answer.status_code for answer in refused], nothing) == ([422, 422], True)
    assert "This is a danger: somebody has to go." in refused[0].text
    assert the(WorkOrder).urgency is Urgency.P0


def test_who_says_that_it_is_no_danger_is_believed(typed, ann, as_user, now):
    words = {"words": "奶奶上个月摔倒了,问社区医院的电话", "answer": "Told them", "goes_on": "nothing_more"}

    answer = as_user(ann).post(URL, data=typed("help", category="OTHER", urgency="p3", **words), headers=HTMX)

    assert answer.status_code == 200 and db.session.scalars(select(WorkOrder)).first() is None


def test_a_waiver_is_taken_up_by_the_officer_and_read_by_no_other_operator(typed, ann, person, as_user, now, place):
    bea, officer = person("Bea", Role.OPERATOR), person("Odd", Role.OFFICER)
    as_user(ann).post(URL, data=typed("waiver", words="A widow with little"), headers=HTMX)
    call, case = the(Call), the(Case)

    assert (case.kind, case.owner_id) == (CaseKind.WAIVER_ENQUIRY, None)
    assert case.number in as_user(officer).get("/cases").text
    pages = (
        "/hotline", f"/hotline/calls/{call.id}", f"/estate/places/{place.id}", f"/hotline/card?place_id={place.id}",
        "/hotline/todays-calls",
    )  # fmt: skip
    for page in pages:
        headers = HTMX if "card" in page or "todays" in page else {}
        assert "A widow with little" not in as_user(bea).get(page, headers=headers).text, page
        assert "A widow with little" in as_user(ann).get(page, headers=headers).text, page


ASKED = "我是低保户，物业费能不能少交一点"


@pytest.fixture
def asked(typed, ann, as_user, now):
    """A call that Ann saved without an outcome: somebody asks to pay less."""
    answer = as_user(ann).post(URL, data=typed("", words=ASKED, answer="带低保证来", caller_number=""), headers=HTMX)
    assert answer.status_code == 200
    return the(Call)


def test_a_waiver_is_proposed_from_the_words(ann, place, as_user, now):
    def proposed(words):
        key = str(uuid4())
        as_user(ann).post(f"/hotline/drafts/{key}", data={"words": words, "place_id": place.id}, headers=HTMX)
        return as_user(ann).get(f"/hotline/drafts/{key}/suggestion", headers=HTMX).text

    assert 'data-repair="waiver"' in proposed(ASKED)
    assert 'data-repair="repair"' in proposed("水管爆了，物业费还要交，给我减免")  # what hurries comes first
    assert 'data-repair="repair"' in proposed("换灯泡是不是免费的")
    assert 'data-repair="help"' in proposed("我妈一个人住，电话打不通")


def test_words_about_a_waiver_are_kept_from_colleagues_before_it_has_an_outcome(
    ann, person, place, asked, as_user, now
):
    bea, mei = person("Bea", Role.OPERATOR), person("Mei2", Role.MANAGER)
    pages = (
        "/hotline", f"/hotline/calls/{asked.id}", f"/estate/places/{place.id}", f"/hotline/card?place_id={place.id}",
        "/hotline/todays-calls", f"/hotline/drafts/{asked.request_key}/suggestion", "/search?q=低保户&for=box",
        f"/hotline?saved={asked.id}",
    )  # fmt: skip
    for page in pages:
        headers = {} if page.startswith("/estate") or "saved" in page or page == "/hotline" else HTMX
        shown = as_user(bea).get(page, headers=headers).text
        assert "低保户，" not in shown and "少交" not in shown and "低保证" not in shown, page
    assert ASKED in as_user(ann).get(f"/hotline/calls/{asked.id}").text
    assert ASKED in as_user(mei).get(f"/hotline/calls/{asked.id}").text


def test_a_colleague_adds_to_it_unread_and_passes_it_on(ann, person, typed, asked, as_user, now):
    bea = as_user(person("Bea", Role.OPERATOR))
    again = typed("waiver", words="又打来了", call_key=asked.request_key, version=asked.version)
    bea.post(f"/hotline/drafts/{asked.request_key}", data=again, headers=HTMX)
    db.session.expire_all()
    drafted = the(Call).words

    refused = bea.post(URL, data=again | {"outcome": "enquiry", "request_key": str(uuid4())}, headers=HTMX)
    saved = bea.post(URL, data=again | {"request_key": str(uuid4())}, headers=HTMX)

    db.session.expire_all()
    assert (drafted, refused.status_code, saved.status_code) == (ASKED, 422, 200)
    assert "kept from you" in refused.text and "低保户" not in refused.text + saved.text
    assert (the(Call).words, the(Call).answer.words) == (f"{ASKED}\n又打来了", "带低保证来")
    assert (the(Call).outcome, the(Case).words) == (Outcome.WAIVER, f"{ASKED}\n又打来了")


def test_a_call_back_about_it_does_not_repeat_the_words(typed, ann, as_user, now):
    ring = typed("", words=ASKED, ring_back_at="2026-03-03 09:30")

    as_user(ann).post(URL, data=ring, headers=HTMX)

    assert the(Callback).words == ""


def test_praise_reaches_whom_it_is_for(typed, ann, tao, as_user, now):
    answer = as_user(ann).post(URL, data=typed("praise", praised=f"u{tao.id}"), headers=HTMX)

    assert "Tao will read it." in answer.text
    assert "A resident has praised you" in as_user(tao).get("/jobs").text


def test_praise_of_a_team_reaches_all_of_it(typed, ann, tao, bo, mei, as_user, now):
    as_user(ann).post(URL, data=typed("praise", praised=Team.TECHNICIANS), headers=HTMX)

    assert set(db.session.scalars(select(PraiseReader.user_id))) == {tao.id, bo.id}


@pytest.mark.parametrize("praised", ["u999", "x", "u"])
def test_praise_of_nobody_is_refused(praised, typed, ann, as_user, now):
    answer = as_user(ann).post(URL, data=typed("praise", praised=praised), headers=HTMX)

    assert (answer.status_code, nothing_kept()) == (422, True)


@pytest.mark.parametrize("outcome", ["wrong_number", "nuisance"])
def test_a_wrong_number_and_a_nuisance_end_at_once(outcome, typed, ann, as_user, now):
    answer = as_user(ann).post(URL, data=typed(outcome, place_id=""), headers=HTMX)

    assert (answer.status_code, the(Call).outcome, db.session.scalars(select(Case)).first()) == (200, outcome, None)


def test_a_nuisance_number_is_marked_the_next_time(typed, ann, as_user, now):
    for _ in range(2):
        as_user(ann).post(URL, data=typed("nuisance", place_id="", words="Sales"), headers=HTMX)

    card = as_user(ann).get(f"/hotline/card?phone_id={the(Phone).id}", headers=HTMX).text

    assert "2 nuisance calls from this number" in card


def test_other_numbers_are_not_marked(estate, typed, ann, as_user, now):
    phone = add_phone(estate, "12000000009")

    assert "nuisance" not in as_user(ann).get(f"/hotline/card?phone_id={phone.id}", headers=HTMX).text


def test_sent_three_times_at_once_a_complaint_is_one_case(typed, ann, at_once, now):
    answers = at_once(ann, URL, typed("complaint"), times=3)

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert (the(Call).outcome, the(Case).call_id) == (Outcome.COMPLAINT, the(Call).id)


def test_unfinished_calls_stay_in_sight_of_everybody_over_midnight(typed, ann, person, as_user, set_now, now):
    bea = person("Bea", Role.OPERATOR)
    as_user(ann).post(URL, data=typed("", words="Ring her back"), headers=HTMX)

    seen = []
    for later in (timedelta(0), timedelta(hours=13), timedelta(days=9)):
        set_now(now + later)
        page = as_user(bea).get("/hotline").text
        seen.append(("Ring her back" in page, "1 unfinished" in page))

    assert seen == [(True, True)] * 3
    as_user(bea).post(
        URL, data=typed("enquiry", call_key=the(Call).request_key, version="1", answer="Told her"), headers=HTMX
    )
    assert "unfinished" not in as_user(ann).get("/hotline/todays-calls", headers=HTMX).text
