"""The shape of what is sent about waivers: people, papers, figures. Percent and yuan become basis points and fen."""

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, PasswordField, RadioField, SelectField
from wtforms.validators import Length, Optional, ValidationError

from helpdesk.core.errors import Refused
from helpdesk.core.fields import a_real_day, chosen_id, version
from helpdesk.core.forms import CreatingForm, Form, IdField, LongText, Text, clean
from helpdesk.core.money import format_fen
from helpdesk.core.words import locale, word
from helpdesk.estate.models import Person
from helpdesk.tariff.rules import share
from helpdesk.waivers.applying import Told
from helpdesk.waivers.codes import Channel, ConsentHow, ProofType
from helpdesk.waivers.facts import Facts
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy_models import WORK, PolicyGround, WaiverPolicy

NUMBER = re.compile(r"[0-9]{1,7}(?:[.][0-9]{1,2})?")


class Hundredths(Text):
    """A number with two decimals at most, kept in hundredths: percent as basis points, yuan as fen."""

    def __init__(self, label, *, most: int, least: int = 0, **kwargs):
        self.most, self.least = most, least
        super().__init__(label, limit=12, **kwargs)

    def process_data(self, value) -> None:
        self.data = "" if value is None else f"{value / 100:.2f}".rstrip("0").rstrip(".")

    def pre_validate(self, _form) -> None:
        if self.data and (not NUMBER.fullmatch(self.data) or self.hundredths > self.most):
            raise ValidationError(_("A number from 0 to %(most)d, with at most two decimals.", most=self.most // 100))
        if self.data and self.hundredths < self.least:
            raise ValidationError(_("More than 0, or leave it empty."))

    @property
    def hundredths(self) -> int | None:
        if not self.data or not NUMBER.fullmatch(self.data):
            return None
        whole, _dot, rest = self.data.partition(".")
        return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


class Choice(RadioField):
    """One of a few codes, or (unless asked for) none."""

    def __init__(self, label, codes, *, none=None, **kwargs):
        self.codes, self.none = {code.value: code for code in codes}, none
        super().__init__(label, coerce=lambda typed: self.codes.get(str(typed or "")), choices=[],
                         validate_choice=False, **kwargs)  # fmt: skip

    def offer(self) -> None:
        some = [(code.value, word(code)) for code in self.codes.values()]
        self.choices = [*([("", str(self.none))] if self.none else []), *some]

    def pre_validate(self, _form) -> None:
        if self.data is None and not self.none:
            raise ValidationError(_("Choose one of these."))


class Who(SelectField):
    """Somebody of the register, from the few that a page offers."""

    def __init__(self, label, **kwargs):
        super().__init__(label, coerce=chosen_id, choices=[], validate_choice=False, **kwargs)

    def offer(self, people: list[Person], nobody: str) -> None:
        self.people = {person.id: person for person in people}
        self.choices = [(0, nobody), *((person.id, _described(person)) for person in people)]

    @property
    def person(self) -> Person | None:
        return self.people.get(self.data)

    def pre_validate(self, _form) -> None:
        if self.data and self.data not in self.people:
            raise ValidationError(_("Choose one of these."))


def _described(person: Person) -> str:
    return f"{person.name} · {person.birth_year}" if person.birth_year else person.name


class NewApplicationForm(CreatingForm):
    """Where it is for, and how it came; the rest is asked on the next page and may be broken off."""

    place = Text(_l("Home"), limit=60)
    place_id = IdField()
    person_id = IdField()
    call_id = IdField()
    order = HiddenField(filters=[clean], validators=[Length(max=30)])
    channel = Choice(_l("How it came"), Channel)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.channel.offer()


class DraftForm(Form):
    """Everything about an application; nothing has to be complete before it is handed in."""

    version = version()
    beneficiary_id = Who(_l("For whom"))
    payer_id = Who(_l("Who pays the fee"))
    payer_name = Text(_l("Somebody else who pays"), limit=80)
    asked_by_name = Text(_l("Who asks on their behalf"), limit=80)
    tip_by_name = Text(_l("Who only mentioned it"), limit=80)
    is_mine = BooleanField(_l("I ask for this myself"))
    ground_code = RadioField(_l("Ground"), choices=[], validate_choice=False)
    words = LongText(_l("What they say"), limit=2_000)
    consent_how = Choice(_l("Their consent"), ConsentHow, none=_l("Not yet"))
    consent_to_notice = BooleanField(_l("A notice may show their masked name"))
    proof_type = Choice(_l("Proof that was seen"), ProofType, none=_l("None yet"))
    proof_issuer = Text(_l("Issued by"), limit=80)
    proof_tail = Text(_l("Last four characters of its number"), limit=4)
    proof_seen_on = DateField(_l("Seen on"), validators=[Optional(), a_real_day])
    proof_valid_until = DateField(_l("Valid until"), validators=[Optional(), a_real_day])

    def __init__(self, application: WaiverApplication, people: list[Person], policy: WaiverPolicy, **kwargs):
        known = {name: getattr(application, name) for name in _KEPT} | {"version": application.version}
        known |= {"is_mine": application.requester_id is not None}
        super().__init__(**known | kwargs)
        self.beneficiary_id.offer(people, _("Choose"))
        self.payer_id.offer(people, _("The same, or not in the register"))
        self.consent_how.offer()
        self.proof_type.offer()
        self.grounds = {ground.code: ground for ground in policy.grounds}
        self.ground_code.choices = [(ground.code, name_of(ground)) for ground in policy.grounds]
        self.keeps_scans = policy.keeps_scans

    def validate_ground_code(self, field) -> None:
        if field.data and field.data not in self.grounds:
            raise ValidationError(_("Choose one of these."))

    @property
    def told(self) -> Told:
        plain = {name: getattr(self, name).data for name in _PLAIN}
        return Told(
            beneficiary=self.beneficiary_id.person, payer=self.payer_id.person,
            ground_code=self.ground_code.data or "", **plain,
        )  # fmt: skip


_PLAIN = (
    "payer_name", "asked_by_name", "tip_by_name", "is_mine", "words", "consent_how", "consent_to_notice", "proof_type",
    "proof_issuer", "proof_tail", "proof_seen_on", "proof_valid_until",
)  # fmt: skip
_KEPT = ("beneficiary_id", "payer_id", "ground_code", *(name for name in _PLAIN if name != "is_mine"))


def name_of(ground: PolicyGround | None) -> str:
    """The name of a ground in the reader's language."""
    if ground is None:
        return ""
    return ground.name_zh if locale() == "zh" else ground.name_en


def a_rate(typed: object) -> int | None:
    """The rate that a choice names; None for anything else, for 0 is a rate too: “nothing less”."""
    text = str(typed)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else None


class DecisionForm(Form):
    """Whatever is decided, for a reason; `seen` names what was on the page."""

    version = version()
    seen = HiddenField(filters=[clean], validators=[Length(max=32)])
    reason = LongText(_l("Why"), limit=1_000)
    property_fee = SelectField(_l("How much less"), coerce=a_rate, choices=[], validate_choice=False)
    labour = SelectField(_l("Labour"), coerce=a_rate, choices=[], validate_choice=False)
    materials = SelectField(_l("Materials"), coerce=a_rate, choices=[], validate_choice=False)
    call_out = SelectField(_l("Call-out"), coerce=a_rate, choices=[], validate_choice=False)
    until_on = DateField(_l("Until, not counting this day"), validators=[Optional(), a_real_day])
    papers_by = DateField(_l("Papers wanted by"), validators=[Optional(), a_real_day])
    password = PasswordField(_l("Your password again"), validators=[Optional(), Length(max=1_024)])

    def __init__(self, application: WaiverApplication, facts: Facts, **kwargs):
        work = {what: getattr(facts.terms, f"{what}_bp") for what in WORK}
        asked = {"property_fee": facts.terms.property_fee_bp, "until_on": facts.terms.until_on, **work}
        super().__init__(**asked | {"seen": facts.digest, "version": application.version} | kwargs)
        self.property_fee.choices = [(rate, less_a_month(facts, rate)) for rate in steps(facts.terms.property_fee_bp)]
        for what, most in work.items():
            self[what].choices = [(rate, of_hundred(rate)) for rate in steps(most)]

    @property
    def less_of_work(self) -> list[SelectField]:
        """Only where the policy gives something."""
        return [self[what] for what in WORK if len(self[what].choices) > 1]

    @property
    def figures(self) -> dict:
        """What was chosen, for `deciding.approve`."""
        rates = ("property_fee", *WORK)
        for name in rates:
            if self[name].data not in dict(self[name].choices):
                raise Refused(_("Choose one of these."), field=name)
        return {**{f"{name}_bp": self[name].data for name in rates}, "until_on": self.until_on.data}


def steps(most: int) -> list[int]:
    """The rates that are offered: the policy's, then every ten percent below it."""
    return [most, *(rate for rate in range(9_000, -1, -1_000) if rate < most)]


def less_a_month(facts: Facts, rate: int) -> str:
    less = share(facts.month_fee_fen, rate, facts.terms.property_fee_cap_fen)
    if not less:
        return _("nothing less a month")
    return _("%(money)s less a month", money=format_fen(less))


def of_hundred(rate: int) -> str:
    return _("of 100 yuan they pay %(money)s", money=format_fen(10_000 - rate))


class ReasonForm(Form):
    """An act about an application that needs a reason, or words, and nothing else."""

    version = version()
    reason = LongText(_l("Why"), limit=1_000)


class SeenForm(Form):
    """Does one thing to a record that was seen in this state."""

    version = version()


class OneOffForm(CreatingForm):
    amount = Hundredths(_l("How much less, in yuan"), most=1_000_000)
    reason = LongText(_l("Why"), limit=500)
