"""What of each line is waived now: as it was billed and since, less what a sale or a correction put back.

The one place that reckons it, for collection, reports, claims, notices and what was granted too long.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from helpdesk.billing.models import Account, Adjustment, AdjustmentKind, Charge, ChargeKind
from helpdesk.billing.rules import fee
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.tariff.rules import rounded


@dataclass(frozen=True)
class Waived:
    """What one waiver takes off one line, or somebody who lowered that one bill, without `waiver_id`.

    `gross_fen` is the whole of the days that are left of the line.
    """

    charge_id: int
    place_id: int
    waiver_id: int | None
    kind: ChargeKind
    month: date | None
    made_at: datetime
    gross_fen: int
    rate_bp: int | None
    fen: int

    @property
    def in_month(self) -> date:
        """The month of the fee, or in which the work was charged."""
        return self.month or clock.local_date(self.made_at).replace(day=1)


def waived(*conditions) -> list[Waived]:
    """Of the lines that meet these conditions, what is still waived; with three queries for any number of them."""
    at_once = _asked(Charge.waiver_id, Charge.rate_bp, Charge.reduced_fen, conditions).where(Charge.reduced_fen > 0)
    later = _asked(Adjustment.waiver_id, Adjustment.rate_bp, -Adjustment.amount_fen, conditions).join(
        Adjustment, Adjustment.charge_id == Charge.id
    ).where(Adjustment.kind.in_((AdjustmentKind.REDUCTION, AdjustmentKind.ONE_BILL)))  # fmt: skip
    corrected = dict(db.session.execute(_corrections(conditions)).all())
    lines = defaultdict(list)
    for asked in (at_once, later.order_by(Adjustment.id)):
        for row in db.session.execute(asked):
            lines[row.Charge.id].append(row)
    return [one for charge_id, rows in lines.items() for one in _left(rows, corrected.get(charge_id, 0))]


def _asked(waiver_id, rate_bp, fen, conditions):
    told = select(Charge, Account.closed_on, waiver_id.label("waiver_id"), rate_bp.label("rate_bp"), fen.label("fen"))
    return told.join(Account, Account.id == Charge.account_id).where(*conditions)


def _corrections(conditions):
    asked = select(Adjustment.charge_id, func.sum(Adjustment.amount_fen)).join(Adjustment.charge)
    asked = asked.where(Adjustment.kind == AdjustmentKind.CORRECTION, *conditions)
    return asked.group_by(Adjustment.charge_id)


def _left(rows, corrected: int) -> Iterable[Waived]:
    """What finance put on top was taken off by the latest of them; each keeps its part of the days before a sale."""
    back = max(int(corrected), 0)
    for row in reversed(rows):
        charge = row.Charge
        gross = gross_until(charge, row.closed_on)
        fen = rounded(row.fen * gross, max(charge.gross_fen, 1))
        back, fen = max(back - fen, 0), max(fen - back, 0)
        if fen:
            line = (charge.id, charge.place_id, row.waiver_id, charge.kind, charge.month, charge.made_at)
            yield Waived(*line, gross, row.rate_bp, fen)


def gross_until(charge: Charge, ends: date | None) -> int:
    """The whole of a line for its days before the account ended."""
    if charge.kind is not ChargeKind.PROPERTY_FEE or ends is None or charge.until_on <= ends:
        return charge.gross_fen
    return fee(charge.area, charge.unit_price, charge.use_bp, charge.from_on, ends) if ends > charge.from_on else 0
