"""How long what is kept, what is held back from forgetting, and the gate that guarded tables look at."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned


class DataClass(StrEnum):
    """What is kept for a time of its own."""

    CALLS = "class_calls"
    DRAFTS = "class_drafts"
    ORDERS = "class_orders"
    VISIT_NOTES = "class_visit_notes"
    PHOTOS = "class_photos"
    CASES = "class_cases"
    WAIVERS = "class_waivers"
    GONE_PEOPLE = "class_gone_people"
    SESSIONS = "class_sessions"
    MESSAGES = "class_messages"
    LOOKS = "class_looks"
    EXPORTS = "class_exports"


class RetentionRule(Versioned, db.Model):
    """How many months something is kept, for the whole installation. Without a row what we ship counts."""

    __tablename__ = "retention_rule"
    __table_args__ = (CheckConstraint("months BETWEEN 1 AND 240", name="some_months"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    data_class: Mapped[DataClass] = mapped_column(unique=True)
    months: Mapped[int]


class Held(StrEnum):
    """What is held back."""

    PERSON = "held_person"
    PLACE = "held_place"
    CASE = "held_case"
    WAIVER = "held_waiver"


class LegalHold(Versioned, db.Model):
    """Nothing of this may be forgotten before `until_on`: a court, an authority or a quarrel may need it.

    `subject_id` is the id in the table that `what` names. Lifted early or over, it no longer counts.
    """

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("reason != ''", name="has_a_reason"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name="lifted_by_somebody"),
        Index(None, "what", "subject_id"),
        Index(None, "estate_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    what: Mapped[Held]
    subject_id: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    until_on: Mapped[date]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    set_by: Mapped[User] = relationship(foreign_keys=set_by_id)
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    def holds_on(self, day: date) -> bool:
        return self.lifted_at is None and day < self.until_on


class ErasureGate(db.Model):
    """A row stands here within one transaction, while words are erased (see `gate.py`)."""

    __tablename__ = "erasure_gate"
    id: Mapped[int] = mapped_column(primary_key=True)
