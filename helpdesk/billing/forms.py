"""The shape of what people send about money."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, ValidationError
from wtforms.validators import InputRequired

from helpdesk.billing.models import FeeUse
from helpdesk.billing.payment_models import Method
from helpdesk.billing.rules import next_month
from helpdesk.core.decimals import PRICE_PLACES, scaled, unscaled
from helpdesk.core.fields import Code, Day, Id, version
from helpdesk.core.forms import CreatingForm, Form, Text, between
from helpdesk.core.money import plain_yuan, read_yuan

NEEDED = InputRequired(message=_l("Type an amount, such as 27.52."))
REASON = {"limit": 200, "validators": [InputRequired(message=_l("Say why."))]}
WAYS = (Method.CASH, Method.WECHAT, Method.ALIPAY, Method.BANK)


class Yuan(Text):
    """An amount in yuan; `fen` is what it is in fen."""

    def __init__(self, label, **kwargs):
        super().__init__(label, limit=15, **kwargs)

    @property
    def fen(self) -> int | None:
        return read_yuan(self.data or "")

    def post_validate(self, _form, stopped) -> None:
        if not stopped and self.fen is None:
            raise ValidationError(_("Type an amount, such as 27.52."))


class PaymentForm(CreatingForm):
    amount = Yuan(_l("Amount in yuan"), validators=[NEEDED])
    method = Code(_l("How it was paid"), WAYS)
    paid_by = Text(_l("Paid by, if it is somebody else"), limit=80)
    invoice_wanted = BooleanField(_l("Wants an invoice"))
    meant_for = Id()


class ReasonForm(CreatingForm):
    reason = Text(_l("Why"), **REASON)


class CorrectionForm(CreatingForm):
    amount = Yuan(_l("What it should come to, in yuan"), validators=[NEEDED])
    reason = Text(_l("Why"), **REASON)


class Month(Text):
    """A month as 2026-06; `first` is its first day."""

    def __init__(self, label, **kwargs):
        super().__init__(
            label, limit=7, validators=[InputRequired(message=_l("Give a month, such as 2026-06."))], **kwargs
        )

    @property
    def first(self) -> date | None:
        try:
            return date.fromisoformat(f"{self.data}-01")
        except ValueError:
            return None

    def post_validate(self, _form, stopped) -> None:
        if not stopped and (self.first is None or not 2000 <= self.first.year <= 2199):
            raise ValidationError(_("Give a month, such as 2026-06."))


class RunForm(CreatingForm):
    since = Month(_l("First month"))
    until = Month(_l("Last month"))

    @property
    def months(self) -> tuple[date, date]:
        """From the first of the first month up to the first after the last."""
        return self.since.first, next_month(self.until.first)


class ActForm(Form):
    version = version()


class HandInForm(CreatingForm):
    technician_id = Id()
    seen_fen = IntegerField(validators=[InputRequired(), between(0, 2**31 - 1)])
    counted = Yuan(_l("Counted, in yuan"), validators=[NEEDED])
    words = Text(_l("Where a difference comes from"), limit=200)


class ClosingForm(CreatingForm):
    seen_fen = IntegerField(validators=[InputRequired(), between(0, 2**31 - 1)])
    counted = Yuan(_l("Cash counted, in yuan"), validators=[NEEDED])
    words = Text(_l("Where a difference comes from"), limit=200)


class RevealForm(Form):
    """Why somebody looks; empty where the resident asks."""

    words = Text(_l("Why you look"), limit=200)


class Share(Text):
    """A rate in percent of the whole fee; `bp` is the same in basis points."""

    def __init__(self, label, **kwargs):
        super().__init__(label, limit=7, validators=[InputRequired(message=_l("Type a rate, such as 70."))], **kwargs)

    @property
    def bp(self) -> int | None:
        return scaled(self.data or "", 2)

    def post_validate(self, _form, stopped) -> None:
        if not stopped and (self.bp is None or self.bp > 100_000):
            raise ValidationError(_("A rate from 0 to 1000 percent."))


class Price(Text):
    """Yuan a square metre and month; `kept` is in 0.01 fen."""

    def __init__(self, label, **kwargs):
        super().__init__(
            label, limit=9, validators=[InputRequired(message=_l("Type a price, such as 0.35."))], **kwargs
        )

    @property
    def kept(self) -> int | None:
        return scaled(self.data or "", PRICE_PLACES)

    def post_validate(self, _form, stopped) -> None:
        if not stopped and (self.kept is None or self.kept > 100_000_000):
            raise ValidationError(_("Type a price, such as 0.35."))


class RulesForm(CreatingForm):
    """How fees are reckoned by use, from the first of a month on."""

    valid_from = Day(_l("From the first of"))


for _use in FeeUse:
    setattr(RulesForm, f"{_use}_rate", Share(_l("Percent of the whole fee")))
    setattr(RulesForm, f"{_use}_price", Price(_l("Yuan per m² where the home has none")))
    setattr(
        RulesForm, f"{_use}_days", IntegerField(_l("Due after days"), validators=[InputRequired(), between(0, 366)])
    )


def rules_of(form: RulesForm) -> dict[FeeUse, tuple[int, int, int]]:
    return {
        use: (form[f"{use}_rate"].bp, form[f"{use}_price"].kept, form[f"{use}_days"].data) for use in FeeUse
    }  # fmt: skip


def as_typed(rules) -> dict:
    """The rules in force as the form shows them."""
    shown = {}
    for use, rule in rules.items():
        shown[f"{use}_rate"] = plain_yuan(rule.rate_bp)
        shown[f"{use}_price"] = unscaled(rule.unit_price, PRICE_PLACES)
        shown[f"{use}_days"] = rule.due_days
    return shown
