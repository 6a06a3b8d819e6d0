"""Forgetting what is old enough, in short pieces, so that nobody waits for the lock. The worker calls it by night.

Each piece is told by one event with counts only, in the same transaction.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import select

from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Person
from helpdesk.retention.classes import PIECES, Piece, ends_of
from helpdesk.retention.files import Files, forget_log
from helpdesk.retention.gate import erasing
from helpdesk.retention.gone import gone_people, may_go
from helpdesk.retention.models import DataClass, RetentionRule
from helpdesk.retention.persons import forget_person, look_through
from helpdesk.retention.queries import months_of
from helpdesk.retention.rules import SHIPPED, last_old_day

CHUNK = 200
NIGHT = range(1, 5)  # hours of the local day


def forget_by_night(now: datetime) -> dict[DataClass, int]:
    """What comes round; by day it does nothing, so that a page never waits for it."""
    return forget_what_is_over(now) if clock.local(now).hour in NIGHT else {}


def forget_what_is_over(now: datetime) -> dict[DataClass, int]:
    """How many of each class were forgotten."""
    today, counts = clock.local_date(now), {}
    for data_class in SHIPPED:
        day = last_old_day(today, months_of(data_class))
        if data_class is DataClass.GONE_PEOPLE:
            counts[data_class] = _people(day, today, now)
        else:
            counts[data_class] = sum(_piece(data_class, one, day, now) for one in PIECES[data_class])
    if any(counts.values()):
        forget_log()
    return counts


def _piece(data_class: DataClass, piece: Piece, day: date, now: datetime) -> int:
    over = piece.over(day, ends_of(day), clock.local_date(now))
    forgotten = 0
    for found in _chunks(over):
        with writing():
            key = over.selected_columns[0]
            ids = list(db.session.scalars(over.where(key.in_(found))))  # what was held back meanwhile is left out
            photos = _forget(data_class, piece, ids, day, now) if ids else []
        Files(photos=photos).remove()
        forgotten += len(ids)
    return forgotten


def _forget(data_class: DataClass, piece: Piece, ids: Sequence[int], day: date, now: datetime) -> list[str]:
    with erasing():
        photos = piece.forget(ids)
    _tell(data_class, len(ids), day, now)
    return photos or []


def _people(day: date, today: date, now: datetime) -> int:
    forgotten = 0
    for person_id in list(db.session.scalars(gone_people(day, today))):
        if may_go(person_id, today):
            plan = look_through(db.session.get_one(Person, person_id))
            with writing():
                if not may_go(person_id, today):
                    continue
                person = db.session.get_one(Person, person_id)
                _counts, files = forget_person(person, plan, actor=None, now=now)
                _tell(DataClass.GONE_PEOPLE, 1, day, now)
            files.remove()
            forgotten += 1
        db.session.rollback()
    return forgotten


def _chunks(over) -> Iterator[Sequence[int]]:
    """All that is over now, a few at a time; looked up without the lock."""
    ids = list(db.session.scalars(over))
    db.session.rollback()
    return (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))


def _tell(data_class: DataClass, rows: int, day: date, now: datetime) -> None:
    """The subject is the row of the rule, which is written the first time."""
    rule = db.session.scalar(select(RetentionRule).where(RetentionRule.data_class == data_class))
    if rule is None:
        rule = RetentionRule(data_class=data_class, months=SHIPPED[data_class], version=0)
        db.session.add(rule)
    told = {"data_class": data_class, "rows": rows, "up_to": ends_of(day)}
    record("retention.forgot", rule, actor=None, now=now, raises_version=False, **told)
