"""Policies with their grounds, applications with their acts, and who may not decide about whom."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Person, Place
from helpdesk.waivers.codes import (
    ActKind,
    Bearer,
    Channel,
    ConsentHow,
    EndReason,
    Flow,
    ProofType,
    Tie,
)
from helpdesk.waivers.policy_models import RATES_KNOWN, WORK, WaiverPolicy
from helpdesk.waivers.states import WaiverStatus


class WaiverNumber(db.Model):
    """The last number drawn on a Shanghai date."""

    __tablename__ = "waiver_number"
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class WaiverApplication(Versioned, db.Model):
    """Somebody's request that a home pay less, and, once granted, the waiver itself.

    Who benefits and who pays may differ. `applied_on` settles from when the property fee is reduced; labour is free
    from `approved_on`. `until_on` is the first day on which it no longer counts. Of a proof only its kind, issuer and
    last four characters are kept. The granted figures are copies: a later policy does not change them.
    """

    __tablename__ = "waiver_application"
    __table_args__ = (
        CheckConstraint(
            "status NOT IN ('approved', 'suspended', 'revoked') OR (approved_on IS NOT NULL AND fee_from IS NOT NULL"
            " AND until_on IS NOT NULL AND property_fee_bp IS NOT NULL)",
            name="granted_has_figures",
        ),
        CheckConstraint("property_fee_bp IS NULL OR (" + RATES_KNOWN + ")", name="rates_up_to_the_whole"),
        CheckConstraint("status = 'draft' OR (beneficiary_id IS NOT NULL AND ground_code != '')", name="is_complete"),
        CheckConstraint("status = 'draft' OR applied_on IS NOT NULL", name="applied_on_a_day"),
        CheckConstraint("(consent_at IS NULL) = (consent_how IS NULL)", name="consent_has_a_way"),
        CheckConstraint("status NOT IN ('ended', 'revoked') OR end_reason IS NOT NULL", name="ended_has_a_reason"),
        Index(None, "estate_id", "status", "until_on"),
        Index(None, "place_id", "status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    status: Mapped[WaiverStatus] = mapped_column(default=WaiverStatus.DRAFT)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    place: Mapped[Place] = relationship()
    beneficiary_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    beneficiary: Mapped[Person | None] = relationship(foreign_keys=beneficiary_id)
    payer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    payer: Mapped[Person | None] = relationship(foreign_keys=payer_id)
    payer_name: Mapped[str] = mapped_column(String(80), default="")
    asked_by_name: Mapped[str] = mapped_column(String(80), default="")  # who asks on the resident's behalf; none: they
    requester_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)  # staff who ask for it
    tip_by_name: Mapped[str] = mapped_column(String(80), default="")  # who only mentioned it
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    entered_by: Mapped[User] = relationship(foreign_keys=entered_by_id)
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    channel: Mapped[Channel]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    ground_code: Mapped[str] = mapped_column(String(30), default="")
    policy_id: Mapped[int] = mapped_column(ForeignKey("waiver_policy.id"), index=True)
    policy: Mapped[WaiverPolicy] = relationship()
    words: Mapped[str] = mapped_column(Text, default="")
    applied_on: Mapped[date | None]
    consent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    consent_how: Mapped[ConsentHow | None]
    consent_to_notice: Mapped[bool] = mapped_column(default=False)  # their masked name may be posted
    proof_type: Mapped[ProofType | None]
    proof_issuer: Mapped[str] = mapped_column(String(80), default="")
    proof_tail: Mapped[str] = mapped_column(String(4), default="")
    proof_seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    proof_seen_by: Mapped[User | None] = relationship(foreign_keys=proof_seen_by_id)
    proof_seen_on: Mapped[date | None]
    proof_valid_until: Mapped[date | None]
    papers_by: Mapped[date | None]  # until when more papers are waited for
    passed_up: Mapped[bool] = mapped_column(default=False)
    reviewed: Mapped[bool] = mapped_column(default=False)  # a refusal is looked at once more, never twice
    approved_on: Mapped[date | None]
    fee_from: Mapped[date | None]
    until_on: Mapped[date | None]
    property_fee_bp: Mapped[int | None]
    labour_bp: Mapped[int | None]
    materials_bp: Mapped[int | None]
    call_out_bp: Mapped[int | None]
    property_fee_cap_fen: Mapped[int | None]
    labour_cap_fen: Mapped[int | None]
    materials_cap_fen: Mapped[int | None]
    call_out_cap_fen: Mapped[int | None]
    yearly_fen: Mapped[int | None]  # what the property fee of a year becomes less, as it was decided
    bearer: Mapped[Bearer | None]
    flow: Mapped[Flow | None]
    end_reason: Mapped[EndReason | None]
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("waiver_application.id"), index=True)
    acts: Mapped[list["WaiverAct"]] = relationship(order_by="WaiverAct.id", back_populates="application")

    @property
    def topics(self) -> set[str]:
        return {f"waivers:{self.estate_id}"}


class WaiverAct(db.Model):
    """What somebody did about an application; never changed. Both figures of a decision are kept.

    `shown_hash` names what was on the page of whoever decided; `stands_in_for_id` is whose place they took.
    """

    __tablename__ = "waiver_act"
    __table_args__ = (
        CheckConstraint(
            "kind NOT IN ('first_approval', 'approved', 'approved_with_changes', 'refused', 'passed_up',"
            " 'papers_asked', 'suspended', 'revoked') OR reason != ''",
            name="has_a_reason",
        ),
        CheckConstraint(
            "kind NOT IN ('first_approval', 'approved', 'approved_with_changes', 'refused') OR shown_hash != ''",
            name="decided_what_was_shown",
        ),
        Index(None, "application_id", "id"),
        Index(None, "actor_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("waiver_application.id"))
    application: Mapped[WaiverApplication] = relationship(back_populates="acts")
    kind: Mapped[ActKind]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # none: the clock
    actor: Mapped[User | None] = relationship(foreign_keys=actor_id)
    stands_in_for_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    as_owner: Mapped[bool] = mapped_column(default=False)
    to_status: Mapped[WaiverStatus]
    reason: Mapped[str] = mapped_column(Text, default="")
    shown_hash: Mapped[str] = mapped_column(String(32), default="")
    asked_bp: Mapped[int | None]  # the property fee, as the policy has it
    given_bp: Mapped[int | None]
    asked_until: Mapped[date | None]
    given_until: Mapped[date | None]
    asked_fen: Mapped[int | None]  # a month
    given_fen: Mapped[int | None]
    asked_labour_bp: Mapped[int | None]
    given_labour_bp: Mapped[int | None]
    asked_materials_bp: Mapped[int | None]
    given_materials_bp: Mapped[int | None]
    asked_call_out_bp: Mapped[int | None]
    given_call_out_bp: Mapped[int | None]

    @property
    def less_of_work(self) -> list[tuple[str, int, int]]:
        """What of the work was given differently from the policy: its name, the policy's rate, the given one."""
        pairs = [(what, getattr(self, f"asked_{what}_bp"), getattr(self, f"given_{what}_bp")) for what in WORK]
        return [pair for pair in pairs if pair[2] is not None and pair[1] != pair[2]]


class OneOffWaiver(db.Model):
    """One bill, lowered once by somebody who answers for it; the waiver of nothing else."""

    __tablename__ = "one_off_waiver"
    __table_args__ = (
        UniqueConstraint("charge_id"),
        CheckConstraint("amount_fen > 0 AND reason != ''", name="something_for_a_reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), index=True)
    charge_id: Mapped[int]
    amount_fen: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    policy_id: Mapped[int] = mapped_column(ForeignKey("waiver_policy.id"))
    given_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    given_by: Mapped[User] = relationship()
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)


class StaffTie(db.Model):
    """A member of staff is this resident, or registered as a relative: they never decide about them."""

    __tablename__ = "staff_tie"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    user: Mapped[User] = relationship(foreign_keys=user_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    person: Mapped[Person] = relationship()
    tie: Mapped[Tie]
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class StandIn(db.Model):
    """Who decides in somebody's place, on the local dates [from_on, until_on)."""

    __tablename__ = "waiver_stand_in"
    __table_args__ = (
        CheckConstraint("until_on > from_on", name="for_some_days"),
        CheckConstraint("user_id != for_user_id", name="of_somebody_else"),
        Index(None, "estate_id", "until_on"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship(foreign_keys=user_id)
    for_user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    for_user: Mapped[User] = relationship(foreign_keys=for_user_id)
    from_on: Mapped[date]
    until_on: Mapped[date]
    named_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    named_at: Mapped[datetime] = mapped_column(UTCDateTime)
    called_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
