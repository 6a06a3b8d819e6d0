from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Person, Place
from helpdesk.repairs.models import Category, WorkOrder, WorkOrderKind


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Basis(StrEnum):
    """From what the next turn is counted."""

    DUE = "due"  # from the date it was due: a calendar
    COMPLETION = "completion"  # from the day it was really done


class Routine(Versioned, db.Model):
    """Something that comes round every `every` units at a place, for a person where it is a care round.

    Turns are opened `ahead_days` before they are due. Ended, it opens no more; what was opened stays. `month_day` is
    the day of a month on which it is wanted, which `next_on` cannot say in a shorter month.
    """

    __tablename__ = "routine"
    __table_args__ = (
        CheckConstraint("every > 0", name="comes_round"),
        CheckConstraint("ahead_days >= 0", name="ahead_not_negative"),
        CheckConstraint("month_day BETWEEN 1 AND 31", name="day_of_a_month"),
        CheckConstraint("title != ''", name="says_what"),
        CheckConstraint("kind != 'care' OR person_id IS NOT NULL", name="care_is_for_somebody"),
        Index(None, "estate_id", "next_on"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    kind: Mapped[WorkOrderKind]
    title: Mapped[str] = mapped_column(String(80))
    steps: Mapped[str] = mapped_column(Text, default="")  # what to look at, one a line
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    place: Mapped[Place] = relationship()
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person | None] = relationship()
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    category: Mapped[Category] = relationship()
    every: Mapped[int]
    unit: Mapped[Unit]
    basis: Mapped[Basis]
    ahead_days: Mapped[int] = mapped_column(default=1)
    next_on: Mapped[date]
    month_day: Mapped[int]
    ended_on: Mapped[date | None]
    turns: Mapped[list["Turn"]] = relationship(order_by="Turn.id", back_populates="routine")

    @property
    def topics(self) -> set[str]:
        return {f"orders:{self.estate_id}"}


class Outcome(StrEnum):
    """What came of one turn."""

    WELL = "well"  # care: seen, and well; inspection: nothing wrong
    CONCERN = "concern"  # something needs doing
    NO_CONTACT = "no_contact"  # care only: becomes a danger
    SKIPPED = "skipped"  # with a reason


class Turn(db.Model):
    """One time a routine is due, the work order it became, and what came of it."""

    __tablename__ = "routine_turn"
    __table_args__ = (
        UniqueConstraint("routine_id", "due_on"),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="outcome_has_a_time"),
        CheckConstraint("outcome IS NULL OR outcome != 'skipped' OR words != ''", name="skipped_has_a_reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    routine_id: Mapped[int] = mapped_column(ForeignKey("routine.id"))
    routine: Mapped[Routine] = relationship(back_populates="turns")
    due_on: Mapped[date]
    work_order_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"), index=True)
    work_order: Mapped[WorkOrder | None] = relationship(foreign_keys=work_order_id)
    outcome: Mapped[Outcome | None]
    words: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"))  # opened because of what was found
    follow_up: Mapped[WorkOrder | None] = relationship(foreign_keys=follow_up_id)
