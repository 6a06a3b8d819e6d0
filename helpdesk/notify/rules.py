"""When a message is tried, and how often. Source: domain.md 8.4, kept in docs/decisions.md."""

from datetime import datetime, time, timedelta

from helpdesk.core import clock

MOST_ATTEMPTS = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
QUIET_FROM, QUIET_UNTIL = time(21), time(7, 30)


def retry_after(attempts: int, jitter: float) -> timedelta:
    """How long to wait after so many attempts: doubled each time, up to an hour, and up to a quarter more by chance.

    `jitter` is from 0 to 1; it keeps many messages from coming back at the same moment.
    """
    wait = min(FIRST_WAIT * 2 ** (max(attempts, 1) - 1), LONGEST_WAIT)
    return wait * (1 + jitter / 4)


def may_be_sent_at(moment: datetime, *, hurries: bool) -> datetime:
    """The moment itself, or in the quiet hours (21:00 to 07:30) the end of them; what hurries does not wait."""
    here = clock.local(moment)
    if hurries or QUIET_UNTIL <= here.time() < QUIET_FROM:
        return moment
    day = here.date() + timedelta(days=here.time() >= QUIET_FROM)
    return clock.from_local(datetime.combine(day, QUIET_UNTIL))


def fits(value: object) -> bool:
    """Whether something may be a variable of a message: an id, or a code of ours, never words."""
    return isinstance(value, int) and not isinstance(value, bool)
