"""The look log. Rows are added and never changed; triggers on both databases hold it, but for what retention erases."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db


class Looked(StrEnum):
    """What was seen."""

    WAIVER = "waiver"  # an application, its ground and proof
    PAID_UNTIL = "paid_until"  # how far one home is paid for
    PROOF = "proof"  # a scan
    ONE_OFF = "one_off"  # why one bill was lowered once
    PERSON_DATA = "person_data"  # everything that is known of one resident


class Purpose(StrEnum):
    """Why: from the role and the page, or chosen by whoever looks; `OTHER` is told in words."""

    ENTERING = "entering"  # while the resident tells it
    VERIFYING = "verifying"
    DECIDING = "deciding"
    ANSWERING = "answering"  # somebody asked after it
    CHECKING = "checking"  # the owner or the auditor
    OTHER = "other"


class Look(db.Model):
    """`person_id` follows a merge of two records of one person; nothing else of a look ever changes.

    `subject_id` is the id of what was seen, in the table that `what` implies.
    """

    __tablename__ = "look"
    __table_args__ = (
        CheckConstraint("purpose != 'other' OR words != ''", name="other_is_told"),
        Index(None, "estate_id", "id"),
        Index(None, "person_id", "id"),
        Index(None, "place_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship()
    what: Mapped[Looked]
    subject_id: Mapped[int]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[Purpose]
    words: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(String(45), default="")  # of the browser
