"""What is promised for each urgency when an order is opened, scheduled, raised and reopened. Times are Shanghai's."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.actions import change_urgency, open_work_order
from helpdesk.repairs.models import ServiceLevel, Urgency
from helpdesk.repairs.queries import next_deadline, service_level_of
from helpdesk.repairs.rules import DeadlineKind
from helpdesk.repairs.states import Status, VisitStatus, move, move_visit
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.windows.rules import Window

P0, P1, P2, P3 = Urgency


@pytest.fixture(autouse=True)
def in_a_request(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def at(text):
    """A moment of 2026 in Shanghai: at("03-02 12:00")."""
    return clock.from_local(datetime.fromisoformat(f"2026-{text}"))


def said(moment):
    return moment and f"{clock.local(moment):%m-%d %H:%M}"


@pytest.fixture
def reported(place, ann, category):
    def _reported(urgency, moment):
        with writing():
            return open_work_order(
                place=place, category=category(), urgency=urgency, summary="?", actor=ann, now=at(moment)
            )  # fmt: skip

    return _reported


@pytest.mark.parametrize(
    ("urgency", "reported_at", "respond_by", "arrive_by", "done_by"),
    [
        (P0, "03-02 12:00", "03-02 12:01", "03-02 12:15", "03-02 13:00"),
        (P0, "03-02 23:50", "03-02 23:51", "03-03 00:05", "03-03 00:50"),  # danger knows no night
        (P1, "03-02 12:00", "03-02 12:05", "03-02 12:30", "03-02 16:00"),
        (P1, "03-02 02:14", "03-02 02:19", "03-02 02:44", "03-02 06:14"),
        (P2, "03-02 12:00", "03-02 12:30", "03-03 12:00", "03-03 12:00"),
        (P2, "03-02 21:00", "03-03 08:30", "03-04 08:00", "03-04 08:00"),  # the next morning at eight it is counted
        (P2, "03-02 06:30", "03-02 08:30", "03-03 08:00", "03-03 08:00"),
        (P3, "03-02 12:00", "03-02 16:00", "03-04 17:30", "03-11 17:30"),
        (P3, "03-02 16:00", "03-03 10:30", "03-04 17:30", "03-11 17:30"),
        (P3, "04-30 12:00", "04-30 16:00", "05-07 17:30", "05-13 17:30"),  # five days of May holiday, a Saturday worked
    ],
)
def test_each_urgency_has_its_three_promises(reported, urgency, reported_at, respond_by, arrive_by, done_by):
    order = reported(urgency, reported_at)

    assert [said(order.respond_by), said(order.arrive_by), said(order.done_by)] == [respond_by, arrive_by, done_by]


def test_the_service_level_in_force_on_the_day_of_the_report_counts_and_is_kept(reported, estate):
    with writing():
        old = db.session.scalars(
            select(ServiceLevel).where(ServiceLevel.applies_to == "p1", ServiceLevel.estate_id == estate.id)
        ).one()
        old.valid_until = date(2026, 3, 3)
        db.session.add(
            ServiceLevel(
                estate_id=estate.id, profile="Stricter", applies_to="p1", clock=old.clock, respond_minutes=2,
                arrive_minutes=20, done_minutes=60, valid_from=date(2026, 3, 3),
            )
        )  # fmt: skip

    before, after = reported(P1, "03-02 23:59"), reported(P1, "03-03 00:00")

    assert [said(before.arrive_by), said(after.arrive_by)] == ["03-03 00:29", "03-03 00:20"]
    assert [service_level_of(order).profile for order in (before, after)] == [old.profile, "Stricter"]


def test_what_is_missing_comes_next(reported, tao, ann):
    order = reported(P1, "03-02 12:00")
    steps = [next_deadline(order)]
    with writing():
        visit = schedule_visit(order, crew=[tao], actor=ann, now=at("03-02 12:03"))
    steps.append(next_deadline(order))
    with writing():
        order.arrived_at = at("03-02 12:20")
    steps.append(next_deadline(order))
    with writing():
        move_visit(visit, VisitStatus.DONE)
        move(order, Status.DONE)

    assert [(kind, said(due)) for kind, due in steps] == [
        (DeadlineKind.RESPOND, "03-02 12:05"),
        (DeadlineKind.ARRIVE, "03-02 12:30"),
        (DeadlineKind.FINISH, "03-02 16:00"),
    ]  # fmt: skip
    assert next_deadline(order) is None


def test_work_that_may_wait_is_finished_after_the_window_the_resident_agreed_to(reported, tao, ann):
    ordinary, burst = reported(P2, "03-02 12:00"), reported(P1, "03-02 12:00")
    window = Window(at("03-05 14:00"), at("03-05 15:30"))

    for order in (ordinary, burst):
        with writing():
            schedule_visit(order, crew=[tao], promised=window, actor=ann, now=at("03-02 12:00"))

    usual_time = timedelta(minutes=ordinary.category.duration_minutes)
    assert [said(ordinary.arrive_by), ordinary.done_by] == ["03-05 15:30", window.ends_at + usual_time]
    assert [said(burst.arrive_by), said(burst.done_by)] == ["03-05 15:30", "03-02 16:00"]


def test_raising_the_urgency_counts_anew_from_the_report(reported, tao, ann):
    order = reported(P2, "03-02 12:00")
    with writing():
        schedule_visit(
            order, crew=[tao], promised=Window(at("03-02 14:00"), at("03-02 15:30")), actor=ann, now=at("03-02 12:10")
        )

    with writing():
        change_urgency(order, urgency=P1, actor=ann, now=at("03-02 12:20"))

    assert [said(order.respond_by), said(order.arrive_by), said(order.done_by)] == [
        "03-02 12:05", "03-02 12:30", "03-02 16:00",
    ]  # fmt: skip
    assert said(order.responded_at) == "03-02 12:10"


def test_lowering_the_urgency_keeps_the_window_that_was_promised(reported, tao, ann):
    order = reported(P1, "03-02 12:00")
    with writing():
        schedule_visit(
            order, crew=[tao], promised=Window(at("03-02 14:00"), at("03-02 15:30")), actor=ann, now=at("03-02 12:10")
        )

    with writing():
        change_urgency(order, urgency=P2, actor=ann, now=at("03-02 12:20"))

    assert said(order.arrive_by) == "03-02 15:30"
    assert said(order.done_by) == "03-03 12:00"


def test_a_reopened_order_is_counted_from_when_it_was_reopened(reported, tao, ann):
    order = reported(P2, "03-02 12:00")
    with writing():
        visit = schedule_visit(order, crew=[tao], actor=ann, now=at("03-02 12:10"))
    with writing():
        move_visit(visit, VisitStatus.DONE)
        move(order, Status.DONE)
        order.done_at = at("03-02 15:00")
    with writing():
        schedule_visit(order, crew=[tao], actor=ann, now=at("03-04 09:00"))
    with writing():
        change_urgency(order, urgency=P1, actor=ann, now=at("03-04 09:10"))

    assert [said(order.arrive_by), said(order.done_by)] == ["03-04 09:30", "03-04 13:00"]
