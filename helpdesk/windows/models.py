from datetime import date
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.extensions import db


class Severity(StrEnum):
    """What a broken rule does to a dispatcher: say so, or stop them."""

    WARN = "warn"
    BLOCK = "block"


class Rule(StrEnum):
    """What a planned visit may break."""

    SKILL = "skill"  # nobody of the crew can do it
    LICENCE = "licence"  # somebody could, but the licence is out of date
    OVERLAP = "overlap"  # another visit or block in the same time, the whole visit counted
    TRAVEL = "travel"  # no time to get there
    PROMISE = "promise"  # outside the window the resident was told
    HOURS = "hours"  # outside working hours
    ABSENCE = "absence"
    CREW = "crew"  # fewer people than it needs
    RESERVE = "reserve"  # takes what is kept free for emergencies


class Override(StrEnum):
    """Why somebody plans a visit although it breaks a rule that only warns."""

    RESIDENT_ASKED = "resident_asked"
    EMERGENCY = "emergency"
    NOBODY_ELSE = "nobody_else"
    TECHNICIAN_AGREED = "technician_agreed"
    KNOWN_BETTER = "known_better"  # the rule does not fit here: the skill list or the way is out of date
    OTHER = "other"  # said in words, kept as a remark


class _OfEstate:
    @property
    def topics(self) -> set[str]:
        return {f"orders:{self.estate_id}"}


class WindowGrid(_OfEstate, db.Model):
    """One window of one weekday (0 is Monday), in minutes after local midnight; rows of one term belong together."""

    __tablename__ = "window_grid"
    __table_args__ = (
        UniqueConstraint("estate_id", "weekday", "from_minute", "valid_from"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        CheckConstraint("0 <= from_minute AND from_minute < until_minute AND until_minute <= 1440", name="in_the_day"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="valid_at_some_time"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    weekday: Mapped[int]
    from_minute: Mapped[int]
    until_minute: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class Half(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"


class Reserve(_OfEstate, db.Model):
    """Minutes of a skill that are kept free for emergencies in one half of every working day."""

    __tablename__ = "reserve"
    __table_args__ = (
        UniqueConstraint("estate_id", "skill", "half", "valid_from"),
        CheckConstraint("minutes >= 0", name="not_negative"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="valid_at_some_time"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    skill: Mapped[str] = mapped_column(String(30))
    half: Mapped[Half]
    minutes: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class SchedulingPolicy(_OfEstate, db.Model):
    """How days are planned, one row per term of validity. Lunch is `lunch_minutes` long, somewhere between its bounds.

    `noon_minute` divides the halves of a day; `severities` tells for each Rule whether it warns or blocks.
    """

    __tablename__ = "scheduling_policy"
    __table_args__ = (
        UniqueConstraint("estate_id", "valid_from"),
        CheckConstraint("lunch_minutes >= 0", name="lunch_not_negative"),
        CheckConstraint("lunch_from_minute + lunch_minutes <= lunch_until_minute", name="lunch_fits"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="valid_at_some_time"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    lunch_from_minute: Mapped[int]
    lunch_until_minute: Mapped[int]
    lunch_minutes: Mapped[int]
    noon_minute: Mapped[int]
    severities: Mapped[dict] = mapped_column(JSON)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
