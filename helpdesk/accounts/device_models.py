"""What makes coming back short: a PIN, and the phones and computers that are known."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db


class DeviceKind(StrEnum):
    PHONE = "phone"  # a technician's: after the session has ended the PIN opens the next one
    READING = "reading"  # a computer on which one stays signed in for reading


class UserPin(db.Model):
    """The short number that unlocks a screen; a stranger needs the session or the device as well."""

    __tablename__ = "user_pin"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    pin_hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class EnrolledDevice(db.Model):
    """One browser that is known as somebody's own. Only a hash of its cookie is kept."""

    __tablename__ = "enrolled_device"
    __table_args__ = (CheckConstraint("tries >= 0", name="counted"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship()
    kind: Mapped[DeviceKind]
    browser: Mapped[str] = mapped_column(String(20))
    system: Mapped[str] = mapped_column(String(20))
    enrolled_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)  # wrong PINs since the last right one


class LockPolicy(db.Model):
    """After how many quiet minutes an operator's screen locks itself; one row, or none for the usual ten."""

    __tablename__ = "lock_policy"
    __table_args__ = (CheckConstraint("id = 1", name="one"), CheckConstraint("minutes BETWEEN 1 AND 120", name="sane"))
    id: Mapped[int] = mapped_column(primary_key=True)
    minutes: Mapped[int]
