"""Decisions about work orders: which promise comes next, how it stands."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from helpdesk.repairs import deadlines
from helpdesk.repairs.deadlines import Standing
from helpdesk.windows.rules import Window

ENOUGH_SAMPLES = 5
BELIEVED = timedelta(minutes=1), timedelta(hours=8)  # times on site outside of these were tapped by mistake
STEP = 5  # minutes to which a learned time is rounded


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


def median_minutes(spans: Iterable[timedelta]) -> tuple[int, int] | None:
    """The usual time on site in minutes, to five, and of how many visits; None of fewer than five believable ones."""
    least, most = BELIEVED
    believed = [span for span in spans if least <= span <= most]
    if len(believed) < ENOUGH_SAMPLES:
        return None
    minutes = median(believed).total_seconds() / 60
    return max(STEP, round(minutes / STEP) * STEP), len(believed)
