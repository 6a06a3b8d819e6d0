"""A technician's day as plain decisions: what comes first, which step is next, which time is believed."""

from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk.repairs.models import Urgency
from helpdesk.repairs.states import STILL_TO_DO, Step, VisitStatus

EMERGENCIES = (Urgency.P0, Urgency.P1)
FAST_CLOCK = timedelta(minutes=2)  # a phone's clock may be ahead of ours by this much
OLDEST_CLAIM = timedelta(hours=24)
AFTERWARDS = timedelta(hours=24)


class NoPhoto(StrEnum):
    """Why there is no photo. A resident may always refuse one."""

    RESIDENT_REFUSES = "resident_refuses"
    TOO_DARK = "too_dark"
    NOTHING_TO_SEE = "nothing_to_see"
    OTHER = "other"


AFTER_STEP = {
    Step.ACCEPT: VisitStatus.ACCEPTED,
    Step.DEPART: VisitStatus.ON_THE_WAY,
    Step.ARRIVE: VisitStatus.ON_SITE,
}
STEPS_LEFT: dict[VisitStatus, tuple[Step, ...]] = {
    VisitStatus.PLANNED: (Step.ACCEPT, Step.DEPART, Step.ARRIVE),
    VisitStatus.ACCEPTED: (Step.DEPART, Step.ARRIVE),
    VisitStatus.ON_THE_WAY: (Step.ARRIVE,),
    VisitStatus.ON_SITE: (),
}


def next_step(status: VisitStatus) -> Step | None:
    """The step the big button offers; None on site, where only the ending is left, and after it."""
    return next(iter(STEPS_LEFT.get(status, ())), None)


def turn(status: VisitStatus, urgency: Urgency, planned_at: datetime) -> tuple:
    """Sorts the jobs of a day; the smallest is the next one.

    First an emergency that nobody has accepted, because somebody is waiting to hear that we come. Then the
    job one stands in, so that its button is at hand; then accepted emergencies, the job one is on the way to,
    and the others as planned, which puts those left over from earlier days before those of today.
    """
    emergency = urgency in EMERGENCIES
    if emergency and status is VisitStatus.PLANNED:
        rank = 0
    elif status is VisitStatus.ON_SITE:
        rank = 1
    elif emergency:
        rank = 2
    else:
        rank = 3 if status is VisitStatus.ON_THE_WAY else 4
    worse_first = EMERGENCIES.index(urgency) if emergency else 0
    return rank, worse_first, status is not VisitStatus.ON_THE_WAY, planned_at


def believed(claimed_at: datetime | None, *, known_before: datetime, now: datetime) -> datetime:
    """When a step happened: the phone's own time where it can be true, else the server's.

    A tap made without signal arrives later, so the phone's time counts back to `known_before` (the last step
    known of this visit), at most 24 hours, and may be ahead of ours by two minutes, which then count as now.
    """
    if claimed_at is None:
        return now
    earliest = max(known_before, now - OLDEST_CLAIM)
    return min(claimed_at, now) if earliest <= claimed_at <= now + FAST_CLOCK else now


def there_about(now: datetime, *, ends_at: datetime | None, way: timedelta) -> datetime:
    """When somebody can be at the next door: after the work they are at, or from now on, and the way there."""
    return max(now, ends_at or now) + way


def is_recent(status: VisitStatus, ended_at: datetime | None, now: datetime) -> bool:
    """Whether a visit still concerns its crew: while it is to do, and for a day after its end.

    So long a forgotten photo may be added, and so long they see whom to ring; a visit called off ends at once.
    """
    return status in STILL_TO_DO or (ended_at is not None and now - ended_at <= AFTERWARDS)


def family_name(name: str, double_surnames) -> str:
    """How a technician may know somebody: 刘 of 刘桂珍, 欧阳 of 欧阳明, Smith of Ann Smith; "" for no name."""
    name = name.strip()
    if not name or name.isascii():
        return name.rpartition(" ")[2]
    return name[:2] if name[:2] in double_surnames and len(name) > 2 else name[0]
