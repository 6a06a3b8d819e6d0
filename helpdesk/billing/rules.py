"""Months, days and fees as plain decisions. Months are the first of the month, ranges of dates are [from, until)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from helpdesk.billing.models import FeeUse
from helpdesk.estate.models import PlaceKind, Use
from helpdesk.tariff.rules import WHOLE, rounded

SCALE = 100 * 100  # area is in 0.01 m², price in 0.01 fen: their product is in 0.0001 fen
AGES = (90, 365, 3 * 365)  # days; older than three years, a court may no longer help
DAY = timedelta(days=1)


def first_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return first_of(first_of(month) + timedelta(days=31))


def months(month_from: date, month_until: date) -> Iterator[date]:
    """Every month of [from, until)."""
    month = first_of(month_from)
    while month < month_until:
        yield month
        month = next_month(month)


def days_of(month: date, from_on: date, until_on: date | None) -> tuple[date, date] | None:
    """The days of a month within [from, until); None if there are none."""
    begins, ends = max(month, from_on), next_month(month)
    ends = ends if until_on is None else min(ends, until_on)
    return (begins, ends) if begins < ends else None


def fee(area: int, unit_price: int, use_bp: int, from_on: date, until_on: date) -> int:
    """The property fee for these days of one month, in fen: area × price × the rate of the use, part months by days.

    `area` is in 0.01 m², `unit_price` in 0.01 fen a square metre and month. Half a fen rounds up, once:
    112.30 m² at 0.35 yuan are 39.305 yuan, 39.31 to pay.
    """
    month = first_of(from_on)
    whole = (next_month(month) - month).days
    return rounded(area * unit_price * use_bp * (until_on - from_on).days, SCALE * WHOLE * whole)


def use_of(kind: PlaceKind, use: Use | None) -> FeeUse | None:
    """By which rule a place pays; None for what is everybody's. A dwelling whose use nobody noted is lived in."""
    if kind is PlaceKind.DWELLING:
        return {Use.LET: FeeUse.LET, Use.VACANT: FeeUse.VACANT}.get(use, FeeUse.OWN)
    return {PlaceKind.GARAGE: FeeUse.GARAGE, PlaceKind.SHOP: FeeUse.SHOP}.get(kind)


@dataclass(frozen=True)
class Opening:
    """How an account begins when its books are taken over: fees from `billed_from`; `prepaid` are days paid already.

    What was owed was due on `owed_on` at the latest.
    """

    billed_from: date
    owed_on: date
    arrears_fen: int = 0
    prepaid: tuple[date, date] | None = None


def opening(paid_until: date | None, arrears_fen: int, as_of: date) -> Opening:
    """What was owed contains everything up to the end of that month, so fees begin with the next one.

    Who owed nothing and paid until an earlier day is charged from the day after it, part of a month by days. Who paid
    further ahead is charged like everybody, and has what those days cost as a credit.
    """
    begins = next_month(as_of)
    if paid_until is None:
        return Opening(begins, as_of, arrears_fen)
    after = paid_until + DAY
    if after > begins:
        return Opening(begins, as_of, arrears_fen, (begins, after))
    return Opening(begins if arrears_fen else after, as_of, arrears_fen)


def age_of(due_on: date, today: date) -> int:
    """In which column of the arrears a line stands: 0 up to 90 days overdue, then up to a year, three years, older."""
    late = (today - due_on).days
    return sum(late > limit for limit in AGES)


def collected_bp(paid_fen: int, due_fen: int, waived_fen: int) -> int | None:
    """The collection rate: paid ÷ (due − waived), in basis points. What is waived is never unpaid. None of nothing."""
    owed = due_fen - waived_fen
    return None if owed <= 0 else rounded(paid_fen * WHOLE, owed)
