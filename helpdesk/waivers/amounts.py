"""What was waived, line by line, from the books: charges as they were billed, and what was taken off them later.

The one place that reads it, for notices, reports and claims. What was only recorded (paid in full, subsidised
elsewhere) stands in no charge, and so in none of this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from helpdesk.billing.models import Adjustment, AdjustmentKind, Charge, ChargeKind
from helpdesk.core import clock
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
    """Every line of an estate by which less was asked in these months; two queries, however many there are."""
    at_once = _told(Charge.reduced_fen, Charge.rate_bp).select_from(Charge)
    at_once = at_once.join(WaiverApplication, WaiverApplication.id == Charge.waiver_id).where(Charge.reduced_fen > 0)
    later = _told(-Adjustment.amount_fen, Adjustment.rate_bp).select_from(Adjustment)
    later = later.join(Charge, Charge.id == Adjustment.charge_id)
    later = later.join(WaiverApplication, WaiverApplication.id == Adjustment.waiver_id)
    later = later.where(Adjustment.kind == AdjustmentKind.REDUCTION)
    found = []
    for asked in (at_once, later):
        people = asked.join(Place, Place.id == Charge.place_id).join(WaiverApplication.beneficiary)
        for row in db.session.execute(people.where(Charge.estate_id == estate_id)):
            month = row.month or clock.local_date(row.made_at).replace(day=1)
            if from_month <= month < until_month:
                found.append(Line(*row[:11], month, row.gross_fen, row.rate_bp, row.amount))
    return sorted(found, key=lambda line: (line.month, line.building_no or 0, line.address, line.kind))


def _told(amount, rate):
    return select(
        WaiverApplication.id, WaiverApplication.number, Place.id, Place.address, Place.building_no, Person.name,
        WaiverApplication.ground_code, WaiverApplication.bearer, WaiverApplication.flow,
        WaiverApplication.consent_to_notice, Charge.kind, Charge.month, Charge.made_at, Charge.gross_fen,
        rate.label("rate_bp"), amount.label("amount"),
    )  # fmt: skip
