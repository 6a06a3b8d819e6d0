"""Those who look after stairs and grids, and what the works of 2021 are still guaranteed for: the tables."""

from datetime import date
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Person, Place


class LeadRole(StrEnum):
    STAIR_LEAD = "stair_lead"
    UNIT_LEAD = "unit_lead"
    GRID_WORKER = "grid_worker"
    OTHER = "other_lead"  # `duty` says what


class Grid(Versioned, db.Model):
    """A part of the estate that one grid worker knows: the buildings of these numbers."""

    __tablename__ = "grid"
    __table_args__ = (UniqueConstraint("estate_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    name: Mapped[str] = mapped_column(String(60))
    buildings: Mapped[list] = mapped_column(JSON)


class Lead(Versioned, db.Model):
    """Somebody who looks after a stairwell, a building or a grid, from `from_on` up to but not including `until_on`.

    A resident of the register, or a name with a number. `duty` is in the office's own words, such as a part of "1+2+3".
    """

    __tablename__ = "lead"
    __table_args__ = (
        CheckConstraint("person_id IS NOT NULL OR name != ''", name="is_somebody"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_it_began"),
        CheckConstraint(
            "(CASE WHEN place_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN building_no IS NULL THEN 0 ELSE 1 END) "
            "+ (CASE WHEN grid_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="of_one_thing",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), index=True)
    role: Mapped[LeadRole]
    duty: Mapped[str] = mapped_column(String(60), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person | None] = relationship()
    name: Mapped[str] = mapped_column(String(80), default="")
    number: Mapped[str] = mapped_column(String(20), default="")
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    place: Mapped[Place | None] = relationship()
    building_no: Mapped[int | None]
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    grid: Mapped[Grid | None] = relationship(lazy="joined")
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    @property
    def called(self) -> str:
        return self.person.name if self.person else self.name


class Guarantee(Versioned, db.Model):
    """What a contractor still answers for, up to and including `last_on`.

    `codes` are groups or kinds of work orders. Without `buildings` and `stairwells` ("3-2") the whole estate is meant.
    """

    __tablename__ = "guarantee"
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), index=True)
    item: Mapped[str] = mapped_column(String(80))
    contractor: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(20), default="")
    last_on: Mapped[date]
    codes: Mapped[list] = mapped_column(JSON)
    buildings: Mapped[list] = mapped_column(JSON)
    stairwells: Mapped[list] = mapped_column(JSON)
