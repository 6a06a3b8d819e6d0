"""When a call came, in every way a tired person writes it down; and what is no such moment."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core import clock
from helpdesk.hotline.happened import OLDEST, NoMoment, NotThen, happened_at, is_late, written


def at(typed: str) -> datetime:
    """A moment written in Shanghai time."""
    return clock.from_local(datetime.fromisoformat(typed))


MORNING = at("2026-11-25 08:00")  # a Wednesday


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("07:10", "2026-11-25 07:10"),
        ("7:10", "2026-11-25 07:10"),
        ("0710", "2026-11-25 07:10"),
        ("７：１０", "2026-11-25 07:10"),  # full width
        ("7点", "2026-11-25 07:00"),
        ("7点半", "2026-11-25 07:30"),
        ("7点一刻", "2026-11-25 07:15"),
        ("今早7:10", "2026-11-25 07:10"),
        ("08:00", "2026-11-25 08:00"),
        ("08:01", "2026-11-25 08:00"),  # the clock on the wall is a minute ahead
        ("23:40", "2026-11-24 23:40"),  # the last one that has passed
        ("昨晚 23:40", "2026-11-24 23:40"),
        ("昨晚11点40", "2026-11-24 23:40"),
        ("昨晚1点", "2026-11-25 01:00"),  # the night belongs to the day it began on
        ("昨晚12点", "2026-11-25 00:00"),
        ("昨天半夜12点", "2026-11-25 00:00"),
        ("昨天凌晨2点", "2026-11-24 02:00"),
        ("凌晨12:30", "2026-11-25 00:30"),
        ("昨天 8:30", "2026-11-24 08:30"),
        ("昨天中午1点", "2026-11-24 13:00"),
        ("昨天中午12点", "2026-11-24 12:00"),
        ("前天下午3点", "2026-11-23 15:00"),
        ("下午3点", "2026-11-24 15:00"),
        ("11-24 23:40", "2026-11-24 23:40"),
        ("11/24 23:40", "2026-11-24 23:40"),
        ("11月24日 23:40", "2026-11-24 23:40"),
        ("2026-11-24T23:40", "2026-11-24 23:40"),
        ("24日 23:40", "2026-11-24 23:40"),
        ("31号 9:00", "2026-10-31 09:00"),
        ("20分钟前", "2026-11-25 07:40"),
        ("半小时前", "2026-11-25 07:30"),
        ("1个半小时前", "2026-11-25 06:30"),
        ("2小时10分前", "2026-11-25 05:50"),
        ("20 min ago", "2026-11-25 07:40"),
        ("yesterday 23:40", "2026-11-24 23:40"),
        ("last night 11:40", "2026-11-24 23:40"),
        ("last night 1:15", "2026-11-25 01:15"),
        ("3pm", "2026-11-24 15:00"),
        ("12:05 am", "2026-11-25 00:05"),
    ],
)
def test_a_moment_is_read_in_every_written_form(typed, moment):
    assert happened_at(typed, now=MORNING) == at(moment)


@pytest.mark.parametrize("typed", ["", "  ", "\t"])
def test_nothing_typed_is_no_moment(typed):
    assert happened_at(typed, now=MORNING) is None


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("abc", NoMoment.UNREADABLE),
        ("5", NoMoment.UNREADABLE),
        ("25:00", NoMoment.UNREADABLE),
        ("12:60", NoMoment.UNREADABLE),
        ("13-40 10:00", NoMoment.UNREADABLE),
        ("0001-01-01 00:00", NoMoment.UNREADABLE),
        ("9" * 200, NoMoment.UNREADABLE),
        ("前", NoMoment.UNREADABLE),
        ("今天 10:30", NoMoment.FUTURE),
        ("2027-01-01 08:00", NoMoment.FUTURE),
        ("9999-01-01 00:00", NoMoment.FUTURE),
        ("2026-09-01 08:00", NoMoment.TOO_OLD),
        ("12-01 08:00", NoMoment.TOO_OLD),  # of last year
    ],
)
def test_what_cannot_be_says_why(typed, why):
    with pytest.raises(NotThen) as no:
        happened_at(typed, now=MORNING)

    assert no.value.why is why


def test_longer_than_sixty_days_ago_counts_once_somebody_says_so():
    assert happened_at("2026-09-01 08:00", now=MORNING, long_ago=True) == at("2026-09-01 08:00")


@given(ago=st.timedeltas(timedelta(0), OLDEST - timedelta(minutes=1)))
def test_what_a_form_shows_again_is_read_as_the_same_minute(ago):
    moment = (MORNING - ago).replace(second=0, microsecond=0)

    assert happened_at(written(moment), now=MORNING) == moment


@given(typed=st.text(max_size=60))
def test_whatever_is_typed_is_never_in_the_future(typed):
    try:
        found = happened_at(typed, now=MORNING)
    except NotThen:
        return

    assert found is None or MORNING - OLDEST <= found <= MORNING


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (9, False), (10, True), (300, True)])
def test_ten_minutes_later_is_a_late_entry(minutes, late):
    assert is_late(MORNING, MORNING + timedelta(minutes=minutes)) is late
