"""What a policy would do to the whole estate: who gains, who loses, and yuan a month, before it comes into force."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.billing.fees import fee_rules, is_billable
from helpdesk.billing.rules import first_of
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.tariff.reductions import Scope
from helpdesk.tariff.rules import share
from helpdesk.waivers.codes import Flow
from helpdesk.waivers.effect import reductions
from helpdesk.waivers.facts import month_fee
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy import ground_of
from helpdesk.waivers.policy_models import WaiverPolicy
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
class Simulation:
    """`whole_fen` is the property fee of the whole estate in a month."""

    homes: list[Home]
    whole_fen: int

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
    counting = reductions(list(newest), Scope.PROPERTY_FEE, month)
    homes = []
    for place_id, application in newest.items():
        ground, whole = ground_of(policy, application.ground_code), fees.get(place_id, 0)
        lowers = ground is not None and ground.flow is not Flow.PAY_THEN_SUBSIDY
        then = share(whole, ground.property_fee_bp, ground.property_fee_cap_fen) if lowers else 0
        now = counting[place_id].of(whole) if place_id in counting else 0
        homes.append(Home(application, whole, now, then))
    homes.sort(key=lambda home: (-abs(home.change_fen), home.application.place_id))
    return Simulation(homes, sum(fees.values()))
