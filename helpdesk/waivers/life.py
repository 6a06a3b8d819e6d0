"""When a waiver rests, ends and has to be spoken about. Pure: values in, values out."""

from collections.abc import Iterable, Sequence
from datetime import date

from helpdesk.waivers.rules import first_of_next_month

REMIND_AT = (60, 30, 7, 0)  # days before a waiver ends; 0 is the day on which it no longer counts
REVIEW_MONTH = 12


def ends_on(today: date, since: date, until_on: date) -> date:
    """The first day on which a waiver no longer counts: the first of the month after the later of both days.

    What ends in the future ends then; a waiver that would end sooner does.
    """
    return min(until_on, first_of_next_month(max(today, since)))


def too_long_from(begins: date, since: date | None) -> date:
    """The first month that should not have been waived: the one after the day, or all since it began."""
    return max(begins, first_of_next_month(since)) if since else begins


def reminders_due(until_on: date, today: date, made: Iterable[int]) -> Sequence[int]:
    """Which reminders are due and not made yet, the latest last: after a silence only that one is worth a call."""
    left, before = (until_on - today).days, set(made)
    return [days for days in REMIND_AT if left <= days and days not in before]
