from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Person
from helpdesk.privacy.states import ErasureStatus

WAITING = text("status = 'erasure_waiting'")


class ErasureRequest(Versioned, db.Model):
    """A resident asked that what is known about them be erased; somebody else than who wrote it down consents."""

    __tablename__ = "erasure_request"
    __table_args__ = (
        CheckConstraint("reason != ''", name="has_a_reason"),
        CheckConstraint("(status = 'erasure_waiting') = (decided_at IS NULL)", name="decided_has_a_time"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("status != 'erasure_done' OR decided_by_id != asked_by_id", name="two_people"),
        CheckConstraint("status != 'erasure_refused' OR answer != ''", name="refused_has_a_reason"),
        Index("uq_erasure_waiting", "person_id", unique=True, sqlite_where=WAITING, postgresql_where=WAITING),
        Index(None, "estate_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship()
    status: Mapped[ErasureStatus] = mapped_column(default=ErasureStatus.WAITING)
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_by: Mapped[User] = relationship(foreign_keys=asked_by_id)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")  # why it was refused
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
