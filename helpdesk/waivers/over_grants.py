"""What was waived although the ground was gone: from the bills, after everything that was corrected since."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from helpdesk.billing.models import Adjustment, AdjustmentKind, Charge, ChargeKind
from helpdesk.core import clock
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.waivers.life_models import WaiverOverGrant, WaiverPause
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.rules import add_months


@dataclass(frozen=True)
class OverGrant:
    """So much too much of the monthly fees and of work (labour, materials, call-out), in these months."""

    application: WaiverApplication
    from_month: date
    last_month: date
    fee_fen: int
    work_fen: int

    @property
    def amount_fen(self) -> int:
        return self.fee_fen + self.work_fen


@dataclass
class Waived:
    """What one waiver took off one charge, of a month: that of the fee, or in which the work was charged."""

    application_id: int
    kind: ChargeKind
    month: date
    fen: int = 0


def over_granted(user, estate_id: int) -> list[OverGrant]:
    """All of an estate, for those who see waivers; what nothing came of, or was corrected, is left out."""
    mine = WaiverOverGrant.estate_id.in_(estates(user, Permission.SEE_WAIVERS) & {estate_id})
    home = joinedload(WaiverOverGrant.application).joinedload(WaiverApplication.place)
    rows = db.session.scalars(select(WaiverOverGrant).where(mine).options(home).order_by(WaiverOverGrant.id)).all()
    waived, pauses = _waived({row.application_id for row in rows}), _pauses({row.application_id for row in rows})
    found = []
    for row in rows:
        resting = pauses.get(row.application_id, [])
        months = [
            one for one in waived
            if one.application_id == row.application_id and row.from_month <= one.month < row.until_month
            and not any(first <= one.month and (last is None or one.month < last) for first, last in resting)
        ]  # fmt: skip
        fee = sum(one.fen for one in months if one.kind is ChargeKind.PROPERTY_FEE)
        work = sum(one.fen for one in months if one.kind is not ChargeKind.PROPERTY_FEE)
        found.append(OverGrant(row.application, row.from_month, add_months(row.until_month, -1), fee, work))
    return [one for one in found if one.amount_fen]


def _waived(ids: Collection[int]) -> list[Waived]:
    at_once = _of_charges(Charge.waiver_id, Charge.reduced_fen).where(Charge.waiver_id.in_(ids), Charge.reduced_fen > 0)
    later = _of_charges(Adjustment.waiver_id, -Adjustment.amount_fen).join(
        Adjustment, Adjustment.charge_id == Charge.id
    ).where(Adjustment.waiver_id.in_(ids), Adjustment.kind == AdjustmentKind.REDUCTION)  # fmt: skip
    found: dict[tuple[int, int], Waived] = {}
    for asked in (at_once, later):
        for charge_id, waiver_id, kind, month, made_at, fen in db.session.execute(asked):
            of_month = month or clock.local_date(made_at).replace(day=1)
            found.setdefault((charge_id, waiver_id), Waived(waiver_id, kind, of_month)).fen += fen
    corrected = _corrected({charge_id for charge_id, _waiver_id in found})
    for (charge_id, _waiver_id), one in found.items():
        one.fen = max(one.fen - max(corrected.get(charge_id, 0), 0), 0)
    return list(found.values())


def _of_charges(waiver_id, fen):
    return select(Charge.id, waiver_id, Charge.kind, Charge.month, Charge.made_at, fen).select_from(Charge)


def _corrected(charge_ids: Collection[int]) -> dict[int, int]:
    """What finance put on top of these lines since."""
    asked = select(Adjustment.charge_id, func.sum(Adjustment.amount_fen)).where(
        Adjustment.charge_id.in_(charge_ids), Adjustment.kind == AdjustmentKind.CORRECTION
    )
    return dict(db.session.execute(asked.group_by(Adjustment.charge_id)).all())


def _pauses(ids: Collection[int]) -> dict[int, list[tuple[date, date | None]]]:
    found: dict[int, list[tuple[date, date | None]]] = {}
    for pause in db.session.scalars(select(WaiverPause).where(WaiverPause.application_id.in_(ids))):
        found.setdefault(pause.application_id, []).append((pause.from_on, pause.until_on))
    return found
