"""What waivers and the books do to charges that stand already."""

from datetime import date, datetime

from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.billing.accounts import open_account_of
from helpdesk.billing.adjusting import adjust, comes_to
from helpdesk.billing.fees import lines_for, months_billed, spans_after
from helpdesk.billing.lines import Line
from helpdesk.billing.models import Account, Adjustment, AdjustmentKind, Charge
from helpdesk.billing.rules import first_of
from helpdesk.core.extensions import db
from helpdesk.tariff.reductions import Scope, reductions_of

MANY = 1_000_000


def credit_reduced_months(place_id: int, from_month: date, *, actor: User | None, now: datetime) -> list[Adjustment]:
    """Take off a reduction that reaches months already billed, each once; what was paid for them becomes credit.

    Called by whoever granted it, in the same transaction. Months prepaid before the books were taken over are a
    credit already and are charged reduced when they come.
    """
    account, made = open_account_of(place_id), []
    if account is None:
        return made
    for charge in months_billed(account, from_on=first_of(from_month)):
        reduction = reductions_of([place_id], Scope.PROPERTY_FEE, charge.month).get(place_id)
        if reduction is None or _has(charge, reduction.waiver_id):
            continue
        less = min(reduction.of(charge.gross_fen) - _reduced(charge), comes_to(charge))
        if less > 0:
            kind = AdjustmentKind.REDUCTION
            made.append(adjust(charge, kind, -less, reduction=reduction, actor=actor, now=now))
    return made


def _has(charge: Charge, waiver_id: int) -> bool:
    """Whether this waiver was taken off this line already."""
    if charge.waiver_id == waiver_id:
        return True
    same = select(Adjustment.id).where(Adjustment.charge_id == charge.id, Adjustment.waiver_id == waiver_id)
    return db.session.scalar(same.limit(1)) is not None


def _reduced(charge: Charge) -> int:
    """What waivers took off a line so far."""
    later = select(func.coalesce(func.sum(-Adjustment.amount_fen), 0)).where(
        Adjustment.charge_id == charge.id, Adjustment.kind == AdjustmentKind.REDUCTION
    )
    return charge.reduced_fen + db.session.scalar(later)


def what_if(estate_id: int, month: date) -> list[Line]:
    """The fee lines that a month would get if nothing of it was billed yet: for weighing a new policy on them."""
    month = first_of(month)
    return lines_for(estate_id, spans_after(estate_id, month, after=0, limit=MANY, billed_too=True), month)


def account_at(place_id: int, on: date) -> Account | None:
    """Whose account a place had on a local date."""
    holds = Account.closed_on.is_(None) | (Account.closed_on > on)
    return db.session.scalar(
        select(Account).where(Account.place_id == place_id, Account.opened_on <= on, holds).order_by(Account.id)
    )
