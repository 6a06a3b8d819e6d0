from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned


class Post(StrEnum):
    """What somebody is on duty for; the last of the chain is whoever decides."""

    HOTLINE = "hotline"
    ON_CALL = "on_call"
    LEAD = "lead"


class Shift(Versioned, db.Model):
    """One person at one post, from `starts_at` up to but not including `ends_at`.

    `position` is the place in the chain of that post, 1 is rung first. `stands_in_for` is whose shift it was.
    A shift that was called off stays, with the moment at which that was said.
    """

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_it_began"),
        CheckConstraint("position > 0", name="has_a_position"),
        CheckConstraint("stands_in_for_id IS NULL OR stands_in_for_id != user_id", name="stands_in_for_another"),
        Index(None, "estate_id", "ends_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    post: Mapped[Post]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship(foreign_keys=user_id, lazy="joined")
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    position: Mapped[int] = mapped_column(default=1)
    stands_in_for_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    stands_in_for: Mapped[User | None] = relationship(foreign_keys=stands_in_for_id)
    called_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def topics(self) -> set[str]:
        return {f"duty:{self.estate_id}"}


class NumberConsent(db.Model):
    """That a member of staff lets residents have their mobile number: when that was said, and noted by whom.

    It holds for `digits` only: whoever gets another number is asked again. Withdrawn, it stays until it is given anew.
    """

    __tablename__ = "number_consent"
    __table_args__ = (
        CheckConstraint("digits != ''", name="a_number"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn_by_somebody"),
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    user: Mapped[User] = relationship(foreign_keys=user_id)
    digits: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    noted_by: Mapped[User] = relationship(foreign_keys=noted_by_id)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=withdrawn_by_id)

    def covers(self, phone: str | None) -> bool:
        """Whether this number may be given to residents."""
        return self.withdrawn_at is None and self.digits == phone
