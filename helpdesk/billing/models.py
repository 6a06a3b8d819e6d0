"""Accounts and everything that stands in them. Money is in whole fen; months are the first of the month.

Charges, adjustments, allocations and write-offs are never changed and never deleted, payments only reversed and handed
in: the database refuses anything else.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.billing.states import RunStatus
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Estate, Person, Place


def _only(columns: str, where: str, name: str) -> Index:
    """A unique index over some rows."""
    return Index(
        name, *columns.split(", "), unique=True, sqlite_where=text(where), postgresql_where=text(where)
    )  # fmt: skip


class FeeUse(StrEnum):
    """By what the monthly fee of a place differs."""

    OWN = "fee_own"
    LET = "fee_let"
    VACANT = "fee_vacant"
    GARAGE = "fee_garage"
    SHOP = "fee_shop"


class ChargeKind(StrEnum):
    PROPERTY_FEE = "property_fee"
    LABOUR = "labour"
    MATERIALS = "materials"
    CALL_OUT = "call_out"
    OPENING = "opening"  # what was owed when the books were taken over
    OTHER = "other"


class AdjustmentKind(StrEnum):
    REDUCTION = "adjusted_reduction"  # a waiver that reached a month already billed
    ONE_BILL = "adjusted_one_bill"  # a small one-off waiver of one bill
    PART_MONTH = "adjusted_part_month"  # the account ended within the month
    CORRECTION = "adjusted_correction"


class FeeRule(db.Model):
    """How the monthly fee of one use is reckoned, on local dates [valid_from, valid_until).

    `rate_bp` is the part of area × price that is charged; `unit_price` (0.01 fen a square metre and month) is for
    places that have no price of their own; a line is overdue `due_days` after the first of its month.
    """

    __tablename__ = "fee_rule"
    __table_args__ = (
        UniqueConstraint("estate_id", "applies_to", "valid_from"),
        CheckConstraint("rate_bp BETWEEN 0 AND 100000", name="rate_is_possible"),
        CheckConstraint("unit_price >= 0", name="price_not_negative"),
        CheckConstraint("due_days BETWEEN 0 AND 366", name="due_within_a_year"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    applies_to: Mapped[FeeUse]
    rate_bp: Mapped[int]
    unit_price: Mapped[int]
    due_days: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class Account(Versioned, db.Model):
    """Who pays for a place, from `opened_on` up to but not including `closed_on`; the next owner gets another one.

    Fees are charged from `billed_from` on. Without a person the payer is a name, or nobody known.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="ends_after_it_began"),
        _only("place_id", "closed_on IS NULL", "uq_account_open"),
        Index(None, "place_id", "id"),
        Index(None, "estate_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    place: Mapped[Place] = relationship()
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person | None] = relationship()
    payer: Mapped[str] = mapped_column(String(80), default="")
    opened_on: Mapped[date]
    billed_from: Mapped[date]
    closed_on: Mapped[date | None]

    @property
    def payer_name(self) -> str:
        return self.person.name if self.person else self.payer


class BillingRun(Versioned, db.Model):
    """Fees of the months [month_from, month_until) for a whole estate, made piece by piece.

    `cursor` is the account that was done last in `cursor_month`, or the place that got an account last while that is
    still empty; a run that was interrupted goes on after it.
    """

    __tablename__ = "billing_run"
    __table_args__ = (
        CheckConstraint("month_until > month_from", name="some_months"),
        Index(None, "estate_id", "id"),
        Index(None, "status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    month_from: Mapped[date]
    month_until: Mapped[date]
    status: Mapped[RunStatus] = mapped_column(default=RunStatus.PREVIEWED)
    cursor_month: Mapped[date | None]
    cursor: Mapped[int] = mapped_column(default=0)
    lines: Mapped[int] = mapped_column(default=0)
    gross_fen: Mapped[int] = mapped_column(default=0)
    reduced_fen: Mapped[int] = mapped_column(default=0)
    preview: Mapped[dict] = mapped_column(JSON)
    estate: Mapped[Estate] = relationship()
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_by: Mapped[User] = relationship()
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Charge(db.Model):
    """One line that somebody owes, with all it was reckoned from.

    For a fee: the days [from_on, until_on) of its month, area (0.01 m²), price (0.01 fen) and the rate of its use.
    `waiver_id`, `rate_bp` and `policy_id` say what was taken off and under which version of the policy.
    """

    __tablename__ = "charge"
    __table_args__ = (
        CheckConstraint("gross_fen >= 0 AND reduced_fen >= 0 AND net_fen >= 0", name="amounts_not_negative"),
        CheckConstraint("net_fen = gross_fen - reduced_fen", name="adds_up"),
        CheckConstraint("reduced_fen = 0 OR waiver_id IS NOT NULL", name="reduced_by_something"),
        CheckConstraint("rate_bp IS NULL OR rate_bp BETWEEN 0 AND 10000", name="rate_is_possible"),
        CheckConstraint(
            "kind != 'property_fee' OR (month IS NOT NULL AND from_on IS NOT NULL AND until_on > from_on"
            " AND area IS NOT NULL AND unit_price IS NOT NULL AND use_bp IS NOT NULL)",
            name="fee_shows_how",
        ),
        _only("account_id, month", "kind = 'property_fee'", "uq_charge_month"),
        _only("quote_id, kind", "quote_id IS NOT NULL", "uq_charge_quote"),
        _only("account_id", "kind = 'opening'", "uq_charge_opening"),
        Index(None, "account_id", "due_on"),
        Index(None, "estate_id", "month"),
        Index(None, "place_id", "month"),
        Index(None, "work_order_id"),
        Index(None, "waiver_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    account: Mapped[Account] = relationship()
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    kind: Mapped[ChargeKind]
    month: Mapped[date | None]
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    fee_use: Mapped[FeeUse | None]
    area: Mapped[int | None]
    unit_price: Mapped[int | None]
    use_bp: Mapped[int | None]
    work_order_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"))
    quote_id: Mapped[int | None] = mapped_column(ForeignKey("quote.id"))
    words: Mapped[str] = mapped_column(String(200), default="")
    gross_fen: Mapped[int]
    reduced_fen: Mapped[int] = mapped_column(default=0)
    net_fen: Mapped[int]
    waiver_id: Mapped[int | None]
    rate_bp: Mapped[int | None]
    policy_id: Mapped[int | None]
    due_on: Mapped[date]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("billing_run.id"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Adjustment(db.Model):
    """More or less of a charge that stands already: a waiver that came later, a correction with its reason."""

    __tablename__ = "adjustment"
    __table_args__ = (
        CheckConstraint("amount_fen != 0", name="changes_something"),
        CheckConstraint("kind != 'adjusted_correction' OR reason != ''", name="correction_has_a_reason"),
        CheckConstraint("kind = 'adjusted_correction' OR amount_fen < 0", name="only_corrections_add"),
        _only("charge_id, waiver_id", "kind = 'adjusted_reduction'", "uq_adjustment_waiver"),
        Index(None, "account_id"),
        Index(None, "waiver_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    charge_id: Mapped[int] = mapped_column(ForeignKey("charge.id"))
    charge: Mapped[Charge] = relationship()
    kind: Mapped[AdjustmentKind]
    amount_fen: Mapped[int]  # less is negative
    waiver_id: Mapped[int | None]
    rate_bp: Mapped[int | None]
    policy_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(200), default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class WriteOff(db.Model):
    """What of a charge nobody will pay any more: a manager's decision, apart from waivers and payments."""

    __tablename__ = "write_off"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="is_something"),
        CheckConstraint("reason != ''", name="has_a_reason"),
        Index(None, "account_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    charge_id: Mapped[int] = mapped_column(ForeignKey("charge.id"), index=True)
    amount_fen: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
