"""Finished paid work becomes charges by itself, each quote once; work that comes back costs nothing more."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.billing.accounts import account_of
from helpdesk.billing.models import Account, Charge, ChargeKind
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.repairs.models import Visit, WorkOrder
from helpdesk.repairs.states import Status
from helpdesk.tariff.models import Quote
from helpdesk.tariff.queries import cost_of
from helpdesk.tariff.reductions import Reduction, Scope, reductions_of
from helpdesk.tariff.states import QuoteStatus

DUE = timedelta(days=30)
FINISHED = (Status.DONE, Status.CLOSED)
KINDS = {
    Scope.LABOUR: (ChargeKind.LABOUR, "labour_fen"), Scope.MATERIALS: (ChargeKind.MATERIALS, "materials_fen"),
    Scope.CALL_OUT: (ChargeKind.CALL_OUT, "call_out_fen"),
}  # fmt: skip


def visit_ended(visit: Visit, *, setback, actor: User, now: datetime) -> None:
    """Called in the transaction in which a visit ends; an order that is not finished costs nothing yet."""
    if setback is None:
        charge_order(visit.work_order, actor=actor, now=now)


def quote_accepted(quote: Quote, *, actor: User, now: datetime) -> None:
    """An emergency is made safe first and priced after: then the order is finished before anybody agreed."""
    charge_order(quote.work_order, actor=actor, now=now)


def charge_order(work_order: WorkOrder, *, actor: User, now: datetime) -> list[Charge]:
    """Charge what was agreed to for an order that is finished, and was not charged before."""
    if work_order.status not in FINISHED:
        return []
    done = select(Charge.quote_id).where(Charge.work_order_id == work_order.id, Charge.quote_id.is_not(None))
    agreed = select(Quote).where(
        Quote.work_order_id == work_order.id, Quote.status == QuoteStatus.ACCEPTED, Quote.id.not_in(done)
    )
    quotes = list(db.session.scalars(agreed.order_by(Quote.id)))
    account = account_of(work_order.place, actor=actor, now=now) if quotes else None
    return [charge for quote in quotes for charge in _charge(quote, account, actor, now)]


def _charge(quote: Quote, account: Account, actor: User, now: datetime) -> list[Charge]:
    """One line each for labour, materials and call-out, so that each shows what was taken off it."""
    cost, made, today = cost_of(quote), [], clock.local_date(now)
    for scope, (kind, column) in KINDS.items():
        gross = getattr(cost, column)
        if not gross:
            continue
        taken, days = _taken(quote.work_order_id, kind), {today, clock.local_date(quote.accepted_at)}
        reduction = _best(account.place_id, scope, gross, days)
        reduced = reduction.of(gross, taken) if reduction else 0
        made.append(_line(quote, account, kind, gross, reduced, reduction if reduced else None, actor, now))
    return made


def _best(place_id: int, scope: Scope, gross: int, days: set) -> Reduction | None:
    """What takes most off: on the day it was agreed to, which is what they were told, or on the day it was done."""
    found = [reduction for day in sorted(days) if (reduction := reductions_of([place_id], scope, day).get(place_id))]
    return max(found, key=lambda reduction: reduction.of(gross), default=None)


def _taken(work_order_id: int, kind: ChargeKind) -> int:
    """What was taken off other lines of the order: a cap is for one order, however many quotes it has."""
    asked = select(func.coalesce(func.sum(Charge.reduced_fen), 0))
    return db.session.scalar(asked.where(Charge.work_order_id == work_order_id, Charge.kind == kind))


def _line(
    quote: Quote, account: Account, kind: ChargeKind, gross: int, reduced: int, reduction: Reduction | None,
    actor: User, now: datetime,
) -> Charge:  # fmt: skip
    charge = Charge(
        estate_id=account.estate_id, account_id=account.id, place_id=account.place_id, kind=kind,
        work_order_id=quote.work_order_id, quote_id=quote.id, gross_fen=gross, reduced_fen=reduced,
        net_fen=gross - reduced, waiver_id=reduction and reduction.waiver_id, rate_bp=reduction and reduction.rate_bp,
        policy_id=reduction and reduction.policy_id, due_on=clock.local_date(now) + DUE, made_by_id=actor.id,
        made_at=now,
    )  # fmt: skip
    db.session.add(charge)
    db.session.flush()
    record(
        "charge.made", account, actor=actor, now=now, charge_id=charge.id, charge_kind=kind, net_fen=charge.net_fen,
        work_order_id=quote.work_order_id,
    )  # fmt: skip
    return charge
