from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.routines.models import Basis, Unit
from helpdesk.routines.rules import add, next_due, spread

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

    assert next_due(due_on=due, ended_on=ended, every=1, unit=Unit.WEEK, basis=Basis.COMPLETION) == date(2026, 3, 12)


def test_by_the_calendar_what_passed_is_left_out():
    due, ended = date(2026, 1, 31), date(2026, 3, 5)

    assert next_due(due_on=due, ended_on=ended, every=1, unit=Unit.MONTH, basis=Basis.DUE) == date(2026, 3, 31)


@given(DAYS, DAYS, st.integers(1, 60), st.sampled_from(list(Unit)), st.sampled_from(list(Basis)))
def test_the_next_turn_is_always_later(due, ended, every, unit, basis):
    assert next_due(due_on=due, ended_on=max(due, ended), every=every, unit=unit, basis=basis) > max(due, ended)


def test_first_dates_are_shared_out_evenly_without_sundays():
    days = spread(6, first=date(2026, 3, 7), days=4)  # Saturday to Tuesday

    assert days == [date(2026, 3, 7)] * 2 + [date(2026, 3, 9)] * 2 + [date(2026, 3, 10)] * 2
