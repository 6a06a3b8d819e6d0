"""Why a line is what it is, in the words that somebody at the desk reads out."""

from flask_babel import gettext as _

from helpdesk.billing.models import Charge, ChargeKind, FeeUse
from helpdesk.billing.queries import Row
from helpdesk.billing.rules import next_month
from helpdesk.core.decimals import PRICE_PLACES, unscaled
from helpdesk.core.money import plain_yuan
from helpdesk.core.words import word


def what(charge: Charge, order_number: str | None = None) -> str:
    """What a line is for, in a few words."""
    if charge.month:
        return _("%(kind)s %(month)s", kind=word(charge.kind), month=f"{charge.month:%Y-%m}")
    if charge.work_order_id:
        return _("%(kind)s for order %(number)s", kind=word(charge.kind), number=order_number or "")
    return charge.words or word(charge.kind)


def why(row: Row) -> list[str]:
    """How a line came to what is to be paid, sentence by sentence, each figure as it was when it was reckoned."""
    charge, told = row.charge, []
    if charge.kind is ChargeKind.PROPERTY_FEE:
        told.append(_fee(charge))
    elif charge.kind is ChargeKind.OPENING:
        told.append(_("Owed when the books were taken over: %(amount)s yuan.", amount=plain_yuan(charge.gross_fen)))
    else:
        told.append(_("As agreed before: %(amount)s yuan.", amount=plain_yuan(charge.gross_fen)))
    if charge.reduced_fen:
        told.append(_("Less: %(off)s yuan.", off=plain_yuan(charge.reduced_fen)))
    for one in row.adjustments:
        told.append(
            _("%(kind)s on %(day)s: %(amount)s yuan. %(reason)s", kind=word(one.kind), day=f"{one.made_at:%Y-%m-%d}",
              amount=plain_yuan(one.amount_fen), reason=one.reason)
        )  # fmt: skip
    if row.written_off_fen:
        told.append(_("Written off: %(amount)s yuan.", amount=plain_yuan(row.written_off_fen)))
    told.append(_("To pay: %(amount)s yuan.", amount=plain_yuan(row.owed.amount_fen)))
    return told


def _fee(charge: Charge) -> str:
    """ "112.30 m² × 0.35 yuan × 70 % (vacant) × 10 of 30 days = 7.19 yuan." """
    area, price = plain_yuan(charge.area), unscaled(charge.unit_price, PRICE_PLACES) or "0"
    factors = [_("%(area)s m² × %(price)s yuan", area=area, price=price)]
    if charge.use_bp != 10_000:
        use = word(charge.fee_use) if charge.fee_use else word(FeeUse.OWN)
        factors.append(_("%(rate)s %% (%(use)s)", rate=unscaled(charge.use_bp, 2) or "0", use=use))
    whole, days = (next_month(charge.month) - charge.month).days, (charge.until_on - charge.from_on).days
    if days < whole:
        factors.append(_("%(days)d of %(whole)d days", days=days, whole=whole))
    return _("%(factors)s = %(amount)s yuan.", factors=" × ".join(factors), amount=plain_yuan(charge.gross_fen))
