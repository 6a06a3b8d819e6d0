"""Moments are kept in UTC and told in Shanghai time, wherever the machine stands."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.core import clock
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.money import format_fen

EAST = timezone(timedelta(hours=8))
WEST = timezone(timedelta(hours=-3, minutes=-30))


@pytest.mark.proves("RE-07")
@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=lambda dialect: dialect.name)
def test_a_moment_without_a_zone_is_refused(dialect):
    with pytest.raises(ValueError, match="naive"):
        UTCDateTime().process_bind_param(datetime(2026, 3, 2, 12), dialect)


@pytest.mark.proves("RE-07")
@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.sampled_from([UTC, EAST, WEST])))
def test_a_moment_comes_back_as_the_same_moment_in_utc(moment):
    kept = UTCDateTime().process_bind_param(moment, None)

    read = UTCDateTime().process_result_value(kept, None)

    assert kept.tzinfo is None and (read, read.tzinfo) == (moment, UTC)


def test_no_moment_stays_none():
    assert UTCDateTime().process_bind_param(None, None) is UTCDateTime().process_result_value(None, None) is None


@pytest.mark.proves("RE-07")
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 16, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2025, 12, 31, 16, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2028, 2, 28, 16, tzinfo=UTC), date(2028, 2, 29)),
        (datetime(2026, 3, 1, 23, tzinfo=WEST), date(2026, 3, 2)),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(moment, day):
    begins, ends = clock.day_range(day)

    assert clock.local_date(moment) == day
    assert begins <= moment < ends == begins + timedelta(days=1)


def test_what_is_typed_is_shanghai_time():
    assert clock.from_local(datetime(2026, 3, 2, 2, 14)) == datetime(2026, 3, 1, 18, 14, tzinfo=UTC)
    assert clock.local(clock.from_local(datetime(2026, 3, 2, 2, 14))).isoformat() == "2026-03-02T02:14:00+08:00"


def test_now_knows_its_zone():
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("fen", "shown"), [(0, "¥0.00"), (5, "¥0.05"), (-1_234, "-¥12.34"), (100_000_000, "¥1,000,000.00"), (-1, "-¥0.01")]
)
def test_fen_are_shown_as_yuan(fen, shown):
    assert format_fen(fen) == shown
