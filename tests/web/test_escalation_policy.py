"""The policy of escalation is changed by whoever may, from a day on, and never to nobody."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.audit.queries import verify_chain
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.duty.models import Post
from helpdesk.escalation.models import EscalationPolicy
from helpdesk.escalation.policy import policies_in_force
from helpdesk.escalation.queries import to_ring
from helpdesk.repairs.models import Urgency
from tests.conftest import HTMX
from tests.duties import put_on

URL = "/policies/escalation"


@pytest.fixture
def today(now):
    return clock.local_date(now)


def typed(today, **values):
    seen = db.session.scalar(
        select(EscalationPolicy).where(EscalationPolicy.urgency == Urgency.P0).order_by(EscalationPolicy.id.desc())
    )
    return {
        "acknowledge_minutes": 4, "first": "lead", "second": "on_call", "third": "", "nobody_reached_zh": "打经理家里",
        "nobody_reached_en": "", "valid_from": today, "seen_id": seen.id if seen else 0,
        "seen_version": seen.version if seen else 0, **values,
    }  # fmt: skip


def in_force(estate, day):
    return policies_in_force({estate.id}, day)[estate.id, Urgency.P0]


def test_a_manager_changes_who_is_rung_from_a_day_on(estate, mei, as_user, today):
    browser, tomorrow = as_user(mei), today + timedelta(days=1)
    browser.post(f"{URL}/p0", data=typed(today, acknowledge_minutes=2, first="on_call", second="lead"))

    saved = browser.post(f"{URL}/p0", data=typed(today, valid_from=tomorrow))

    assert saved.status_code == 303
    before, after = in_force(estate, today), in_force(estate, tomorrow)
    assert (before.acknowledge_minutes, before.chain) == (2, [Post.ON_CALL, Post.LEAD])
    assert (after.acknowledge_minutes, after.chain) == (4, [Post.LEAD, Post.ON_CALL])
    assert "4 minutes after the report" in browser.get(URL).text and verify_chain() is None


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"acknowledge_minutes": 0}, "A number from 1 to 120."),
        ({"acknowledge_minutes": "x"}, "Not a valid integer"),
        ({"first": "", "second": ""}, "Somebody has to be rung"),
        ({"second": "lead"}, "Somebody has to be rung"),
        ({"nobody_reached_zh": " "}, "Say what is done when nobody can be reached."),
        ({"valid_from": "2026-03-01"}, "Choose today or a later day"),
    ],
)
def test_a_policy_that_helps_nobody_is_refused_with_what_was_typed(values, says, mei, as_user, today):
    data = typed(today, **{"nobody_reached_en": "Ring the manager", **values})

    refused = as_user(mei).post(f"{URL}/p0", data=data)

    assert refused.status_code == 422 and says in refused.text and "Ring the manager" in refused.text


def test_of_two_who_change_it_the_second_is_told(mei, ada, as_user, today):
    data = typed(today)
    assert as_user(mei).post(f"{URL}/p0", data=data).status_code == 303

    late = as_user(ada).post(f"{URL}/p0", data={**data, "nobody_reached_en": "Mine"})

    assert late.status_code == 409 and "Somebody changed this policy" in late.text and "Mine" in late.text
    again = typed(today)
    assert f'name="seen_version" value="{again["seen_version"]}"' in late.text


def test_whoever_may_not_and_whatever_is_not_there(ann, mei, other_estate, as_user, today):
    assert as_user(ann).get(URL).status_code == 403
    assert as_user(ann).post(f"{URL}/p0", data={}).status_code == 403
    assert as_user(mei).post(f"{URL}/p2", data=typed(today)).status_code == 404
    assert as_user(mei).post(f"{URL}/p0?estate={other_estate.id}", data=typed(today)).status_code == 404


@pytest.fixture
def other_estate(new_estate):
    return new_estate("West Court")


def test_the_ring_list_follows_the_policy(estate, work_order, mei, tao, as_user, today, now):
    put_on(estate, tao, now, now + timedelta(hours=8), post=Post.ON_CALL)
    put_on(estate, mei, now, now + timedelta(hours=8), post=Post.LEAD)
    urgency = work_order.urgency
    as_user(mei).post(f"{URL}/{Urgency.P1}", data=typed(today, first="lead", second="", seen_id=0, seen_version=0))

    chain = [person.name for person in to_ring(work_order, now).chain]

    assert chain == (["Mei"] if urgency is Urgency.P1 else ["Tao", "Mei"])


def test_the_preview_says_what_will_happen(mei, as_user):
    said = as_user(mei).get(f"{URL}-preview?acknowledge_minutes=3&first=lead&second=on_call", headers=HTMX).text
    empty = as_user(mei).get(f"{URL}-preview?acknowledge_minutes=0&first=", headers=HTMX).text

    assert "3 minutes after the report" in said and "Leads → On call for repairs" in said
    assert "Choose the minutes" in empty
