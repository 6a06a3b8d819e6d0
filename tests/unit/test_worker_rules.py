"""When tasks come round, and when messages are tried."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.notify.rules import may_be_sent_at, retry_after
from helpdesk.worker.rules import LEASE, is_due, is_held, is_silent, wait_after

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("due_in", "due"), [(-600, True), (0, True), (1, False), (15, False), (16, True)])
def test_a_task_is_due_at_its_moment_or_when_the_clock_was_put_back(due_in, due):
    assert is_due(NOW + timedelta(seconds=due_in), timedelta(seconds=15), NOW) is due


@pytest.mark.parametrize(("until", "held"), [
    (None, False), (NOW, False), (NOW + LEASE / 2, True), (NOW + LEASE, True), (NOW + LEASE + MINUTE, False),
])  # fmt: skip
def test_a_lease_counts_until_it_expires_and_never_longer_than_one_is_given(until, held):
    assert is_held(until, NOW) is held


@given(st.integers(1, 100_000), st.integers(0, 1_000))
def test_a_failing_task_waits_longer_but_never_longer_than_an_hour_or_its_own_time(seconds, failures):
    every = timedelta(seconds=seconds)

    assert every <= wait_after(every, failures) <= max(every, timedelta(hours=1))


def test_two_minutes_of_silence_are_too_many():
    assert [is_silent(NOW - timedelta(seconds=s), NOW) for s in (120, 121)] == [False, True]


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (9, 60)])
def test_each_attempt_waits_twice_as_long(attempts, minutes):
    assert [retry_after(attempts, jitter) for jitter in (0, 1)] == [minutes * MINUTE, minutes * 1.25 * MINUTE]


def shanghai(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(("moment", "sent"), [
    (shanghai(2, 20, 59), shanghai(2, 20, 59)),
    (shanghai(2, 21), shanghai(3, 7, 30)),
    (shanghai(3, 2, 14), shanghai(3, 7, 30)),
    (shanghai(3, 7, 30), shanghai(3, 7, 30)),
])  # fmt: skip
def test_at_night_only_what_hurries_is_sent(moment, sent):
    assert (may_be_sent_at(moment, hurries=False), may_be_sent_at(moment, hurries=True)) == (sent, moment)
