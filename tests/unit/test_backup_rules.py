"""When a backup is due, when it is missed, and which may go."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.backup.rules import AGAIN_AFTER, LONGEST, is_due, is_missed, last_night, may_go

pytestmark = pytest.mark.proves("RE-12")
TWO = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)  # 2 March, two o'clock in Shanghai
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


def due(now, *, since=TWO - DAY, begun_at=None, fault=""):
    return is_due(now, since=since, begun_at=begun_at, fault=fault)


def test_it_comes_round_at_two_at_night():
    assert [last_night(TWO - SECOND), last_night(TWO), last_night(TWO + DAY - SECOND)] == [TWO - DAY, TWO, TWO]
    assert [due(TWO - SECOND), due(TWO)] == [False, True]


def test_a_computer_that_is_off_by_night_does_it_in_the_morning_and_once():
    morning = TWO + 6 * HOUR
    assert due(morning, since=TWO - 10 * HOUR)
    assert not due(morning + HOUR, since=morning)
    assert due(TWO + DAY, since=morning)


def test_an_installation_of_today_waits_for_its_first_night():
    assert [due(TWO, since=None), due(TWO + HOUR, since=TWO + SECOND)] == [False, False]


def test_one_that_failed_is_tried_again_and_one_that_died_too():
    for fault, wait in (("No room", AGAIN_AFTER), ("", LONGEST)):
        assert not due(TWO + wait - SECOND, begun_at=TWO, fault=fault)
        assert due(TWO + wait, begun_at=TWO, fault=fault)
    assert due(TWO, begun_at=TWO + HOUR)  # the clock was put back


@pytest.mark.proves("RE-16")
def test_after_26_hours_it_is_missed():
    assert [is_missed(TWO, TWO + 26 * HOUR), is_missed(TWO, TWO + 26 * HOUR + SECOND)] == [False, True]


def test_fourteen_are_kept_then_one_a_week_for_eight_weeks():
    made = [TWO - DAY * days for days in range(120)]

    gone = set(may_go(made, kept=14, weeks=8))
    stays = [moment for moment in made if moment not in gone]

    assert stays[:14] == made[:14] and len(stays) == 14 + 8
    assert {moment.weekday() for moment in stays[15:]} == {5}  # the last of each week: Sunday in Shanghai
    assert may_go(stays, kept=14, weeks=8) == []
    assert may_go(made[:5], kept=14, weeks=8) == []
