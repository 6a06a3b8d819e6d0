"""When an outside party is chased: values in, values out."""

from datetime import date, datetime, time, timedelta

from helpdesk.core import clock

CHASE_AT = time(9)
DAYS = 2  # without a promise
LONGEST_PROMISE = timedelta(days=366)


def next_chase(promised_on: date | None, now: datetime) -> datetime:
    """The morning of the promised day, if it is still to come; else in two days at nine, Shanghai time."""
    promised = clock.from_local(datetime.combine(promised_on, CHASE_AT)) if promised_on else None
    if promised and promised > now:
        return promised
    return clock.from_local(datetime.combine(clock.local_date(now) + timedelta(days=DAYS), CHASE_AT))


def may_be_promised(day: date, today: date) -> bool:
    """From today on, within a year."""
    return today <= day <= today + LONGEST_PROMISE


def is_ahead(moment: datetime, now: datetime) -> bool:
    return now < moment <= now + LONGEST_PROMISE


def standing_of(chase_at: datetime, now: datetime) -> str:
    """How a chase stands, in the words of every deadline: its whole day counts as at risk."""
    if chase_at < now:
        return "late"
    return "at_risk" if clock.local_date(chase_at) == clock.local_date(now) else "on_time"
