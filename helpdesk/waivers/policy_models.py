"""Editions of the policy with their grounds, and what may be spent."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.waivers.codes import (
    Bearer,
    Flow,
    PolicyState,
)

RATES = ("property_fee_bp", "labour_bp", "materials_bp", "call_out_bp")
WORK = ("labour", "materials", "call_out")
CAPS = tuple(f"{name.removesuffix('_bp')}_cap_fen" for name in RATES)
RATES_KNOWN = " AND ".join(f"{name} BETWEEN 0 AND 10000" for name in RATES)
CAPS_KNOWN = (
    "(property_fee_cap_fen IS NULL OR property_fee_cap_fen > 0) AND (labour_cap_fen IS NULL OR labour_cap_fen > 0)"
)


class WaiverPolicy(Versioned, db.Model):
    """One edition of the company's rules, in force on [valid_from, valid_until); only a draft can be changed.

    `second_above_fen` a year and more than it needs a second approver; `proof_above_fen` a year, the password again;
    `one_off_limit_fen` is the most that one bill may be lowered by hand.
    """

    __tablename__ = "waiver_policy"
    __table_args__ = (
        UniqueConstraint("estate_id", "number"),
        CheckConstraint("state = 'draft' OR valid_from IS NOT NULL", name="in_force_from_a_day"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="valid_at_some_time"),
        CheckConstraint(
            "second_above_fen >= 0 AND proof_above_fen >= 0 AND one_off_limit_fen >= 0", name="limits_not_negative"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    number: Mapped[int]
    state: Mapped[PolicyState]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    second_above_fen: Mapped[int]
    proof_above_fen: Mapped[int]
    one_off_limit_fen: Mapped[int]
    keeps_scans: Mapped[bool] = mapped_column(default=False, server_default=false())  # of proofs; else they are noted
    words: Mapped[str] = mapped_column(Text, default="")  # why this edition
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # none: it came with the product
    made_by: Mapped[User | None] = relationship(foreign_keys=made_by_id)
    made_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    begun_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    grounds: Mapped[list["PolicyGround"]] = relationship(order_by="PolicyGround.position", back_populates="policy")

    @property
    def topics(self) -> set[str]:
        return {f"waivers:{self.estate_id}"}


class PolicyGround(db.Model):
    """Why a home may pay less, in the company's own definition, and how much less.

    A cap of the property fee is for a month, of labour, materials and call-out for one order. `needs_owner` asks for
    a second approver whatever the sum; `min_age` is only warned about.
    """

    __tablename__ = "waiver_ground"
    __table_args__ = (
        UniqueConstraint("policy_id", "code"),
        CheckConstraint(RATES_KNOWN, name="rates_up_to_the_whole"),
        CheckConstraint(CAPS_KNOWN, name="caps_above_nothing"),
        CheckConstraint("materials_cap_fen > 0", name="materials_cap_fen_above_nothing"),
        CheckConstraint("call_out_cap_fen > 0", name="call_out_cap_fen_above_nothing"),
        CheckConstraint("validity_months BETWEEN 1 AND 60", name="valid_for_some_months"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("waiver_policy.id"))
    policy: Mapped[WaiverPolicy] = relationship(back_populates="grounds")
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(30))
    name_zh: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(80))
    definition: Mapped[str] = mapped_column(Text)
    proof: Mapped[str] = mapped_column(Text)
    is_verified: Mapped[bool]  # by the community; a certificate of the authorities proves itself
    needs_owner: Mapped[bool]
    min_age: Mapped[int | None]
    property_fee_bp: Mapped[int]
    labour_bp: Mapped[int]
    materials_bp: Mapped[int]
    call_out_bp: Mapped[int]
    property_fee_cap_fen: Mapped[int | None]
    labour_cap_fen: Mapped[int | None]
    materials_cap_fen: Mapped[int | None]
    call_out_cap_fen: Mapped[int | None]
    validity_months: Mapped[int]
    bearer: Mapped[Bearer]
    flow: Mapped[Flow]


class WaiverBudget(db.Model):
    """What a bearer means to spend in a year, on one ground or (with no code) on all of them."""

    __tablename__ = "waiver_budget"
    __table_args__ = (
        UniqueConstraint("estate_id", "year", "bearer", "ground_code"),
        CheckConstraint("amount_fen >= 0", name="not_negative"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    year: Mapped[int]
    bearer: Mapped[Bearer]
    ground_code: Mapped[str] = mapped_column(String(30), default="")
    amount_fen: Mapped[int]
