"""What comes first in a technician's day, and which times are believed."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from helpdesk.estate.pinyin import DOUBLE_SURNAMES
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.states import STILL_TO_DO, Step, VisitStatus
from helpdesk.scheduling.rules import AFTER_STEP, believed, family_name, is_recent, next_step, turn

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
V, U = VisitStatus, Urgency
HOUR = timedelta(hours=1)


def test_the_turn_of_jobs():
    in_turn = [
        (V.PLANNED, U.P0, NOW + HOUR),  # nobody has accepted it: somebody waits to hear that we come
        (V.PLANNED, U.P1, NOW),
        (V.ON_SITE, U.P3, NOW),  # one stands in it
        (V.ON_THE_WAY, U.P1, NOW + HOUR),
        (V.ACCEPTED, U.P1, NOW),
        (V.ON_THE_WAY, U.P2, NOW + HOUR),
        (V.PLANNED, U.P3, NOW - 20 * HOUR),  # left over
        (V.ACCEPTED, U.P2, NOW - HOUR),
        (V.PLANNED, U.P2, NOW + HOUR),
    ]

    for shuffled in list(permutations(in_turn, len(in_turn)))[::9_999]:
        assert sorted(shuffled, key=lambda job: turn(*job)) == in_turn


def test_the_next_step_leads_to_the_end_whatever_was_skipped():
    for status in STILL_TO_DO:
        taps = []
        while step := next_step(status):
            taps.append(step)
            status = AFTER_STEP[step]
        assert status is V.ON_SITE
        assert taps == sorted(taps, key=list(Step).index)
    assert [next_step(end) for end in set(V) - set(STILL_TO_DO)] == [None] * 4


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        (None, NOW),
        (NOW - timedelta(minutes=40), NOW - timedelta(minutes=40)),  # tapped in a basement
        (NOW - 2 * HOUR, NOW - 2 * HOUR),  # just when the step before was
        (NOW - 2 * HOUR - timedelta(seconds=1), NOW),  # before the step before
        (NOW + timedelta(minutes=2), NOW),  # a clock that is a little fast
        (NOW + timedelta(minutes=2, seconds=1), NOW),  # a clock that is wrong
        (NOW - timedelta(days=400), NOW),
        (datetime.min.replace(tzinfo=UTC), NOW),
        (datetime.max.replace(tzinfo=UTC), NOW),
    ],
)
def test_a_claimed_time_counts_where_it_can_be_true(claimed, kept):
    assert believed(claimed, known_before=NOW - 2 * HOUR, now=NOW) == kept


def test_no_claim_counts_back_more_than_a_day():
    long_ago = NOW - timedelta(days=30)

    assert believed(NOW - 24 * HOUR, known_before=long_ago, now=NOW) == NOW - 24 * HOUR
    assert believed(NOW - 24 * HOUR - timedelta(seconds=1), known_before=long_ago, now=NOW) == NOW


@pytest.mark.parametrize(
    ("status", "ended_at", "concerns"),
    [
        (V.PLANNED, None, True), (V.ON_SITE, None, True), (V.CANCELLED, None, False), (V.FAILED, None, False),
        (V.DONE, NOW - 24 * HOUR, True), (V.DONE, NOW - 25 * HOUR, False),
    ],
)  # fmt: skip
def test_how_long_a_visit_concerns_its_crew(status, ended_at, concerns):
    assert is_recent(status, ended_at, NOW) is concerns


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("刘桂珍", "刘"), ("欧阳明", "欧阳"), ("欧阳", "欧"), (" 李四 ", "李"),
        ("Ann Smith", "Smith"), ("Ann", "Ann"), ("", ""),
    ],
)  # fmt: skip
def test_a_technician_knows_the_family_name_only(name, family):
    assert family_name(name, DOUBLE_SURNAMES) == family
