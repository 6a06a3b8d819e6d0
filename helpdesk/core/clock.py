"""Moments are aware and in UTC; people read and type Shanghai time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime
from sqlalchemy.types import TypeDecorator

ZONE = ZoneInfo("Asia/Shanghai")
YEARS = range(2000, 2101)  # of what people type


def now() -> datetime:
    """The only call to the system clock in the package. Aware, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    return moment.astimezone(ZONE)


def local_date(moment: datetime) -> date:
    """The Shanghai date of a moment."""
    return local(moment).date()


def from_local(typed: datetime) -> datetime:
    """What a person typed (local, no zone) as an aware UTC moment."""
    return typed.replace(tzinfo=ZONE).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """Shanghai midnight at which this local date begins, in UTC."""
    return from_local(datetime.combine(day, time.min))


def day_range(day: date) -> tuple[datetime, datetime]:
    """The UTC moments [from, until) of one Shanghai date."""
    return start_of_day(day), start_of_day(day + timedelta(days=1))


class UTCDateTime(TypeDecorator):
    """Stores aware datetimes as naive UTC; refuses naive ones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: give it a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value, dialect):
        return None if value is None else value.replace(tzinfo=UTC)
