"""A call that is added to what is known: offered while typing, saved with one button, never doubled."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.hotline.models import Call
from helpdesk.outages.actions import Facts, open_outage
from helpdesk.outages.closing import end_outage
from helpdesk.outages.models import Caller
from helpdesk.repairs.actions import cancel_work_order, open_work_order
from helpdesk.repairs.models import CancelReason, Urgency, WorkOrder
from helpdesk.repairs.visit_actions import schedule_visit
from tests.conftest import HTMX
from tests.households import add_home

URL = "/hotline/calls"


@pytest.fixture
def neighbour(estate, place):
    return add_home(estate, 3, 2, "402", stairwell_id=place.stairwell_id)


@pytest.fixture
def outage(estate, stairwell, category, ann, now):
    with writing():
        facts = Facts(category=category("NO_WATER"), places=[stairwell], starts_at=now, words="水厂在修")
        return open_outage(facts, estate_id=estate.id, actor=ann, now=now)


@pytest.fixture
def typed(neighbour, work_order):
    return {
        "request_key": str(uuid4()), "version": "0", "caller_number": "120 0000 0001", "words": "我家也漏水",
        "place_id": neighbour.id, "join": f"order:{work_order.number}",
    }  # fmt: skip


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def suggestion(browser, *, place=None, **fields) -> str:
    key = str(uuid4())
    browser.post(f"/hotline/drafts/{key}", data={**fields, **({"place_id": place.id} if place else {})}, headers=HTMX)
    return browser.get(f"/hotline/drafts/{key}/suggestion?place_id={place.id if place else ''}", headers=HTMX).text


def joins_in(text) -> list[str]:
    return re.findall(r'name="join" value="([^"]+)"', text)


def test_a_chosen_place_is_enough_to_be_shown_what_is_open_there(outage, work_order, place, ann, as_user, now):
    shown = suggestion(as_user(ann), place=place)  # no word yet: the draft holds the place alone

    assert joins_in(shown) == [f"outage:{outage.id}", f"order:{work_order.number}"]
    assert "水厂在修" in shown
    assert [(call.place_id, call.words) for call in db.session.scalars(select(Call))] == [(place.id, "")]


def test_words_say_which_of_them_fit(outage, work_order, neighbour, ann, tao, as_user, now):
    with writing():
        schedule_visit(work_order, crew=[tao], actor=ann, now=now)
    browser = as_user(ann)

    water = suggestion(browser, place=neighbour, words="停水了")
    light = suggestion(browser, place=neighbour, words="楼道灯不亮")

    assert joins_in(water) == [f"outage:{outage.id}", f"order:{work_order.number}"]
    assert f'data-first="join-outage-{outage.id}"' in water and water.count("Alt J") == 1
    assert "Same stairwell:" in water and "<span>Tao</span>" in water
    assert joins_in(light) == []


def test_an_outage_elsewhere_is_shown_but_not_on_one_key(outage, estate, ann, as_user, now):
    shown = suggestion(as_user(ann), place=add_home(estate, 9, 1, "101"), words="停水了")

    assert joins_in(shown) == [f"outage:{outage.id}"]
    assert "this home is not in it" in shown and "data-first" not in shown and "Alt J" not in shown


def test_an_outage_elsewhere_stands_below_the_orders_near_by(outage, estate, category, ann, as_user, now):
    home, leak = add_home(estate, 9, 1, "101"), category("WATER_LEAK")
    with writing():
        order = open_work_order(place=home, category=leak, urgency=leak.urgency, summary="x", actor=ann, now=now)

    shown = suggestion(as_user(ann), place=home, words="停水了")

    assert joins_in(shown) == [f"order:{order.number}", f"outage:{outage.id}"]


def test_three_within_an_hour_are_proposed_to_be_one_outage(place, neighbour, category, ann, as_user, now):
    out = category("POWER_OUT_HOME")
    with writing():
        orders = [
            open_work_order(place=one, category=out, urgency=Urgency.P1, summary="x", actor=ann, now=now)
            for one in (place, neighbour, place)
        ]

    shown = suggestion(as_user(ann), place=neighbour, words="家里停电了")

    numbers = "%20".join(order.number for order in orders)
    assert f'href="/outages/new?orders={numbers}&amp;call=' in shown.replace("+", "%20")


def test_the_call_is_added_and_the_order_says_that_somebody_else_rang(ann, typed, work_order, neighbour, as_user, now):
    browser = as_user(ann)

    answer = browser.post(URL, data=typed, headers=HTMX)

    caller = db.session.scalars(select(Caller)).one()
    assert (answer.status_code, "Added to this order." in answer.text) == (200, True)
    assert (caller.work_order, caller.place, caller.number) == (work_order, neighbour, "12000000001")
    assert (count(WorkOrder), db.session.scalar(select(Call.words))) == (1, "我家也漏水")
    page = browser.get(f"/work-orders/{work_order.number}").text
    assert "Somebody else rang about it; Ann added the call to this order." in page
    assert "Others who rang" in page and "3-2-402" in page
    event = db.session.scalars(select(Event).where(Event.kind == "work_order.caller_added")).one()
    assert event.data == {"call_id": caller.call_id, "place_id": neighbour.id}


def test_when_somebody_comes_is_read_out_without_the_neighbours_address(ann, tao, typed, work_order, as_user, now):
    with writing():
        schedule_visit(work_order, crew=[tao], actor=ann, now=now)

    answer = as_user(ann).post(URL, data=typed, headers=HTMX)

    assert "“水龙头、阀门或水管滴漏，师傅" in answer.text and "五〇一" not in answer.text


def test_without_scripts_the_button_does_the_same(ann, typed, as_user, now):
    browser = as_user(ann)

    answer = browser.post(URL, data=typed)

    assert (answer.status_code, count(Caller), count(WorkOrder)) == (303, 1, 1)
    assert "Added to this order." in browser.get(answer.location).text


def test_enter_without_scripts_presses_save_and_no_other_button(outage, place, ann, as_user, now):
    browser = as_user(ann)
    key = str(uuid4())
    browser.post(f"/hotline/drafts/{key}", data={"words": "停水了", "place_id": place.id}, headers=HTMX)

    page = browser.get(f"/hotline/calls/{db.session.scalar(select(Call.id))}").text

    form = page.split('id="call-form"')[1]
    first = re.search(r"<button(?![^>]*type=\"button\")[^>]*>", form)[0]
    assert "name=" not in first and 'name="join"' in form


def test_sent_three_times_at_once_it_is_added_once(ann, typed, at_once, now):
    answers = at_once(ann, URL, typed, times=3)

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert (count(Call), count(Caller), count(WorkOrder)) == (1, 1, 1)


def test_what_is_over_by_now_is_a_conflict_and_the_words_stay(ann, typed, work_order, as_user, now):
    with writing():
        cancel_work_order(work_order, reason=CancelReason.WITHDRAWN, actor=ann, now=now)

    for headers in (HTMX, {}):
        answer = as_user(ann).post(URL, data=typed, headers=headers)

        assert answer.status_code == 409
        assert f"Work order {work_order.number} is over by now. Save the call as a new one." in answer.text
        assert "我家也漏水</textarea>" in answer.text and 'value="120 0000 0001"' in answer.text
    assert (count(Call), count(Caller)) == (0, 0)


def test_an_outage_that_is_over_is_a_conflict_too(ann, typed, outage, as_user, now):
    with writing():
        end_outage(outage, words="", actor=ann, now=now)

    answer = as_user(ann).post(URL, data=typed | {"join": f"outage:{outage.id}"}, headers=HTMX)

    assert (answer.status_code, "This outage has ended by now." in answer.text, count(Call)) == (409, True, 0)


def test_a_home_outside_of_the_outage_is_added_and_that_is_said(ann, typed, outage, estate, as_user, now):
    elsewhere = add_home(estate, 9, 1, "101")

    answer = as_user(ann).post(
        URL, data=typed | {"join": f"outage:{outage.id}", "place_id": elsewhere.id}, headers=HTMX
    )

    assert (answer.status_code, count(Caller)) == (200, 1)
    assert "This home is not in what the outage names." in answer.text and "水厂在修" in answer.text


@pytest.mark.parametrize(
    "join", ["order:GD20260302-9999", "outage:999", "outage:0", "outage:99999999999", "x", "order:"]
)
def test_what_does_not_exist_is_refused_and_the_words_stay(join, ann, typed, as_user, now):
    answer = as_user(ann).post(URL, data=typed | {"join": join}, headers=HTMX)

    assert (answer.status_code, "我家也漏水</textarea>" in answer.text) == (422, True)
    assert "does not exist. Save it as a new one." in answer.text
    assert (count(Call), count(Caller)) == (0, 0)


def test_another_estates_outage_does_not_exist(ann, typed, new_estate, category, person, as_user, now):
    other = new_estate("康宁苑")
    zoe = person("Zoe", Role.OPERATOR, at=other)
    with writing():
        facts = Facts(category=category("NO_WATER", other), whole_estate=True, starts_at=now)
        theirs = open_outage(facts, estate_id=other.id, actor=zoe, now=now)

    answer = as_user(ann).post(URL, data=typed | {"join": f"outage:{theirs.id}"}, headers=HTMX)

    assert (answer.status_code, count(Caller)) == (422, 0)


def test_a_second_home_is_noted_with_the_repair(ann, place, neighbour, as_user, now):
    typed = {"request_key": str(uuid4()), "words": "楼上漏水", "outcome": "repair", "place_id": place.id,
             "category": "UPSTAIRS_LEAK", "other_home": "三幢二单元402", "other_part": "source"}  # fmt: skip
    browser = as_user(ann)

    wrong = browser.post(URL, data=typed | {"other_home": "3-2-999"}, headers=HTMX)
    right = browser.post(URL, data=typed | {"request_key": str(uuid4())}, headers=HTMX)

    assert (wrong.status_code, 'value="3-2-999"' in wrong.text) == (422, True)
    assert (right.status_code, count(WorkOrder)) == (200, 1)
    number = db.session.scalar(select(WorkOrder.number))
    for home in (place, neighbour):
        assert number in browser.get(f"/hotline/card?place_id={home.id}", headers=HTMX).text
        assert number in browser.get(f"/estate/places/{home.id}").text
