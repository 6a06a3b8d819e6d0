"""The proof that the books add up: sums made by the database against balances worked out line by line."""

from sqlalchemy import and_, func, or_, select

from helpdesk.billing.ledger import COUNTS, balances_of
from helpdesk.billing.models import Account, Adjustment, BillingRun, Charge, ChargeKind, WriteOff
from helpdesk.billing.payment_models import Allocation, Payment
from helpdesk.billing.rules import fee
from helpdesk.billing.states import RunStatus
from helpdesk.core.extensions import db
from helpdesk.tariff.rules import share

AT_ONCE = 5_000


def problems() -> tuple[list[str], int]:
    """Everything that does not add up, in English for whoever runs the server; and how many accounts there are."""
    found = [*_lines(), *_payments(), *_runs()]
    count = 0
    ids = list(db.session.scalars(select(Account.id).order_by(Account.id)))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        count += len(some)
        found += _balances(some)
    return found, count


def _balances(ids: list[int]) -> list[str]:
    sums = dict.fromkeys(ids, 0)
    parts = ((Charge, Charge.net_fen, 1), (Adjustment, Adjustment.amount_fen, 1), (WriteOff, WriteOff.amount_fen, -1))
    for table, column, sign in (*parts, (Payment, Payment.amount_fen, -1)):
        asked = select(table.account_id, func.sum(column)).where(table.account_id.in_(ids))
        asked = asked.where(COUNTS) if table is Payment else asked
        for account_id, fen in db.session.execute(asked.group_by(table.account_id)):
            sums[account_id] += sign * int(fen)
    reckoned = balances_of(ids)
    wrong = [one for one in ids if sums[one] != (reckoned[one].balance_fen if one in reckoned else 0)]
    below = [line.charge_id for one in reckoned.values() for line in one.lines if line.amount_fen < 0]
    return [f"Account {one}: its sums and its lines differ." for one in wrong] + [
        f"Charge {one} comes to less than nothing." for one in below
    ]


def _lines() -> list[str]:
    """Every fee again from what stands beside it; a cap may have made a reduction smaller, never larger."""
    found = []
    for charge in db.session.scalars(select(Charge).execution_options(yield_per=AT_ONCE)):
        if charge.net_fen != charge.gross_fen - charge.reduced_fen:
            found.append(f"Charge {charge.id}: gross less reduced is not net.")
        if charge.reduced_fen > share(charge.gross_fen, charge.rate_bp or 0):
            found.append(f"Charge {charge.id}: more was taken off than its rate gives.")
        if charge.kind is ChargeKind.PROPERTY_FEE:
            again = fee(charge.area, charge.unit_price, charge.use_bp, charge.from_on, charge.until_on)
            if again != charge.gross_fen:
                found.append(f"Charge {charge.id}: {charge.gross_fen} fen, but its area and price give {again}.")
    return found


def _payments() -> list[str]:
    total = func.sum(Allocation.amount_fen)
    spent = select(Payment.id).join(Allocation, Allocation.payment_id == Payment.id).group_by(Payment.id)
    over = db.session.scalars(spent.group_by(Payment.amount_fen).having(total > Payment.amount_fen))
    crossed = db.session.scalars(
        select(Payment.id)
        .join(Allocation, Allocation.payment_id == Payment.id)
        .join(Charge, and_(Charge.id == Allocation.charge_id, Charge.account_id != Payment.account_id))
    )
    return [f"Payment {one} is spent more than once." for one in over] + [
        f"Payment {one} covers a line of another account." for one in crossed
    ]


def _runs() -> list[str]:
    made = select(func.count(), func.coalesce(func.sum(Charge.gross_fen), 0)).where(Charge.run_id == BillingRun.id)
    count = made.with_only_columns(func.count()).scalar_subquery()
    gross = made.with_only_columns(func.coalesce(func.sum(Charge.gross_fen), 0)).scalar_subquery()
    wrong = or_(BillingRun.lines != count, BillingRun.gross_fen != gross)
    asked = select(BillingRun.id).where(BillingRun.status.in_((RunStatus.RUNNING, RunStatus.DONE)), wrong)
    return [f"Billing run {one} says other sums than its lines." for one in db.session.scalars(asked)]
