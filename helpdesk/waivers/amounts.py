"""What was waived, line by line, from the books: what was taken off charges, less what was put back since.

The one place that reads it, for notices, reports and claims. What was only recorded (paid in full, subsidised
elsewhere) stands in no charge, and so in none of this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from helpdesk.billing.models import Charge, ChargeKind
from helpdesk.billing.waived import waived
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Place
from helpdesk.waivers.codes import Bearer, Flow
from helpdesk.waivers.models import WaiverApplication


@dataclass(frozen=True)
class Line:
    """So much less on one charge; `month` is the month of the fee, or in which the work was charged."""

    application_id: int
    number: str
    place_id: int
    address: str
    building_no: int | None
    name: str
    ground_code: str
    bearer: Bearer
    flow: Flow
    may_be_posted: bool
    kind: ChargeKind
    month: date
    gross_fen: int
    rate_bp: int | None
    amount_fen: int


def waived_lines(estate_id: int, from_month: date, until_month: date) -> Sequence[Line]:
    """Every line of an estate by which less is asked in these months; four queries, however many there are."""
    told = {row.id: row for row in db.session.execute(_told().where(WaiverApplication.estate_id == estate_id))}
    found = []
    for one in waived(Charge.estate_id == estate_id):
        if one.waiver_id and from_month <= one.in_month < until_month:
            found.append(Line(*told[one.waiver_id], one.kind, one.in_month, one.gross_fen, one.rate_bp, one.fen))
    return sorted(found, key=lambda line: (line.month, line.building_no or 0, line.address, line.kind))


def one_offs(estate_id: int, from_month: date, until_month: date) -> list[tuple[int, int]]:
    """Homes of which one bill of these months was lowered once, and by how much; on no ground, borne by the company."""
    once = waived(Charge.estate_id == estate_id)
    months = [one for one in once if one.waiver_id is None and from_month <= one.in_month < until_month]
    return [(one.place_id, one.fen) for one in months]


def _told():
    return select(
        WaiverApplication.id, WaiverApplication.number, Place.id, Place.address, Place.building_no, Person.name,
        WaiverApplication.ground_code, WaiverApplication.bearer, WaiverApplication.flow,
        WaiverApplication.consent_to_notice,
    ).join(Place, Place.id == WaiverApplication.place_id).join(WaiverApplication.beneficiary)  # fmt: skip
