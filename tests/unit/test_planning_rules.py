"""Skills, hours, absences, windows and ways: plain decisions."""

from datetime import date, time, timedelta

import pytest

from helpdesk.core import clock
from helpdesk.repairs.rules import median_minutes
from helpdesk.technicians.rules import Part, away, warned, week_of_halves
from helpdesk.travel.rules import BadLine, learned, read_positions
from helpdesk.windows.rules import BadSpans, Wrong, alike, read_spans

MONDAY = date(2026, 3, 2)
TIMES = {"begins": time(8), "noon": time(12), "again": time(13, 30), "ends": time(17, 30)}


@pytest.mark.parametrize(
    ("days", "warning"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 0), (-5, 0)]
)
def test_a_licence_is_warned_of_60_30_and_7_days_ahead(days, warning):
    assert warned(MONDAY + timedelta(days=days), MONDAY) == warning


def test_what_never_expires_is_never_warned_of():
    assert warned(None, MONDAY) is None


def test_half_days_become_hours_and_a_whole_day_is_one_row():
    assert week_of_halves([0, 5], [0, 6], **TIMES) == [(0, 480, 1050), (5, 480, 720), (6, 810, 1050)]


@pytest.mark.parametrize(
    ("part", "begins", "ends", "hours"),
    [
        (Part.WHOLE, None, None, (0, 48)),
        (Part.MORNING, None, None, (0, 12.5)),
        (Part.AFTERNOON, None, None, (12.5, 24)),
        (Part.HOURS, time(9), time(11), (9, 11)),
    ],
)
def test_an_absence_is_of_days_half_a_day_or_hours(part, begins, ends, hours):
    midnight = clock.start_of_day(MONDAY)

    spell = away(part, MONDAY, MONDAY + timedelta(days=1), begins, ends)

    assert spell == (midnight + timedelta(hours=hours[0]), midnight + timedelta(hours=hours[1]))


@pytest.mark.parametrize("ends", [None, time(9), time(8)])
def test_an_absence_without_time_is_none(ends):
    assert away(Part.HOURS, MONDAY, MONDAY, time(9), ends) is None


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("", []),
        ("08:30-10:00", [(510, 600)]),
        ("14:00–15:30、8:30至10:00", [(510, 600), (840, 930)]),
        ("10：00～12：00，12:00-24:00", [(600, 720), (720, 1440)]),
    ],
)
def test_windows_are_read_as_people_type_them(typed, spans):
    assert read_spans(typed) == spans


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("morning", Wrong.UNREADABLE),
        ("08:30-10:00 x", Wrong.UNREADABLE),
        ("08:60-10:00", Wrong.UNREADABLE),
        ("23:00-25:00", Wrong.UNREADABLE),
        ("10:00-08:30", Wrong.BACKWARDS),
        ("10:00-10:00", Wrong.BACKWARDS),
        ("10:00-10:29", Wrong.TOO_SHORT),
        ("08:30-10:00, 09:59-12:00", Wrong.OVERLAP),
    ],
)
def test_windows_that_cannot_be_say_why(typed, why):
    with pytest.raises(BadSpans) as bad:
        read_spans(typed)

    assert bad.value.why is why and bad.value.what


def test_days_with_the_same_windows_are_told_together():
    week = [[(1, 2)], [(1, 2)], [], [(1, 2)], [], [], [(3, 4)]]

    assert alike(week) == [([0, 1, 3], [(1, 2)]), ([2, 4, 5], []), ([6], [(3, 4)])]


def test_a_way_is_the_median_of_both_directions_without_what_cannot_be():
    ways = [(3, 7, s) for s in (100, 110, 120)] + [(7, 3, s) for s in (130, 140)]
    held_up = [(3, 7, 3600), (3, 7, 2), (3, 7, 900), (7, 7, 120)]

    assert learned(ways + held_up) == {(3, 7): (120, 5)}


def test_four_ways_are_not_enough_to_learn_from():
    assert learned([(1, 2, 100)] * 4) == {}


def test_positions_are_read_line_by_line():
    assert read_positions("7, 180, 78\n\n0 0 -5\n8；1；2") == {7: (180, 78), 0: (0, -5), 8: (1, 2)}


@pytest.mark.parametrize(
    ("typed", "number"), [("7 1", 1), ("7 1 2\n7 3 4", 2), ("x 1 2", 1), ("-1 2 3", 1), ("7 1 99999", 1), ("7 - 2", 1)]
)
def test_the_line_that_cannot_be_read_is_named(typed, number):
    with pytest.raises(BadLine) as bad:
        read_positions(typed)

    assert bad.value.number == number


@pytest.mark.parametrize(
    ("minutes", "found"),
    [([30] * 4, None), ([20, 30, 32, 40, 90], (30, 5)), ([1, 1, 2, 2, 3], (5, 5)), ([30] * 5 + [0, 600], (30, 5))],
)
def test_the_usual_time_is_the_median_of_believable_ones(minutes, found):
    assert median_minutes(timedelta(minutes=one) for one in minutes) == found
