from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Person, Phone, Place
from helpdesk.hotline.happened import is_late
from helpdesk.repairs.models import Category, Urgency, WorkOrder


class Channel(StrEnum):
    HOTLINE = "hotline"
    MOBILE = "mobile"  # a resident rang a member of staff
    WALK_IN = "walk_in"
    PATROL = "patrol"
    COMMUNITY = "community"
    CASE_12345 = "case_12345"


class Outcome(StrEnum):
    REPAIR = "repair"
    CHASE = "chase"
    ENQUIRY = "enquiry"
    COMPLAINT = "complaint"
    HELP = "help"
    WAIVER = "waiver"
    PRAISE = "praise"
    WRONG_NUMBER = "wrong_number"
    NUISANCE = "nuisance"


ELSEWHERE = text("channel != 'hotline'")  # what somebody took on a mobile or on the way
UNFINISHED = text("outcome IS NULL")  # few of many: an index of only these keeps the console quick


class Call(Versioned, db.Model):
    """A call, kept from its first character under the key that the form drew (`request_key`).

    `caller_number` is as typed, `phone` the number in the register it was recognised as. Without an outcome
    the call is unfinished; a draft may hold nothing but a place. `happened_at` is when the person rang, `logged_at`
    when it was first kept.
    """

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint("caller_number != '' OR words != '' OR saved_at IS NULL", name="not_empty"),
        CheckConstraint("(outcome IS NULL) OR (saved_at IS NOT NULL)", name="outcome_is_saved"),
        Index(None, "estate_id", "id"),
        Index(None, "estate_id", "happened_at"),
        Index(None, "place_id", "id"),
        Index(None, "person_id", "id"),
        Index(None, "phone_id", "id"),
        Index("ix_call_taken_elsewhere", "logged_by_id", "id", sqlite_where=ELSEWHERE, postgresql_where=ELSEWHERE),
        Index("ix_call_unfinished", "estate_id", "id", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    request_key: Mapped[str] = mapped_column(String(36), unique=True)
    pbx_call_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    channel: Mapped[Channel] = mapped_column(default=Channel.HOTLINE)
    caller_number: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text)
    outcome: Mapped[Outcome | None]
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phone.id"))
    phone: Mapped[Phone | None] = relationship()
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    place: Mapped[Place | None] = relationship()
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person | None] = relationship()
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    category: Mapped[Category | None] = relationship()
    urgency: Mapped[Urgency | None]
    work_order_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"), index=True)
    work_order: Mapped[WorkOrder | None] = relationship()
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    logged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    duration_s: Mapped[int | None]  # known only where a telephone system reports it
    logged_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    logged_by: Mapped[User] = relationship()

    answer: Mapped["CallAnswer | None"] = relationship(cascade="all, delete-orphan", back_populates="call")
    as_typed: Mapped["AsTyped | None"] = relationship(cascade="all, delete-orphan", back_populates="call")
    choices: Mapped["DraftChoices | None"] = relationship(cascade="all, delete-orphan", back_populates="call")

    @property
    def topics(self) -> set[str]:
        return {f"calls:{self.estate_id}"}

    @property
    def entered_late(self) -> bool:
        """Whether it was written down noticeably after it came (补登)."""
        return is_late(self.happened_at, self.logged_at)


class CallAnswer(db.Model):
    """What was answered to an enquiry, or arranged for somebody who asked for help; kept while it is typed."""

    __tablename__ = "call_answer"
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), primary_key=True)
    call: Mapped[Call] = relationship(back_populates="answer")
    words: Mapped[str] = mapped_column(Text)


class DraftChoices(db.Model):
    """What else stands in the form of a call that has no outcome yet, as it will be shown again: field -> value."""

    __tablename__ = "call_draft_choices"
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), primary_key=True)
    call: Mapped[Call] = relationship(back_populates="choices")
    values: Mapped[dict] = mapped_column(JSON)


class AsTyped(db.Model):
    """What somebody typed beside a call and what the register or the clock could not take as it is: a place that was
    not found, a time that is still being written.
    """

    __tablename__ = "call_as_typed"
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), primary_key=True)
    place_words: Mapped[str] = mapped_column(String(80), default="")
    happened_words: Mapped[str] = mapped_column(String(40), default="")
    call: Mapped[Call] = relationship(back_populates="as_typed")
