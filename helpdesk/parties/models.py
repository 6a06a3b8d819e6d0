from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, and_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.parties.states import HandOffStatus
from helpdesk.repairs.models import WorkOrder


class PartyKind(StrEnum):
    """What an outside party does."""

    WATER_WORKS = "water_works"
    POWER_COMPANY = "power_company"
    GAS_COMPANY = "gas_company"
    TELECOM = "telecom"
    CHARGING = "charging"
    CONTRACTOR = "contractor"  # of the renovation, while its guarantee runs
    CREW = "crew"  # hired for the day
    OFFICE = "office"  # street office, community, other authorities
    OTHER = "other"


class PaidBy(StrEnum):
    """Out of which pocket the work is paid."""

    UNDECIDED = "undecided"
    COMPANY = "company"
    OWNER = "owner"
    OWNERS_SPLIT = "owners_split"
    MAINTENANCE_FUND = "maintenance_fund"
    RENOVATION_GUARANTEE = "renovation_guarantee"
    UTILITY = "utility"
    STREET_OFFICE = "street_office"
    COMMUNITY = "community"


STILL_WAITING = text("status = 'waiting'")  # few of many


class Party(Versioned, db.Model):
    """A firm or office that repairs what is not ours. `numbers` are whole numbers as they are dialled, by blanks."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("estate_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    kind: Mapped[PartyKind]
    name: Mapped[str] = mapped_column(String(60))
    numbers: Mapped[str] = mapped_column(String(120), default="")
    hours: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    in_use: Mapped[bool] = mapped_column(default=True)


class HandOff(Versioned, db.Model):
    """A work order in the hands of an outside party; an order has one at a time, and several one after the other.

    `promised_on` is the local date for which they promised it, `chase_at` when we ask them next.
    """

    __tablename__ = "hand_off"
    __table_args__ = (
        CheckConstraint("(status = 'waiting') = (ended_at IS NULL)", name="ended_has_a_time"),
        CheckConstraint("status != 'returned' OR returned_because != ''", name="returned_has_a_reason"),
        Index(
            "ix_hand_off_one_at_a_time", "work_order_id", unique=True, sqlite_where=STILL_WAITING,
            postgresql_where=STILL_WAITING,
        ),
        Index(
            "ix_hand_off_to_chase", "estate_id", "chase_at", sqlite_where=STILL_WAITING,
            postgresql_where=STILL_WAITING,
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), index=True)
    work_order: Mapped[WorkOrder] = relationship()
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    party: Mapped[Party] = relationship(lazy="joined")
    status: Mapped[HandOffStatus] = mapped_column(default=HandOffStatus.WAITING)
    reference: Mapped[str] = mapped_column(String(60), default="")  # under which they know it
    contact: Mapped[str] = mapped_column(String(120), default="")
    paid_by: Mapped[PaidBy] = mapped_column(default=PaidBy.UNDECIDED)
    promised_on: Mapped[date | None]
    chase_at: Mapped[datetime] = mapped_column(UTCDateTime)
    handed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    handed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    handed_by: Mapped[User] = relationship(foreign_keys=handed_by_id)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ended_by: Mapped[User | None] = relationship(foreign_keys=ended_by_id)
    returned_because: Mapped[str] = mapped_column(String(200), default="")
    chases: Mapped[list["HandOffChase"]] = relationship(order_by="HandOffChase.id", back_populates="hand_off")

    @property
    def topics(self) -> set[str]:
        return {f"orders:{self.estate_id}"}


class HandOffChase(db.Model):
    """One time somebody asked an outside party how far it is."""

    __tablename__ = "hand_off_chase"
    id: Mapped[int] = mapped_column(primary_key=True)
    hand_off_id: Mapped[int] = mapped_column(ForeignKey("hand_off.id"), index=True)
    hand_off: Mapped[HandOff] = relationship(back_populates="chases")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    by: Mapped[User] = relationship()
    note: Mapped[str] = mapped_column(Text, default="")


# Every row of an order shows whom it waits for: one more query for a whole list. Read only; acts go through HandOff.
WorkOrder.waits_for = relationship(
    HandOff, viewonly=True, uselist=False, lazy="selectin",
    primaryjoin=and_(WorkOrder.id == HandOff.work_order_id, HandOff.status == HandOffStatus.WAITING),
)  # fmt: skip
