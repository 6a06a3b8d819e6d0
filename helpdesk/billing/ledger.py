"""Reading accounts out of the database for `balance`, one or thousands with the same few queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from helpdesk.billing.balance import Balance, Owed, balance
from helpdesk.billing.models import Account, Adjustment, Charge, ChargeKind, WriteOff
from helpdesk.billing.payment_models import Allocation, Payment
from helpdesk.billing.rules import AGES, DAY, age_of
from helpdesk.billing.waived import waived
from helpdesk.core.extensions import db

COUNTS = Payment.reversed_at.is_(None)


def balances_of(account_ids: Iterable[int] | Select) -> dict[int, Balance]:
    """The balances of these accounts: five queries for any number of them. Takes ids, or a query of them."""
    wanted = account_ids if isinstance(account_ids, Select) else set(account_ids)
    charges, adjusted, allocated, dropped = (defaultdict(dict) for _ in range(4))
    known = select(Charge.account_id, Charge.id, Charge.due_on, Charge.net_fen).where(Charge.account_id.in_(wanted))
    for account_id, charge_id, due_on, net in db.session.execute(known):
        charges[account_id][charge_id] = (charge_id, due_on, net)
    for table, into in ((Adjustment, adjusted), (WriteOff, dropped)):
        sums = select(table.account_id, table.charge_id, func.sum(table.amount_fen)).where(table.account_id.in_(wanted))
        for account_id, charge_id, fen in db.session.execute(sums.group_by(table.account_id, table.charge_id)):
            into[account_id][charge_id] = int(fen)
    parts = select(Payment.account_id, Allocation.charge_id, func.sum(Allocation.amount_fen)).join(
        Payment, Payment.id == Allocation.payment_id
    )
    parts = parts.where(Payment.account_id.in_(wanted), COUNTS).group_by(Payment.account_id, Allocation.charge_id)
    for account_id, charge_id, fen in db.session.execute(parts):
        allocated[account_id][charge_id] = int(fen)
    paid = select(Payment.account_id, func.sum(Payment.amount_fen)).where(Payment.account_id.in_(wanted), COUNTS)
    came_in = {one: fen for one, fen in db.session.execute(paid.group_by(Payment.account_id))}  # noqa: C416
    return {
        one: balance(
            charges[one].values(), adjusted[one], int(came_in.get(one, 0)), allocated[one], dropped[one]
        )
        for one in charges.keys() | came_in.keys()
    }  # fmt: skip


def balance_of(account: Account) -> Balance:
    return balances_of([account.id]).get(account.id, Balance())


def owing(estate_id: int) -> Select[tuple[int]]:
    """The ids of the accounts of an estate on which something is open, due already or not."""
    sums = []
    for table, sign in ((Charge, 1), (Adjustment, 1), (WriteOff, -1), (Payment, -1)):
        column = Charge.net_fen if table is Charge else table.amount_fen
        asked = select(table.account_id, (sign * column).label("fen")).where(table.estate_id == estate_id)
        sums.append(asked.where(COUNTS) if table is Payment else asked)
    every = sums[0].union_all(*sums[1:]).subquery()
    return select(every.c.account_id).group_by(every.c.account_id).having(func.sum(every.c.fen) > 0)


@dataclass(frozen=True)
class Arrears:
    """What an account owes that is overdue, by age: up to 90 days, a year, three years, older."""

    account: Account
    ages: list[int]
    oldest_on: date

    @property
    def total_fen(self) -> int:
        return sum(self.ages)


def arrears(estate_id: int, today: date) -> list[Arrears]:
    """Every account of an estate with something overdue, the most owed first."""
    wanted = owing(estate_id)
    found = balances_of(wanted)
    accounts = db.session.scalars(
        select(Account).where(Account.id.in_(wanted)).options(joinedload(Account.place), joinedload(Account.person))
    )
    late = [
        _aged(account, overdue, today) for account in accounts if (overdue := found[account.id].overdue(today))
    ]  # fmt: skip
    return sorted(late, key=lambda one: (-one.total_fen, one.account.id))


def _aged(account: Account, overdue: list[Owed], today: date) -> Arrears:
    ages = [0] * (len(AGES) + 1)
    for line in overdue:
        ages[age_of(line.due_on, today)] += line.open_fen
    return Arrears(account, ages, min(line.due_on for line in overdue))


@dataclass
class Collected:
    """The fees of some months, in fen: what was due, waived and written off, and what of the rest is open."""

    due_fen: int = 0
    waived_fen: int = 0
    dropped_fen: int = 0
    open_fen: int = 0

    @property
    def paid_fen(self) -> int:
        return self.due_fen - self.waived_fen - self.dropped_fen - self.open_fen

    def __add__(self, other: "Collected") -> "Collected":
        return Collected(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def collected(estate_id: int, month_from: date, month_until: date) -> Collected:
    """How much of the fees of [from, until) came in. What is waived was never due, what is written off was not paid."""
    return sum(collected_by_month(estate_id, month_from, month_until).values(), Collected())


def collected_by_month(estate_id: int, month_from: date, month_until: date) -> dict[date, Collected]:
    """The same for each month that was billed."""
    fees = (
        Charge.estate_id == estate_id, Charge.kind == ChargeKind.PROPERTY_FEE, Charge.month >= month_from,
        Charge.month < month_until,
    )  # fmt: skip
    found: dict[date, Collected] = defaultdict(Collected)
    billed = select(Charge.month, func.sum(Charge.net_fen)).where(*fees)
    later = select(Charge.month, func.sum(Adjustment.amount_fen)).join(Charge, Charge.id == Adjustment.charge_id)
    for asked in (billed, later.where(*fees)):
        for month, fen in db.session.execute(asked.group_by(Charge.month)):
            found[month] += Collected(int(fen))
    for one in waived(*fees):
        found[one.month] += Collected(one.fen, one.fen)
    dropped = select(Charge.month, func.sum(WriteOff.amount_fen)).join(Charge, Charge.id == WriteOff.charge_id)
    for month, fen in db.session.execute(dropped.where(*fees).group_by(Charge.month)):
        found[month] += Collected(dropped_fen=int(fen))
    month_of = dict(db.session.execute(select(Charge.id, Charge.month).where(*fees)).all())
    for one in balances_of(select(Charge.account_id).where(*fees).distinct()).values():
        for line in one.lines:
            if line.charge_id in month_of:
                found[month_of[line.charge_id]].open_fen += line.open_fen
    return found


@dataclass(frozen=True)
class PaidUntil:
    """What an operator may say of one home: the last day that is paid for, and what is overdue in all."""

    day: date | None
    overdue_fen: int


def paid_until(account: Account, today: date) -> PaidUntil:
    """Until which day the fees are paid without a gap; None where something from before is still open."""
    found = balance_of(account)
    still = {line.charge_id for line in found.lines if line.open_fen}
    asked = select(Charge.id, Charge.kind, Charge.from_on, Charge.until_on).where(Charge.account_id == account.id)
    fees = [row for row in db.session.execute(asked.order_by(Charge.from_on)) if row.kind is ChargeKind.PROPERTY_FEE]
    opening = select(Charge.id).where(Charge.account_id == account.id, Charge.kind == ChargeKind.OPENING)
    owed = found.arrears_fen(today)
    if db.session.scalar(opening) in still:
        return PaidUntil(None, owed)
    begins = next((fee.from_on for fee in fees if fee.id in still), None)
    last = begins or max((fee.until_on for fee in fees), default=account.billed_from)
    return PaidUntil(last - DAY, owed)
