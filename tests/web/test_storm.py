"""A storm day: many visits moved in one act and one call a household; everybody at risk rung, and somebody sent."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from helpdesk.audit.queries import verify_chain
from helpdesk.callbacks.actions import give_up
from helpdesk.callbacks.lists import unfinished_lists
from helpdesk.callbacks.models import Answer, Callback, Reason
from helpdesk.callbacks.queries import owed
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import HoldReason, Urgency, WorkOrder
from helpdesk.repairs.states import Status, Step, VisitStatus
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling.actions import take_step
from helpdesk.storm.actions import begin_round, note_sign
from helpdesk.storm.models import Cause, Postponement, Round, RoundPerson
from helpdesk.storm.queries import AtRisk
from helpdesk.storm.rules import Whom
from helpdesk.windows.rules import Window
from tests.conftest import HTMX
from tests.households import add_home, add_person, add_phone

TOMORROW = "2026-03-03"


@pytest.fixture
def visits(estate, place, category, ann, tao, now):
    """Tomorrow: two visits to one household, one to another, one to a common area, one emergency."""
    wang, li = add_person(estate, "王桂英", place), add_person(estate, "李建国", add_home(estate, 3, 2, "502"))
    phones = [add_phone(estate, "12000000001", people=[wang]), add_phone(estate, "12000000002", people=[li])]
    morning = now + timedelta(hours=20, minutes=30)  # 08:30
    told = [
        (place, "WATER_LEAK", wang, phones[0]), (place, "SOCKET_LIGHT", wang, phones[0]),
        (li.occupancies[0].place, "WATER_LEAK", li, phones[1]), (place, "STAIR_LIGHT", None, None),
        (place, "WATER_BURST", wang, phones[0]),
    ]  # fmt: skip
    made = []
    with writing():
        for where, code, reporter, phone in told:
            kind = category(code)
            order = open_work_order(
                place=db.session.merge(where), category=kind, urgency=kind.urgency, summary="x",
                reporter=reporter and db.session.merge(reporter), phone=phone and db.session.merge(phone),
                actor=ann, now=now,
            )  # fmt: skip
            window = Window(morning, morning + timedelta(minutes=90))
            made.append(schedule_visit(order, crew=[tao], promised=window, actor=ann, now=now))
    return made


def marks(visits):
    return [f"{visit.id}.{visit.work_order.version}" for visit in visits]


def form(visits, **values):
    return {
        "request_key": str(uuid4()), "cause": "typhoon", "day": TOMORROW, "moved_to": "2026-03-05",
        "chosen": marks(visits),
    } | values  # fmt: skip


def test_ordinary_visits_are_ticked_and_emergencies_are_not(visits, ann, as_user):
    page = as_user(ann).get(f"/storm/postponements/new?day={TOMORROW}").text

    ticked = [f'value="{mark}" checked' in page for mark in marks(visits)]
    assert ticked == [True, True, True, True, False]


def test_visits_are_moved_together_and_each_household_is_owed_one_call(visits, ann, as_user, now):
    moved = visits[:4]

    answer = as_user(ann).post("/storm/postponements", data=form(moved))

    assert answer.status_code == 303
    again = [visit.work_order.visits[-1] for visit in moved]
    assert [clock.local(visit.promised_from).strftime("%m-%d %H:%M") for visit in again] == ["03-05 08:30"] * 4
    assert [visit.status for visit in moved] == [VisitStatus.CANCELLED] * 4
    calls = list(db.session.scalars(select(Callback).order_by(Callback.id)))
    assert [(call.number, call.reason) for call in calls] == [
        ("12000000001", Reason.POSTPONED), ("12000000002", Reason.POSTPONED),
    ]  # fmt: skip
    assert calls[0].words.count("\n") == 1 and "改到3月5日08:30到10:00" in calls[0].words
    listed = db.session.scalars(select(Postponement)).one()
    assert [row.callback_id for row in listed.orders] == [calls[0].id, calls[0].id, calls[1].id, None]
    assert verify_chain() is None


def test_without_a_new_day_the_orders_wait_for_an_appointment(visits, ann, as_user):
    as_user(ann).post("/storm/postponements", data=form(visits[:1], moved_to=""))

    order = db.session.get(WorkOrder, visits[0].work_order_id)
    assert (order.status, order.hold_reason) == (Status.ON_HOLD, HoldReason.APPOINTMENT)
    assert "新的时间再打电话跟您约" in db.session.scalars(select(Callback.words)).one()


def test_the_list_shows_each_household_with_what_to_say(visits, ann, as_user):
    browser = as_user(ann)
    where = browser.post("/storm/postponements", data=form(visits[:4])).location

    page = browser.get(where).text

    assert "原定3月3日08:30到10:00上门维修，因为台风" in page and "nobody to tell" in page
    assert "0 of 2 done" in browser.get("/storm").text


def test_sent_twice_moves_once(visits, ann, at_once):
    answers = at_once(ann, "/storm/postponements", form(visits[:2]), times=3)

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert len(list(db.session.scalars(select(Callback)))) == 1


def test_nothing_is_moved_when_somebody_has_set_out_meanwhile(visits, ann, tao, as_user, now):
    typed = form(visits[:3])
    with writing():
        take_step(visits[1], Step.DEPART, actor=tao, now=now)

    answer = as_user(ann).post("/storm/postponements", data=typed)

    assert answer.status_code == 409 and "Look at the list again" in answer.text
    assert f'value="{typed["chosen"][0]}" checked' in answer.text
    assert list(db.session.scalars(select(Postponement))) == [] and list(db.session.scalars(select(Callback))) == []
    assert [visit.status for visit in visits[:2]] == [VisitStatus.PLANNED, VisitStatus.ON_THE_WAY]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"chosen": []}, "Choose at least one visit."), ({"moved_to": "2026-03-02"}, "Choose a later day."),
        ({"moved_to": "9999-01-01"}, "Choose a later day."), ({"cause": "mood"}, "Choose one of these."),
        ({"chosen": ["1.x"]}, "This form is broken."), ({"chosen": ["999999.1"]}, "Look at the list again"),
    ],
)  # fmt: skip
def test_what_cannot_be_postponed_is_said(visits, ann, as_user, values, says):
    answer = as_user(ann).post("/storm/postponements", data=form(visits[:1]) | values)

    assert answer.status_code in (409, 422) and says in answer.text
    assert list(db.session.scalars(select(Postponement))) == []


def test_a_danger_is_never_offered(visits, ann, as_user):
    with writing():
        visits[0].work_order.urgency = Urgency.P0

    page = as_user(ann).get(f"/storm/postponements/new?day={TOMORROW}").text

    assert marks(visits)[0] not in page and marks(visits)[1] in page


@pytest.fixture
def elders(estate, place, now):
    """Two who live alone, one without a number, one who moved away, one who is young."""
    homes = [add_home(estate, 3, 2, room) for room in ("401", "402", "403")]
    gui = add_person(estate, "王桂英", place, lives_alone=True, birth_year=1940, emergency_contact="Daughter")
    fu = add_person(estate, "陈福", homes[0], lives_alone=True, birth_year=None)
    add_person(estate, "李远", homes[1], lives_alone=True, birth_year=1940, until=date(2025, 1, 1))
    add_person(estate, "张年轻", homes[2], lives_alone=True, birth_year=1990)
    add_phone(estate, "12000000009", people=[gui])
    return gui, fu


@pytest.fixture
def ringing(elders, ann, as_user):
    """A round that has begun; returns its address, and its rows by name."""
    data = {"request_key": str(uuid4()), "cause": "cold_wave", "whom": "lives_alone", "youngest": 60, "hours": 4}
    where = as_user(ann).post("/storm/rounds", data=data).location
    rows = {row.person.name: row for row in db.session.scalars(select(RoundPerson))}
    return where, rows


def test_who_lives_alone_is_listed_and_nobody_who_moved_away(ringing, ann, as_user, now):
    where, rows = ringing

    assert set(rows) == {"王桂英", "陈福"}
    page = as_user(ann).get(where).text
    assert "Daughter" in page and "no number: somebody has to knock" in page and "0 of 2 done" in page
    call = rows["王桂英"].callback
    assert (call.reason, call.due_at) == (Reason.CHECK, now + timedelta(hours=4)) and rows["陈福"].callback is None


def test_one_tap_a_try_and_after_two_in_vain_somebody_is_sent(ringing, ann, as_user, now):
    where, rows = ringing
    browser, row = as_user(ann), rows["王桂英"]
    url = f"{where}/people/{row.id}"

    tries = [
        browser.post(f"{url}/tries", data={"answer": "no_answer", "seen_tries": count}, headers=HTMX)
        for count in (0, 0, 1)
    ]
    assert [answer.status_code for answer in tries] == [200, 409, 200]
    assert "A colleague rang them meanwhile" in tries[1].text and "No sign: send somebody" in tries[2].text
    sent = [browser.post(f"{url}/order", headers=HTMX) for _ in range(2)]

    assert [answer.status_code for answer in sent] == [200, 409]
    order = db.session.scalars(select(WorkOrder)).one()
    assert (order.urgency, order.category.code, order.place_id) == (Urgency.P0, "ELDER_CHECK", row.place_id)
    assert (row.callback.status, row.callback.given_up_because) == (CallbackStatus.GIVEN_UP, order.number)
    assert "1 of 2 done" in sent[0].text


def test_who_is_well_is_done(ringing, ann, as_user):
    where, rows = ringing
    url = f"{where}/people/{rows['王桂英'].id}"
    browser = as_user(ann)

    heard = browser.post(f"{url}/tries", data={"answer": "answered", "seen_tries": 0})
    late = browser.post(f"{url}/order", headers=HTMX)

    assert heard.status_code == 303 and late.status_code == 409 and "reached meanwhile" in late.text
    assert rows["王桂英"].callback.status is CallbackStatus.REACHED


def test_a_call_given_up_elsewhere_is_no_sign_of_life(ringing, ann, as_user, now):
    where, rows = ringing
    with writing():
        give_up(db.session.merge(rows["王桂英"].callback), because="no answer", actor=ann, now=now)

    page = as_user(ann).get(where).text

    assert "0 of 2 done" in page and f"/people/{rows['王桂英'].id}/tries" not in page
    assert "0 of 2 done" in as_user(ann).get("/storm").text


@pytest.mark.parametrize("age", ["9" * 5000, "00090", "-1", "²", ""])
def test_an_age_nobody_has_is_passed_over(age, ann, as_user):
    assert as_user(ann).get("/storm/rounds/new", query_string={"youngest": age}).status_code == 200


def test_a_round_sent_three_times_is_one(elders, ann, at_once):
    data = {"request_key": str(uuid4()), "cause": "cold_wave", "whom": "lives_alone", "youngest": 60, "hours": 4}

    answers = at_once(ann, "/storm/rounds", data, times=3)

    assert len({answer.location for answer in answers}) == 1 and {answer.status_code for answer in answers} == {303}
    assert len(list(db.session.scalars(select(Callback)))) == 1


def test_a_couple_on_one_number_is_rung_once(estate, place, ann, as_user, now):
    both = [add_person(estate, name, place, mobility=True, birth_year=1940) for name in ("王大明", "李秀兰")]
    add_phone(estate, "12000000001", people=both)
    data = {"request_key": str(uuid4()), "cause": "heat", "whom": "mobility", "youngest": 60, "hours": 4}

    as_user(ann).post("/storm/rounds", data=data)

    assert len(list(db.session.scalars(select(Callback)))) == 1
    assert len(db.session.scalars(select(Round)).one().people) == 2


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"whom": []}, "Choose whom to ring."), ({"whom": ["x"]}, "Choose whom to ring."),
        ({"youngest": 20}, "From 50 to 100 years."),
        ({"hours": 0}, "From 1 to 48 hours."), ({"cause": ""}, "Choose one of these."),
        ({"whom": ["very_old"], "youngest": 100}, "Nobody in the register is meant by this."),
    ],
)  # fmt: skip
def test_a_round_that_cannot_be_is_refused(estate, ann, as_user, now, values, says):
    data = {"request_key": str(uuid4()), "cause": "heat", "whom": "lives_alone", "youngest": 60, "hours": 4} | values

    answer = as_user(ann).post("/storm/rounds", data=data)

    assert answer.status_code == 422 and says in answer.text
    assert list(db.session.scalars(select(Round))) == []


def test_another_estate_and_technicians_see_none_of_it(ringing, visits, person, new_estate, tao, ann, as_user):
    where, rows = ringing
    bo = person("Bo", Role.OPERATOR, at=new_estate("远方"))
    row_id = rows["王桂英"].id

    foreign = [
        as_user(bo).get(where), as_user(bo).post(f"{where}/people/{row_id}/order"),
        as_user(bo).post(f"{where}/people/{row_id}/tries", data={"answer": "answered", "seen_tries": 0}),
    ]  # fmt: skip

    assert [answer.status_code for answer in foreign] == [404] * 3
    assert as_user(bo).post("/storm/postponements", data=form(visits[:1])).status_code == 409
    assert as_user(tao).get("/storm").status_code == 403


def test_a_list_asks_the_same_number_of_questions_for_one_row_and_for_four(visits, ann, as_user, count_queries):
    browser = as_user(ann)
    addresses = [browser.post("/storm/postponements", data=form([visit])).location for visit in visits[:1]]
    addresses.append(browser.post("/storm/postponements", data=form(visits[1:4])).location)
    counts = []
    for address in addresses:
        with count_queries() as sent:
            browser.get(address)
        counts.append(sent.count)

    assert counts[0] == counts[1]


def begun(estate, ann, now, *, count):
    """A cold-wave round of so many elders, each with a number of their own; returns the rows."""
    homes = [add_home(estate, 5, 1, f"{number:03}") for number in range(101, 101 + count)]
    people = [add_person(estate, f"Elder {n}", home, lives_alone=True, birth_year=1940) for n, home in enumerate(homes)]
    for number, somebody in enumerate(people):
        add_phone(estate, f"120001{number:05}", people=[somebody])
    at_risk = [AtRisk(db.session.merge(who), db.session.merge(home)) for who, home in zip(people, homes, strict=True)]
    with writing():
        ringing = begin_round(
            at_risk, estate_id=estate.id, cause=Cause.COLD_WAVE, whom=[Whom.LIVES_ALONE], youngest=60,
            due_at=now + timedelta(hours=4), actor=ann, now=now,
        )  # fmt: skip
    return ringing.people


def test_a_round_is_one_line_in_the_hand_over_on_the_console_and_among_the_call_backs(estate, ann, as_user, now):
    rows = begun(estate, ann, now, count=6)
    with writing():
        for row in rows[:4]:
            note_sign(row, answer=Answer.ANSWERED, seen_tries=0, actor=ann, now=now)
    line = "Cold wave round: 4 of 6 reached, 2 to ring"
    browser = as_user(ann)

    sheet = browser.post("/handovers", data={"request_key": str(uuid4())}, follow_redirects=True).text
    pages = [browser.get(path).text for path in ("/callbacks", "/hotline")]

    for page in [sheet, *pages]:
        assert page.count(line) == 1 and f'href="/storm/rounds/{rows[0].round_id}"' in page
        assert "5-1-101" not in page.partition("</header>")[2].partition("今日来电")[0]
    assert 'To ring back <span class="count">1</span>' in pages[1]
    assert owed(ann, now + timedelta(hours=5)).late == 2  # what is late is counted one by one


def test_a_round_stays_until_somebody_went_to_whoever_gave_no_sign(estate, ann, as_user, now):
    rows = begun(estate, ann, now, count=2)
    with writing():
        note_sign(rows[0], answer=Answer.ANSWERED, seen_tries=0, actor=ann, now=now)
        give_up(rows[1].callback, because="Moved?", actor=ann, now=now)
    assert [one.waiting for one in unfinished_lists(ann)] == [1]

    url = f"/storm/rounds/{rows[1].round_id}/people/{rows[1].id}/order"
    assert as_user(ann).post(url).status_code == 303

    assert unfinished_lists(ann) == []


def test_the_sheet_asks_as_much_for_three_rounds_as_for_one(estate, ann, as_user, count_queries, now):
    browser = as_user(ann)
    begun(estate, ann, now, count=2)
    where = browser.post("/handovers", data={"request_key": str(uuid4())}).location
    browser.get(where)
    with count_queries() as for_one:
        browser.get(where)
    first = db.session.scalars(select(RoundPerson)).all()
    at_risk = [AtRisk(row.person, row.place) for row in first]
    with writing():
        for _more in range(2):
            begin_round(
                at_risk, estate_id=estate.id, cause=Cause.HEAT, whom=[Whom.LIVES_ALONE], youngest=60,
                due_at=now + timedelta(hours=4), actor=ann, now=now,
            )  # fmt: skip

    with count_queries() as for_three:
        assert browser.get(where).text.count(" to ring") == 3

    assert for_three.count == for_one.count
