"""When a waiver rests, ends and has to be spoken about. Pure: values in, values out."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from helpdesk.waivers.rules import add_months, first_of_next_month

REMIND_AT = (60, 30, 7, 0)  # days before a waiver ends; 0 is the day on which it no longer counts
REVIEW_MONTH = 12


def ends_on(today: date, since: date, until_on: date) -> date:
    """The first day on which a waiver no longer counts: the first of the month after the later of both days.

    What ends in the future ends then; a waiver that would end sooner does.
    """
    return min(until_on, first_of_next_month(max(today, since)))


def over_granted(
    *, fee_from: date, since: date, ends: date, pauses: Iterable[tuple[date, date | None]] = ()
) -> list[date]:
    """The months that were reduced although the ground was gone since a day: from the month after it until the end."""
    resting = list(pauses)
    month, found = max(fee_from, first_of_next_month(since)), []
    while month < ends:
        if not any(first <= month and (last is None or month < last) for first, last in resting):
            found.append(month)
        month = add_months(month, 1)
    return found


def reminders_due(until_on: date, today: date, made: Iterable[int]) -> Sequence[int]:
    """Which reminders are due and not made yet, the latest last: after a silence only that one is worth a call."""
    left, before = (until_on - today).days, set(made)
    return [days for days in REMIND_AT if left <= days and days not in before]


def ends_within(until_on: date, today: date, days: int = REMIND_AT[0]) -> bool:
    return until_on <= today + timedelta(days=days)
