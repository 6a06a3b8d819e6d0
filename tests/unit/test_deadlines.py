"""Deadlines on three clocks, on both sides of every edge of the calendar of 2026."""

import json
import os
import time as system_time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.clock import ZONE
from helpdesk.repairs import deadlines as module
from helpdesk.repairs.deadlines import (
    Clock,
    Deadlines,
    Standing,
    deadlines,
    due_at,
    standing,
    warn_before,
)
from helpdesk.workdays import rules
from helpdesk.workdays.rules import is_workday, read_calendar


@dataclass(frozen=True)
class Level:
    applies_to: str
    clock: str
    respond_minutes: int | None
    arrive_minutes: int | None
    arrive_days: int | None
    done_minutes: int | None
    done_days: int | None


DOCUMENT = json.loads((Path(module.__file__).parent / "service_levels.json").read_text("utf-8"))
LEVELS = {row["applies_to"]: Level(**row) for row in DOCUMENT["levels"]}
CALENDAR = read_calendar(json.loads((Path(rules.__file__).parent / "calendar_2026.json").read_text("utf-8")))
KINDS = {announced.day: announced.kind for announced in CALENDAR}


def worked(day: date) -> bool:
    return is_workday(day, KINDS)


def at(typed: str) -> datetime:
    """A moment written in Shanghai time."""
    return datetime.fromisoformat(typed).replace(tzinfo=ZONE).astimezone(UTC)


def times(applies_to: str, reported: str) -> tuple[str | None, ...]:
    due = deadlines(LEVELS[applies_to], reported_at=at(reported), is_workday=worked)
    found = (due.respond_by, due.arrive_by, due.done_by)
    return tuple(moment and moment.astimezone(ZONE).strftime("%m-%d %H:%M:%S").removesuffix(":00") for moment in found)


def test_the_seven_classes_of_the_table_are_there():
    assert list(LEVELS) == ["p0", "p1", "p2", "p3", "complaint", "complaint_complex", "case_12345"]
    assert {level.clock for level in LEVELS.values()} == {str(clock) for clock in Clock}


@pytest.mark.parametrize(
    ("applies_to", "reported", "respond", "arrive", "done"),
    [
        ("p0", "2026-11-23 02:14", "11-23 02:15", "11-23 02:29", "11-23 03:14"),
        ("p0", "2026-12-31 23:59:59", "01-01 00:00:59", "01-01 00:14:59", "01-01 00:59:59"),
        ("p1", "2026-11-23 02:14", "11-23 02:19", "11-23 02:44", "11-23 06:14"),
        ("p1", "2026-02-17 23:50", "02-17 23:55", "02-18 00:20", "02-18 03:50"),
        ("p1", "2028-02-28 23:59:59", "02-29 00:04:59", "02-29 00:29:59", "02-29 03:59:59"),
        ("p2", "2026-11-23 10:00", "11-23 10:30", "11-24 10:00", "11-24 10:00"),
        ("p2", "2026-11-23 19:30", "11-23 20:00", "11-24 19:30", "11-24 19:30"),
        ("p2", "2026-11-23 19:45", "11-24 08:15", "11-24 19:45", "11-24 19:45"),
        ("p2", "2026-11-23 19:59:59", "11-24 08:29:59", "11-24 19:59:59", "11-24 19:59:59"),
        ("p2", "2026-11-23 20:00", "11-24 08:30", "11-25 08:00", "11-25 08:00"),
        ("p2", "2026-11-23 23:59:59", "11-24 08:30", "11-25 08:00", "11-25 08:00"),
        ("p2", "2026-11-24 00:00:00", "11-24 08:30", "11-25 08:00", "11-25 08:00"),
        ("p2", "2026-11-24 07:59:59", "11-24 08:30", "11-25 08:00", "11-25 08:00"),
        ("p2", "2026-11-24 08:00:00", "11-24 08:30", "11-25 08:00", "11-25 08:00"),
        ("p2", "2026-11-28 10:00", "11-28 10:30", "11-29 10:00", "11-29 10:00"),  # the weekend counts
        ("p2", "2028-02-28 21:00", "02-29 08:30", "03-01 08:00", "03-01 08:00"),
        ("p3", "2026-11-23 09:00", "11-23 13:00", "11-25 17:30", "12-02 17:30"),
        ("p3", "2026-11-23 13:30", "11-23 17:30", "11-25 17:30", "12-02 17:30"),
        ("p3", "2026-11-23 13:31", "11-24 08:01", "11-25 17:30", "12-02 17:30"),
        ("p3", "2026-11-23 17:30", "11-24 12:00", "11-25 17:30", "12-02 17:30"),
        ("p3", "2026-11-23 23:59:59", "11-24 12:00", "11-25 17:30", "12-02 17:30"),
        ("p3", "2026-11-24 00:00:00", "11-24 12:00", "11-26 17:30", "12-03 17:30"),
        ("p3", "2026-11-27 16:00", "11-30 10:30", "12-01 17:30", "12-08 17:30"),  # over a weekend
        ("p3", "2026-11-28 10:00", "11-30 12:00", "12-01 17:30", "12-08 17:30"),  # on a Saturday
        ("p3", "2026-02-13 15:00", "02-14 09:30", "02-24 17:30", "03-02 17:30"),  # 14 and 28 Feb are worked
        ("p3", "2026-02-14 15:00", "02-24 09:30", "02-25 17:30", "03-03 17:30"),  # a make-up Saturday
        ("p3", "2026-02-20 10:00", "02-24 12:00", "02-25 17:30", "03-03 17:30"),  # in the Spring Festival
        ("p3", "2026-10-08 17:00", "10-09 11:30", "10-10 17:30", "10-16 17:30"),
        ("p3", "2026-10-10 17:00", "10-12 11:30", "10-13 17:30", "10-20 17:30"),
        ("p3", "2027-02-01 10:00", "02-01 14:00", "02-03 17:30", "02-10 17:30"),  # nothing announced for 2027
        ("p3", "2028-02-28 10:00", "02-28 14:00", "03-01 17:30", "03-08 17:30"),  # 29 February is worked
        ("complaint", "2026-11-27 16:00", "11-27 18:00", None, "11-28 16:00"),
        ("complaint_complex", "2026-11-27 16:00", "11-27 18:00", None, "12-02 17:30"),
        ("case_12345", "2026-11-27 23:00", "11-28 01:00", None, None),
    ],
)  # fmt: skip
def test_what_is_promised_for_each_class(applies_to, reported, respond, arrive, done):
    assert times(applies_to, reported) == (respond, arrive, done)


def test_who_promised_to_be_finished_earlier_arrives_by_then():
    level = Level("p2", "daytime", None, None, 1, 60, None)

    due = deadlines(level, reported_at=at("2026-11-23 10:00"), is_workday=worked)

    assert due == Deadlines(None, at("2026-11-23 11:00"), at("2026-11-23 11:00"))


@pytest.mark.parametrize(
    ("reported", "due"),
    [
        ("2026-11-23 10:00", "2026-11-24 20:00"),
        ("2026-11-23 19:59", "2026-11-24 20:00"),
        ("2026-11-23 20:00", "2026-11-25 20:00"),
        ("2026-11-24 07:59", "2026-11-25 20:00"),
    ],
)
def test_the_next_day_of_the_daytime_clock_ends_at_eight_in_the_evening(reported, due):
    assert due_at(at(reported), Clock.DAYTIME, days=1, is_workday=worked) == at(due)


def test_a_level_that_promises_nothing_has_no_deadline():
    nothing = Level("p3", "working_days", None, None, None, None, None)

    due = deadlines(nothing, reported_at=at("2026-11-23 10:00"), is_workday=worked)

    assert due == Deadlines(None, None, None)


@pytest.mark.parametrize("clock", Clock)
def test_a_time_without_a_zone_is_refused(clock):
    with pytest.raises(ValueError, match="time zone"):
        due_at(datetime(2026, 11, 23, 10), clock, minutes=5, is_workday=worked)


@pytest.mark.parametrize("span", [{"minutes": 5}, {"days": 1}])
def test_a_year_without_a_working_day_is_refused_instead_of_searched_for_ever(span):
    with pytest.raises(ValueError, match="whole year"):
        due_at(at("2026-11-23 10:00"), Clock.WORKING_DAYS, **span, is_workday=lambda _day: False)


def test_no_days_is_the_end_of_the_day_itself_if_it_is_worked_and_never_before_the_report():
    assert due_at(at("2026-11-23 10:00"), "working_days", days=0, is_workday=worked) == at("2026-11-23 17:30")
    assert due_at(at("2026-11-28 10:00"), "working_days", days=0, is_workday=worked) == at("2026-11-30 17:30")
    assert due_at(at("2026-11-23 18:00"), "working_days", days=0, is_workday=worked) == at("2026-11-23 18:00")


@pytest.mark.parametrize(
    ("now", "stands"),
    [
        ("2026-11-23 10:00:00", "on_time"),
        ("2026-11-23 12:59:59", "on_time"),
        ("2026-11-23 13:00:00", "at_risk"),
        ("2026-11-23 14:00:00", "at_risk"),
        ("2026-11-23 14:00:01", "late"),
        ("2027-11-23 14:00:00", "late"),
    ],
)
def test_the_last_quarter_is_at_risk_and_what_comes_after_is_late(now, stands):
    start, deadline = at("2026-11-23 10:00"), at("2026-11-23 14:00")

    assert standing(deadline, at(now), warn_before(start, deadline)) is Standing(stands)


def test_the_warning_comes_at_least_five_minutes_before():
    start = at("2026-11-23 10:00")

    assert warn_before(start, start + timedelta(minutes=1)) == timedelta(minutes=5)
    assert warn_before(start, start + timedelta(minutes=20)) == timedelta(minutes=5)
    assert warn_before(start, start + timedelta(minutes=24)) == timedelta(minutes=6)
    assert warn_before(start, start) == timedelta(minutes=5)


def test_without_a_deadline_nothing_is_late():
    assert standing(None, at("2026-11-23 10:00"), timedelta(0)) is Standing.ON_TIME


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
SPANS = st.one_of(
    st.fixed_dictionaries({"minutes": st.integers(0, 20_000)}),
    st.fixed_dictionaries({"days": st.integers(0, 30)}),
)


@pytest.mark.proves("RE-07")
@given(MOMENTS, st.sampled_from(Clock), SPANS)
def test_nothing_is_due_before_it_was_reported(reported_at, clock, span):
    due = due_at(reported_at, clock, **span, is_workday=worked)

    assert due >= reported_at
    assert due.tzinfo is UTC


@pytest.mark.proves("RE-07")
@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=4)), st.sampled_from(Clock), SPANS)
def test_who_reports_later_is_never_served_earlier(reported_at, later, clock, span):
    first = due_at(reported_at, clock, **span, is_workday=worked)

    assert due_at(reported_at + later, clock, **span, is_workday=worked) >= first


@pytest.mark.proves("RE-07")
@given(MOMENTS, st.sampled_from(Clock), st.integers(0, 5_000), st.integers(0, 5_000))
def test_more_time_is_never_less(reported_at, clock, minutes, more):
    if clock is Clock.DAYTIME and minutes < 720 <= minutes + more:
        return  # twelve hours and more run through the night

    first = due_at(reported_at, clock, minutes=minutes, is_workday=worked)

    assert due_at(reported_at, clock, minutes=minutes + more, is_workday=worked) >= first


@given(MOMENTS, SPANS)
def test_a_deadline_of_working_days_falls_into_working_hours(reported_at, span):
    due = due_at(reported_at, Clock.WORKING_DAYS, **span, is_workday=worked).astimezone(ZONE)

    assert worked(due.date()) or due == reported_at
    assert "08:00" <= due.strftime("%H:%M") <= "17:30" or due == reported_at


@given(MOMENTS, st.integers(0, 719))
def test_a_deadline_of_the_daytime_is_never_at_night(reported_at, minutes):
    due = due_at(reported_at, Clock.DAYTIME, minutes=minutes, is_workday=worked).astimezone(ZONE)

    assert "08:00:00" <= due.strftime("%H:%M:%S") <= "20:00:00"


@given(MOMENTS, st.integers(-12, 14), st.sampled_from(Clock), SPANS)
def test_the_zone_in_which_a_moment_is_written_does_not_matter(reported_at, offset, clock, span):
    elsewhere = reported_at.astimezone(timezone(timedelta(hours=offset)))

    assert due_at(elsewhere, clock, **span, is_workday=worked) == due_at(reported_at, clock, **span, is_workday=worked)


@pytest.mark.proves("RE-07")
@pytest.mark.parametrize("host_zone", ["UTC", "America/New_York", "Asia/Shanghai", "Pacific/Kiritimati"])
def test_the_zone_of_the_host_does_not_matter(host_zone, monkeypatch):
    monkeypatch.setitem(os.environ, "TZ", host_zone)
    system_time.tzset()
    try:
        assert times("p3", "2026-02-13 15:00") == ("02-14 09:30", "02-24 17:30", "03-02 17:30")
        assert times("p2", "2026-11-23 23:59:59") == ("11-24 08:30", "11-25 08:00", "11-25 08:00")
    finally:
        monkeypatch.undo()
        system_time.tzset()


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=20)), st.timedeltas(timedelta(0), timedelta(days=25)))
def test_a_deadline_goes_from_in_time_over_at_risk_to_late(start, span, waited):
    deadline = start + span
    warning = warn_before(start, deadline)
    order = list(Standing)

    before = order.index(standing(deadline, start + waited, warning))
    after = order.index(standing(deadline, start + waited + timedelta(minutes=1), warning))

    assert before <= after
    assert (before == 2) == (waited > span)
