"""Money that came in: payments, what each is for, and the cash that is counted."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.billing.models import Account, Charge
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned


class Method(StrEnum):
    CASH = "cash"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    BANK = "bank"
    OPENING = "opening_credit"  # paid in advance before the books were taken over; no money moves


class TakenAt(StrEnum):
    DESK = "taken_at_desk"
    DOOR = "taken_at_door"


class HandIn(db.Model):
    """The cash that a technician took at doors, handed in and counted."""

    __tablename__ = "hand_in"
    __table_args__ = (
        CheckConstraint("counted_fen >= 0 AND expected_fen >= 0", name="amounts_not_negative"),
        CheckConstraint("counted_fen = expected_fen OR words != ''", name="difference_is_explained"),
        Index(None, "estate_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    technician_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    technician: Mapped[User] = relationship(foreign_keys=technician_id)
    expected_fen: Mapped[int]
    counted_fen: Mapped[int]
    words: Mapped[str] = mapped_column(String(200), default="")
    counted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    counted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReceiptNumber(db.Model):
    """The last receipt number drawn in an estate on a Shanghai date."""

    __tablename__ = "receipt_number"
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class Payment(Versioned, db.Model):
    """Money that came in. Reversed, it counts no more, and stays to be read."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("estate_id", "receipt_no"),
        CheckConstraint("amount_fen > 0", name="is_something"),
        CheckConstraint(
            "(reversed_at IS NULL) = (reversed_by_id IS NULL) AND (reversed_at IS NULL OR reversal_reason != '')",
            name="reversed_with_a_reason",
        ),
        Index(None, "account_id"),
        Index(None, "estate_id", "received_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    account: Mapped[Account] = relationship()
    receipt_no: Mapped[str] = mapped_column(String(20))
    method: Mapped[Method]
    taken_at: Mapped[TakenAt]
    amount_fen: Mapped[int]
    invoice_wanted: Mapped[bool] = mapped_column(default=False)
    paid_by: Mapped[str] = mapped_column(String(80), default="")
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    received_by: Mapped[User | None] = relationship(foreign_keys=received_by_id)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    hand_in_id: Mapped[int | None] = mapped_column(ForeignKey("hand_in.id"), index=True)
    reversed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reversed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reversal_reason: Mapped[str] = mapped_column(String(200), default="")


class Allocation(db.Model):
    """What of a payment was for which charge, as the receipt says. The rest is credit: see `balance`."""

    __tablename__ = "allocation"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="is_something"),)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), primary_key=True)
    charge_id: Mapped[int] = mapped_column(ForeignKey("charge.id"), primary_key=True, index=True)
    charge: Mapped[Charge] = relationship()
    amount_fen: Mapped[int]


class DayClosing(db.Model):
    """The till counted: everything that came in since the one before, `sums` by method in fen."""

    __tablename__ = "day_closing"
    __table_args__ = (
        UniqueConstraint("estate_id", "until_at"),
        CheckConstraint("counted_fen >= 0", name="counted_not_negative"),
        CheckConstraint("counted_fen = expected_fen OR words != ''", name="difference_is_explained"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    from_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # none for the first
    until_at: Mapped[datetime] = mapped_column(UTCDateTime)
    payments: Mapped[int]
    sums: Mapped[dict] = mapped_column(JSON)
    expected_fen: Mapped[int]  # cash that should lie in the till
    counted_fen: Mapped[int]
    words: Mapped[str] = mapped_column(String(200), default="")
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    closed_by: Mapped[User] = relationship()
