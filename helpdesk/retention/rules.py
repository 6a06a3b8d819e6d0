"""From which day on something is old enough to be forgotten."""

from calendar import monthrange
from datetime import date

from helpdesk.retention.models import DataClass

SHIPPED: dict[DataClass, int] = {  # months; what the company changes is kept in rows
    DataClass.CALLS: 36,
    DataClass.DRAFTS: 1,
    DataClass.ORDERS: 60,
    DataClass.VISIT_NOTES: 6,
    DataClass.PHOTOS: 24,
    DataClass.CASES: 60,
    DataClass.WAIVERS: 36,
    DataClass.GONE_PEOPLE: 60,
    DataClass.SESSIONS: 3,
    DataClass.MESSAGES: 3,
    DataClass.LOOKS: 36,
    DataClass.EXPORTS: 36,
}
LEAST = {DataClass.LOOKS: 12, DataClass.EXPORTS: 12, DataClass.WAIVERS: 12, DataClass.ORDERS: 12}
MOST = 240


def least(data_class: DataClass) -> int:
    """What tells of others' looks, and what bills and complaints rest on, is kept for a year at least."""
    return LEAST.get(data_class, 1)


def last_old_day(today: date, months: int) -> date:
    """The last local date that is `months` months old today: what ended on it goes today, not yet what came after.

    Of a day that a shorter month does not have its last day is taken: the end of February for the 31st of March.
    """
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
