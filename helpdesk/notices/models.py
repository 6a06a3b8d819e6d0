from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.waivers.rules import add_months


class NoticeStyle(StrEnum):
    COUNTS = "counts"
    MASKED = "masked"


class WaiverNotice(Versioned, db.Model):
    """What hung on the wall on the local dates [posted_on, until_on), about the months [from_month, until_month).

    Figures are copies: a notice says later what it said then. Those who did not agree are only in its count and sum.
    """

    __tablename__ = "waiver_notice"
    __table_args__ = (
        CheckConstraint("until_on > posted_on", name="posted_for_some_days"),
        CheckConstraint("until_month > from_month", name="about_some_months"),
        Index(None, "estate_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    style: Mapped[NoticeStyle]
    posted_on: Mapped[date]
    until_on: Mapped[date]
    from_month: Mapped[date]
    until_month: Mapped[date]
    homes: Mapped[int]
    amount_fen: Mapped[int]
    phone: Mapped[str] = mapped_column(String(20))  # to object
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_by: Mapped[User] = relationship()
    taken_down_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def last_month(self) -> date:
        """The last of the months it is about."""
        return add_months(self.until_month, -1)

    rows: Mapped[list["NoticeRow"]] = relationship(order_by="NoticeRow.id", back_populates="notice")
    objections: Mapped[list["Objection"]] = relationship(order_by="Objection.id", back_populates="notice")

    @property
    def topics(self) -> set[str]:
        return {f"waivers:{self.estate_id}"}


class NoticeRow(db.Model):
    """One home on a notice: building, masked name, period and sum, and nothing else. Triggers keep it as posted."""

    __tablename__ = "waiver_notice_row"
    __table_args__ = (UniqueConstraint("notice_id", "application_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("waiver_notice.id"))
    notice: Mapped[WaiverNotice] = relationship(back_populates="rows")
    application_id: Mapped[int] = mapped_column(ForeignKey("waiver_application.id"), index=True)
    building_no: Mapped[int | None]
    masked_name: Mapped[str] = mapped_column(String(80))
    from_month: Mapped[date]
    until_month: Mapped[date]
    amount_fen: Mapped[int]


class Objection(Versioned, db.Model):
    __tablename__ = "waiver_objection"
    __table_args__ = (
        CheckConstraint("words != ''", name="says_something"),
        CheckConstraint(
            "answered_at IS NULL OR (answer != '' AND answered_by_id IS NOT NULL)", name="answered_by_somebody"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("waiver_notice.id"), index=True)
    notice: Mapped[WaiverNotice] = relationship(back_populates="objections")
    row_id: Mapped[int | None] = mapped_column(ForeignKey("waiver_notice_row.id"))  # none: about the whole
    row: Mapped[NoticeRow | None] = relationship()
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    taken_by: Mapped[User] = relationship(foreign_keys=taken_by_id)
    by_name: Mapped[str] = mapped_column(String(80), default="")  # empty: they gave no name
    words: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answered_by: Mapped[User | None] = relationship(foreign_keys=answered_by_id)
    answer: Mapped[str] = mapped_column(Text, default="")
