"""When somebody is rung next, and when enough is enough: values in, values out."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from helpdesk.callbacks.models import Answer
from helpdesk.core import clock

# The one night of this product: nobody is rung then, unless it is urgent. (When the office is closed is another thing:
# see the morning sheet.)
NIGHT_FROM, NIGHT_UNTIL = time(21), time(7, 30)
MANY_WITHIN = timedelta(hours=2)  # in which a list of people is rung about one thing
TRIES = 3  # in vain; after that somebody decides
SOON = timedelta(minutes=10)  # before a call-back is due it is at risk
GRID = timedelta(minutes=5)
PROPOSED = 4
HOURS = (time(9), time(10), time(14), time(17))  # at which people are told they will be rung
M = timedelta(minutes=1)
WAITS: dict[Answer, tuple[timedelta, ...]] = {  # after the first try in vain, the second, and so on; the last stays
    Answer.NO_ANSWER: (15 * M, 60 * M, 180 * M),
    Answer.SWITCHED_OFF: (60 * M, 180 * M, 360 * M),
    Answer.WRONG_NUMBER: (30 * M,),  # somebody has to find another number first
}
URGENT_WAITS = (5 * M, 10 * M, 15 * M)


def next_try(answer: Answer, *, in_vain: int, now: datetime, urgent: bool) -> datetime:
    """When to ring again after this answer. `in_vain` counts the tries that failed, this one included."""
    waits = URGENT_WAITS if urgent else WAITS[answer]
    again = on_the_grid(now + waits[min(in_vain, len(waits)) - 1])
    return again if urgent else after_the_night(again)


def is_night(moment: datetime) -> bool:
    """Whether people sleep: from 21:00 until 07:30, Shanghai time."""
    here = clock.local(moment).time()
    return here >= NIGHT_FROM or here < NIGHT_UNTIL


def after_the_night(moment: datetime) -> datetime:
    """The same moment by day; 07:30 of the morning after it at night."""
    if not is_night(moment):
        return moment
    here = clock.local(moment)
    day = here.date() + timedelta(days=here.time() >= NIGHT_FROM)
    return clock.from_local(datetime.combine(day, NIGHT_UNTIL))


def ring_many_by(now: datetime) -> datetime:
    """By when a list of people is rung about one thing: within two hours; where that is night, two hours after it."""
    due = now + MANY_WITHIN
    return after_the_night(due) + MANY_WITHIN if is_night(due) else due


def on_the_grid(moment: datetime) -> datetime:
    """The next full five minutes, or this moment if it is one."""
    start = moment.replace(minute=0, second=0, microsecond=0)
    return start - (start - moment) // GRID * GRID


def proposed_moments(now: datetime) -> list[datetime]:
    """By when somebody may be promised to be rung: soon, within the hour, then at the usual hours of the day."""
    today = clock.local_date(now)
    soon = [on_the_grid(now + wait) for wait in (10 * M, 60 * M)]
    usual = [
        clock.from_local(datetime.combine(today + timedelta(days=ahead), hour)) for ahead in (0, 1) for hour in HOURS
    ]
    found = [moment for moment in soon if not is_night(moment)]
    found += [moment for moment in usual if moment > now + 60 * M]
    return sorted(set(found))[:PROPOSED]


def tries_in_vain(answers: Sequence[Answer]) -> int:
    """How often somebody was rung for nothing; a promise that was kept starts anew."""
    return sum(answer is not Answer.ANSWERED for answer in answers)


def needs_a_decision(answers: Sequence[Answer]) -> bool:
    return tries_in_vain(answers) >= TRIES


def standing_of(due_at: datetime, now: datetime) -> str:
    """How a call-back stands, in the words of every deadline."""
    if due_at < now:
        return "late"
    return "at_risk" if due_at - now <= SOON else "on_time"
