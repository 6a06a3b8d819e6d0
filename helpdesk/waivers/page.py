"""All that the page of one application shows: reasons, money, history, alike cases, and why somebody may not decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, can
from helpdesk.core.extensions import db
from helpdesk.looks.actions import note_look_aside
from helpdesk.looks.models import Looked, Purpose
from helpdesk.waivers import queries, rules
from helpdesk.waivers.codes import Bearer
from helpdesk.waivers.deciding import above, comes_to_something, first_approval_of, was_passed_up, who_approves
from helpdesk.waivers.facts import Facts, facts_of
from helpdesk.waivers.models import WaiverAct, WaiverApplication
from helpdesk.waivers.policy_models import WaiverBudget
from helpdesk.waivers.scan_models import WaiverScan
from helpdesk.waivers.scans import kept_of
from helpdesk.waivers.states import OPEN, Standing, WaiverStatus, standing

P = Permission
S = WaiverStatus


@dataclass(frozen=True)
class Budget:
    """What is left of a year's money; with no ground, of the bearer's whole."""

    bearer: Bearer
    of_ground: bool
    amount_fen: int
    given_fen: int

    @property
    def left_fen(self) -> int:
        return self.amount_fen - self.given_fen


@dataclass(frozen=True)
class Sheet:
    facts: Facts
    standing: Standing | None
    bars: list[rules.Bar]
    first: WaiverAct | None
    household: list[WaiverApplication]
    here: list[WaiverApplication]
    earlier: list[WaiverApplication]
    similar: list[WaiverApplication]
    budgets: list[Budget]
    scans: Sequence[WaiverScan]
    lacks: list[rules.Lack]
    may_decide: bool
    may_approve: bool
    may_pass_up: bool
    why_above: str
    approvers: list[User]
    may_work: bool
    months: int

    @property
    def in_all_fen(self) -> int:
        """What the property fee becomes less as long as it is for."""
        return self.facts.monthly_fen * self.months


def sheet_of(user, application: WaiverApplication, today: date) -> Sheet:
    power, bars = queries.power_over(user, application, today)
    facts = facts_of(application, today)
    works = can(user, P.WORK_WAIVERS, application.estate_id)
    may_decide = not bars and application.status is S.VERIFIED
    may_approve = may_decide and comes_to_something(application, facts, power)
    waits = application.status is S.VERIFIED and not facts.walls
    return Sheet(
        facts=facts,
        standing=standing(application.status, application.approved_on or today, application.until_on, today),
        bars=bars, first=first_approval_of(application) if application.status in OPEN else None,
        household=queries.others_of_household(application, today),
        here=queries.running_here(application.place_id, today, besides=application.id),
        earlier=queries.earlier_of(application), similar=queries.similar_cases(application),
        budgets=_budgets(application, facts, today), scans=kept_of(application),
        lacks=queries.lacking(application.estate_id),
        may_decide=may_decide, may_approve=may_approve, may_work=works or power.may_decide,
        may_pass_up=not power.as_owner and not was_passed_up(application),
        why_above=above(facts.needs_two) if may_decide and not may_approve and not facts.walls else "",
        approvers=who_approves(application, facts, today) if waits and not may_approve else [],
        months=rules.months_reduced(
            application.fee_from or facts.fee_from, application.until_on or facts.terms.until_on
        ),
    )  # fmt: skip


def note_reading(user, application: WaiverApplication, now, *, asked: bool = False) -> None:
    """That somebody opened it: whose it is, and why, from what they are here for.

    `asked`: because somebody asked about a bill.
    """
    estate_id, purpose = application.estate_id, purpose_of(user, application, asked=asked)
    note_look_aside(
        estate_id=estate_id, what=Looked.WAIVER, subject_id=application.id, place_id=application.place_id,
        person_id=application.beneficiary_id, purpose=purpose, actor=user, now=now,
    )  # fmt: skip


def purpose_of(user, application: WaiverApplication, *, asked: bool = False) -> Purpose:
    """Why somebody looks, from what they are here for and where the application stands."""
    estate_id = application.estate_id
    if application.status is S.DRAFT:
        return Purpose.ENTERING
    decides, works = can(user, P.DECIDE_WAIVERS, estate_id), can(user, P.WORK_WAIVERS, estate_id)
    waits = application.status is S.VERIFIED
    doing = Purpose.DECIDING if decides and waits else Purpose.VERIFYING
    return Purpose.CHECKING if not works and not (decides and waits) else Purpose.ANSWERING if asked else doing


def _budgets(application: WaiverApplication, facts: Facts, today: date) -> list[Budget]:
    """What is left this year of the bearer's money, for this ground and in all."""
    ground, given = facts.ground, WaiverApplication
    kept = select(WaiverBudget).where(
        WaiverBudget.estate_id == application.estate_id, WaiverBudget.year == today.year,
        WaiverBudget.bearer == ground.bearer, WaiverBudget.ground_code.in_(("", ground.code)),
    )  # fmt: skip
    found = []
    for row in db.session.scalars(kept.order_by(WaiverBudget.ground_code.desc())).all():
        runs = (given.estate_id == application.estate_id, given.status == S.APPROVED, given.bearer == ground.bearer)
        narrow = (given.ground_code == row.ground_code,) if row.ground_code else ()
        total = select(func.coalesce(func.sum(given.yearly_fen), 0)).where(*runs, *narrow, given.until_on > today)
        found.append(Budget(row.bearer, bool(row.ground_code), row.amount_fen, db.session.scalar(total)))
    return found
