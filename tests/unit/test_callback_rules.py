"""When somebody is rung again, which moments are proposed, and what people type for a moment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.callbacks import rules
from helpdesk.callbacks.models import Answer
from helpdesk.core import clock, moments
from helpdesk.parties.rules import next_chase

A = Answer


def at(text):
    """A moment of Shanghai's clock."""
    return clock.from_local(datetime.fromisoformat(text))


NOON = at("2026-03-02T12:00")
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("answer", "in_vain", "now", "urgent", "again"),
    [
        (A.NO_ANSWER, 1, "2026-03-02T12:00", False, "2026-03-02T12:15"),
        (A.NO_ANSWER, 2, "2026-03-02T12:00", False, "2026-03-02T13:00"),
        (A.NO_ANSWER, 9, "2026-03-02T12:00", False, "2026-03-02T15:00"),  # the last wait stays
        (A.SWITCHED_OFF, 1, "2026-03-02T12:02", False, "2026-03-02T13:05"),  # on the full five minutes
        (A.WRONG_NUMBER, 1, "2026-03-02T12:00", False, "2026-03-02T12:30"),
        (A.NO_ANSWER, 1, "2026-03-02T20:44", False, "2026-03-03T07:30"),  # 21:00 is night already
        (A.NO_ANSWER, 1, "2026-03-02T20:40", False, "2026-03-02T20:55"),
        (A.NO_ANSWER, 1, "2026-03-02T02:14", False, "2026-03-02T07:30"),
        (A.NO_ANSWER, 1, "2026-03-02T07:15", False, "2026-03-02T07:30"),  # 07:30 is day again
        (A.NO_ANSWER, 1, "2026-03-02T02:14", True, "2026-03-02T02:20"),
        (A.SWITCHED_OFF, 3, "2026-03-02T02:10", True, "2026-03-02T02:25"),
    ],
)
def test_the_next_try_waits_longer_each_time_and_never_at_night_unless_urgent(answer, in_vain, now, urgent, again):
    assert rules.next_try(answer, in_vain=in_vain, now=at(now), urgent=urgent) == at(again)


@given(now=MOMENTS, answer=st.sampled_from([A.NO_ANSWER, A.SWITCHED_OFF, A.WRONG_NUMBER]), tries=st.integers(1, 30))
def test_a_next_try_is_always_ahead_and_by_day(now, answer, tries):
    again = rules.next_try(answer, in_vain=tries, now=now, urgent=False)

    assert now < again <= now + timedelta(hours=20)
    assert not rules.is_night(again)


@given(now=MOMENTS)
def test_proposed_moments_are_ahead_by_day_and_in_order(now):
    proposed = rules.proposed_moments(now)

    assert len(proposed) == rules.PROPOSED and proposed == sorted(set(proposed))
    assert all(now < moment and not rules.is_night(moment) for moment in proposed)


def test_after_three_tries_in_vain_somebody_decides():
    assert not rules.needs_a_decision([A.NO_ANSWER, A.SWITCHED_OFF])
    assert rules.needs_a_decision([A.NO_ANSWER, A.SWITCHED_OFF, A.WRONG_NUMBER])


@pytest.mark.parametrize(
    ("due", "standing"),
    [("2026-03-02T11:59", "late"), ("2026-03-02T12:00", "at_risk"), ("2026-03-02T12:10", "at_risk"),
     ("2026-03-02T12:11", "on_time")],
)  # fmt: skip
def test_how_a_call_back_stands(due, standing):
    assert rules.standing_of(at(due), NOON) == standing


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("14:00", "2026-03-02T14:00"),
        ("14:00", "2026-03-02T14:00"),
        ("1430", "2026-03-02T14:30"),
        ("930", "2026-03-03T09:30"),  # over for today: the next time the clock shows it
        ("12:00", "2026-03-03T12:00"),
        ("14点", "2026-03-02T14:00"),
        ("14点半", "2026-03-02T14:30"),
        ("2点05分", "2026-03-03T02:05"),
        ("明天 8:30", "2026-03-03T08:30"),
        ("今天9点", "2026-03-02T09:00"),  # said with its day: over, and refused by the act
        ("后天10:00", "2026-03-04T10:00"),
        ("tomorrow 9:00", "2026-03-03T09:00"),
        ("03-05 10:00", "2026-03-05T10:00"),
        ("3月5日10点", "2026-03-05T10:00"),
        ("2026-03-05T10:00", "2026-03-05T10:00"),
        ("2026-03-05 10:00", "2026-03-05T10:00"),
        ("+30", "2026-03-02T12:30"),
    ],
)
def test_a_typed_moment_is_understood(typed, meant):
    assert moments.read(typed, NOON) == at(meant)


@pytest.mark.parametrize("typed", ["", "x", "25:00", "10:61", "soon", "02-30 10:00", "-1", "+", "10:00 10:00", "03-05"])
def test_what_is_no_moment_is_none(typed):
    assert moments.read(typed, NOON) is None


def test_a_day_without_a_year_that_is_long_past_is_one_of_next_year():
    assert moments.read("01-02 09:00", at("2026-12-31T12:00")) == at("2027-01-02T09:00")


@given(typed=st.text(max_size=40), now=MOMENTS)
def test_whatever_is_typed_gives_a_moment_or_none(typed, now):
    found = moments.read(typed, now)

    assert found is None or found.tzinfo is not None


@pytest.mark.parametrize(
    ("promised", "now", "chase"),
    [
        (None, "2026-03-02T12:00", "2026-03-04T09:00"),
        ("2026-03-06", "2026-03-02T12:00", "2026-03-06T09:00"),
        ("2026-03-02", "2026-03-02T12:00", "2026-03-04T09:00"),  # nine is over
        ("2026-03-02", "2026-03-02T08:00", "2026-03-02T09:00"),
    ],
)
def test_an_outside_party_is_chased_on_the_promised_morning(promised, now, chase):
    day = datetime.fromisoformat(promised).date() if promised else None

    assert next_chase(day, at(now)) == at(chase)


@pytest.mark.parametrize(
    ("over", "due"),
    [
        ((2026, 3, 2, 12, 0), (2026, 3, 2, 14, 0)),
        ((2026, 3, 2, 18, 59), (2026, 3, 2, 20, 59)),
        ((2026, 3, 2, 19, 0), (2026, 3, 3, 9, 30)),  # nobody is rung late in the evening
        ((2026, 3, 2, 23, 59), (2026, 3, 3, 9, 30)),
        ((2026, 3, 3, 2, 0), (2026, 3, 3, 9, 30)),
        ((2026, 3, 3, 8, 30), (2026, 3, 3, 10, 30)),
    ],
)
def test_a_list_of_people_is_rung_within_two_hours_but_not_at_night(over, due):
    now, by = (clock.from_local(datetime(*when)) for when in (over, due))  # noqa: DTZ001

    assert rules.ring_many_by(now) == by
