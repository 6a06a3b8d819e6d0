from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Person, Place
from helpdesk.repairs.models import WorkOrder


class Reason(StrEnum):
    """Why somebody must be rung."""

    MISSED = "missed"  # their call was not answered
    PROMISED = "promised"  # they were told so
    UNREACHED = "unreached"  # rung in vain for something else
    OUTAGE_OVER = "outage_over"  # what they called about affected many, and is over
    POSTPONED = "postponed"  # their visit cannot be as promised
    CHECK = "check"  # whether they are well
    TELL = "tell"  # they have to know something, and hear it by telephone first


class Answer(StrEnum):
    """What came of ringing somebody once."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    SWITCHED_OFF = "switched_off"
    WRONG_NUMBER = "wrong_number"


STILL_OPEN = text("status = 'open'")  # few of many


class Callback(Versioned, db.Model):
    """Somebody to be rung by `due_at`. `number` is digits as `phone_numbers.normalise` writes them.

    `call_id` is the call it comes from, `work_order` what it is about. `words` is what to say or ask, for staff;
    `came_of_it` what was agreed once they were reached.
    """

    __tablename__ = "callback"
    __table_args__ = (
        CheckConstraint("number != '' OR person_id IS NOT NULL OR place_id IS NOT NULL", name="somebody_to_ring"),
        CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="ended_has_a_time"),
        CheckConstraint("status != 'given_up' OR given_up_because != ''", name="given_up_has_a_reason"),
        Index("ix_callback_open", "estate_id", "due_at", sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN),
        Index(None, "place_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    reason: Mapped[Reason]
    status: Mapped[CallbackStatus] = mapped_column(default=CallbackStatus.OPEN)
    number: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person | None] = relationship()
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    place: Mapped[Place | None] = relationship()
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    work_order_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"), index=True)
    work_order: Mapped[WorkOrder | None] = relationship()
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    owner: Mapped[User | None] = relationship(foreign_keys=owner_id)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # None: the telephone system
    asked_by: Mapped[User | None] = relationship(foreign_keys=asked_by_id)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    words: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    given_up_because: Mapped[str] = mapped_column(String(200), default="")
    rang_themselves: Mapped[bool] = mapped_column(default=False)  # before anybody reached them
    came_of_it: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[list["Attempt"]] = relationship(order_by="Attempt.id", back_populates="callback")

    @property
    def topics(self) -> set[str]:
        about_an_order = {f"orders:{self.estate_id}"} if self.work_order else set()
        return {f"callbacks:{self.estate_id}"} | about_an_order


class Attempt(db.Model):
    """One time somebody rang for a call-back, and what came of it."""

    __tablename__ = "callback_attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callback.id"), index=True)
    callback: Mapped[Callback] = relationship(back_populates="attempts")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    by: Mapped[User] = relationship()
    answer: Mapped[Answer]
    note: Mapped[str] = mapped_column(Text, default="")
