"""What is told of an order and when, and whom the hotline rings next."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.escalation.rules import (
    Alarm,
    Level,
    Next,
    Promise,
    Ringing,
    Step,
    acknowledge_by,
    next_to_ring,
    ringing,
    steps_due,
    waits_since,
)
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.states import Status, VisitStatus

START = datetime(2026, 11, 22, 18, 14, tzinfo=UTC)


def at(minutes):
    return START + timedelta(minutes=minutes)


def an_order(**changed):
    """An emergency of 02:14: answer in 5 minutes, arrive in 30, finish in 240."""
    moments = {
        "urgency": Urgency.P1, "status": Status.ASSIGNED, "reported_at": at(0), "reopened": 0,
        "respond_by": at(5), "responded_at": None, "arrive_by": at(30), "arrived_at": None,
        "done_by": at(240), "done_at": None,
    }  # fmt: skip
    return SimpleNamespace(**moments | changed)


@pytest.mark.parametrize(("status", "visit_status", "planned", "sent", "since"), [
    (Status.REPORTED, None, None, None, 0),  # nobody was sent
    (Status.ASSIGNED, VisitStatus.PLANNED, 1, 1, 1),
    (Status.ASSIGNED, VisitStatus.PLANNED, 1, 9, 9),  # handed over: the new crew has its own minutes
    (Status.ASSIGNED, VisitStatus.PLANNED, 600, 1, 600),  # agreed for later
    (Status.ASSIGNED, VisitStatus.ACCEPTED, 1, 1, None),
    (Status.ON_HOLD, None, None, None, None),
])  # fmt: skip
def test_an_order_waits_from_when_somebody_should_take_it(status, visit_status, planned, sent, since):
    moments = [moment if moment is None else at(moment) for moment in (planned, sent, since)]

    assert waits_since(status, at(0), None, visit_status, *moments[:2]) == moments[2]


def test_a_window_agreed_for_later_begins_to_wait_then():
    assert waits_since(Status.REPORTED, at(0), at(90), None, None, None) == at(90)


def test_only_who_has_minutes_must_acknowledge():
    assert [acknowledge_by(at(1), 5), acknowledge_by(at(1), None), acknowledge_by(None, 5)] == [at(6), None, None]


@pytest.mark.parametrize(("now", "told"), [
    (0, [Step(Promise.RESPOND, Level.WARNED, at(5))]),  # five minutes are always short
    (5, [Step(Promise.RESPOND, Level.WARNED, at(5))]),  # its own moment is in time
    (6, [Step(Promise.RESPOND, Level.MISSED, at(5))]),
    (31, [Step(Promise.RESPOND, Level.MISSED, at(5)), Step(Promise.ARRIVE, Level.MISSED, at(30))]),
])  # fmt: skip
def test_a_warning_comes_before_a_promise_is_missed_and_not_after(now, told):
    assert steps_due(an_order(), acknowledge_by=None, now=at(now)) == told


def test_nobody_acknowledged_is_told_after_its_moment_only():
    kept = an_order(responded_at=at(0))

    told = [steps_due(kept, acknowledge_by=at(5), now=at(5) + timedelta(seconds=s)) for s in (0, 1)]

    assert told == [[], [Step(Promise.ACKNOWLEDGE, Level.MISSED, at(5))]]


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
def test_the_same_step_is_due_again_and_again_but_is_one_step(minutes):
    order = an_order()
    seen = [step for now in sorted(minutes) for step in steps_due(order, acknowledge_by=at(5), now=at(now))]

    assert len(set(seen)) <= 2 * 3 + 1
    missed = {step.promise for step in seen if step.level is Level.MISSED}
    assert missed == {
        promise for promise, due in zip(Promise, (5, 5, 30, 240), strict=True) if max(minutes) > due
    }  # nothing is skipped, however rarely somebody looked


UNTAKEN = {"since": at(0), "acknowledge_by": at(5), "taken_at": []}


@pytest.mark.parametrize(("changed", "asked", "now", "why"), [
    ({"responded_at": at(0)}, UNTAKEN, 5, None),
    ({"responded_at": at(0)}, UNTAKEN, 6, Ringing(Alarm.UNACKNOWLEDGED, at(0), at(0))),
    ({"responded_at": at(0)}, UNTAKEN | {"taken_at": [at(6)]}, 7, None),
    ({"responded_at": at(0)}, UNTAKEN | {"taken_at": [at(6)]}, 31, Ringing(Alarm.LATE, at(30), at(0))),
    ({"responded_at": at(0)}, {"since": None, "acknowledge_by": None, "taken_at": []}, 31,
     Ringing(Alarm.LATE, at(30), at(30))),
    ({"responded_at": at(0)}, {"since": None, "acknowledge_by": None, "taken_at": [at(31)]}, 32, None),
    ({"responded_at": at(0), "arrived_at": at(20)},
     {"since": None, "acknowledge_by": None, "taken_at": [], "on_site": True}, 300, None),
    ({"urgency": Urgency.P2}, UNTAKEN, 60, None),
    ({"status": Status.ON_HOLD}, UNTAKEN, 60, None),
])  # fmt: skip
def test_an_emergency_is_rung_about_until_somebody_takes_it(changed, asked, now, why):
    assert ringing(an_order(**changed), **asked, now=at(now)) == why


@pytest.mark.parametrize(("chain", "tried", "declined", "expected"), [
    ([1, 2, 3], [], (), Next(1, 1, False)),
    ([1, 2, 3], [1], (), Next(2, 1, False)),
    ([1, 2, 3], [1, 2, 3], (), Next(1, 2, True)),  # from the beginning, and said so
    ([1, 2, 3], [1, 2, 3, 1], (), Next(2, 2, True)),
    ([1, 2, 3], [1, 2, 3], (1,), Next(2, 2, True)),  # who cannot come is left in peace
    ([1], [1], (1,), Next(1, 2, True)),  # unless nobody else is there
    ([4, 1], [1], (), Next(4, 1, False)),  # another crew was sent meanwhile
    ([], [], (), Next(None, 1, True)),
])  # fmt: skip
def test_who_was_rung_least_is_rung_next(chain, tried, declined, expected):
    assert next_to_ring(chain, tried, declined) == expected


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True), st.integers(0, 30))
def test_everybody_is_rung_once_before_anybody_is_rung_twice(chain, tries):
    tried = []
    for _ in range(tries):
        tried.append(next_to_ring(chain, tried).person)

    assert tried == [chain[number % len(chain)] for number in range(tries)]
