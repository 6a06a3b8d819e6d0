"""Which days are worked: the announced calendar of 2026, and what is done where none is known."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.workdays import rules
from helpdesk.workdays.rules import (
    AnnouncedDay,
    DayKind,
    NotACalendar,
    is_workday,
    missing_year,
    read_calendar,
)

CALENDAR = read_calendar(json.loads((Path(rules.__file__).parent / "calendar_2026.json").read_text("utf-8")))
KINDS = {day.day: day.kind for day in CALENDAR}
MAKE_UP = [date(2026, *day) for day in [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]]
DAYS_OFF = [
    ((1, 1), (1, 3)),
    ((2, 15), (2, 23)),
    ((4, 4), (4, 6)),
    ((5, 1), (5, 5)),
    ((6, 19), (6, 21)),
    ((9, 25), (9, 27)),
    ((10, 1), (10, 7)),
]


def test_2026_has_33_days_off_of_which_13_by_law_and_6_made_up():
    assert Counter(KINDS.values()) == {DayKind.OFF: 20, DayKind.HOLIDAY: 13, DayKind.WORKDAY: 6}
    assert all(day.name for day in CALENDAR)


def test_2026_has_248_working_days():
    year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]

    assert sum(is_workday(day, KINDS) for day in year) == 248


@pytest.mark.proves("RE-07")
@pytest.mark.parametrize("day", MAKE_UP)
def test_a_make_up_day_is_a_weekend_that_is_worked(day):
    assert day.weekday() >= 5
    assert is_workday(day, KINDS)


@pytest.mark.parametrize(("first", "last"), DAYS_OFF)
def test_the_announced_days_off_are_free_and_the_days_around_them_are_not(first, last):
    day, last_day = date(2026, *first), date(2026, *last)

    while day <= last_day:
        assert not is_workday(day, KINDS)
        day += timedelta(days=1)


@pytest.mark.proves("RE-08")
@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 11, 23), True),  # a Monday
        (date(2026, 11, 28), False),  # a Saturday
        (date(2026, 11, 29), False),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), True),  # nothing announced: a Friday like any other, and a warning on the page
        (date(2027, 2, 6), False),
        (date(2028, 2, 29), True),
    ],
)
def test_without_an_announcement_monday_to_friday_are_worked(day, worked):
    assert is_workday(day, KINDS) is worked


def test_kinds_may_be_plain_words_from_a_table():
    assert is_workday(date(2026, 11, 28), {date(2026, 11, 28): "workday"})
    assert not is_workday(date(2026, 11, 23), {date(2026, 11, 23): "off"})
    assert not is_workday(date(2026, 11, 23), {date(2026, 11, 23): "holiday"})


@pytest.mark.proves("RE-08")
@pytest.mark.parametrize(
    ("today", "known", "missing"),
    [
        (date(2026, 11, 30), {2026}, None),
        (date(2026, 12, 1), {2026}, 2027),
        (date(2026, 12, 31), {2026}, 2027),
        (date(2026, 12, 1), {2026, 2027}, None),
        (date(2027, 1, 1), {2026}, 2027),
        (date(2027, 6, 1), {2026}, 2027),
        (date(2027, 6, 1), {2027}, None),
        (date(2026, 3, 1), set(), 2026),
    ],
)
def test_a_missing_calendar_is_announced_from_the_first_of_december(today, known, missing):
    assert missing_year(today, known) == missing


def test_the_public_form_of_a_calendar_is_read_too():
    document = {
        "year": 2027,
        "papers": [],
        "days": [
            {"name": "春节", "date": "2027-02-06", "isOffDay": True},
            {"name": "元旦", "date": "2027-01-03", "isOffDay": False},
        ],
    }

    assert read_calendar(document) == [
        AnnouncedDay(date(2027, 1, 3), DayKind.WORKDAY, "元旦"),
        AnnouncedDay(date(2027, 2, 6), DayKind.OFF, "春节"),
    ]


@pytest.mark.parametrize(
    ("document", "position"),
    [
        (None, 0),
        ([], 0),
        ("2027", 0),
        ({}, 0),
        ({"year": 2027}, 0),
        ({"year": 2027, "days": []}, 0),
        ({"year": "2027", "days": [{}]}, 0),
        ({"year": True, "days": [{}]}, 0),
        ({"year": 1, "days": [{}]}, 0),
        ({"year": 2027, "days": {"date": "2027-01-01"}}, 0),
        ({"year": 2027, "days": [{}]}, 1),
        ({"year": 2027, "days": ["2027-01-01"]}, 1),
        ({"year": 2027, "days": [None]}, 1),
        ({"year": 2027, "days": [{"date": "2027-02-30", "kind": "off"}]}, 1),
        ({"year": 2027, "days": [{"date": 20270101, "kind": "off"}]}, 1),
        ({"year": 2027, "days": [{"date": "2027-01-01", "kind": "maybe"}]}, 1),
        ({"year": 2027, "days": [{"date": "2027-01-01", "kind": ["off"]}]}, 1),
        ({"year": 2027, "days": [{"date": "2027-01-01", "isOffDay": "yes"}]}, 1),
        ({"year": 2027, "days": [{"date": "2027-01-01", "kind": "off"}, {"date": "2027-01-01", "kind": "off"}]}, 2),
        ({"year": 2027, "days": [{"date": "2026-01-01", "kind": "off"}]}, 1),
    ],
)
def test_what_cannot_be_read_is_refused_and_pointed_at(document, position):
    with pytest.raises(NotACalendar) as refusal:
        read_calendar(document)

    assert refusal.value.position == position


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(DayKind))
def test_an_announced_day_counts_before_the_day_of_the_week(day, kind):
    assert is_workday(day, {day: kind}) is (kind is DayKind.WORKDAY)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["year", "days", "date", "kind"]), x),
    )
)
def test_no_document_fails_in_any_other_way(document):
    try:
        read_calendar(document)
    except NotACalendar:
        pass
