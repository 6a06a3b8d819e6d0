from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.states import Status
from helpdesk.waivers.models import WaiverApplication


class Answer(StrEnum):
    STILL_SO = "still_so"
    CHANGED = "changed"
    UNCLEAR = "unclear"


class VerificationSheet(Versioned, db.Model):
    """Homes that the community is asked about by one letter, until `asked_by`; `is_review` of waivers that run."""

    __tablename__ = "verification_sheet"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint(
            "returned_at IS NULL OR (signed_on IS NOT NULL AND signed_by_name != '' AND returned_by_id IS NOT NULL)",
            name="returned_is_signed",
        ),
        Index(None, "estate_id", "returned_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    number: Mapped[str] = mapped_column(String(20))
    is_review: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_by: Mapped[User] = relationship(foreign_keys=made_by_id)
    asked_by: Mapped[date]
    letter_no: Mapped[str] = mapped_column(String(40), default="")
    signed_by_name: Mapped[str] = mapped_column(String(40), default="")
    signed_on: Mapped[date | None]
    returned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    returned_by: Mapped[User | None] = relationship(foreign_keys=returned_by_id)
    rows: Mapped[list["VerificationRow"]] = relationship(order_by="VerificationRow.position", back_populates="sheet")

    @property
    def topics(self) -> set[str]:
        return {f"waivers:{self.estate_id}"}


class HomeCheck(Versioned, db.Model):
    """That somebody looks at a home, as a work order which says nothing of why; and what they saw.

    `act_id` is where it stands in the history of the application: whoever saw it decides nothing about it.
    """

    __tablename__ = "home_check"
    __table_args__ = (
        CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (answered_by_id IS NULL)"
            " AND (answer IS NULL) = (act_id IS NULL)",
            name="answered_by_somebody",
        ),
        CheckConstraint("answer IS NULL OR answer = 'still_so' OR words != ''", name="change_is_told"),
        UniqueConstraint("work_order_id"),
        Index(None, "estate_id", "answered_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("waiver_application.id"), index=True)
    application: Mapped[WaiverApplication] = relationship()
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    work_order: Mapped[WorkOrder] = relationship()
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    ordered_by: Mapped[User] = relationship(foreign_keys=ordered_by_id)
    ordered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answer: Mapped[Answer | None]
    words: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answered_by: Mapped[User | None] = relationship(foreign_keys=answered_by_id)
    act_id: Mapped[int | None] = mapped_column(ForeignKey("waiver_act.id"))

    @property
    def is_open(self) -> bool:
        """Whether somebody is still to look, or to say what they saw."""
        return self.answer is None and self.work_order.status is not Status.CANCELLED


class VerificationRow(db.Model):
    __tablename__ = "verification_row"
    __table_args__ = (UniqueConstraint("sheet_id", "application_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("verification_sheet.id"))
    sheet: Mapped[VerificationSheet] = relationship(back_populates="rows")
    application_id: Mapped[int] = mapped_column(ForeignKey("waiver_application.id"), index=True)
    application: Mapped[WaiverApplication] = relationship()
    position: Mapped[int]
    answer: Mapped[Answer | None]
    words: Mapped[str] = mapped_column(Text, default="")
    act_id: Mapped[int | None] = mapped_column(ForeignKey("waiver_act.id"))
