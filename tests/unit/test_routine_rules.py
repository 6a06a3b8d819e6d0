from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.routines.models import Basis, Unit
from helpdesk.routines.rules import add, next_due, spread, wanted_day

DAYS = st.dates(date(2020, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("day", "every", "unit", "then"),
    [
        (date(2026, 3, 31), 10, Unit.DAY, date(2026, 4, 10)),
        (date(2026, 3, 2), 2, Unit.WEEK, date(2026, 3, 16)),
        (date(2026, 1, 31), 1, Unit.MONTH, date(2026, 2, 28)),  # there is no 31 February
        (date(2026, 11, 30), 3, Unit.MONTH, date(2027, 2, 28)),
    ],
)
def test_so_much_later(day, every, unit, then):
    assert add(day, every, unit) == then


def test_from_completion_it_moves_with_the_work():
    due, ended = date(2026, 3, 2), date(2026, 3, 5)

    later = next_due(due_on=due, ended_on=ended, every=1, unit=Unit.WEEK, basis=Basis.COMPLETION, wanted=2)

    assert later == date(2026, 3, 12)


def test_by_the_calendar_what_passed_is_left_out():
    due, ended = date(2026, 1, 31), date(2026, 3, 5)

    later = next_due(due_on=due, ended_on=ended, every=1, unit=Unit.MONTH, basis=Basis.DUE, wanted=31)

    assert later == date(2026, 3, 31)


@given(DAYS, DAYS, st.integers(1, 60), st.sampled_from(list(Unit)), st.sampled_from(list(Basis)))
def test_the_next_turn_is_always_later(due, ended, every, unit, basis):
    later = next_due(due_on=due, ended_on=max(due, ended), every=every, unit=unit, basis=basis, wanted=due.day)

    assert later > max(due, ended)


@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)), st.integers(1, 14), st.integers(1, 30), st.sampled_from(Basis))
def test_the_day_of_the_month_never_drifts(first, every, times, basis):
    """Done on the days on which it is due, it stays on its day, or the last one of a month that has no such day."""
    due, wanted = first, first.day
    for _turn in range(times):
        wanted = wanted_day(wanted, due_on=due, ended_on=due, basis=basis)
        due = next_due(due_on=due, ended_on=due, every=every, unit=Unit.MONTH, basis=basis, wanted=wanted)

    months = first.year * 12 + first.month - 1 + every * times
    assert due == date(months // 12, months % 12 + 1, min(first.day, monthrange(months // 12, months % 12 + 1)[1]))


@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)), st.integers(0, 70), st.integers(1, 14))
def test_counted_from_completion_the_day_is_that_of_the_work_however_late(due, late, every):
    ended = due + timedelta(days=late)
    dates = {"due_on": due, "ended_on": ended, "basis": Basis.COMPLETION}

    later = next_due(**dates, every=every, unit=Unit.MONTH, wanted=due.day)

    assert wanted_day(due.day, **dates) == ended.day
    assert later.day == min(ended.day, monthrange(later.year, later.month)[1])


def test_first_dates_are_shared_out_evenly_without_sundays():
    days = spread(6, first=date(2026, 3, 7), days=4)  # Saturday to Tuesday

    assert days == [date(2026, 3, 7)] * 2 + [date(2026, 3, 9)] * 2 + [date(2026, 3, 10)] * 2
