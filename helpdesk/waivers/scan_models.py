"""Photos of the papers that prove a ground, where the policy keeps them; sealed on the disk, and gone after a while."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.keys.models import SealingKey
from helpdesk.waivers.models import WaiverApplication


class WaiverScan(db.Model):
    """One page. Once deleted, only the row stays: that there was a page, whose, and from when until when.

    Of a draft that was thrown away the application is gone too. `key_id` is the key its file is sealed with.
    """

    __tablename__ = "waiver_scan"
    __table_args__ = (
        CheckConstraint("(file_name IS NULL) = (deleted_at IS NOT NULL)", name="kept_or_not"),
        CheckConstraint("(file_name IS NULL) = (key_id IS NULL)", name="sealed"),
        Index(None, "application_id", "id"),
        Index(None, "deleted_at", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("waiver_application.id"))
    application: Mapped[WaiverApplication | None] = relationship()
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    file_name: Mapped[str | None] = mapped_column(String(32), unique=True)
    key_id: Mapped[str | None] = mapped_column(ForeignKey(SealingKey.key_id))
    width: Mapped[int]
    height: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(UTCDateTime)
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    taken_by: Mapped[User] = relationship()
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def topics(self) -> set[str]:
        return {f"waivers:{self.estate_id}"}
