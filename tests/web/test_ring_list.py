"""The ring list at the console and on the page of an order, and the messages nobody could send."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.escalation.models import Decision, Ring
from helpdesk.notify.actions import post
from helpdesk.notify.models import Template
from helpdesk.notify.states import MessageStatus, move
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.states import VisitStatus
from helpdesk.repairs.visit_actions import schedule_visit
from tests.conftest import HTMX

BAND = "/hotline/ring-list"


@pytest.fixture
def burst(place, ann, tao, category, now, set_now):
    """Tao was sent to a burst pipe six minutes ago, and has not accepted."""
    with writing():
        tao.phone = "12000000014"
        order = open_work_order(place=place, category=category("WATER_BURST"), urgency=Urgency.P1, summary="It bursts",
                                actor=ann, now=now)  # fmt: skip
        schedule_visit(order, crew=[tao], actor=ann, now=now)
    set_now(now + timedelta(minutes=6))
    return order


@pytest.fixture
def url(burst):
    return f"/work-orders/{burst.number}/rings"


def a_try(person, answer="no_answer", seen=0, **more):
    return {"request_key": str(uuid4()), "person_id": person.id, "answer": answer, "seen": seen,
            "shown_at": "console", **more}  # fmt: skip


def test_the_console_says_whom_to_ring_about_what_nobody_acknowledged(burst, ann, as_user):
    page = as_user(ann).get("/hotline").text

    assert "Nobody has acknowledged since 12:00" in page and "3-2-501" in page
    assert "<b>Tao</b>" in page and "120 0000 0014" in page
    assert "Nobody is on the roster" in page


def test_an_estate_at_rest_shows_no_band(estate, ann, as_user, now):
    assert "ring-rows" not in as_user(ann).get(BAND, headers=HTMX).text


def test_one_key_notes_a_try_and_shows_whom_to_ring_next(burst, url, ann, tao, bo, as_user):
    answer = as_user(ann).post(url, data=a_try(tao), headers=HTMX)

    assert (answer.status_code, answer.headers["HX-Trigger-After-Settle"]) == (
        200, f"orders:{burst.estate_id}-changed"
    )  # fmt: skip
    assert "<b>Bo</b>" in answer.text and "no number noted" in answer.text


def test_a_call_that_was_answered_asks_whether_they_take_it(burst, url, ann, tao, as_user):
    browser = as_user(ann)
    asked = browser.post(url, data=a_try(tao, "answered"), headers=HTMX)
    ring = db.session.scalars(select(Ring)).one()

    taken = {"request_key": str(uuid4()), "decision": "takes", "shown_at": "console"}
    done = browser.post(f"/rings/{ring.id}/decision", data=taken, headers=HTMX)

    assert "answered at 12:06. Do they take it?" in asked.text
    assert (done.status_code, burst.visits[0].status) == (200, VisitStatus.ACCEPTED)
    assert "ring-rows" not in browser.get(BAND, headers=HTMX).text
    history = browser.get(f"/work-orders/{burst.number}/history", headers=HTMX).text
    assert "Ann rang Tao, who answered." in history
    assert "Tao accepted the visit on the telephone with Ann." in history


def test_without_scripts_one_comes_back_to_where_one_was(burst, url, ann, tao, as_user):
    browser = as_user(ann)
    first = browser.post(url, data=a_try(tao))
    second = browser.post(url, data=a_try(tao, seen=1, shown_at="order"))

    assert [(answer.status_code, answer.location) for answer in (first, second)] == [
        (303, "/hotline"), (303, f"/work-orders/{burst.number}"),
    ]  # fmt: skip


def test_the_page_of_the_order_shows_every_try_and_the_buttons(burst, url, ann, tao, as_user):
    browser = as_user(ann)
    browser.post(url, data=a_try(tao, "switched_off"))

    page = browser.get(f"/work-orders/{burst.number}").text

    assert "Tao <b>Switched off</b>" in page and 'value="answered"' in page


def test_who_comes_second_sees_what_was_tried(burst, url, ann, mei, tao, as_user):
    as_user(mei).post(url, data=a_try(tao))

    for headers, layout in ((HTMX, False), ({}, True)):
        answer = as_user(ann).post(url, data=a_try(tao, "answered"), headers=headers)
        assert answer.status_code == 409 and ("<!doctype html" in answer.text.lower()) is layout
        assert "Somebody else has just rung about this." in answer.text and "Tao <b>No answer</b>" in answer.text


def test_sent_twice_it_is_one_try(burst, url, ann, tao, at_once):
    answers = at_once(ann, url, a_try(tao), times=4)

    assert {answer.status_code for answer in answers} == {200}
    assert db.session.scalar(select(func.count(Ring.id))) == 1


@pytest.mark.parametrize("changed", [{"answer": "wrong_number"}, {"answer": ""}, {"person_id": "9999"}, {"seen": "x"}])
def test_what_cannot_be_is_refused_and_nothing_is_kept(changed, burst, url, ann, tao, as_user):
    answer = as_user(ann).post(url, data=a_try(tao) | changed, headers=HTMX)

    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert db.session.scalar(select(func.count(Ring.id))) == 0


def test_others_are_refused_and_foreign_orders_are_not_there(burst, url, tao, person, new_estate, as_user):
    eve, kay = person("Eve", Role.OPERATOR, at=new_estate("康宁苑")), person("Kay", Role.AUDITOR)

    found = [as_user(user).post(url, data=a_try(tao)).status_code for user in (tao, kay, eve)]

    assert found == [403, 403, 404]
    assert [as_user(user).get(url, headers=HTMX).status_code for user in (kay, eve)] == [200, 404]
    assert "ring-keys" not in as_user(kay).get(url, headers=HTMX).text


def test_a_settled_try_is_shown_to_who_comes_second(burst, url, ann, mei, tao, as_user):
    as_user(ann).post(url, data=a_try(tao, "answered"))
    ring = db.session.scalars(select(Ring)).one()
    said = {"decision": "cannot", "shown_at": "order"}

    answers = [
        as_user(user).post(f"/rings/{ring.id}/decision", data={**said, "request_key": str(uuid4())}, headers=HTMX)
        for user in (ann, mei)
    ]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert ring.decision is Decision.CANNOT


def test_a_region_asked_for_without_scripts_leads_to_its_page(burst, url, ann, as_user):
    browser = as_user(ann)

    assert [browser.get(path).location for path in (BAND, url)] == ["/hotline", f"/work-orders/{burst.number}"]


@pytest.fixture
def stuck(burst, tao, now):
    with writing():
        message = post(estate_id=burst.estate_id, template=Template.NOBODY_ACKNOWLEDGED, recipient=tao, hurries=True,
                       now=now, order=burst.id)  # fmt: skip
        move(message, MessageStatus.DEAD)
    return message


def test_an_administrator_sees_what_was_not_sent_and_tries_again(stuck, ada, as_user):
    browser = as_user(ada)

    page = browser.get("/admin/messages").text
    answer = browser.post(f"/admin/messages/{stuck.id}/retry", data={"version": stuck.version}, headers=HTMX)

    assert "Tried in vain" in page and "No channel for messages is set up" in page
    assert (answer.status_code, stuck.status) == (200, MessageStatus.QUEUED)
    assert "Waits to be sent" in answer.text


def test_a_message_that_is_given_up_leaves_the_list(stuck, ada, as_user):
    answer = as_user(ada).post(f"/admin/messages/{stuck.id}/drop", data={"version": stuck.version})

    assert (answer.status_code, answer.location, stuck.status) == (303, "/admin/messages", MessageStatus.DROPPED)
    assert "Nothing is stuck" in as_user(ada).get("/admin/messages").text


@pytest.mark.parametrize("act", ["retry", "drop"])
def test_a_message_that_changed_meanwhile_is_left_alone(act, stuck, ada, person, new_estate, ann, as_user):
    path, data = f"/admin/messages/{stuck.id}/{act}", {"version": stuck.version + 1}
    eve = person("Eve", Role.ADMIN, at=new_estate("康宁苑"))

    found = [as_user(user).post(path, data=data, headers=HTMX).status_code for user in (ada, ann, eve)]

    assert found == [409, 403, 404]
    assert stuck.status is MessageStatus.DEAD
