"""The register of waivers and the inbox: rows without grounds, with what a home pays less a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Select, and_, func, or_
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.billing.fees import fee_rules
from helpdesk.core.extensions import db
from helpdesk.tariff.rules import share
from helpdesk.waivers.facts import month_fee
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy import ground_of
from helpdesk.waivers.policy_models import WaiverPolicy
from helpdesk.waivers.queries import visible_applications
from helpdesk.waivers.rules import SOON
from helpdesk.waivers.states import OPEN, Standing, WaiverStatus, standing

S = WaiverStatus
PAGE = 50
AS_ROW = (
    joinedload(WaiverApplication.place), joinedload(WaiverApplication.beneficiary),
    joinedload(WaiverApplication.policy).selectinload(WaiverPolicy.grounds), selectinload(WaiverApplication.acts),
)  # fmt: skip


class Group(StrEnum):
    RUNNING = "running"
    ENDING = "ending"
    WAITING = "waiting"
    RESTING = "resting"
    OVER = "over"


@dataclass(frozen=True)
class Row:
    application: WaiverApplication
    standing: Standing | None
    monthly_fen: int


def in_group(group: Group, day: date):
    """The condition that an application belongs to a group on a local date."""
    runs = and_(WaiverApplication.status == S.APPROVED, WaiverApplication.until_on > day)
    conditions = {
        Group.RUNNING: runs,
        Group.ENDING: and_(runs, WaiverApplication.until_on <= day + SOON),
        Group.WAITING: WaiverApplication.status.in_(OPEN),
        Group.RESTING: WaiverApplication.status == S.SUSPENDED,
        Group.OVER: or_(
            WaiverApplication.status.in_((S.REFUSED, S.ENDED, S.REVOKED)),
            and_(WaiverApplication.status == S.APPROVED, WaiverApplication.until_on <= day),
        ),
    }
    return conditions[group]


def _here(user, estate_id: int) -> Select[tuple[WaiverApplication]]:
    return visible_applications(user).where(
        WaiverApplication.estate_id == estate_id, WaiverApplication.status != S.DRAFT
    )


def rows_of(applications: Sequence[WaiverApplication], estate_id: int, day: date) -> list[Row]:
    """What each comes to a month: as it was granted, else as the policy has it."""
    rules = fee_rules(estate_id, day.replace(day=1))
    rows = []
    for one in applications:
        ground = ground_of(one.policy, one.ground_code)
        rate = one.property_fee_bp if one.property_fee_bp is not None else ground.property_fee_bp if ground else 0
        granted = one.approved_on is not None
        cap = one.property_fee_cap_fen if granted else ground.property_fee_cap_fen if ground else None
        less = share(month_fee(one.place, day.replace(day=1), rules), rate, cap)
        rows.append(Row(one, standing(one.status, one.approved_on or day, one.until_on, day), less))
    return rows


def listed(user, estate_id: int, group: Group, day: date, *, before: int | None = None) -> list[Row]:
    """The newest of a group."""
    found = _here(user, estate_id).where(in_group(group, day))
    order = WaiverApplication.until_on if group is Group.ENDING else WaiverApplication.id.desc()
    found = found.where(WaiverApplication.id < before) if before else found
    applications = db.session.scalars(found.options(*AS_ROW).order_by(order).limit(PAGE)).all()
    return rows_of(applications, estate_id, day)


def counts(user, estate_id: int, day: date) -> dict[Group, int]:
    columns = [func.count().filter(in_group(group, day)) for group in Group]
    row = db.session.execute(_here(user, estate_id).with_only_columns(*columns)).one()
    return dict(zip(Group, row, strict=True))


@dataclass(frozen=True)
class Inbox:
    """What waits for a decision, the oldest first; and what waits for something else before."""

    to_decide: list[Row]
    to_verify: list[Row]
    papers: list[Row]


def inbox(user, estate_id: int, day: date) -> Inbox:
    found = _here(user, estate_id).where(WaiverApplication.status.in_(OPEN)).options(*AS_ROW)
    applications = db.session.scalars(found.order_by(WaiverApplication.applied_on, WaiverApplication.id)).all()
    rows = rows_of(applications, estate_id, day)
    by = {status: [row for row in rows if row.application.status is status] for status in OPEN}
    return Inbox(by[S.VERIFIED], [*by[S.SUBMITTED], *by[S.VERIFYING]], by[S.MORE_PAPERS])
