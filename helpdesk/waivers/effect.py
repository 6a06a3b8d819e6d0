"""What waivers do: what is taken off a charge, whether labour is free, and why a bill is what it is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from helpdesk.billing.fees import fee_rules
from helpdesk.billing.models import Account
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.repairs.models import WorkOrder, WorkOrderKind
from helpdesk.tariff.queries import cost_of, quotes_of, taken_before
from helpdesk.tariff.reductions import Reduction, Scope
from helpdesk.tariff.rules import share
from helpdesk.tariff.states import QuoteStatus
from helpdesk.waivers import rules
from helpdesk.waivers.codes import APPROVALS, Flow
from helpdesk.waivers.facts import month_fee
from helpdesk.waivers.life_models import WaiverPause
from helpdesk.waivers.models import WaiverAct, WaiverApplication
from helpdesk.waivers.states import GRANTED

COLUMNS = {
    Scope.PROPERTY_FEE: (WaiverApplication.property_fee_bp, WaiverApplication.property_fee_cap_fen),
    Scope.LABOUR: (WaiverApplication.labour_bp, WaiverApplication.labour_cap_fen),
    Scope.MATERIALS: (WaiverApplication.materials_bp, WaiverApplication.materials_cap_fen),
    Scope.CALL_OUT: (WaiverApplication.call_out_bp, WaiverApplication.call_out_cap_fen),
}
HUNDRED_YUAN = 10_000  # in fen
CHUNK = 500  # places of one question: a database takes only so many values at once


def reductions(place_ids: Collection[int], scope: Scope, on: date) -> dict[int, Reduction]:
    """What each of these homes need not pay on a local date; one waiver each, never added. For `tariff.SOURCES`.

    The property fee of a month is asked for on its first, and of several the one that forgives most counts; of work
    nobody knows here what it costs, so the highest rate does. A waiver that ended still counts for the days before,
    and one that is only recorded takes nothing off.
    """
    rate, cap = COLUMNS[scope]
    begins = WaiverApplication.fee_from if scope is Scope.PROPERTY_FEE else WaiverApplication.approved_on
    asked = select(
        WaiverApplication.place_id, WaiverApplication.id, rate, cap, WaiverApplication.policy_id,
        WaiverApplication.approved_on,
    ).where(counted(begins, on), rate > 0)  # fmt: skip
    if len(place_ids) <= CHUNK:
        asked = asked.where(WaiverApplication.place_id.in_(place_ids))
    wanted, found = set(place_ids), {}
    for row in db.session.execute(asked.order_by(rate.desc(), WaiverApplication.id)):
        if row[0] in wanted:
            found.setdefault(row[0], []).append(Reduction(*row[1:]))
    if scope is Scope.PROPERTY_FEE:
        _best_first(found, on)
    return {place_id: offers[0] for place_id, offers in found.items()}


def _best_first(found: dict[int, list[Reduction]], month: date) -> None:
    """Where a cap could make the highest rate the lesser waiver, put the best of them first."""
    unclear = [place_id for place_id, offers in found.items() if len(offers) > 1 and offers[0].cap_fen is not None]
    if not unclear:
        return
    places = db.session.scalars(select(Place).where(Place.id.in_(unclear))).all()
    use_rules = {estate_id: fee_rules(estate_id, month) for estate_id in {place.estate_id for place in places}}
    for place in places:
        by_id = {one.waiver_id: one for one in found[place.id]}
        offers = [rules.Offer(one.waiver_id, one.rate_bp, one.cap_fen) for one in found[place.id]]
        chosen = rules.best(month_fee(place, month, use_rules[place.estate_id]), offers)
        found[place.id].insert(0, by_id[chosen.key])


def counted(begins, on: date):
    """The condition that a waiver took something off on a local date: granted, begun, not over by then, not resting,
    and the home not sold since; a waiver is not sold with it.
    """
    rests = select(WaiverPause.id).where(
        WaiverPause.application_id == WaiverApplication.id, WaiverPause.from_on <= on,
        or_(WaiverPause.until_on.is_(None), WaiverPause.until_on > on),
    )  # fmt: skip
    sold = select(Account.id).where(
        Account.place_id == WaiverApplication.place_id, Account.closed_on > WaiverApplication.approved_on,
        Account.closed_on <= on,
    )  # fmt: skip
    return and_(
        WaiverApplication.status.in_(GRANTED),
        WaiverApplication.approved_on.is_not(None),
        begins <= on,
        WaiverApplication.until_on > on,
        WaiverApplication.flow != Flow.PAY_THEN_SUBSIDY,
        ~rests.exists(),
        ~sold.exists(),
    )


@dataclass(frozen=True)
class Labour:
    """What of the labour of an order is asked for: `whole_fen` as it was quoted, or nothing yet. Nothing of why."""

    reduction: Reduction
    whole_fen: int = 0
    taken_fen: int = 0  # of the order's cap, by what was agreed to before

    @property
    def is_free(self) -> bool:
        return self.reduction.is_whole

    @property
    def is_quoted(self) -> bool:
        return self.whole_fen > 0

    @property
    def pays_fen(self) -> int:
        return self.whole_fen - self.reduction.of(self.whole_fen, self.taken_fen)

    @property
    def pays_of_hundred(self) -> int:
        """Of 100 yuan, in fen, the cap left aside."""
        return HUNDRED_YUAN - share(HUNDRED_YUAN, self.reduction.rate_bp)

    @property
    def cap_fen(self) -> int | None:
        return self.reduction.cap_fen


def labour_for(order: WorkOrder, on: date) -> Labour | None:
    """For whoever goes there: whether they ask less money for their work, or none; None for the usual price."""
    if order.place_id is None or order.kind is WorkOrderKind.HOME_CHECK:
        return None
    found = reductions([order.place_id], Scope.LABOUR, on).get(order.place_id)
    if found is None:
        return None
    counts = (QuoteStatus.ACCEPTED, QuoteStatus.OPEN)
    quote = next((one for one in quotes_of(order) if one.status in counts), None)
    if quote is None:
        return Labour(found)
    taken = taken_before(quote, on)[Scope.LABOUR] if found.cap_fen is not None else 0
    return Labour(found, cost_of(quote).labour_fen, taken)


@dataclass(frozen=True)
class Why:
    """What is behind a reduced line, for whoever may see money; the ground is not among it.

    `caps` are in fen, of a month or of one order; without a cap there is none.
    """

    number: str
    edition: int
    decided_by: str
    decided_on: date
    caps: Mapping[Scope, int]


def whys(waiver_ids: Collection[int]) -> dict[int, Why]:
    """By whom and when each of these waivers was granted, and under which edition of the policy."""
    found = select(WaiverApplication).where(
        WaiverApplication.id.in_(waiver_ids), WaiverApplication.approved_on.is_not(None)
    )
    applications = db.session.scalars(found.options(joinedload(WaiverApplication.policy))).all()
    approvals = select(WaiverAct).where(WaiverAct.application_id.in_(waiver_ids), WaiverAct.kind.in_(APPROVALS))
    acts = db.session.scalars(approvals.options(joinedload(WaiverAct.actor)).order_by(WaiverAct.id))
    last = {act.application_id: act for act in acts}  # above the limit the second one counts
    return {
        one.id: Why(
            one.number, one.policy.number, last[one.id].actor.name if one.id in last else "", one.approved_on,
            {scope: fen for scope in Scope if (fen := getattr(one, f"{scope}_cap_fen"))},
        ) for one in applications
    }  # fmt: skip
