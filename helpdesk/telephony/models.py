from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.callbacks.models import Callback
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Phone


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class ReportKind(StrEnum):
    NEW_CALL = "new_call"
    ANSWER = "answer"
    HANGUP = "hangup"


class Verdict(StrEnum):
    """What was done with a report."""

    TAKEN = "taken"
    DOUBLED = "doubled"  # it told nothing that was not known
    UNREADABLE = "unreadable"


class Line(Versioned, db.Model):
    """A telephone system that may report to an estate. Only a hash of its token is kept."""

    __tablename__ = "telephone_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    extensions: Mapped[list["TelephoneExtension"]] = relationship(
        order_by="TelephoneExtension.id", back_populates="line"
    )


class TelephoneExtension(db.Model):
    """Who answers at which extension or number of a telephone system."""

    __tablename__ = "telephone_extension"
    __table_args__ = (UniqueConstraint("line_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("telephone_line.id"))
    line: Mapped[Line] = relationship(back_populates="extensions")
    number: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship()


NOT_ENDED = text("ended_at IS NULL")


class TelephoneCall(Versioned, db.Model):
    """One telephone call as its system reports it, whatever comes twice, late or never.

    `began_at` and `answered_at` are when we heard of it, and only where the order of the reports lets us believe it:
    a ring whose beginning was reported late has no known waiting time. `number` is digits as stored numbers are, empty
    for a hidden caller. `request_key` is the key under which the console keeps the call that is written about it.
    """

    __tablename__ = "telephone_call"
    __table_args__ = (
        UniqueConstraint("line_id", "pbx_call_id"),
        Index(None, "estate_id", "id"),
        Index(
            "ix_telephone_call_not_ended", "estate_id", "heard_at", sqlite_where=NOT_ENDED, postgresql_where=NOT_ENDED
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("telephone_line.id"))
    pbx_call_id: Mapped[str] = mapped_column(String(64))
    request_key: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    direction: Mapped[Direction]
    number: Mapped[str] = mapped_column(String(20), default="")
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phone.id"), index=True)
    phone: Mapped[Phone | None] = relationship()
    heard_at: Mapped[datetime] = mapped_column(UTCDateTime)  # of it at all, first
    began_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answered_by: Mapped[User | None] = relationship()
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    missed: Mapped[bool] = mapped_column(default=False)
    callback_id: Mapped[int | None] = mapped_column(ForeignKey("callback.id"), index=True)
    callback: Mapped[Callback | None] = relationship()

    @property
    def topics(self) -> set[str]:
        return {f"rings:{self.estate_id}"}

    @property
    def whole_call_id(self) -> str:
        """What names the call among all telephone systems."""
        return f"{self.line_id}:{self.pbx_call_id}"

    @property
    def wait(self) -> timedelta | None:
        """How long it rang before somebody answered; None where that is not known."""
        return self.answered_at - self.began_at if self.answered_at and self.began_at else None


class Report(db.Model):
    """A message of a telephone system, for whoever looks after it: masked, and only the newest are kept."""

    __tablename__ = "telephone_report"
    __table_args__ = (Index(None, "line_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("telephone_line.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[ReportKind | None]
    verdict: Mapped[Verdict]
    number: Mapped[str] = mapped_column(String(20))  # masked
    extension: Mapped[str] = mapped_column(String(40))
