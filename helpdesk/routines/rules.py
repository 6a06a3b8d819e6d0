"""When something comes round again, as plain decisions about local dates."""

from calendar import monthrange
from datetime import date, timedelta

from helpdesk.routines.models import Basis, Unit


def add(day: date, every: int, unit: Unit, *, wanted: int | None = None) -> date:
    """So many days, weeks or months later. `wanted` is the day of the month, if it is not that of `day`.

    Where a shorter month has no such day it is the last one.
    """
    if unit is Unit.DAY:
        return day + timedelta(days=every)
    if unit is Unit.WEEK:
        return day + timedelta(weeks=every)
    months = day.year * 12 + day.month - 1 + every
    year, month = divmod(months, 12)
    return date(year, month + 1, min(wanted or day.day, monthrange(year, month + 1)[1]))


def wanted_day(wanted: int, *, due_on: date, ended_on: date, basis: Basis) -> int:
    """On which day of a month it is wanted from now on: a short month does not change it, other completion does."""
    return ended_on.day if basis is Basis.COMPLETION and ended_on != due_on else wanted


def next_due(*, due_on: date, ended_on: date, every: int, unit: Unit, basis: Basis, wanted: int) -> date:
    """When the next turn is due after one that was due and ended on these dates; `wanted` is the day of a month.

    Counted from completion it moves with the work. By the calendar it stays on its days; those that passed before the
    turn ended are left out, because two care visits on one day help nobody.
    """
    if basis is Basis.COMPLETION:
        day = wanted_day(wanted, due_on=due_on, ended_on=ended_on, basis=basis)
        return add(ended_on, every, unit, wanted=day)
    step, due = 1, add(due_on, every, unit, wanted=wanted)
    while due <= ended_on:
        step += 1
        due = add(due_on, every * step, unit, wanted=wanted)
    return due


def spread(count: int, *, first: date, days: int) -> list[date]:
    """The first dates of so many routines, shared out evenly over the days from `first` on, Sundays left out."""
    offered = [day for ahead in range(days) if (day := first + timedelta(days=ahead)).weekday() != 6] or [first]
    return [offered[at * len(offered) // count] for at in range(count)]
