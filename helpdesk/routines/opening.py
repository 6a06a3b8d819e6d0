"""Opening the turns that are due, ahead of time. Called by the worker; any number of them may look at once."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.routines.actions import end_by_itself, open_turn
from helpdesk.routines.models import Routine

CHUNK = 25
FARTHEST = timedelta(days=60)  # no turn is opened earlier than that


def open_due_turns(now: datetime) -> int:
    """Open every turn whose time has come, once each; returns how many. A turn of somebody who died is not opened."""
    opened, last = 0, 0
    while ids := _due(clock.local_date(now), after=last):
        last = ids[-1]
        with writing():
            for routine in db.session.scalars(select(Routine).where(Routine.id.in_(ids)).order_by(Routine.id)):
                opened += _open(routine, now)
    return opened


def _due(today: date, *, after: int) -> list[int]:
    """Ids of the next routines that are due, looked at without a lock."""
    rows = db.session.execute(
        select(Routine.id, Routine.next_on, Routine.ahead_days)
        .where(Routine.ended_on.is_(None), Routine.next_on <= today + FARTHEST, Routine.id > after)
        .order_by(Routine.id)
    ).all()
    db.session.rollback()
    return [routine_id for routine_id, next_on, ahead in rows if next_on - timedelta(days=ahead) <= today][:CHUNK]


def _open(routine: Routine, now: datetime) -> int:
    """Looked at again under the lock: another worker may have been faster."""
    today = clock.local_date(now)
    if routine.ended_on is not None or routine.next_on - timedelta(days=routine.ahead_days) > today:
        return 0
    if routine.person is not None and routine.person.died_on is not None:
        end_by_itself(routine, now=now)
        return 0
    try:
        open_turn(routine, now=now)
    except Refused:  # the estate promises nothing yet; it is looked at again
        return 0
    return 1
