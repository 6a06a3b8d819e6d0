from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db


class Mode(StrEnum):
    WALK = "walk"
    EBIKE = "ebike"


class BuildingPosition(db.Model):
    """Where a building stands, in metres east and north of any fixed point of the estate; number 0 is the office."""

    __tablename__ = "building_position"
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), primary_key=True)
    building_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    east_m: Mapped[int]
    north_m: Mapped[int]


class Leg(db.Model):
    """How long the way between two buildings took, learned from the times technicians tapped; both directions are one.

    `seconds` is the median of `samples` ways; without enough of them the distance decides.
    """

    __tablename__ = "leg"
    __table_args__ = (
        UniqueConstraint("estate_id", "from_building", "to_building", "mode"),
        CheckConstraint("from_building <= to_building", name="one_direction"),
        CheckConstraint("seconds >= 0 AND samples > 0", name="measured"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    from_building: Mapped[int]
    to_building: Mapped[int]
    mode: Mapped[Mode]
    seconds: Mapped[int]
    samples: Mapped[int]
    learned_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TechnicianMode(db.Model):
    """How a technician gets about in an estate; whoever has no row walks."""

    __tablename__ = "technician_mode"
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
    mode: Mapped[Mode]
