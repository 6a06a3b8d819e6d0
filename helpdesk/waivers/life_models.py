"""What happens to a waiver after it was granted: pauses, reminders, tasks, and what was granted too long."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.callbacks.models import Callback
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.waivers.models import WaiverApplication


class TaskKind(StrEnum):
    """What an officer has to see to."""

    SURVIVOR = "survivor"  # after a death or a sale: offer those who still live there an application of their own
    LOOK = "look"  # the register changed: does the waiver still hold?
    DEATH_TAKEN_BACK = "death_taken_back"  # the waiver ended because of a death that was none
    REVIEW = "review"  # it is December


class WaiverPause(db.Model):
    """A waiver rests on the local dates [from_on, until_on); both are firsts of a month, as the bills are."""

    __tablename__ = "waiver_pause"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_it_began"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("waiver_application.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class WaiverOverGrant(db.Model):
    """That in the months [from_month, until_month) the ground was gone; listed, and never claimed back.

    What it comes to stands in the bills (`over_grants.py`): some of these months may not be billed yet. Triggers on
    both databases keep it as it was written.
    """

    __tablename__ = "waiver_over_grant"
    __table_args__ = (UniqueConstraint("application_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), index=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("waiver_application.id"))
    application: Mapped[WaiverApplication] = relationship()
    from_month: Mapped[date]
    until_month: Mapped[date]
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class WaiverReminder(db.Model):
    """That it was seen to, once, so many days before a waiver ends; without a call-back if none was needed."""

    __tablename__ = "waiver_reminder"
    __table_args__ = (UniqueConstraint("application_id", "until_on", "days"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("waiver_application.id"))
    until_on: Mapped[date]
    days: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    callback_id: Mapped[int | None] = mapped_column(ForeignKey("callback.id"), index=True)
    callback: Mapped[Callback | None] = relationship()


class WaiverTask(db.Model):
    """Something for an officer; `natural_key` keeps the same from being asked twice."""

    __tablename__ = "waiver_task"
    __table_args__ = (UniqueConstraint("natural_key"), Index(None, "estate_id", "done_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    kind: Mapped[TaskKind]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("waiver_application.id"), index=True)
    application: Mapped[WaiverApplication | None] = relationship()
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    place: Mapped[Place | None] = relationship()
    natural_key: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    done_by: Mapped[User | None] = relationship()

    @property
    def topics(self) -> set[str]:
        return {f"waivers:{self.estate_id}"}
