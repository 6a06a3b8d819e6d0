"""Finding accounts and what stands in them. Every query starts from the accounts this person may see."""

from dataclasses import dataclass, field
from datetime import date

from flask import abort
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from helpdesk.accounts.models import User
from helpdesk.billing.balance import Balance, Owed
from helpdesk.billing.ledger import balance_of
from helpdesk.billing.models import Account, Adjustment, BillingRun, Charge, WriteOff
from helpdesk.billing.payment_models import Allocation, DayClosing, HandIn, Payment, TakenAt
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.estate.queries import as_seen
from helpdesk.repairs.models import WorkOrder

ROWS = 50


def visible_accounts(user) -> Select[tuple[Account]]:
    return select(Account).where(Account.estate_id.in_(estates(user, Permission.SEE_MONEY)))


def get_account(user, account_id: int) -> Account:
    """One account with its place and payer; 404 if there is none for this user."""
    found = visible_accounts(user).where(Account.id == account_id)
    return db.session.scalar(found.options(joinedload(Account.place), joinedload(Account.person))) or abort(404)


def accounts_at(user, place_id: int) -> list[Account]:
    """Every account a place had, the newest first."""
    found = visible_accounts(user).where(Account.place_id == place_id).options(joinedload(Account.person))
    return list(db.session.scalars(found.order_by(Account.id.desc())))


def get_charge(user, charge_id: int) -> Charge:
    mine = visible_accounts(user).with_only_columns(Account.id)
    return db.session.scalar(select(Charge).where(Charge.id == charge_id, Charge.account_id.in_(mine))) or abort(404)


def visible_payments(user) -> Select[tuple[Payment]]:
    """All of an estate for who sees its money; what they took at doors themselves for technicians."""
    books = Payment.estate_id.in_(estates(user, Permission.SEE_MONEY))
    doors = estates(user, Permission.TAKE_DOOR_MONEY)
    own = Payment.estate_id.in_(doors) & (Payment.received_by_id == user.id) & (Payment.taken_at == TakenAt.DOOR)
    return select(Payment).where(books | own)


def get_payment(user, payment_id: int) -> Payment:
    with_all = (joinedload(Payment.account).joinedload(Account.place), joinedload(Payment.received_by))
    found = visible_payments(user).where(Payment.id == payment_id)
    return db.session.scalar(found.options(*with_all)) or abort(404)


def parts_of(payment: Payment) -> list[Allocation]:
    """For what a payment was, as its receipt says."""
    asked = select(Allocation).where(Allocation.payment_id == payment.id).options(joinedload(Allocation.charge))
    return list(db.session.scalars(asked.order_by(Allocation.charge_id)))


@dataclass
class Row:
    """One line of an account with everything that happened to it."""

    charge: Charge
    owed: Owed
    order_number: str | None = None
    adjustments: list[Adjustment] = field(default_factory=list)
    written_off_fen: int = 0

    @property
    def paid_fen(self) -> int:
        return self.owed.amount_fen - self.owed.open_fen

    @property
    def waived_fen(self) -> int:
        """What waivers took off, when it was made and since."""
        return self.charge.reduced_fen - sum(one.amount_fen for one in self.adjustments if one.waiver_id)


def rows_of(account: Account, found: Balance) -> list[Row]:
    """The lines of an account that was loaded through its permission, the newest first."""
    charges = select(Charge, WorkOrder.number).outerjoin(WorkOrder, WorkOrder.id == Charge.work_order_id)
    owed = {line.charge_id: line for line in found.lines}
    asked = charges.where(Charge.account_id == account.id).order_by(Charge.due_on.desc(), Charge.id.desc())
    rows = {charge.id: Row(charge, owed[charge.id], number) for charge, number in db.session.execute(asked)}
    more = select(Adjustment).where(Adjustment.account_id == account.id).order_by(Adjustment.id)
    for adjustment in db.session.scalars(more):
        rows[adjustment.charge_id].adjustments.append(adjustment)
    dropped = select(WriteOff.charge_id, func.sum(WriteOff.amount_fen)).where(WriteOff.account_id == account.id)
    for charge_id, fen in db.session.execute(dropped.group_by(WriteOff.charge_id)):
        rows[charge_id].written_off_fen = int(fen)
    return list(rows.values())


def payments_of(account: Account) -> list[Payment]:
    found = select(Payment).where(Payment.account_id == account.id).options(joinedload(Payment.received_by))
    return list(db.session.scalars(found.order_by(Payment.id.desc())))


def account_page(user, account_id: int) -> dict:
    """Everything one account shows."""
    account = get_account(user, account_id)
    found = balance_of(account)
    return {
        "account": account, "balance": found, "rows": rows_of(account, found), "payments": payments_of(account),
        "others": [one for one in accounts_at(user, account.place_id) if one.id != account.id],
    }  # fmt: skip


def visible_runs(user) -> Select[tuple[BillingRun]]:
    mine = BillingRun.estate_id.in_(estates(user, Permission.SEE_MONEY))
    return select(BillingRun).where(mine).options(joinedload(BillingRun.asked_by)).order_by(BillingRun.id.desc())


def get_run(user, run_id: int, *, seen_version: int | None = None) -> BillingRun:
    return as_seen(db.session.scalar(visible_runs(user).where(BillingRun.id == run_id)) or abort(404), seen_version)


def runs_of(user, estate_id: int) -> list[BillingRun]:
    return list(db.session.scalars(visible_runs(user).where(BillingRun.estate_id == estate_id).limit(ROWS)))


def closings_of(estate_id: int) -> list[DayClosing]:
    found = select(DayClosing).where(DayClosing.estate_id == estate_id).options(joinedload(DayClosing.closed_by))
    return list(db.session.scalars(found.order_by(DayClosing.id.desc()).limit(ROWS)))


def hand_ins_of(estate_id: int) -> list[HandIn]:
    found = select(HandIn).where(HandIn.estate_id == estate_id).options(joinedload(HandIn.technician))
    return list(db.session.scalars(found.order_by(HandIn.id.desc()).limit(ROWS)))


def carriers(estate_id: int) -> dict[User, list[Payment]]:
    """What each technician took at doors and has not handed in."""
    asked = select(Payment).where(
        Payment.estate_id == estate_id, Payment.taken_at == TakenAt.DOOR, Payment.hand_in_id.is_(None),
        Payment.reversed_at.is_(None), Payment.received_by_id.is_not(None),
    )  # fmt: skip
    found: dict[User, list[Payment]] = {}
    with_all = (joinedload(Payment.received_by), joinedload(Payment.account).joinedload(Account.place))
    for payment in db.session.scalars(asked.options(*with_all).order_by(Payment.id)):
        found.setdefault(payment.received_by, []).append(payment)
    return found


def year_of(today: date) -> tuple[date, date]:
    """The twelve months up to the one that runs now."""
    first = date(today.year - 1, today.month, 1)
    return first, date(today.year, today.month, 1)
