"""What is said of a deadline agrees with the deadline, whatever the clock, the hour and the calendar."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpdesk.core.clock import ZONE, local
from helpdesk.repairs.deadlines import Clock, due_at
from helpdesk.repairs.explanations import Calendar, DayNote, Later, Why, explain
from helpdesk.workdays import rules
from helpdesk.workdays.rules import read_calendar

ANNOUNCED = read_calendar(json.loads((Path(rules.__file__).parent / "calendar_2026.json").read_text("utf-8")))
KNOWN = Calendar({day.day: (day.kind, day.name) for day in ANNOUNCED}, frozenset({2026}))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20), timezones=st.just(UTC))
clocks = st.sampled_from(list(Clock))


def at(typed: str) -> datetime:
    return datetime.fromisoformat(typed).replace(tzinfo=ZONE).astimezone(UTC)


def test_a_small_repair_of_sunday_evening_is_counted_from_monday_at_eight():
    found = explain(at("2026-11-22 21:15"), Clock.DAYTIME, minutes=30, calendar=KNOWN)

    assert (found.starts_at, found.later, found.due) == (
        at("2026-11-23 08:00"), Later.TOO_LATE, at("2026-11-23 08:30"),
    )  # fmt: skip
    assert found.runs == ((at("2026-11-23 08:00"), at("2026-11-23 08:30")),)


@pytest.mark.parametrize(
    ("reported", "later"),
    [
        ("2026-11-23 08:00", None),
        ("2026-11-23 07:59", Later.TOO_EARLY),
        ("2026-11-23 17:30", Later.TOO_LATE),
        ("2026-11-22 12:00", Later.NOT_WORKED),
        ("2026-02-14 12:00", None),  # a Saturday that is worked
        ("2026-10-05 12:00", Later.NOT_WORKED),  # a Monday of the National Day
    ],
)
def test_why_counting_starts_later(reported, later):
    assert explain(at(reported), Clock.WORKING_DAYS, minutes=60, calendar=KNOWN).later is later


def test_a_planned_repair_over_the_spring_festival_names_what_it_passes_over():
    found = explain(at("2026-02-13 10:00"), Clock.WORKING_DAYS, days=2, calendar=KNOWN)

    assert found.days == (date(2026, 2, 14), date(2026, 2, 24))
    assert found.made_up == (DayNote(date(2026, 2, 14), Why.MADE_UP, "春节调休上班"),)
    assert [note.day.day for note in found.skipped] == list(range(15, 24))
    assert {(note.why, note.name) for note in found.skipped} == {(Why.HOLIDAY, "春节")}


def test_february_2027_is_counted_without_holidays_and_says_so():
    found = explain(at("2027-02-03 10:00"), Clock.WORKING_DAYS, days=7, calendar=KNOWN)

    assert found.due == at("2027-02-12 17:30")  # in the middle of the Spring Festival
    assert found.unknown_years == (2027,)


@pytest.mark.parametrize("clock", [Clock.WALL, Clock.DAYTIME])
def test_clocks_without_a_calendar_pass_over_nothing(clock):
    found = explain(at("2026-10-01 09:00"), clock, minutes=240, calendar=KNOWN)

    assert (found.skipped, found.made_up, found.unknown_years) == ((), (), ())


def test_what_is_not_promised_is_not_explained():
    assert explain(at("2026-10-01 09:00"), Clock.WALL, calendar=KNOWN) is None


@given(moments, clocks, st.integers(0, 20_000))
def test_the_stretches_add_up_to_the_time_and_end_at_the_deadline(start, clock, minutes):
    found = explain(start, clock, minutes=minutes, calendar=KNOWN)

    assert sum((end - begin for begin, end in found.runs), timedelta(0)) == timedelta(minutes=minutes)
    assert found.due == due_at(start, clock, minutes=minutes, is_workday=KNOWN.works)
    assert (found.runs[-1][1] if minutes else found.starts_at) == found.due
    assert start <= found.starts_at <= found.due


@given(moments, clocks, st.integers(1, 30))
def test_the_days_add_up_and_end_on_the_day_of_the_deadline(start, clock, days):
    found = explain(start, clock, days=days, calendar=KNOWN)

    assert (len(found.days), found.days[-1]) == (days, local(found.due).date())
    if clock is not Clock.DAYTIME:
        assert all(KNOWN.works(day) for day in found.days)
        between = {
            local(start).date() + timedelta(days=n) for n in range(1, (found.days[-1] - local(start).date()).days + 1)
        }
        assert {note.day for note in found.skipped} == between - set(found.days)


@given(moments, clocks, st.integers(0, 5_000), st.integers(0, 5_000))
def test_more_time_is_never_due_earlier(start, clock, fewer, more):
    assume(fewer <= more)
    if clock is Clock.DAYTIME and fewer < 720 <= more:
        return  # half a day or more runs through the night: a rule of the company, told beside due_at

    first, second = (due_at(start, clock, minutes=m, is_workday=KNOWN.works) for m in (fewer, more))

    assert start <= first <= second


@given(moments, st.timedeltas(timedelta(0), timedelta(days=9)), clocks, st.integers(0, 700))
def test_who_reports_later_is_never_served_earlier(start, later, clock, minutes):
    first, second = (due_at(m, clock, minutes=minutes, is_workday=KNOWN.works) for m in (start, start + later))

    assert first <= second
