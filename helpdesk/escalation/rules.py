"""Decisions about escalation: what is to be told of an order now, whether it needs ringing, and who is rung next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk.repairs.deadlines import Standing
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.rules import next_missing, standing_of
from helpdesk.repairs.states import Status, VisitStatus

RUNG_FOR = (Urgency.P0, Urgency.P1)
RUNG_WHILE = (Status.REPORTED, Status.ASSIGNED, Status.IN_PROGRESS)  # on hold somebody has decided that it waits


class Promise(StrEnum):
    """What an order may miss."""

    ACKNOWLEDGE = "acknowledge"  # somebody says that they take it
    RESPOND = "respond"
    ARRIVE = "arrive"
    FINISH = "finish"


class Level(StrEnum):
    WARNED = "warned"
    MISSED = "missed"


class Alarm(StrEnum):
    """Why an order stands in the ring list."""

    UNACKNOWLEDGED = "unacknowledged"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be told of an order. The same deadline is told once; a postponed one is another."""

    promise: Promise
    level: Level
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Ringing:
    """That an order needs ringing: why, since when, and from when on tries count."""

    alarm: Alarm
    due_at: datetime
    counts_from: datetime


def waits_since(
    status: Status, reported_at: datetime, promised_from: datetime | None, visit_status: VisitStatus | None,
    planned_at: datetime | None, sent_at: datetime | None,
) -> datetime | None:  # fmt: skip
    """Since when an order waits for somebody to take it: since it was reported, or since somebody was sent who has
    not accepted. What is agreed for later begins to wait then. None once it is accepted, or when nobody is meant to go.
    """
    if status is Status.REPORTED:
        return max(reported_at, promised_from or reported_at)
    if status in RUNG_WHILE and visit_status is VisitStatus.PLANNED and planned_at:
        return max(planned_at, sent_at or planned_at)
    return None


def acknowledge_by(since: datetime | None, minutes: int | None) -> datetime | None:
    """By when somebody must have said that they take it; None where nobody asks for that."""
    return since + timedelta(minutes=minutes) if since and minutes is not None else None


def steps_due(order, *, acknowledge_by: datetime | None, now: datetime) -> list[Step]:
    """What is to be told of an open order by now, what was due first on top.

    `order` has the moments of a work order. Each missed promise is told; a warning only of the promise that comes
    next, and not any more once it is missed.
    """
    found = []
    if acknowledge_by and now > acknowledge_by:
        found.append(Step(Promise.ACKNOWLEDGE, Level.MISSED, acknowledge_by))
    upcoming = next_missing(order)
    promises = (
        (Promise.RESPOND, order.respond_by, order.responded_at),
        (Promise.ARRIVE, order.arrive_by, order.arrived_at),
        (Promise.FINISH, order.done_by, order.done_at),
    )
    for promise, due, kept_at in promises:
        if due is None or kept_at is not None:
            continue
        if now > due:
            found.append(Step(promise, Level.MISSED, due))
        elif upcoming == (promise, due) and standing_of(order, due, now) is Standing.AT_RISK:
            found.append(Step(promise, Level.WARNED, due))
    return sorted(found, key=lambda step: step.due_at)


def ringing(
    order, *, since: datetime | None, acknowledge_by: datetime | None, taken_at: Collection[datetime],
    on_site: bool = False, now: datetime,
) -> Ringing | None:  # fmt: skip
    """Whether an order needs ringing just now. `taken_at` are the moments at which somebody rung said "I take it".

    Nobody has acknowledged it in time, or the promise that comes next is missed and nobody was reached about that;
    whoever is at work there is not rung for being slow.
    """
    if order.urgency not in RUNG_FOR or order.status not in RUNG_WHILE:
        return None
    if since and acknowledge_by and now > acknowledge_by and not any(at >= since for at in taken_at):
        return Ringing(Alarm.UNACKNOWLEDGED, since, since)
    missed = next_missing(order)
    if missed and not on_site and now > missed[1] and not any(at >= missed[1] for at in taken_at):
        return Ringing(Alarm.LATE, missed[1], min(since, missed[1]) if since else missed[1])
    return None


@dataclass(frozen=True, slots=True)
class Next:
    """Whom to ring next, which round of the chain this is, and whether all of them were rung in vain."""

    person: int | None
    round: int
    nobody_reached: bool


def next_to_ring(chain: Sequence[int], tried: Sequence[int], declined: Collection[int] = ()) -> Next:
    """Whom to ring next: the first of the chain who was rung least. At its end the chain begins again.

    `tried` are the people rung so far, one entry a try; those who cannot come are passed over while others remain.
    """
    if not chain:
        return Next(None, 1, True)
    able = [person for person in chain if person not in declined] or list(chain)
    tries = {person: tried.count(person) for person in able}
    fewest = min(tries.values())
    return Next(next(person for person in able if tries[person] == fewest), fewest + 1, fewest > 0)
