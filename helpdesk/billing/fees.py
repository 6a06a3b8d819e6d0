"""Finding what fees are reckoned from, and writing their lines."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import and_, func, insert, select
from sqlalchemy.orm import aliased

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.billing.lines import Line, Span, lines_of
from helpdesk.billing.models import Account, Charge, ChargeKind, FeeRule, FeeUse
from helpdesk.billing.rules import next_month, use_of
from helpdesk.core.extensions import db
from helpdesk.core.terms import counts
from helpdesk.estate.models import Place, PlaceKind
from helpdesk.tariff.reductions import Scope, reductions_of

FEE = Charge.kind == ChargeKind.PROPERTY_FEE


def is_billable():
    """The condition that somebody pays a monthly fee for a place."""
    return and_(Place.kind != PlaceKind.COMMON_AREA, Place.area.is_not(None), Place.area > 0)


def fee_rules(estate_id: int, month: date) -> dict[FeeUse, FeeRule]:
    """How fees are reckoned in a month, by use."""
    rules = db.session.scalars(select(FeeRule).where(FeeRule.estate_id == estate_id))
    return {rule.applies_to: rule for rule in rules if counts(rule, month)}


def spans_after(estate_id: int, month: date, *, after: int, limit: int) -> list[Span]:
    """The next accounts that have a day in a month and no line for it yet; by their ids."""
    billed = select(Charge.id).where(Charge.account_id == Account.id, Charge.month == month, FEE).exists()
    asked = _accounts().where(
        Account.estate_id == estate_id, Account.id > after, Account.billed_from < next_month(month),
        Account.closed_on.is_(None) | (Account.closed_on > month), ~billed,
    )  # fmt: skip
    return [_span(row) for row in db.session.execute(asked.order_by(Account.id).limit(limit))]


def took_over_on():
    """The day on which an account took its place over from another; null for the first of a place."""
    before = aliased(Account)
    earlier = select(func.max(before.closed_on)).where(before.place_id == Account.place_id, before.id < Account.id)
    return earlier.scalar_subquery()


def _accounts():
    columns = (Place.area, Place.unit_price, Place.kind, Place.use)
    own = (Account.place_id, Account.id, Account.billed_from, Account.closed_on)
    return select(*own, *columns, took_over_on().label("took_over_on")).join(Place, Place.id == Account.place_id)


def _span(row) -> Span:
    return Span(
        row.place_id, row.id, row.billed_from, row.closed_on, row.area, row.unit_price, use_of(row.kind, row.use),
        row.took_over_on,
    )  # fmt: skip


def lines_for(estate_id: int, spans: Collection[Span], month: date) -> list[Line]:
    """The lines of these accounts in a month, with what is taken off: three queries for any number of them."""
    reductions = reductions_of([span.place_id for span in spans], Scope.PROPERTY_FEE, month)
    return list(lines_of(spans, month, fee_rules(estate_id, month), reductions))


def write_lines(
    estate_id: int, lines: Iterable[Line], *, run_id: int | None, actor: User | None, now: datetime
) -> None:
    rows = [
        {
            "estate_id": estate_id, "account_id": line.span.account_id, "place_id": line.span.place_id,
            "kind": ChargeKind.PROPERTY_FEE, "month": line.month, "from_on": line.from_on, "until_on": line.until_on,
            "fee_use": line.span.use, "area": line.span.area, "unit_price": line.unit_price, "use_bp": line.use_bp,
            "words": "", "gross_fen": line.gross_fen, "reduced_fen": line.reduced_fen, "net_fen": line.net_fen,
            "waiver_id": line.reduction.waiver_id if line.reduction else None,
            "rate_bp": line.reduction.rate_bp if line.reduction else None,
            "policy_id": line.reduction.policy_id if line.reduction else None,
            "due_on": line.due_on, "run_id": run_id, "made_by_id": actor.id if actor else None, "made_at": now,
        }
        for line in lines
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(Charge), rows)


def months_billed(account: Account, *, from_on: date) -> list[Charge]:
    """The fee lines of an account from a month on."""
    asked = select(Charge).where(Charge.account_id == account.id, FEE, Charge.month >= from_on)
    return list(db.session.scalars(asked.order_by(Charge.month)))


def charge_months(account: Account, wanted: Iterable[date], *, actor: User | None, now: datetime) -> None:
    """Charge one account for months in which the others are charged already; each once."""
    db.session.flush()
    done = {charge.month for charge in months_billed(account, from_on=date.min)}
    for month in wanted:
        if month in done:
            continue
        spans = [_span(row) for row in db.session.execute(_accounts().where(Account.id == account.id))]
        lines = lines_for(account.estate_id, spans, month)
        write_lines(account.estate_id, lines, run_id=None, actor=actor, now=now)
        _tell(account, month, lines, actor, now)


def _tell(account: Account, month: date, lines: list[Line], actor: User | None, now: datetime) -> None:
    find = select(Charge.id).where(Charge.account_id == account.id, FEE, Charge.month == month)
    for line in lines:
        record(
            "charge.made", account, actor=actor, now=now, charge_id=db.session.scalar(find),
            charge_kind=ChargeKind.PROPERTY_FEE, net_fen=line.net_fen, work_order_id=None,
        )  # fmt: skip
