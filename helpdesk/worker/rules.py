"""When a task comes round, and when a lease still counts. A clock may jump; nothing is then done twice or never."""

from datetime import datetime, timedelta

LEASE = timedelta(minutes=1)  # of an ordinary task: a dead holder delays it by no more
LONGEST_WAIT = timedelta(hours=1)  # of a task that keeps failing and comes round more often than this
SILENT_AFTER = timedelta(minutes=2)


def wait_after(every: timedelta, failures: int) -> timedelta:
    """How long until a task comes round again: its own time, doubled with each failure in a row, up to an hour."""
    if not failures:
        return every
    return min(every * 2 ** min(failures, 16), max(every, LONGEST_WAIT))


def is_due(due_at: datetime, wait: timedelta, now: datetime) -> bool:
    """Whether a task comes round now. Further away than it may wait: the clock was put back, so it is due."""
    return due_at <= now or due_at - now > wait


def is_held(held_until: datetime | None, now: datetime, lease: timedelta = LEASE) -> bool:
    """Whether a lease counts. One that reaches further than it was given for is from before the clock was put back."""
    return held_until is not None and now < held_until <= now + lease


def is_silent(beat_at: datetime, now: datetime) -> bool:
    """Whether a worker has given no sign of life for too long."""
    return now - beat_at > SILENT_AFTER
