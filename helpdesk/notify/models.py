from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.notify.states import MessageStatus


class Channel(StrEnum):
    SMS = "sms"


class Template(StrEnum):
    """The messages there are. Their words are approved by the provider and stand there."""

    NOBODY_ACKNOWLEDGED = "nobody_acknowledged"  # order: its id
    LOOKS_TOO_OFTEN = "looks_too_often"  # user: whose id; the look log tells what they saw
    RIGHTS_GIVEN = "rights_given"  # user: who may see much from now on; by: who gave it


QUEUED = text("status = 'queued'")  # few of many


class Message(Versioned, db.Model):
    """One message to one member of staff. `message_id` stays the same however often it is tried, so that whoever
    receives it can tell a repetition. `variables` are codes and ids; `hurries` may be sent at night.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts_count"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_has_a_time"),
        Index("ix_message_queued", "next_try_at", sqlite_where=QUEUED, postgresql_where=QUEUED),
        Index(None, "estate_id", "status", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(36), unique=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    template: Mapped[Template]
    variables: Mapped[dict] = mapped_column(JSON)
    channel: Mapped[Channel]
    recipient_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    recipient: Mapped[User] = relationship()
    hurries: Mapped[bool]
    status: Mapped[MessageStatus] = mapped_column(default=MessageStatus.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    posted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    provider_ref: Mapped[str] = mapped_column(String(80), default="")
    error_code: Mapped[str] = mapped_column(String(40), default="")
