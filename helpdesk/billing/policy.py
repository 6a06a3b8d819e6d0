"""How fees are reckoned in a new estate, until the company sets its own rules."""

from datetime import date

from helpdesk.billing.models import FeeRule, FeeUse
from helpdesk.core.extensions import db
from helpdesk.estate.models import Estate

USUAL_PRICE = 3_500  # 0.01 fen a square metre and month: 0.35 yuan
DUE_DAYS = 31


def install_defaults(estate: Estate, *, valid_from: date) -> None:
    """Everybody pays the whole fee of their area, whatever the use."""
    for use in FeeUse:
        db.session.add(
            FeeRule(
                estate_id=estate.id, applies_to=use, rate_bp=10_000, unit_price=USUAL_PRICE, due_days=DUE_DAYS,
                valid_from=valid_from,
            )
        )  # fmt: skip
