"""Price lists and quotes. Money is in whole fen."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.repairs.models import WorkOrder
from helpdesk.tariff.states import ListStatus, QuoteStatus


class MaterialPolicy(StrEnum):
    """Who brings the material, and who pays for it."""

    OWNER_BUYS = "owner_buys"
    COMPANY_SELLS = "company_sells"
    FREE = "free"


class Agreed(StrEnum):
    """How the resident agreed to a quote."""

    AT_THE_DOOR = "agreed_at_the_door"
    BY_PHONE = "agreed_by_phone"
    AT_THE_DESK = "agreed_at_the_desk"


class PriceList(Versioned, db.Model):
    """One version of the posted prices, in force on local dates [valid_from, valid_until)."""

    __tablename__ = "price_list"
    __table_args__ = (
        UniqueConstraint("estate_id", "edition"),
        CheckConstraint("call_out_fen >= 0", name="call_out_not_negative"),
        CheckConstraint("status != 'list_in_force' OR valid_from IS NOT NULL", name="in_force_from_a_day"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="ends_after_it_began"),
        Index(
            "uq_price_list_open", "estate_id", unique=True,
            sqlite_where=text("status = 'list_in_force' AND valid_until IS NULL"),
            postgresql_where=text("status = 'list_in_force' AND valid_until IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    edition: Mapped[int]
    status: Mapped[ListStatus] = mapped_column(default=ListStatus.DRAFT)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    call_out_fen: Mapped[int] = mapped_column(default=0)
    items: Mapped[list["PriceItem"]] = relationship(order_by="PriceItem.position, PriceItem.id")


class PriceItem(db.Model):
    """One line of a price list. `category_code` is the kind of work order it is offered for; none is for all."""

    __tablename__ = "price_item"
    __table_args__ = (
        UniqueConstraint("price_list_id", "code"),
        CheckConstraint("labour_fen >= 0 AND material_fen >= 0", name="prices_not_negative"),
        CheckConstraint("material_policy = 'company_sells' OR material_fen = 0", name="only_what_is_sold_costs"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"))
    code: Mapped[str] = mapped_column(String(30))
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(60))
    category_code: Mapped[str | None] = mapped_column(String(30))
    unit: Mapped[str] = mapped_column(String(10))
    labour_fen: Mapped[int]
    material_policy: Mapped[MaterialPolicy]
    material_fen: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)


class Quote(Versioned, db.Model):
    """What the work of one order costs before anything is waived. It costs nothing until somebody agreed to it."""

    __tablename__ = "quote"
    __table_args__ = (
        CheckConstraint("call_out_fen >= 0", name="call_out_not_negative"),
        CheckConstraint(
            "(status = 'quote_accepted') = (accepted_at IS NOT NULL) AND (accepted_at IS NULL) = (accepted_how IS NULL)"
            " AND (accepted_at IS NULL OR accepted_by != '')",
            name="accepted_by_somebody",
        ),
        Index(
            "uq_quote_open", "work_order_id", unique=True, sqlite_where=text("status = 'quote_open'"),
            postgresql_where=text("status = 'quote_open'"),
        ),
        Index(None, "work_order_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    work_order: Mapped[WorkOrder] = relationship()
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"))
    status: Mapped[QuoteStatus] = mapped_column(default=QuoteStatus.OPEN)
    call_out_fen: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_by: Mapped[User] = relationship(foreign_keys=made_by_id)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted_by: Mapped[str] = mapped_column(String(80), default="")  # who agreed, by name
    accepted_how: Mapped[Agreed | None]
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    lines: Mapped[list["QuoteLine"]] = relationship(order_by="QuoteLine.id", back_populates="quote")

    @property
    def topics(self) -> set[str]:
        return self.work_order.topics


class QuoteLine(db.Model):
    """One kind of work in a quote, with its prices as they stood; `quantity` is in whole units."""

    __tablename__ = "quote_line"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 1 AND 999", name="is_some"),
        CheckConstraint("labour_fen >= 0 AND material_fen >= 0", name="prices_not_negative"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"), index=True)
    quote: Mapped[Quote] = relationship(back_populates="lines")
    item_id: Mapped[int] = mapped_column(ForeignKey("price_item.id"))
    item: Mapped[PriceItem] = relationship()
    quantity: Mapped[int]
    labour_fen: Mapped[int]  # for one
    material_fen: Mapped[int]
