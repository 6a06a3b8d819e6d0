"""Decisions about work orders: which promise comes next, how it stands, which windows a day offers."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from helpdesk.core import clock
from helpdesk.repairs import deadlines
from helpdesk.repairs.deadlines import Standing

WINDOW_VALUE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})/([0-9]{2}:[0-9]{2})", re.ASCII)
YEARS = range(2000, 2101)  # of what people type
GRID = ((time(8, 30), time(10)), (time(10), time(12)), (time(14), time(15, 30)), (time(15, 30), time(17)))
DAYS_OFFERED = 7
LEAST_LEFT = timedelta(minutes=30)  # of a window that is still offered


@dataclass(frozen=True, slots=True)
class Window:
    """When the resident was told that somebody comes: two moments in UTC, the end after the start."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self):
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("naive datetime: give it a time zone")
        if self.ends_at <= self.starts_at:
            raise ValueError("a window ends after it starts")


class DeadlineKind(StrEnum):
    RESPOND = "respond"
    ARRIVE = "arrive"
    FINISH = "finish"


def next_missing(order) -> tuple[DeadlineKind, datetime] | None:
    """The first promise that is still to be kept: to answer, then to come, then to finish. None if none is left.

    `order` has the three pairs of moments of a work order; a promise nobody made is passed over.
    """
    promises = (
        (DeadlineKind.RESPOND, order.respond_by, order.responded_at),
        (DeadlineKind.ARRIVE, order.arrive_by, order.arrived_at),
        (DeadlineKind.FINISH, order.done_by, order.done_at),
    )
    return next(((kind, due) for kind, due, kept_at in promises if due is not None and kept_at is None), None)


def counted_from(order) -> datetime:
    """Where the promises of an order begin: when it was reported; once reopened, when it was answered again."""
    return order.responded_at if order.reopened and order.responded_at else order.reported_at


def chases_now(order) -> list:
    """The times somebody chased an order since its promises began: what was asked before a reopening is settled."""
    return [chase for chase in order.chases if chase.chased_at >= counted_from(order)]


def standing_of(order, due: datetime, now: datetime) -> Standing:
    """How a promise of an order stands: at risk in the last quarter of its time, late after its moment."""
    return deadlines.standing(due, now, deadlines.warn_before(counted_from(order), due))


def finish_by(promised: datetime | None, window_ends_at: datetime, usual_time: timedelta, *, may_wait: bool):
    """When work must be finished that the resident agreed to have done in a window.

    What may wait (ordinary and planned work) is finished no earlier than the window and the usual time on site allow;
    danger and emergencies keep their promise, whatever was agreed.
    """
    if promised is None or not may_wait:
        return promised
    return max(promised, window_ends_at + usual_time)


def promised_window(record) -> Window | None:
    """What the resident was told, of a visit, or of an order nobody is chosen for yet; None if nothing was."""
    return Window(record.promised_from, record.promised_until) if record.promised_from else None


def window_value(window: Window) -> str:
    """How a form names a window: 2026-03-02T08:30/10:00, in Shanghai time."""
    return f"{clock.local(window.starts_at):%Y-%m-%dT%H:%M}/{clock.local(window.ends_at):%H:%M}"


def window_named(value: str | None) -> Window | None:
    """The window that a form named; None if it is not one, or of a year nobody plans for."""
    match = WINDOW_VALUE.fullmatch(value or "")
    try:
        starts_at = datetime.fromisoformat(match[1]) if match else None
        ends_at = datetime.combine(starts_at.date(), time.fromisoformat(match[2])) if match else None
    except ValueError:
        return None
    if starts_at is None or starts_at.year not in YEARS or ends_at <= starts_at:
        return None
    return Window(clock.from_local(starts_at), clock.from_local(ends_at))


def windows_of(day: date) -> list[Window]:
    """The windows that residents are offered on one local date."""
    return [Window(_moment(day, start), _moment(day, end)) for start, end in GRID]


def offered_windows(now: datetime, days: int = DAYS_OFFERED) -> list[Window]:
    """The windows of today and the days after it, in order of time; none in which hardly anybody could still come."""
    today = clock.local_date(now)
    upcoming = (window for ahead in range(days) for window in windows_of(today + timedelta(days=ahead)))
    return [window for window in upcoming if window.ends_at >= now + LEAST_LEFT]


def _moment(day: date, at: time) -> datetime:
    return clock.from_local(datetime.combine(day, at))
