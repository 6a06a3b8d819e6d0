"""Money that comes in: taken at the desk or at a door, reversed with a reason, handed in and counted."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.billing.accounts import draw_receipts
from helpdesk.billing.balance import allot
from helpdesk.billing.ledger import balance_of
from helpdesk.billing.models import Account
from helpdesk.billing.payment_models import Allocation, DayClosing, HandIn, Method, Payment, TakenAt
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.core.money import MOST_FEN

MAY = {TakenAt.DESK: Permission.TAKE_PAYMENT, TakenAt.DOOR: Permission.TAKE_DOOR_MONEY}


def take_payment(
    account: Account, *, amount_fen: int, method: Method, taken_at: TakenAt, invoice_wanted: bool = False,
    paid_by: str = "", meant_for: int | None = None, actor: User, now: datetime,
) -> Payment:  # fmt: skip
    """Take money for an account and draw its receipt number. It covers the line it is meant for, then the oldest.

    Too little leaves the rest open, too much stays as a credit for what comes. Refused for nothing.
    """
    require(actor, MAY[taken_at], account.estate_id)
    if not 0 < amount_fen <= MOST_FEN:
        raise Refused(_("Type an amount, such as 27.52."), field="amount")
    if method is Method.OPENING:
        raise Refused(_("Choose how it was paid."), field="method")
    before = balance_of(account)
    [number] = draw_receipts(account.estate_id, clock.local_date(now), 1)
    payment = Payment(
        estate_id=account.estate_id, account_id=account.id, receipt_no=number, method=method, taken_at=taken_at,
        amount_fen=amount_fen, invoice_wanted=invoice_wanted, paid_by=paid_by, received_by_id=actor.id,
        received_at=now, version=0,
    )  # fmt: skip
    db.session.add(payment)
    db.session.flush()
    for charge_id, fen in allot(before.lines, amount_fen, meant_for).items():
        db.session.add(Allocation(payment_id=payment.id, charge_id=charge_id, amount_fen=fen))
    record(
        "payment.taken", account, actor=actor, now=now, payment_id=payment.id, method=method, place=taken_at,
        amount_fen=amount_fen, invoice=invoice_wanted,
    )  # fmt: skip
    return payment


def reverse_payment(payment: Payment, *, reason: str, actor: User, now: datetime) -> None:
    """Let a payment count no more: it was booked wrongly, or given back. It stays in the books with its reason."""
    require(actor, Permission.TAKE_PAYMENT, payment.estate_id)
    if payment.reversed_at:
        raise Conflict(_("This payment was reversed already."))
    if payment.method is Method.OPENING:
        raise Refused(_("This was paid before the books were taken over; correct the lines instead."))
    if not reason:
        raise Refused(_("Say why."), field="reason")
    payment.reversed_at, payment.reversed_by_id, payment.reversal_reason = now, actor.id, reason
    payment.version += 1
    account = payment.account
    record("payment.reversed", account, actor=actor, now=now, payment_id=payment.id, amount_fen=payment.amount_fen)


def carried_by(technician_id: int, estate_id: int) -> list[Payment]:
    """What a technician took at doors and has not handed in, the oldest first."""
    asked = select(Payment).where(
        Payment.received_by_id == technician_id, Payment.estate_id == estate_id, Payment.taken_at == TakenAt.DOOR,
        Payment.hand_in_id.is_(None), Payment.reversed_at.is_(None),
    )  # fmt: skip
    return list(db.session.scalars(asked.order_by(Payment.id)))


def to_hand_in(technician: User) -> tuple[int, int]:
    """How many receipts of doors a technician has not handed in, and how much of it is cash, in fen."""
    cash = func.sum(Payment.amount_fen).filter(Payment.method == Method.CASH)
    asked = select(func.count(), func.coalesce(cash, 0)).where(
        Payment.received_by_id == technician.id, Payment.taken_at == TakenAt.DOOR, Payment.hand_in_id.is_(None),
        Payment.reversed_at.is_(None),
    )  # fmt: skip
    receipts, fen = db.session.execute(asked).one()
    return receipts, int(fen)


def cash_of(payments: Iterable[Payment]) -> int:
    return sum(payment.amount_fen for payment in payments if payment.method is Method.CASH)


def count_hand_in(
    technician: User, *, estate_id: int, seen_fen: int, counted_fen: int, words: str = "", actor: User, now: datetime
) -> HandIn:  # fmt: skip
    """Count what a technician brings in the evening. Conflict if more came in since it was added up.

    Refused by the technician themselves, and for a difference that nobody explains.
    """
    require(actor, Permission.TAKE_PAYMENT, estate_id)
    if actor.id == technician.id:
        raise Refused(_("Somebody else counts what you bring."))
    carried = carried_by(technician.id, estate_id)
    if not carried:
        raise Conflict(_("Nothing is left to hand in."))
    expected = cash_of(carried)
    if expected != seen_fen:
        raise Conflict(_("Money came in meanwhile. Count again."))
    if counted_fen != expected and not words:
        raise Refused(_("Say where the difference comes from."), field="words")
    hand_in = HandIn(
        estate_id=estate_id, technician_id=technician.id, expected_fen=expected, counted_fen=counted_fen, words=words,
        counted_by_id=actor.id, counted_at=now,
    )  # fmt: skip
    db.session.add(hand_in)
    db.session.flush()
    for payment in carried:
        payment.hand_in_id = hand_in.id
    told = {"technician_id": technician.id, "expected_fen": expected, "counted_fen": counted_fen}
    record("hand_in.counted", hand_in, actor=actor, now=now, **told)
    return hand_in


def close_day(
    estate_id: int, *, seen_fen: int, counted_fen: int, words: str = "", actor: User, now: datetime
) -> DayClosing:  # fmt: skip
    """Count the till: everything since it was counted last. Conflict if money came in since it was added up."""
    require(actor, Permission.TAKE_PAYMENT, estate_id)
    till = till_of(estate_id)
    if till["expected_fen"] != seen_fen:
        raise Conflict(_("Money came in meanwhile. Count again."))
    if counted_fen != seen_fen and not words:
        raise Refused(_("Say where the difference comes from."), field="words")
    if till["from_at"] and till["from_at"] >= now:
        raise Conflict(_("The till was counted a moment ago."))
    closing = DayClosing(
        estate_id=estate_id, until_at=now, counted_fen=max(counted_fen, 0), words=words, closed_by_id=actor.id, **till
    )
    db.session.add(closing)
    told = {"payments": closing.payments, "expected_fen": seen_fen, "counted_fen": closing.counted_fen}
    record("day.closed", closing, actor=actor, now=now, **told)
    return closing


def till_of(estate_id: int) -> dict:
    """What came in since the till was counted last: by method, and the cash that should lie in it now."""
    since = db.session.scalar(select(func.max(DayClosing.until_at)).where(DayClosing.estate_id == estate_id))
    after = (lambda column: [column > since]) if since else (lambda column: [])
    here = (Payment.estate_id == estate_id, Payment.method != Method.OPENING)
    came = select(Payment.method, func.count(), func.sum(Payment.amount_fen)).where(*here, *after(Payment.received_at))
    back = select(Payment.method, func.sum(Payment.amount_fen)).where(
        *here, Payment.reversed_at.is_not(None), *after(Payment.reversed_at)
    )
    sums, payments = {}, 0
    for method, count, fen in db.session.execute(came.group_by(Payment.method)):
        sums[method.value], payments = int(fen), payments + count
    for method, fen in db.session.execute(back.group_by(Payment.method)):
        sums[method.value] = sums.get(method.value, 0) - int(fen)
    return {"from_at": since, "payments": payments, "sums": sums, "expected_fen": _cash(estate_id, since)}


def _cash(estate_id: int, since: datetime | None) -> int:
    """The cash of the till: taken at the desk or handed in, less what was given back; never less than nothing."""
    later = (lambda column: [column > since]) if since else (lambda column: [])
    fen = func.coalesce(func.sum(Payment.amount_fen), 0)
    cash = (Payment.estate_id == estate_id, Payment.method == Method.CASH)
    desk = db.session.scalar(select(fen).where(*cash, Payment.taken_at == TakenAt.DESK, *later(Payment.received_at)))
    brought = select(func.coalesce(func.sum(HandIn.counted_fen), 0)).where(HandIn.estate_id == estate_id)
    in_till = (Payment.taken_at == TakenAt.DESK) | Payment.hand_in_id.is_not(None)
    back = select(fen).where(*cash, in_till, Payment.reversed_at.is_not(None), *later(Payment.reversed_at))
    handed = db.session.scalar(brought.where(*later(HandIn.counted_at)))
    return max(int(desk + handed - db.session.scalar(back)), 0)
