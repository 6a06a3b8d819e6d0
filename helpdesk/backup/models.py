from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db


class Backup(db.Model):
    """One try to put everything aside. `made_at` is the moment it shows; empty until it is whole on its disk.

    `fault` is one of our own sentences, or the name of an exception. A restored one gets a row as well.
    """

    __tablename__ = "backup"
    __table_args__ = (
        CheckConstraint("(made_at IS NULL) = (bytes IS NULL)", name="made_or_not"),
        CheckConstraint("made_at IS NULL OR fault = ''", name="good_or_not"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    fault: Mapped[str] = mapped_column(String(200), default="")
