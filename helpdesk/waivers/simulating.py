"""What a policy would do to the whole estate: who gains, who loses, and yuan a month, before it comes into force.

The fee is weighed on this month. Nobody knows what will break, so the work is weighed on what was charged for it in the
last twelve whole months.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from helpdesk.billing.fees import fee_rules, is_billable
from helpdesk.billing.models import Adjustment, AdjustmentKind, Charge, ChargeKind
from helpdesk.billing.rules import first_of
from helpdesk.billing.waived import waived
from helpdesk.billing.work import KINDS
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.tariff.reductions import Reduction, Scope
from helpdesk.tariff.rules import rounded, share
from helpdesk.waivers.codes import Flow
from helpdesk.waivers.effect import reductions
from helpdesk.waivers.facts import month_fee
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy import ground_of
from helpdesk.waivers.policy_models import PolicyGround, WaiverPolicy
from helpdesk.waivers.rules import add_months, months_reduced
from helpdesk.waivers.states import WaiverStatus


@dataclass(frozen=True)
class Home:
    """One home whose ground is known: what it pays less a month now, and what it would under the policy."""

    application: WaiverApplication
    fee_fen: int
    now_fen: int
    then_fen: int

    @property
    def change_fen(self) -> int:
        return self.then_fen - self.now_fen


@dataclass(frozen=True)
class Work:
    """Of the homes whose ground is known: what labour, materials or call-outs came to a month, on the average.

    `now_fen` is what was taken off them, `then_fen` what would have been under the policy.
    """

    kind: ChargeKind
    whole_fen: int
    now_fen: int
    then_fen: int


@dataclass(frozen=True)
class Simulation:
    """`whole_fen` is the property fee of the whole estate in a month.

    The work is that of the months [work_from, work_until); of none, if nothing was charged for work in them.
    """

    homes: list[Home]
    whole_fen: int
    work: list[Work]
    work_from: date
    work_until: date

    @property
    def work_last_month(self) -> date:
        return add_months(self.work_until, -1)

    @property
    def gain(self) -> list[Home]:
        return [home for home in self.homes if home.now_fen and home.change_fen > 0]

    @property
    def lose(self) -> list[Home]:
        return [home for home in self.homes if home.change_fen < 0]

    @property
    def now_fen(self) -> int:
        return sum(home.now_fen for home in self.homes)

    @property
    def running(self) -> int:
        return sum(1 for home in self.homes if home.now_fen)

    @property
    def running_then_fen(self) -> int:
        """What those who pay less today would pay less."""
        return sum(home.then_fen for home in self.homes if home.now_fen)

    @property
    def then_fen(self) -> int:
        """What it would come to if every home whose ground is known were granted it."""
        return sum(home.then_fen for home in self.homes)

    @property
    def work_whole_fen(self) -> int:
        return sum(one.whole_fen for one in self.work)

    @property
    def work_now_fen(self) -> int:
        return sum(one.now_fen for one in self.work)

    @property
    def work_then_fen(self) -> int:
        return sum(one.then_fen for one in self.work)

    @property
    def share_bp(self) -> int:
        return self.then_fen * 10_000 // self.whole_fen if self.whole_fen else 0


def simulate(policy: WaiverPolicy, today: date) -> Simulation:
    """The policy on every home whose ground is known from an application, whatever came of it; the newest counts."""
    month, estate_id = first_of(today), policy.estate_id
    rules = fee_rules(estate_id, month)
    places = db.session.scalars(select(Place).where(Place.estate_id == estate_id, is_billable())).all()
    fees = {place.id: month_fee(place, month, rules) for place in places}
    known = select(WaiverApplication).where(
        WaiverApplication.estate_id == estate_id, WaiverApplication.status != WaiverStatus.DRAFT
    )
    as_row = (joinedload(WaiverApplication.place), joinedload(WaiverApplication.beneficiary))
    newest = {one.place_id: one for one in db.session.scalars(known.options(*as_row).order_by(WaiverApplication.id))}
    grounds = {place_id: _lowering(policy, application) for place_id, application in newest.items()}
    counting = reductions(list(newest), Scope.PROPERTY_FEE, month)
    homes = []
    for place_id, application in newest.items():
        ground, whole = grounds[place_id], fees.get(place_id, 0)
        then = share(whole, ground.property_fee_bp, ground.property_fee_cap_fen) if ground else 0
        now = counting[place_id].of(whole) if place_id in counting else 0
        homes.append(Home(application, whole, now, then))
    homes.sort(key=lambda home: (-abs(home.change_fen), home.application.place_id))
    return Simulation(homes, sum(fees.values()), *_work(estate_id, grounds, month))


def _lowering(policy: WaiverPolicy, application: WaiverApplication) -> PolicyGround | None:
    """The ground under the policy; none if it has no such ground any more, or people pay first under it."""
    ground = ground_of(policy, application.ground_code)
    return ground if ground is not None and ground.flow is not Flow.PAY_THEN_SUBSIDY else None


def _work(
    estate_id: int, grounds: Mapping[int, PolicyGround | None], month: date
) -> tuple[list[Work], date, date]:  # fmt: skip
    """What the work of these homes came to and would have, a month; over fewer months if the first was charged later.

    A line counts as it was charged, less what finance took off it since.
    """
    kinds = {kind: scope for scope, (kind, _column) in KINDS.items()}
    since = (Charge.estate_id == estate_id, Charge.kind.in_(kinds))
    first = db.session.scalar(select(func.min(Charge.made_at)).where(*since))
    begins = max(add_months(month, -12), first_of(clock.local_date(first))) if first else month
    if begins >= month:
        return [], month, month
    at = (Charge.made_at >= clock.start_of_day(begins), Charge.made_at < clock.start_of_day(month))
    lines = [charge for charge in db.session.scalars(select(Charge).where(*since, *at).order_by(Charge.id))
             if charge.place_id in grounds]  # fmt: skip
    lower = _corrected_down(*since, *at)
    whole, then, taken = Counter(), Counter(), Counter()
    for charge in lines:
        scope, gross = kinds[charge.kind], charge.gross_fen - lower.get(charge.id, 0)
        order = (charge.work_order_id or -charge.id, scope)
        off = _would(grounds[charge.place_id], scope).of(gross, taken[order])
        taken[order] += off
        whole[scope], then[scope] = whole[scope] + gross, then[scope] + off
    now = Counter()
    for one in waived(*since, *at):
        if one.place_id in grounds:
            now[kinds[one.kind]] += one.fen
    months = months_reduced(begins, month)
    sums = {scope: [rounded(total[scope], months) for total in (whole, now, then)] for scope in KINDS if whole[scope]}
    return [Work(KINDS[scope][0], *fen) for scope, fen in sums.items()], begins, month


def _would(ground: PolicyGround | None, scope: Scope) -> Reduction:
    if ground is None:
        return Reduction(0, 0, None, 0)
    return Reduction(0, getattr(ground, f"{scope}_bp"), getattr(ground, f"{scope}_cap_fen"), ground.policy_id)


def _corrected_down(*conditions) -> dict[int, int]:
    total = func.sum(Adjustment.amount_fen)
    asked = select(Adjustment.charge_id, total).join(Adjustment.charge)
    asked = asked.where(Adjustment.kind == AdjustmentKind.CORRECTION, *conditions)
    rows = db.session.execute(asked.group_by(Adjustment.charge_id).having(total < 0))
    return {charge_id: -int(fen) for charge_id, fen in rows}
