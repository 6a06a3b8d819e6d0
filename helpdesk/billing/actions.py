"""What waivers and people do to charges that stand already."""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.billing.accounts import account_of, open_account_of
from helpdesk.billing.adjusting import adjust, comes_to
from helpdesk.billing.fees import months_billed, took_over_on
from helpdesk.billing.ledger import PaidUntil, balance_of, paid_until
from helpdesk.billing.models import Account, Adjustment, AdjustmentKind, Charge, FeeRule, FeeUse, WriteOff
from helpdesk.billing.rules import first_of
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.terms import check_begins, make_room
from helpdesk.estate.models import Estate, Place
from helpdesk.looks.actions import note_look
from helpdesk.looks.models import Looked, Purpose
from helpdesk.looks.too_often import stop_who_looks_too_often
from helpdesk.tariff.reductions import Scope, reductions_of


def open_account(place: Place, *, actor: User, now: datetime) -> Account:
    """Open the account of one home before a run does, so that somebody can pay; the one it has, if it has one."""
    require(actor, Permission.TAKE_PAYMENT, place.estate_id)
    return account_of(place, actor=actor, now=now)


def credit_reduced_months(place_id: int, from_month: date, *, actor: User | None, now: datetime) -> list[Adjustment]:
    """Take off a reduction that reaches months already billed, each once; what was paid for them becomes credit.

    Called by whoever granted it, in the same transaction. Months prepaid before the books were taken over are a
    credit already and are charged reduced when they come.
    """
    account, made = open_account_of(place_id), []
    if account is None:
        return made
    since = db.session.scalar(select(took_over_on()).where(Account.id == account.id))
    for charge in months_billed(account, from_on=first_of(from_month)):
        reduction = reductions_of([place_id], Scope.PROPERTY_FEE, charge.month).get(place_id)
        if reduction is None or not reduction.is_for(since) or _has(charge, reduction.waiver_id):
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


def correct_charge(charge: Charge, *, amount_fen: int, reason: str, actor: User, now: datetime) -> Adjustment:
    """Put a wrong line right with another one against it; `amount_fen` is what it should have come to."""
    require(actor, Permission.RUN_BILLING, charge.estate_id)
    if not reason:
        raise Refused(_("Say why."), field="reason")
    change = amount_fen - comes_to(charge)
    if amount_fen < 0 or not change:
        raise Refused(_("Type what this line should come to."), field="amount")
    return adjust(charge, AdjustmentKind.CORRECTION, change, reason=reason, actor=actor, now=now)


def write_off(charge: Charge, *, reason: str, actor: User, now: datetime) -> WriteOff:
    """Give up what is open of a line that is overdue: a manager's act, apart from waivers. Refused if it is paid."""
    require(actor, Permission.WRITE_OFF, charge.estate_id)
    if not reason:
        raise Refused(_("Say why."), field="reason")
    account, today = db.session.get_one(Account, charge.account_id), clock.local_date(now)
    overdue = {line.charge_id: line.open_fen for line in balance_of(account).overdue(today)}
    if charge.id not in overdue:
        raise Refused(_("Only what is overdue and not paid can be written off."))
    made = WriteOff(
        estate_id=charge.estate_id, account_id=account.id, charge_id=charge.id, amount_fen=overdue[charge.id],
        reason=reason, made_by_id=actor.id, made_at=now,
    )  # fmt: skip
    db.session.add(made)
    record("charge.written_off", account, actor=actor, now=now, charge_id=charge.id, amount_fen=made.amount_fen)
    return made


def reveal_paid_until(place: Place, *, words: str = "", actor: User, now: datetime) -> PaidUntil | None:
    """Tell until when one home is paid, and note who looked and why: the resident asks, or what the words say.

    None for a home without an account.
    """
    require(actor, Permission.REVEAL_PAID_UNTIL, place.estate_id)
    stop_who_looks_too_often(Looked.PAID_UNTIL, estate_id=place.estate_id, actor=actor, now=now)
    account = open_account_of(place.id)
    purpose = Purpose.OTHER if words.strip() else Purpose.ANSWERING
    note_look(
        estate_id=place.estate_id, what=Looked.PAID_UNTIL, subject_id=place.id, place_id=place.id,
        purpose=purpose, words=words, actor=actor, now=now,
    )  # fmt: skip
    return paid_until(account, clock.local_date(now)) if account else None


def set_fee_rules(
    estate: Estate, rules: dict[FeeUse, tuple[int, int, int]], *, valid_from: date, actor: User, now: datetime
) -> None:
    """How fees are reckoned from a month on: rate, price and days until due, for each use. Lines made so far stay."""
    require(actor, Permission.SET_TARIFF, estate.id)
    check_begins(valid_from, first_of(clock.local_date(now)))
    if valid_from.day != 1:
        raise Refused(_("Fees change with the first of a month."), field="valid_from")
    make_room(db.session.scalars(select(FeeRule).where(FeeRule.estate_id == estate.id)), valid_from)
    for use, (rate_bp, unit_price, due_days) in rules.items():
        db.session.add(
            FeeRule(
                estate_id=estate.id, applies_to=use, rate_bp=rate_bp, unit_price=unit_price, due_days=due_days,
                valid_from=valid_from,
            )
        )  # fmt: skip
    rates = [rate_bp for rate_bp, _price, _days in rules.values()]
    record("fee_rules.set", estate, actor=actor, now=now, rates=rates, valid_from=clock.start_of_day(valid_from))
