from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.core.words import locale

STILL_OPEN = text("frozen_at IS NULL AND called_off_at IS NULL")  # one at a time in each estate


class Handover(Versioned, db.Model):
    """One shift handing over to the next. `notes` is what the outgoing operator adds to what the lines say.

    It is open until both have signed; then it is frozen, and its lines are rows of their own.
    """

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("incoming_id IS NULL OR incoming_id != outgoing_id", name="between_two"),
        CheckConstraint("(incoming_id IS NULL) = (incoming_signed_at IS NULL)", name="incoming_signs"),
        CheckConstraint(
            "frozen_at IS NULL OR (outgoing_signed_at IS NOT NULL AND incoming_signed_at IS NOT NULL)",
            name="frozen_when_both_signed",
        ),
        CheckConstraint("frozen_at IS NULL OR called_off_at IS NULL", name="frozen_or_called_off"),
        Index(None, "estate_id", "id"),
        Index("uq_handover_open", "estate_id", unique=True, sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    outgoing_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    outgoing: Mapped[User] = relationship(foreign_keys=outgoing_id, lazy="joined")
    incoming_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    incoming: Mapped[User | None] = relationship(foreign_keys=incoming_id, lazy="joined")
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    notes: Mapped[str] = mapped_column(Text, default="")
    outgoing_signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    incoming_signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    frozen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    called_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    kept_lines: Mapped[list["HandoverLine"]] = relationship(order_by="HandoverLine.id")

    @property
    def is_open(self) -> bool:
        return self.frozen_at is None and self.called_off_at is None

    @property
    def topics(self) -> set[str]:
        return {f"duty:{self.estate_id}"}


class HandoverLine(db.Model):
    """One thing that was open when a hand-over was frozen, as it stood: codes and an id, and words that can be erased.

    `section` and `state` are codes, `path` is the page of the thing itself, which goes on changing.
    """

    __tablename__ = "handover_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id"), index=True)
    section: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int]
    path: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(40))
    urgency: Mapped[str] = mapped_column(String(10), default="")
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    place: Mapped[str] = mapped_column(String(80), default="")
    what_zh: Mapped[str] = mapped_column(Text, default="")
    what_en: Mapped[str] = mapped_column(Text, default="")
    who: Mapped[str] = mapped_column(Text, default="")

    @property
    def what(self) -> str:
        return self.what_zh if locale() == "zh" else self.what_en
