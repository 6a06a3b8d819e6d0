from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import scoped_session

from helpdesk.audit.actions import digest
from helpdesk.audit.models import ChainHead, Event
from helpdesk.core.extensions import db

AT_A_TIME = 2_000
ON_PAPER, SHORTEST = 16, 12  # signs of a hash: as printed, and so many at least to compare with


class Head(NamedTuple):
    """Which event was the newest, and its hash or the beginning of it."""

    seq: int
    hash: str


def newest_seq() -> int:
    return db.session.scalar(select(func.max(Event.seq))) or 0


def newest_event() -> Event | None:
    return db.session.scalar(select(Event).order_by(Event.seq.desc()).limit(1))


def history_of(subject) -> list[Event]:
    """Everything that was done to one record, oldest first. The caller has loaded it through a permission."""
    about = (Event.subject_type == subject.__tablename__) & (Event.subject_id == subject.id)
    return list(db.session.scalars(select(Event).where(about).order_by(Event.seq)))


def verify_chain(asked: Connection | scoped_session = db.session) -> int | None:
    """The place in the chain where an event was changed, removed, slipped in or put elsewhere; None if all is well.

    A cut tail, and a chain that somebody reckoned anew, hold in themselves: `heads_that_do_not_fit` finds those.
    """
    previous, expected = "", 1
    events = select(*Event.__table__.columns).order_by(Event.seq).limit(AT_A_TIME)
    while rows := asked.execute(events.where(Event.seq >= expected)).all():
        for entry in rows:
            if entry.seq != expected or entry.hash != digest(entry, previous):
                return expected
            previous, expected = entry.hash, expected + 1
    return None


def heads_that_do_not_fit(heads: Iterable[Head], asked: Connection | scoped_session = db.session) -> list[Head]:
    """Those of these heads whose event is no longer there, or is another one."""
    known = list(heads)
    rows = asked.execute(select(Event.seq, Event.hash).where(Event.seq.in_([head.seq for head in known])))
    found = dict(rows.all())
    return [head for head in known if not found.get(head.seq, "").startswith(head.hash)]


def noted_heads(asked: Connection | scoped_session = db.session) -> list[Head]:
    """What was noted day by day, the oldest first."""
    return [Head(*row) for row in asked.execute(select(ChainHead.seq, ChainHead.hash).order_by(ChainHead.day))]


def head_on_paper() -> str:
    """The newest event as it is printed and typed again: its number and the beginning of its hash, in fours."""
    newest = newest_event()
    return newest_of(newest.seq, newest.hash) if newest else ""


def newest_of(seq: int, hash_: str) -> str:
    beginning = hash_[:ON_PAPER]
    return f"{seq}:" + "-".join(beginning[at : at + 4] for at in range(0, ON_PAPER, 4))


def read_head(typed: str) -> Head | None:
    """A head as somebody types it from paper, or pastes it from the log; None if it cannot be one."""
    seq, _colon, rest = typed.strip().lower().partition(":")
    hash_ = "".join(one for one in rest if one not in "- ")
    good = seq.isascii() and seq.isdigit() and len(seq) < 16 and SHORTEST <= len(hash_) <= 64
    return Head(int(seq), hash_) if good and set(hash_) <= set("0123456789abcdef") else None
