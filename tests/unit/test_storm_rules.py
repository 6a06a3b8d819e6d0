"""Who is asked whether they are well, where moved visits go, and when people are rung about it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.callbacks.rules import is_night
from helpdesk.core.clock import from_local
from helpdesk.storm.models import Cause
from helpdesk.storm.rules import Whom, is_asked, moved, ring_by, said_of_moved, said_time
from helpdesk.windows.rules import Window


def shanghai(day, hour, minute=0):
    return from_local(datetime(2026, 3, day, hour, minute))


@pytest.mark.parametrize(
    ("whom", "age", "alone", "walks_badly", "asked"),
    [
        ({Whom.LIVES_ALONE}, 60, True, False, True), ({Whom.LIVES_ALONE}, 59, True, False, False),
        ({Whom.LIVES_ALONE}, None, True, False, True), ({Whom.LIVES_ALONE}, 90, False, True, False),
        ({Whom.MOBILITY}, 70, False, True, True), ({Whom.VERY_OLD}, 80, False, False, True),
        ({Whom.VERY_OLD}, 79, True, True, False), ({Whom.VERY_OLD}, None, False, False, False),
        (set(Whom), 59, True, True, False), (set(), 90, True, True, False),
    ],
)  # fmt: skip
def test_who_is_asked(whom, age, alone, walks_badly, asked):
    assert is_asked(whom, age=age, youngest=60, lives_alone=alone, mobility=walks_badly) == asked


def test_a_moved_window_keeps_its_hours():
    window = Window(shanghai(2, 8, 30), shanghai(2, 10))

    assert moved(window, date(2026, 3, 9)) == Window(shanghai(9, 8, 30), shanghai(9, 10))


@pytest.mark.parametrize(
    ("now", "first", "due"),
    [
        (shanghai(2, 12), shanghai(3, 8, 30), shanghai(2, 14)),
        (shanghai(2, 12), shanghai(2, 13), shanghai(2, 13)),  # before somebody would have come
        (shanghai(2, 19), shanghai(3, 10), shanghai(3, 9, 30)),  # nobody is rung at night
        (shanghai(2, 22), shanghai(3, 8, 0), shanghai(3, 8, 0)),
        (shanghai(3, 2), shanghai(3, 10), shanghai(3, 9, 30)),
        (shanghai(2, 12), shanghai(2, 9), shanghai(2, 14)),  # it should have been made already
    ],
)  # fmt: skip
def test_when_a_household_is_rung(now, first, due):
    assert ring_by(now, first) == due


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda typed: typed.replace(tzinfo=UTC)),
    st.timedeltas(timedelta(days=-2), timedelta(days=9)),
)
def test_a_call_is_never_due_before_now_nor_at_night_unless_the_visit_is(now, ahead):
    due = ring_by(now, now + ahead)

    assert due >= now
    assert not is_night(due) or due == now + ahead or due == now


def test_what_a_household_is_told():
    before = said_time(shanghai(2, 8, 30), shanghai(2, 10))

    assert said_of_moved("3-2-501", before, said_time(shanghai(4, 8, 30), shanghai(4, 10)), Cause.TYPHOON) == (
        "3-2-501：原定3月2日08:30到10:00上门维修，因为台风，改到3月4日08:30到10:00。"
    )
    assert said_of_moved("3-2-501", before, "", Cause.RAINSTORM).endswith("因为暴雨，先推迟，新的时间再打电话跟您约。")
