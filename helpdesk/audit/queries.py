from sqlalchemy import func, select

from helpdesk.audit.actions import digest
from helpdesk.audit.models import Event
from helpdesk.core.extensions import db

AT_A_TIME = 2_000


def newest_seq() -> int:
    return db.session.scalar(select(func.max(Event.seq))) or 0


def newest_event() -> Event | None:
    return db.session.scalar(select(Event).order_by(Event.seq.desc()).limit(1))


def history_of(subject) -> list[Event]:
    """Everything that was done to one record, oldest first. The caller has loaded it through a permission."""
    about = (Event.subject_type == subject.__tablename__) & (Event.subject_id == subject.id)
    return list(db.session.scalars(select(Event).where(about).order_by(Event.seq)))


def verify_chain() -> int | None:
    """The place in the chain where an event was changed, removed or slipped in; None if all is well.

    A cut tail leaves a good chain: compare `newest_seq()` and the last hash with a copy kept elsewhere.
    """
    previous, expected = "", 1
    events = select(*Event.__table__.columns).order_by(Event.seq).limit(AT_A_TIME)
    while rows := db.session.execute(events.where(Event.seq >= expected)).all():
        for entry in rows:
            if entry.seq != expected or entry.hash != digest(entry, previous):
                return expected
            previous, expected = entry.hash, expected + 1
    return None
