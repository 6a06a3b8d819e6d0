"""The worker tells the desk whose window will be missed, once, and nobody whose window is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.audit.models import Event
from helpdesk.callbacks.models import Callback, Reason
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.core.words import clock_time
from helpdesk.dispatch.board import boards_of
from helpdesk.dispatch.lateness import tell_who_comes_late
from helpdesk.estate.models import Phone
from helpdesk.repairs.states import Step
from helpdesk.scheduling.actions import take_step
from helpdesk.windows.rules import Window
from tests.dayplans import a_visit

MINUTE = timedelta(minutes=1)


@pytest.fixture
def day(estate, place, category, ann, tao, now):
    """Tao is at a leak (half an hour); the next resident was promised so many minutes: `day(40)`."""

    def _day(minutes):
        said = {"actor": ann, "now": now, "phone": Phone(estate_id=estate.id, digits="12000000001")}
        with writing():
            running = a_visit(place, category("WATER_LEAK"), [tao], at=now, **said)
            following = a_visit(
                place, category("WATER_LEAK"), [tao], at=now + 5 * MINUTE,
                promised=Window(now + 5 * MINUTE, now + minutes * MINUTE), **said,
            )  # fmt: skip
        with writing():
            take_step(running, Step.ARRIVE, actor=tao, now=now)
        return running, following

    return _day


def calls():
    return list(db.session.scalars(select(Callback)))


def delayed():
    return list(db.session.scalars(select(Event).where(Event.kind == "visit.delayed")))


def test_the_next_resident_is_to_be_rung_before_their_window_ends_and_once_only(day, ann, now):
    running, following = day(20)
    version = following.work_order.version

    assert [tell_who_comes_late(now + n * MINUTE) for n in (1, 2, 9)] == [1, 0, 0]

    (call,), (event,) = calls(), delayed()
    assert (call.work_order_id, call.reason) == (following.work_order_id, Reason.POSTPONED)
    assert call.due_at == now + 20 * MINUTE and call.asked_by_id is None
    assert event.data["visit_id"] == following.id and event.actor_id is None
    assert clock_time(now + 32 * MINUTE) in call.words  # half an hour, and two minutes to the next door
    assert following.work_order.version == version
    (board,) = boards_of(ann, following.work_order.estate_id, [clock.local_date(now)])
    assert {card.visit.id: card.late for lane in board.lanes for card in lane.cards} == {
        running.id: False, following.id: True,
    }  # fmt: skip


def test_nothing_is_said_while_the_window_can_be_kept(day, now):
    day(90)

    assert tell_who_comes_late(now + MINUTE) == 0
    assert calls() == delayed() == []


def test_work_that_takes_longer_than_planned_makes_the_next_late(day, now):
    day(40)

    assert tell_who_comes_late(now + 30 * MINUTE) == 0
    assert tell_who_comes_late(now + 39 * MINUTE) == 1


def test_what_became_late_while_the_worker_stood_still_is_told_when_it_is_back(day, now):
    day(20)

    assert tell_who_comes_late(now + timedelta(hours=2)) == 1
    assert calls()[0].due_at == now + timedelta(hours=2)


def test_nobody_is_late_behind_what_has_not_begun(estate, place, category, ann, tao, now):
    phone = Phone(estate_id=estate.id, digits="12000000001")
    with writing():
        for minutes in (0, 5):
            a_visit(
                place, category("WATER_LEAK"), [tao], at=now + minutes * MINUTE, actor=ann, now=now,
                promised=Window(now, now + 20 * MINUTE), phone=phone,
            )  # fmt: skip

    assert tell_who_comes_late(now + 10 * MINUTE) == 0
