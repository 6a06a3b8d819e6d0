from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.cases.states import CaseStatus
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Person, Phone, Place
from helpdesk.repairs.models import WorkOrder


class CaseKind(StrEnum):
    COMPLAINT = "complaint"
    CASE_12345 = "case_12345"
    COMMUNITY_SHEET = "community_sheet"
    HELP = "help"  # somebody stays with it
    WAIVER_ENQUIRY = "waiver_enquiry"


class ReplyWay(StrEnum):
    """How the reply reached whoever asked."""

    PHONE = "phone"
    VISIT = "visit"
    WRITTEN = "written"  # on the sheet, or by letter
    MESSAGE = "message"


class Satisfaction(StrEnum):
    SATISFIED = "satisfied"
    FAIR = "fair"
    DISSATISFIED = "dissatisfied"


class Team(StrEnum):
    """Who is praised when nobody is named."""

    EVERYBODY = "everybody"
    OPERATORS = "operators"
    TECHNICIANS = "technicians"


class CaseNumber(db.Model):
    """The last number drawn on a Shanghai date: one count for all kinds and estates of this installation."""

    __tablename__ = "case_number"
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


STILL_OPEN = text("status = 'open'")  # few of many
REPLIED = (
    "status NOT IN ('answered', 'closed') OR (reply_text != '' AND reply_way IS NOT NULL AND replied_at IS NOT NULL)"
)


class Case(Versioned, db.Model):
    """Something somebody waits for an answer to, until `reply_by`.

    `words` is what it is about; `received_at` is when it reached us. `is_complex` gives a complaint more time. A sheet
    has the number its sender gave it, and a due date typed from the paper. A reply that was not enough is kept among
    the notes when the case is reopened. `call_id` is the call it comes from.
    """

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("estate_id", "kind", "external_ref"),
        CheckConstraint(REPLIED, name="ended_with_a_reply"),
        CheckConstraint("status != 'returned' OR return_reason != ''", name="returned_has_a_reason"),
        CheckConstraint("status != 'closed' OR closed_at IS NOT NULL", name="closed_has_a_time"),
        CheckConstraint("kind != 'case_12345' OR external_ref IS NOT NULL", name="sheet_has_a_number"),
        Index("ix_case_open", "estate_id", "reply_by", sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN),
        Index(None, "estate_id", "id"),
        Index(None, "place_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    kind: Mapped[CaseKind]
    status: Mapped[CaseStatus] = mapped_column(default=CaseStatus.OPEN)
    reopened: Mapped[int] = mapped_column(default=0)  # how often
    is_complex: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(Text)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    place: Mapped[Place | None] = relationship()
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person | None] = relationship()
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phone.id"), index=True)  # where to ring back
    phone: Mapped[Phone | None] = relationship()
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    work_order_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"), index=True)
    work_order: Mapped[WorkOrder | None] = relationship()
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    owner: Mapped[User | None] = relationship(foreign_keys=owner_id)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    opened_by: Mapped[User] = relationship(foreign_keys=opened_by_id)
    external_ref: Mapped[str | None] = mapped_column(String(40))
    received_from: Mapped[str] = mapped_column(String(80), default="")
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    service_level_id: Mapped[int | None] = mapped_column(ForeignKey("service_level.id"))
    counted_from: Mapped[datetime] = mapped_column(UTCDateTime)  # received, or reopened
    respond_by: Mapped[datetime | None] = mapped_column(UTCDateTime)
    responded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # whoever answers for it took it in hand
    reply_by: Mapped[datetime] = mapped_column(UTCDateTime)
    reply_text: Mapped[str] = mapped_column(Text, default="")
    reply_way: Mapped[ReplyWay | None]
    replied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    return_reason: Mapped[str] = mapped_column(Text, default="")
    returned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    satisfaction: Mapped[Satisfaction | None]
    extensions: Mapped[list["Extension"]] = relationship(order_by="Extension.id", back_populates="case")

    @property
    def topics(self) -> set[str]:
        return {f"cases:{self.estate_id}"}

    @property
    def pending_extension(self) -> "Extension | None":
        """The one that was asked for and not decided yet."""
        return next((one for one in self.extensions if one.granted is None), None)


class Extension(db.Model):
    """More time that was asked for, and whether it was granted; None until whoever sent the sheet says."""

    __tablename__ = "case_extension"
    __table_args__ = (CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name="decided_has_a_time"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    case: Mapped[Case] = relationship(back_populates="extensions")
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    granted: Mapped[bool | None]
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Note(db.Model):
    """Words added to a case: a remark, or a reply or reason that no longer stands because the case was reopened."""

    __tablename__ = "case_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UTCDateTime)
    said_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))


class Praise(db.Model):
    """Good words of a resident, for one member of staff or for all of a team (then `team` says which)."""

    __tablename__ = "praise"
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    team: Mapped[Team | None]
    words: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UTCDateTime)
    readers: Mapped[list["PraiseReader"]] = relationship(order_by="PraiseReader.id", back_populates="praise")


class PraiseReader(db.Model):
    """Whom a praise is for, and when they have read it."""

    __tablename__ = "praise_reader"
    __table_args__ = (
        UniqueConstraint("praise_id", "user_id"),
        Index(None, "user_id", "seen_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    praise_id: Mapped[int] = mapped_column(ForeignKey("praise.id"))
    praise: Mapped[Praise] = relationship(back_populates="readers")
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    user: Mapped[User] = relationship()
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def topics(self) -> set[str]:
        return {f"praise:{self.user_id}"}
