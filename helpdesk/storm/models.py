from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.callbacks.models import Callback
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Person, Place
from helpdesk.repairs.models import WorkOrder


class Cause(StrEnum):
    """Why many things change at once."""

    TYPHOON = "typhoon"
    RAINSTORM = "rainstorm"
    COLD_WAVE = "cold_wave"
    HEAT = "heat"
    POWER_CUT = "power_cut"
    STAFF_SHORT = "staff_short"


class Postponement(Versioned, db.Model):
    """One act that moved the visits of a local date; `moved_to` is empty where no new day is known yet."""

    __tablename__ = "postponement"
    __table_args__ = (Index(None, "estate_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    cause: Mapped[Cause]
    day: Mapped[date]
    moved_to: Mapped[date | None]
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    decided_by: Mapped[User] = relationship()
    orders: Mapped[list["PostponedOrder"]] = relationship(order_by="PostponedOrder.id")

    @property
    def topics(self) -> set[str]:
        return {f"callbacks:{self.estate_id}"}


class PostponedOrder(db.Model):
    """A work order whose visit was moved, and the call that its household is owed; one call may serve several."""

    __tablename__ = "postponed_order"
    id: Mapped[int] = mapped_column(primary_key=True)
    postponement_id: Mapped[int] = mapped_column(ForeignKey("postponement.id"), index=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), index=True)
    work_order: Mapped[WorkOrder] = relationship()
    promised_from: Mapped[datetime | None] = mapped_column(UTCDateTime)  # what they had been told
    promised_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    callback_id: Mapped[int | None] = mapped_column(ForeignKey("callback.id"), index=True)
    callback: Mapped[Callback | None] = relationship()


class Round(Versioned, db.Model):
    """People to be asked whether they are well, by a moment. `youngest` is the age from which somebody was taken."""

    __tablename__ = "ringing_round"
    __table_args__ = (Index(None, "estate_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    cause: Mapped[Cause]
    whom: Mapped[str] = mapped_column(String(80))  # codes of rules.Whom, with commas
    youngest: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    begun_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    begun_by: Mapped[User] = relationship()
    people: Mapped[list["RoundPerson"]] = relationship(order_by="RoundPerson.id", back_populates="round")

    @property
    def topics(self) -> set[str]:
        return {f"callbacks:{self.estate_id}"}


class RoundPerson(db.Model):
    """Somebody of a round: the call they are owed, and the order by which somebody went there, if nobody answered.

    Without a number there is no call to make: somebody has to knock.
    """

    __tablename__ = "ringing_round_person"
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("ringing_round.id"), index=True)
    round: Mapped[Round] = relationship(back_populates="people")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship()
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    place: Mapped[Place] = relationship()
    callback_id: Mapped[int | None] = mapped_column(ForeignKey("callback.id"), index=True)
    callback: Mapped[Callback | None] = relationship()
    work_order_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"))
    work_order: Mapped[WorkOrder | None] = relationship()

    @property
    def waits(self) -> bool:
        """Whether it is not known yet how they are, and nobody goes to see."""
        return self.work_order_id is None and (
            self.callback is None or self.callback.status is not CallbackStatus.REACHED
        )
