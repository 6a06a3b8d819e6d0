"""Whoever died or left is never offered to be rung: on the card, in the look-up, on pages and to technicians."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from helpdesk.callbacks.actions import ask_to_ring
from helpdesk.callbacks.models import Reason
from helpdesk.callbacks.queries import numbers_to_ring
from helpdesk.cases.actions import open_case
from helpdesk.cases.models import CaseKind
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.community import Lead, LeadRole
from helpdesk.estate.models import Occupancy, OccupancyEnd, OccupancyRole, Person, Place
from helpdesk.estate.people_actions import change_occupancy, note_death
from helpdesk.hotline.actions import Typed, save_call
from helpdesk.neighbours.models import OtherHome
from helpdesk.neighbours.queries import number_of
from helpdesk.outages.actions import Facts, open_outage
from helpdesk.outages.closing import end_outage
from helpdesk.outages.models import Caller
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.storm.actions import postpone_visits
from helpdesk.storm.models import Cause
from tests.conftest import HTMX, NOON
from tests.households import add_home, add_person, add_phone

NUMBER, SHOWN = "12000000077", "120 0000 0077"
LEFT_ON = date(2026, 3, 2)
DAY = timedelta(days=1)


@pytest.fixture
def guiying(estate, place):
    person = add_person(estate, "王桂英", place)
    add_phone(estate, NUMBER, people=[person], places=[place])
    return person


@pytest.fixture
def die(ann, guiying, now):
    def _die(on=LEFT_ON):
        with writing():
            note_death(db.session.get(Person, guiying.id), died_on=on, actor=ann, now=now)

    return _die


@pytest.fixture
def leave(ann, guiying, now):
    def _leave():
        with writing():
            (held,) = db.session.get(Person, guiying.id).occupancies
            change_occupancy(held, role=held.role, from_on=held.from_on, until_on=LEFT_ON, reason=OccupancyEnd.MOVED,
                             actor=ann, now=now)  # fmt: skip

    return _leave


@pytest.fixture(params=["die", "leave"])
def end(request):
    """However it ended."""
    return request.getfixturevalue(request.param)


def test_the_card_of_the_home_offers_the_number_only_while_they_live_there(ann, place, end, as_user):
    before = as_user(ann).get(f"/hotline/card?place_id={place.id}", headers=HTMX).text
    end()

    after = as_user(ann).get(f"/hotline/card?place_id={place.id}", headers=HTMX).text

    assert SHOWN in before and SHOWN not in after and "王桂英" not in after


def test_the_card_of_the_person_offers_no_number_and_says_why(ann, guiying, die, as_user):
    die()

    card = as_user(ann).get(f"/hotline/card?person_id={guiying.id}", headers=HTMX).text

    assert SHOWN not in card and 'name="phone_id"' not in card
    assert "王桂英 died on 2026-03-02; do not ask for them." in card


def test_the_card_of_somebody_who_moved_away_says_so(ann, guiying, leave, as_user):
    leave()

    card = as_user(ann).get(f"/hotline/card?person_id={guiying.id}", headers=HTMX).text

    assert SHOWN not in card and "王桂英 has moved away and is not rung any more." in card


def test_a_number_of_somebody_dead_that_rings_is_kept_and_marked(ann, guiying, place, die, as_user):
    phone_id = guiying.phones[0].id
    die()

    card = as_user(ann).get(f"/hotline/card?phone_id={phone_id}", headers=HTMX).text

    assert f'name="phone_id" value="{phone_id}"' in card and "died on 2026-03-02" in card
    assert 'name="person_id"' not in card and 'name="place_id"' not in card and "3-2-501" not in card


def test_of_a_shared_number_only_the_living_are_asked_for(ann, estate, guiying, place, die, as_user):
    son = add_person(estate, "李建国", place)
    with writing():
        db.session.get(Person, son.id).phones.append(db.session.get(Person, guiying.id).phones[0])
    die()

    card = as_user(ann).get(f"/hotline/card?phone_id={guiying.phones[0].id}", headers=HTMX).text

    assert f'name="person_id" value="{son.id}"' in card
    assert f'name="person_id" value="{guiying.id}"' not in card


def test_the_look_up_marks_them_and_names_no_home_they_left(ann, die, as_user):
    die()

    by_number = as_user(ann).get("/search?q=0077", headers=HTMX).text
    by_name = as_user(ann).get("/search?q=wgy", headers=HTMX).text

    assert "died" in by_number and "3-2-501" not in by_number
    assert "died" in by_name and SHOWN not in by_name and "3-2-501" not in by_name


def test_the_look_up_marks_whoever_moved_away(ann, leave, as_user):
    leave()

    assert "moved away" in as_user(ann).get("/search?q=wgy", headers=HTMX).text
    assert "3-2-501" not in as_user(ann).get("/search?q=0077", headers=HTMX).text


def test_the_page_of_the_home_shows_them_without_a_number(ann, place, end, as_user):
    end()

    page = as_user(ann).get(f"/estate/places/{place.id}").text

    assert "王桂英" in page and SHOWN not in page


def test_their_own_page_says_not_to_ring_them(ann, guiying, end, as_user):
    end()

    assert "not to be rung any more" in as_user(ann).get(f"/estate/residents/{guiying.id}").text


def reported_by(guiying, work_order, days_ago=1):
    with writing():
        order = db.session.get(WorkOrder, work_order.id)
        order.reporter_id, order.phone_id = guiying.id, guiying.phones[0].id
        order.reported_at = NOON - timedelta(days=days_ago)


def test_the_page_of_an_order_offers_no_number_of_theirs(ann, guiying, work_order, end, as_user):
    reported_by(guiying, work_order)
    before = as_user(ann).get(f"/work-orders/{work_order.number}").text
    end()

    after = as_user(ann).get(f"/work-orders/{work_order.number}").text

    assert SHOWN in before and SHOWN not in after and "Nobody is to be rung on the number given" in after


def test_a_number_that_rang_after_the_death_is_somebody_elses(ann, guiying, work_order, die, as_user):
    reported_by(guiying, work_order, days_ago=0)
    die(on=LEFT_ON - timedelta(days=5))

    page = as_user(ann).get(f"/work-orders/{work_order.number}").text

    assert SHOWN in page and '<span class="tag strong">died</span>' in page


def test_a_technician_is_not_given_their_number_or_their_name(ann, tao, guiying, work_order, end, as_user, now):
    reported_by(guiying, work_order)
    with writing():
        schedule_visit(db.session.get(WorkOrder, work_order.id), crew=[tao], actor=ann, now=now)
    before = as_user(tao).get(f"/jobs/{work_order.number}").text
    end()

    after = as_user(tao).get(f"/jobs/{work_order.number}").text
    day = as_user(tao).get("/jobs").text

    assert SHOWN in before and SHOWN not in after + day and "王" not in after.split("</title>")[1]


def test_a_lead_who_is_gone_stays_listed_without_a_number(ann, estate, stairwell, place, guiying, end, add, as_user):
    add(
        Lead,
        estate_id=estate.id,
        role=LeadRole.STAIR_LEAD,
        person_id=guiying.id,
        place_id=stairwell.id,
        from_on=LEFT_ON,
    )
    end()

    pages = as_user(ann).get("/estate/leads").text, as_user(ann).get(f"/estate/places/{place.id}").text

    assert all("王桂英" in page and SHOWN not in page for page in pages)


def test_whoever_only_changed_homes_is_rung_in_the_new_one(ann, estate, guiying, place, leave, add, as_user):
    other = add_home(estate, 7, 1, "302")
    leave()
    add(Occupancy, person_id=guiying.id, place_id=other.id, role=OccupancyRole.OWNER, from_on=date(2026, 1, 1))

    cards = [as_user(ann).get(f"/hotline/card?place_id={one.id}", headers=HTMX).text for one in (place, other)]

    assert [SHOWN in card for card in cards] == [False, True]


def test_a_call_back_to_the_home_offers_no_number_of_theirs(ann, guiying, place, end, now):
    with writing():
        home = db.session.get(Place, place.id)
        owed = ask_to_ring(
            estate_id=home.estate_id, reason=Reason.PROMISED, due_at=now, place=home, words="x", actor=ann, now=now
        )  # fmt: skip
    before = [line.digits for line in numbers_to_ring(owed, LEFT_ON)]
    end()

    assert (before, numbers_to_ring(owed, LEFT_ON)) == ([NUMBER], [])


def test_nobody_gone_is_to_be_rung_about_a_moved_visit(ann, tao, guiying, work_order, end, now):
    reported_by(guiying, work_order)
    with writing():
        visit = schedule_visit(
            db.session.get(WorkOrder, work_order.id), crew=[tao], planned_at=now + DAY, actor=ann, now=now
        )
    end()

    with writing():
        moved = postpone_visits(
            [db.session.merge(visit)], cause=Cause.TYPHOON, day=LEFT_ON + DAY, moved_to=LEFT_ON + 3 * DAY, actor=ann,
            now=now,
        )  # fmt: skip

    assert [row.callback.number for row in moved.orders if row.callback] == [""]


@pytest.fixture
def outage(ann, estate, guiying, work_order, stairwell, category, now):
    """Of no water, of an order that she reported three days before."""
    reported_by(guiying, work_order)
    with writing():
        facts = Facts(category=category("NO_WATER"), places=[db.session.merge(stairwell)], starts_at=now)
        orders = [db.session.get(WorkOrder, work_order.id)]
        opened = open_outage(facts, estate_id=estate.id, orders=orders, actor=ann, now=now)
        typed = Typed(request_key=str(uuid4()), estate_id=estate.id, caller_number=NUMBER, words="x")
        call = save_call(typed, call=None, actor=ann, now=now)
        db.session.add(
            Caller(call_id=call.id, outage_id=opened.id, person_id=guiying.id, number=NUMBER, rang_at=now - 3 * DAY)
        )
    return opened


def test_nobody_gone_is_to_be_rung_because_an_outage_is_over(ann, guiying, outage, end, now):
    end()

    with writing():
        asked = end_outage(db.session.merge(outage), words="x", actor=ann, now=now)

    assert [(one.person, one.number, one.place_id is not None) for one in asked] == [(None, "", True)]


def test_the_page_of_an_outage_shows_no_number_of_theirs(ann, guiying, outage, end, as_user):
    before = as_user(ann).get(f"/outages/{outage.id}").text
    end()

    assert SHOWN in before and SHOWN not in as_user(ann).get(f"/outages/{outage.id}").text


def test_the_page_of_a_case_offers_no_number_of_theirs(ann, estate, place, guiying, end, as_user, now):
    with writing():
        case = open_case(
            estate_id=estate.id, kind=CaseKind.COMPLAINT, words="x", person=db.session.get(Person, guiying.id),
            phone=guiying.phones[0], place=db.session.merge(place), actor=ann, now=now - 3 * DAY,
        )  # fmt: skip
    before = as_user(ann).get(f"/cases/{case.number}").text
    end()

    after = as_user(ann).get(f"/cases/{case.number}").text

    assert SHOWN in before and SHOWN not in after and "Nobody is to be rung on the number given" in after


def test_nobody_gone_is_rung_in_the_second_home(estate, guiying, place, end, now):
    other = OtherHome(place_id=place.id, place=db.session.get(Place, place.id), number="")
    before = number_of(other, now)
    end()

    assert (before, number_of(other, now)) == (NUMBER, "")
