"""The shape of what is sent about the policy. Percent and yuan become basis points and fen."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField
from wtforms.validators import InputRequired, Optional, ValidationError

from helpdesk.core.fields import a_real_day, version
from helpdesk.core.forms import CreatingForm, Form, LongText, Text
from helpdesk.waivers.codes import Bearer, Flow
from helpdesk.waivers.forms import Choice, Hundredths
from helpdesk.waivers.policy_models import CAPS, RATES, PolicyGround, WaiverPolicy


class LimitsForm(Form):
    """The limits of a draft policy, in yuan, and why there is a new edition."""

    version = version()
    second_above = Hundredths(_l("A second approval above, a year"), most=10_000_000)
    proof_above = Hundredths(_l("The password again above, a year"), most=10_000_000)
    one_off_limit = Hundredths(_l("One bill may be lowered by at most"), most=10_000_000)
    keeps_scans = BooleanField(_l("Keep photos of the papers until 30 days after the decision"))
    words = LongText(_l("Why this edition"), limit=1_000)

    def __init__(self, policy: WaiverPolicy, **kwargs):
        sums = ("second_above", "proof_above", "one_off_limit")
        known = {name: getattr(policy, f"{name}_fen") for name in sums}
        known |= {"keeps_scans": policy.keeps_scans, "words": policy.words, "version": policy.version}
        super().__init__(**known | kwargs)

    @property
    def values(self) -> dict:
        sums = ("second_above", "proof_above", "one_off_limit")
        plain = {"keeps_scans": self.keeps_scans.data, "words": self.words.data}
        return {f"{name}_fen": self[name].hundredths or 0 for name in sums} | plain


class GroundForm(Form):
    """One ground of a draft: the company's own definition, what is asked for, and how much less."""

    version = version()
    name_zh = Text(_l("Name in Chinese"), limit=40, validators=[InputRequired()])
    name_en = Text(_l("Name in English"), limit=80, validators=[InputRequired()])
    definition = LongText(_l("Who that is, in our words"), limit=1_000, validators=[InputRequired()])
    proof = LongText(_l("What proves it"), limit=500, validators=[InputRequired()])
    is_verified = BooleanField(_l("The community has to confirm it"))
    needs_owner = BooleanField(_l("A second approval whatever the sum"))
    min_age = IntegerField(_l("From this age on"), validators=[Optional()])
    property_fee_bp = Hundredths(_l("Property fee, percent less"), most=10_000)
    labour_bp = Hundredths(_l("Labour, percent less"), most=10_000)
    materials_bp = Hundredths(_l("Materials, percent less"), most=10_000)
    call_out_bp = Hundredths(_l("Call-out, percent less"), most=10_000)
    property_fee_cap_fen = Hundredths(_l("Property fee: at most a month, in yuan"), most=100_000, least=1)
    labour_cap_fen = Hundredths(_l("Labour: at most for one order, in yuan"), most=1_000_000, least=1)
    materials_cap_fen = Hundredths(_l("Materials: at most for one order, in yuan"), most=1_000_000, least=1)
    call_out_cap_fen = Hundredths(_l("Call-out: at most for one order, in yuan"), most=1_000_000, least=1)
    validity_months = IntegerField(_l("Valid for, in months"), validators=[InputRequired()])
    bearer = Choice(_l("Who bears the cost"), Bearer)
    flow = Choice(_l("How the money goes"), Flow)

    def __init__(self, policy: WaiverPolicy, ground: PolicyGround | None = None, **kwargs):
        new = {"validity_months": 12, "bearer": Bearer.COMPANY, "flow": Flow.COMPANY_WAIVER}
        known = {name: getattr(ground, name) for name in _GROUND} if ground else new
        super().__init__(**known | {"version": policy.version} | kwargs)
        self.bearer.offer()
        self.flow.offer()

    def validate_min_age(self, field) -> None:
        if field.data is not None and not 0 < field.data < 120:
            raise ValidationError(_("A number from %(low)d to %(high)d.", low=1, high=119))

    def validate_validity_months(self, field) -> None:
        if field.data is not None and not 1 <= field.data <= 60:
            raise ValidationError(_("A number from %(low)d to %(high)d.", low=1, high=60))

    @property
    def values(self) -> dict:
        rates = {name: self[name].hundredths or 0 for name in RATES}
        caps = {name: self[name].hundredths for name in CAPS}
        plain = {name: self[name].data for name in _GROUND if name not in {*rates, *caps}}
        return plain | rates | caps


class NewGroundForm(GroundForm, CreatingForm):
    """A ground of the company's own, for a draft."""


_GROUND = (
    "name_zh", "name_en", "definition", "proof", "is_verified", "needs_owner", "min_age", *RATES,
    *CAPS, "validity_months", "bearer", "flow",
)  # fmt: skip


class BeginForm(Form):
    version = version()
    valid_from = DateField(_l("In force from this day on"), validators=[InputRequired(), a_real_day])


class DraftPolicyForm(CreatingForm):
    """Begins a new edition."""
