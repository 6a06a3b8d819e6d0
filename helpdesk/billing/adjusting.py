"""More or less of a line that stands already. The line itself is never touched."""

from datetime import datetime

from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.billing.models import Account, Adjustment, AdjustmentKind, Charge, WriteOff
from helpdesk.core.extensions import db
from helpdesk.tariff.reductions import Reduction


def comes_to(charge: Charge) -> int:
    """What a line comes to now: after everything that was adjusted or written off."""
    adjusted = select(func.coalesce(func.sum(Adjustment.amount_fen), 0)).where(Adjustment.charge_id == charge.id)
    dropped = select(func.coalesce(func.sum(WriteOff.amount_fen), 0)).where(WriteOff.charge_id == charge.id)
    return charge.net_fen + db.session.scalar(adjusted) - db.session.scalar(dropped)


def adjust(
    charge: Charge, kind: AdjustmentKind, amount_fen: int, *, reduction: Reduction | None = None,
    waiver_id: int | None = None, reason: str = "", actor: User | None, now: datetime,
) -> Adjustment:  # fmt: skip
    """Add one counter-line. Whoever calls has asked whether the actor may, and that the line stays above nothing."""
    account = db.session.get_one(Account, charge.account_id)
    made = Adjustment(
        estate_id=charge.estate_id, account_id=charge.account_id, charge_id=charge.id, kind=kind,
        amount_fen=amount_fen, waiver_id=reduction.waiver_id if reduction else waiver_id,
        rate_bp=reduction.rate_bp if reduction else None, policy_id=reduction.policy_id if reduction else None,
        reason=reason, made_by_id=actor.id if actor else None, made_at=now,
    )  # fmt: skip
    db.session.add(made)
    record(
        "charge.adjusted", account, actor=actor, now=now, charge_id=charge.id, adjustment=kind,
        amount_fen=amount_fen, waiver_id=made.waiver_id,
    )  # fmt: skip
    return made
