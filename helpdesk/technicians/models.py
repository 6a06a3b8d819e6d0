from datetime import date, datetime
from enum import IntEnum, StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Place


class Level(IntEnum):
    """How well somebody masters a skill; a category asks for at least one of them."""

    HELPS = 1
    ALONE = 2
    LICENSED = 3


class Skill(StrEnum):
    """What categories ask for and technicians can do. Trades of outside parties are among them."""

    PLUMBER = "plumber"
    ELECTRICIAN = "electrician"
    DRAIN = "drain"
    WATERPROOFING = "waterproofing"
    GENERAL = "general"
    LOCKSMITH = "locksmith"
    MASON = "mason"
    WELDER = "welder"
    CIVIL = "civil"
    WEAK_CURRENT = "weak_current"
    LIFT = "lift"
    UTILITY = "utility"
    OPERATOR = "operator"
    CLEANING = "cleaning"
    PATROL = "patrol"
    CARE = "care"
    MEDIATION = "mediation"


class TechnicianSkill(Versioned, db.Model):
    """One skill of one technician in one estate; `expires_on` is the first day on which it no longer counts.

    A licence is proved by its number's last four characters, never by the whole number. Ended, the row stays.
    """

    __tablename__ = "technician_skill"
    __table_args__ = (
        UniqueConstraint("estate_id", "user_id", "skill"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level_known"),
        CheckConstraint("level != 3 OR expires_on IS NOT NULL", name="licence_expires"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship()
    skill: Mapped[str] = mapped_column(String(30))  # as categories name it
    level: Mapped[int]
    licence_tail: Mapped[str] = mapped_column(String(4), default="")
    expires_on: Mapped[date | None]
    ended_on: Mapped[date | None]  # no longer theirs from this day on

    @property
    def topics(self) -> set[str]:
        return {f"orders:{self.estate_id}", f"jobs:{self.user_id}"}


class WorkingHours(db.Model):
    """When somebody works on one weekday (0 is Monday), in minutes after local midnight; a half-day is one short row.

    Rows of one term of validity belong together: a change ends all of them and begins new ones.
    """

    __tablename__ = "working_hours"
    __table_args__ = (
        UniqueConstraint("estate_id", "user_id", "weekday", "from_minute", "valid_from"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        CheckConstraint("0 <= from_minute AND from_minute < until_minute AND until_minute <= 1440", name="in_the_day"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="valid_at_some_time"),
        Index(None, "estate_id", "valid_from"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    weekday: Mapped[int]
    from_minute: Mapped[int]
    until_minute: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    @property
    def topics(self) -> set[str]:
        return {f"orders:{self.estate_id}", f"jobs:{self.user_id}"}


class AbsenceReason(StrEnum):
    HOLIDAY = "holiday"
    SICK = "sick"
    TRAINING = "training"
    OTHER = "other"


class Absence(Versioned, db.Model):
    """Time in which somebody does not work although their hours say so. Called off, it stays with that moment."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_it_began"),
        Index(None, "estate_id", "ends_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship(foreign_keys=user_id)
    reason: Mapped[AbsenceReason]
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    called_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def topics(self) -> set[str]:
        return {f"orders:{self.estate_id}", f"jobs:{self.user_id}"}


class Block(Versioned, db.Model):
    """Time of a technician for something that is no visit: a meeting, fetching parts, the daily safety round."""

    __tablename__ = "block"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_it_began"),
        CheckConstraint("words != ''", name="says_what_for"),
        Index(None, "estate_id", "ends_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship(foreign_keys=user_id)
    words: Mapped[str] = mapped_column(String(80))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    called_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def topics(self) -> set[str]:
        return {f"orders:{self.estate_id}", f"jobs:{self.user_id}"}


class Wish(StrEnum):
    """What a home wants of a technician; kept when planning where it costs little, never a reason to come late."""

    PREFERS = "prefers"
    AVOIDS = "avoids"


class TechnicianWish(db.Model):
    __tablename__ = "technician_wish"
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    place: Mapped[Place] = relationship()
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
    user: Mapped[User] = relationship()
    wish: Mapped[Wish]
