from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.callbacks.models import Answer
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.duty.models import Post
from helpdesk.escalation.rules import Level, Promise
from helpdesk.repairs.models import Urgency, WorkOrder


class EscalationPolicy(Versioned, db.Model):
    """How soon somebody must acknowledge, and who is rung else; one row per urgency and term of validity."""

    __tablename__ = "escalation_policy"
    __table_args__ = (
        UniqueConstraint("estate_id", "urgency", "valid_from"),
        CheckConstraint("acknowledge_minutes >= 0", name="not_before"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    urgency: Mapped[Urgency]
    acknowledge_minutes: Mapped[int]
    posts: Mapped[str] = mapped_column(String(40), default="on_call,lead")  # of duty.models.Post, as they are rung
    nobody_reached_zh: Mapped[str] = mapped_column(Text)
    nobody_reached_en: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    @property
    def topics(self) -> set[str]:
        return {f"orders:{self.estate_id}"}

    @property
    def chain(self) -> list[Post]:
        return [Post(code) for code in self.posts.split(",")]


class Escalation(db.Model):
    """One step that was told. The row makes it once, however many workers look."""

    __tablename__ = "escalation"
    __table_args__ = (UniqueConstraint("work_order_id", "promise", "level", "due_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    promise: Mapped[Promise]
    level: Mapped[Level]
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    told_at: Mapped[datetime] = mapped_column(UTCDateTime)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("escalation_policy.id"))  # whose minutes counted


class Decision(StrEnum):
    """What somebody said who was reached."""

    TAKES = "takes"
    CANNOT = "cannot"


class Ring(db.Model):
    """One time somebody of the staff was rung about an order, and what came of it."""

    __tablename__ = "ring"
    __table_args__ = (
        CheckConstraint("decision IS NULL OR answer = 'answered'", name="decided_by_whom_was_reached"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_has_a_time"),
        Index(None, "work_order_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    work_order: Mapped[WorkOrder] = relationship()
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    user: Mapped[User] = relationship(foreign_keys=user_id)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    answer: Mapped[Answer]
    decision: Mapped[Decision | None]
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def is_open(self) -> bool:
        """Somebody was reached, and has not said yet whether they take it."""
        return self.answer is Answer.ANSWERED and self.decision is None
