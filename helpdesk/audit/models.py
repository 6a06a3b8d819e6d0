from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db


class Event(db.Model):
    """One thing that happened. Rows are added, never changed (a trigger refuses it).

    `seq` has no gaps and is the id of the live feed. `data` holds codes, ids and amounts: words, names
    and phone numbers stay in their own rows, where they can be erased.
    """

    __tablename__ = "event"
    __table_args__ = (Index(None, "subject_type", "subject_id", "seq"),)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    topics: Mapped[list[str]] = mapped_column(JSON)
    data: Mapped[dict] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(String(64))


class ChainHead(db.Model):
    """The newest event as it was noted on a day. The same stands on that day's paper and in the log.

    Rows are added, never changed: a chain that lost its tail, or was reckoned anew, no longer fits them.
    """

    __tablename__ = "chain_head"
    day: Mapped[date] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
