from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.callbacks.models import Callback
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Person, Place
from helpdesk.outages.states import OutageStatus
from helpdesk.repairs.models import Category, WorkOrder


class Outage(Versioned, db.Model):
    """A fault that many homes have at once. `ends_at` is when it is expected to end, `over_at` when it did.

    `words` is what to say to whoever rings, `notice` what is copied into a chat; both are Chinese, and while they are
    empty they are written from the facts. `outside_party` is who repairs it when we do not.
    """

    __tablename__ = "outage"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_it_began"),
        CheckConstraint("(status = 'over') = (over_at IS NOT NULL)", name="over_has_a_time"),
        Index(None, "estate_id", "status", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    category: Mapped[Category] = relationship(lazy="joined")
    status: Mapped[OutageStatus]
    whole_estate: Mapped[bool] = mapped_column(default=False)
    areas: Mapped[list["Area"]] = relationship(lazy="selectin", order_by="Area.id", cascade="all, delete-orphan")
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    words: Mapped[str] = mapped_column(Text, default="")
    notice: Mapped[str] = mapped_column(Text, default="")
    outside_party: Mapped[str] = mapped_column(String(120), default="")
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    opened_by: Mapped[User] = relationship()
    over_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def topics(self) -> set[str]:
        return {f"outages:{self.estate_id}"}


class Area(db.Model):
    """A part of the estate that an outage affects: a whole building, or one place; of a stairwell all its homes."""

    __tablename__ = "outage_area"
    __table_args__ = (
        CheckConstraint("(building_no IS NULL) != (place_id IS NULL)", name="a_building_or_a_place"),
        Index(None, "outage_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"))
    building_no: Mapped[int | None]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    place: Mapped[Place | None] = relationship(lazy="joined")


class OutageOrder(db.Model):
    """A work order that is part of an outage; of one outage only."""

    __tablename__ = "outage_order"
    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"), index=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), unique=True)


class Caller(db.Model):
    """A call that was added to an order or to an outage. `number` is digits, as `phone_numbers.normalise` has them."""

    __tablename__ = "added_caller"
    __table_args__ = (
        CheckConstraint("(work_order_id IS NULL) != (outage_id IS NULL)", name="an_order_or_an_outage"),
        Index(None, "work_order_id", "id"),
        Index(None, "outage_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    work_order_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"))
    work_order: Mapped[WorkOrder | None] = relationship()
    outage_id: Mapped[int | None] = mapped_column(ForeignKey("outage.id"))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    place: Mapped[Place | None] = relationship(lazy="joined")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person | None] = relationship()
    number: Mapped[str] = mapped_column(String(20), default="")
    rang_at: Mapped[datetime] = mapped_column(UTCDateTime)


class OutageCallback(db.Model):
    """A call-back that was asked for because an outage was over."""

    __tablename__ = "outage_callback"
    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"), index=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callback.id"), unique=True)
    callback: Mapped[Callback] = relationship()
