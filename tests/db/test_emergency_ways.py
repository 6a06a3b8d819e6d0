"""Who could go to an emergency: ways, whom they move, and doing one of them whole."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.callbacks.models import Callback, Reason
from helpdesk.core import clock
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dayplans.emergencies import send_now, ways_to_go
from helpdesk.estate.models import Phone
from helpdesk.planning.change import When
from helpdesk.planning.model import Reason as Never
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.states import Status, Step, VisitStatus
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling.actions import take_step
from helpdesk.windows.rules import Window
from tests.dayplans import a_visit, an_order, can_do


@pytest.fixture
def ten(set_now, now):
    """Ten in the morning of a working day."""
    return set_now(clock.start_of_day(clock.local_date(now)) + timedelta(hours=10))


@pytest.fixture
def burst(estate, place, category, ann, tao, bo, ten):
    found, leak = category("WATER_BURST"), category("WATER_LEAK")
    with writing():
        db.session.add_all([*can_do(estate, tao, found.skill, level=3), *can_do(estate, bo, "general")])
        for row in db.session.new:
            row.expires_on = clock.local_date(ten) + timedelta(days=99)
        if leak.skill != found.skill:
            db.session.add_all(can_do(estate, tao, leak.skill))
        return an_order(place, found, actor=ann, now=ten)


def test_only_whoever_can_do_it_is_named_with_when_they_are_there(burst, ann, tao, ten):
    answer = ways_to_go(ann, burst, at=ten)

    assert [(way.crew, way.when, way.moved) for way in answer.ways] == [([tao.id], When.NOW, [])]
    assert ten <= answer.ways[0].arrives_at < ten + timedelta(hours=1)


@pytest.fixture
def in_the_way(burst, place, category, ann, tao, ten):
    """A visit of Tao in ten minutes that was promised for so many hours: `in_the_way(2)`."""

    def _visit(hours):
        with writing():
            return a_visit(
                place, category("WATER_LEAK"), [tao], at=ten + timedelta(minutes=10), actor=ann, now=ten,
                promised=Window(ten, ten + timedelta(hours=hours)),
                phone=Phone(estate_id=place.estate_id, digits="12000000001"),
            )  # fmt: skip

    return _visit


def first_now(answer):
    return next(way for way in answer.ways if way.when is When.NOW)


def test_a_visit_in_its_way_comes_later_within_its_promise_and_nobody_is_rung(burst, in_the_way, ann, tao, ten):
    visit, answer = in_the_way(7), ways_to_go(ann, burst, at=ten)
    (moved,) = first_now(answer).moved

    with writing():
        sent = send_now(burst, first_now(answer), seen=answer.seen, actor=ann, now=ten)

    assert burst.status is Status.ASSIGNED and [user.id for user in sent.crew] == [tao.id]
    assert moved.visit_id == visit.id and visit.planned_at == moved.to_at > ten + timedelta(minutes=10)
    assert list(db.session.scalars(select(Callback))) == []


def test_whose_promise_cannot_be_kept_waits_for_a_new_one_and_is_rung(burst, in_the_way, ann, ten):
    visit, answer = in_the_way(1), ways_to_go(ann, burst, at=ten)
    (moved,) = first_now(answer).moved

    with writing():
        send_now(burst, first_now(answer), seen=answer.seen, actor=ann, now=ten)

    assert moved.to_at is None and visit.status is VisitStatus.CANCELLED
    assert visit.work_order.status is Status.ON_HOLD
    (call,) = db.session.scalars(select(Callback))
    assert (call.reason, call.work_order_id) == (Reason.POSTPONED, visit.work_order_id)


def test_a_running_job_may_be_interrupted_and_gets_a_visit_later(burst, place, category, ann, tao, ten):
    with writing():
        phone = Phone(estate_id=place.estate_id, digits="12000000001")
        running = a_visit(place, category("WATER_LEAK"), [tao], at=ten, phone=phone, actor=ann, now=ten)
    with writing():
        take_step(running, Step.ARRIVE, actor=tao, now=ten)
    answer = ways_to_go(ann, burst, at=ten)
    way = next(way for way in answer.ways if way.when is When.INTERRUPTING)

    with writing():
        send_now(burst, way, seen=answer.seen, actor=ann, now=ten)

    assert running.status is VisitStatus.FAILED
    later = running.work_order.visits[-1]
    assert later.id != running.id and later.status is VisitStatus.PLANNED and later.planned_at > ten
    (call,) = db.session.scalars(select(Callback))
    assert call.reason is Reason.POSTPONED and call.work_order_id == running.work_order_id


def test_who_is_on_site_goes_on_although_an_earlier_visit_was_never_begun(burst, place, category, ann, tao, ten):
    just_now, nine = ten - timedelta(minutes=10), ten - timedelta(hours=1)
    phone = Phone(estate_id=place.estate_id, digits="12000000001")
    with writing():
        a_visit(place, category("WATER_LEAK"), [tao], at=nine, phone=phone, actor=ann, now=nine)
        running = a_visit(
            place, category("WATER_LEAK"), [tao], at=just_now, phone=phone, actor=ann, now=just_now
        )  # fmt: skip
    with writing():
        take_step(running, Step.ARRIVE, actor=tao, now=just_now)
        schedule_visit(burst, crew=[tao], actor=ann, now=ten - timedelta(minutes=1))

    answer = ways_to_go(ann, burst, at=ten)

    assert {way.when for way in answer.ways} == {When.AFTER_CURRENT, When.INTERRUPTING}
    assert running.id not in {moved.visit_id for way in answer.ways for moved in way.moved}
    after = next(way for way in answer.ways if way.when is When.AFTER_CURRENT)
    assert after.arrives_at >= just_now + timedelta(minutes=running.duration_minutes)
    with writing():
        send_now(burst, after, seen=answer.seen, actor=ann, now=ten)
    assert running.status is VisitStatus.ON_SITE and burst.visits[-1].planned_at == after.arrives_at


def test_nothing_happens_if_the_day_changed_meanwhile(burst, place, category, ann, tao, ten):
    answer = ways_to_go(ann, burst, at=ten)
    with writing():
        a_visit(place, category("WATER_LEAK"), [tao], at=ten + timedelta(hours=1), actor=ann, now=ten)

    with pytest.raises(Conflict), writing():
        send_now(burst, answer.ways[0], seen=answer.seen, actor=ann, now=ten)

    assert burst.status is Status.REPORTED


def test_nobody_on_shift_is_said(burst, ann, ten, set_now):
    night = set_now(ten + timedelta(hours=13))

    answer = ways_to_go(ann, burst, at=night)

    assert (answer.ways, answer.reason) == ([], Never.NO_SHIFT)


def test_who_is_on_the_way_already_is_not_replaced(burst, ann, tao, ten):
    answer = ways_to_go(ann, burst, at=ten)
    with writing():
        visit = send_now(burst, answer.ways[0], seen=answer.seen, actor=ann, now=ten)
    with writing():
        take_step(visit, Step.DEPART, actor=tao, now=ten)

    with pytest.raises(Conflict):
        ways_to_go(ann, burst, at=ten)
    assert burst.urgency in (Urgency.P0, Urgency.P1)
