"""What was waived although the ground was gone: from the bills, after everything that was corrected since."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.billing.models import Adjustment, Charge, ChargeKind
from helpdesk.billing.waived import waived
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


def over_granted(user, estate_id: int) -> list[OverGrant]:
    """All of an estate, for those who see waivers; what nothing came of, or was corrected, is left out."""
    mine = WaiverOverGrant.estate_id.in_(estates(user, Permission.SEE_WAIVERS) & {estate_id})
    home = joinedload(WaiverOverGrant.application).joinedload(WaiverApplication.place)
    rows = db.session.scalars(select(WaiverOverGrant).where(mine).options(home).order_by(WaiverOverGrant.id)).all()
    ids = {row.application_id for row in rows}
    off, pauses = waived(Charge.id.in_(_touched(ids))), _pauses(ids)
    found = []
    for row in rows:
        resting = pauses.get(row.application_id, [])
        months = [
            one for one in off
            if one.waiver_id == row.application_id and row.from_month <= one.in_month < row.until_month
            and not any(first <= one.in_month and (last is None or one.in_month < last) for first, last in resting)
        ]  # fmt: skip
        fee = sum(one.fen for one in months if one.kind is ChargeKind.PROPERTY_FEE)
        work = sum(one.fen for one in months if one.kind is not ChargeKind.PROPERTY_FEE)
        found.append(OverGrant(row.application, row.from_month, add_months(row.until_month, -1), fee, work))
    return [one for one in found if one.amount_fen]


def _touched(ids: Collection[int]):
    """The lines that these waivers took something off, at once or later."""
    later = select(Adjustment.charge_id).where(Adjustment.waiver_id.in_(ids))
    return select(Charge.id).where(Charge.waiver_id.in_(ids)).union(later)


def _pauses(ids: Collection[int]) -> dict[int, list[tuple[date, date | None]]]:
    found: dict[int, list[tuple[date, date | None]]] = {}
    for pause in db.session.scalars(select(WaiverPause).where(WaiverPause.application_id.in_(ids))):
        found.setdefault(pause.application_id, []).append((pause.from_on, pause.until_on))
    return found
