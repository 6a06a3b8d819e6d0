from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.repairs.models import WorkOrder


class Part(StrEnum):
    """What a home has to do with a fault that two homes share."""

    SOURCE = "source"
    AFFECTED = "affected"


class OtherHome(db.Model):
    """The second home of an order. `number` is whom to ring there; empty, whoever the register knows there."""

    __tablename__ = "other_home"
    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), unique=True)
    work_order: Mapped[WorkOrder] = relationship()
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    place: Mapped[Place] = relationship(lazy="joined")
    part: Mapped[Part]
    number: Mapped[str] = mapped_column(String(20), default="")


class Entry(db.Model):
    """Somebody went into a home where nobody opened. Who saw it and why are words, and can be erased."""

    __tablename__ = "home_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    place: Mapped[Place] = relationship(lazy="joined")
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    witnesses: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    noted_by: Mapped[User] = relationship()
