"""When something comes round again, as plain decisions about local dates."""

from calendar import monthrange
from datetime import date, timedelta

from helpdesk.routines.models import Basis, Unit


def add(day: date, every: int, unit: Unit) -> date:
    """So many days, weeks or months later; the last day of a shorter month where the day does not exist there."""
    if unit is Unit.DAY:
        return day + timedelta(days=every)
    if unit is Unit.WEEK:
        return day + timedelta(weeks=every)
    months = day.year * 12 + day.month - 1 + every
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_due(*, due_on: date, ended_on: date, every: int, unit: Unit, basis: Basis) -> date:
    """When the next turn is due after one that was due and ended on these dates.

    Counted from completion it moves with the work. By the calendar it stays on its days; those that passed before the
    turn ended are left out, because two care visits on one day help nobody.
    """
    if basis is Basis.COMPLETION:
        return add(ended_on, every, unit)
    step, due = 1, add(due_on, every, unit)
    while due <= ended_on:
        step += 1
        due = add(due_on, every * step, unit)
    return due


def spread(count: int, *, first: date, days: int) -> list[date]:
    """The first dates of so many routines, shared out evenly over the days from `first` on, Sundays left out."""
    offered = [day for ahead in range(days) if (day := first + timedelta(days=ahead)).weekday() != 6] or [first]
    return [offered[at * len(offered) // count] for at in range(count)]
