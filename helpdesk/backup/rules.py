"""When a backup is due, when one is missed, and which archives may go."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from helpdesk.core.clock import from_local, local

AT = time(2)  # of the local day
MISSED_AFTER = timedelta(hours=26)
AGAIN_AFTER = timedelta(hours=1)  # one that failed
LONGEST = timedelta(hours=6)  # whoever began one and said nothing since is dead


def last_night(now: datetime) -> datetime:
    """The last moment at which a nightly backup came round."""
    here = local(now)
    tonight = datetime.combine(here.date(), AT)
    return from_local(tonight if here.time() >= AT else tonight - timedelta(days=1))


def is_due(now: datetime, *, since: datetime | None, begun_at: datetime | None, fault: str) -> bool:
    """Whether the worker should begin one. A computer that is off by night does it when it is on again.

    `since` is the last good one, or when the installation began; `begun_at` is of the newest try unless it is good.
    """
    if since is None or since >= last_night(now):
        return False
    return begun_at is None or not begun_at <= now < begun_at + (AGAIN_AFTER if fault else LONGEST)


def is_missed(made_at: datetime, now: datetime) -> bool:
    return now - made_at > MISSED_AFTER


def may_go(made: Iterable[datetime], *, kept: int, weeks: int) -> list[datetime]:
    """Which are kept no longer: beyond the newest `kept`, all but the last of each of `weeks` weeks."""
    ordered = sorted(made, reverse=True)
    weekly: dict[tuple[int, ...], datetime] = {}
    for moment in ordered[kept:]:
        weekly.setdefault(tuple(local(moment).isocalendar()[:2]), moment)
    stays = {*ordered[:kept], *list(weekly.values())[:weeks]}
    return [moment for moment in ordered if moment not in stays]
