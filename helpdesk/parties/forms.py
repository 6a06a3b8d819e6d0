"""The shape of what people send about outside parties."""

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from helpdesk.core.fields import CodeField
from helpdesk.core.forms import CreatingForm, Form, IdField, LongText, Text
from helpdesk.core.moments import LONGEST
from helpdesk.core.words import word
from helpdesk.estate import phone_numbers
from helpdesk.parties.models import PaidBy, PartyKind

LONGEST_NOTE = 2_000
LONGEST_NUMBERS = 120  # as they are kept


def version() -> IntegerField:
    stale = _l("Reload the page: it does not say which state of this you saw.")
    return IntegerField(widget=HiddenInput(), validators=[InputRequired(message=stale)])


class PartyFields:
    """An entry of the directory; numbers are read as they are typed, several of them by commas."""

    kind = CodeField(_l("What they do"), PartyKind)
    name = Text(_l("Name of the firm"), limit=60, validators=[InputRequired(message=_l("Give them a name."))])
    numbers = Text(_l("Numbers"), limit=200)
    hours = Text(_l("When they are reached"), limit=120)
    note = LongText(_l("Note"), limit=LONGEST_NOTE)

    def validate_numbers(self, field):
        wrong = [typed for typed in _pieces(field.data) if phone_numbers.normalise(typed) is None]
        if wrong:
            raise ValidationError(_("%(typed)s is no whole number.", typed=wrong[0]))
        if len(self.digits) > LONGEST_NUMBERS:
            raise ValidationError(_("This is too long: at most %(max)d characters.", max=LONGEST_NUMBERS))

    @property
    def digits(self) -> str:
        found = [phone_numbers.normalise(typed) for typed in _pieces(self.numbers.data)]
        return " ".join(dict.fromkeys(number.digits for number in found if number))

    def offer(self):
        self.kind.offer({kind: word(kind) for kind in PartyKind})


class PartyForm(PartyFields, CreatingForm):
    estate_id = IdField()

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.offer()


class PartyChangeForm(PartyFields, Form):
    in_use = BooleanField(_l("Orders can be handed to them"))
    version = version()

    def __init__(self, party, **kwargs):
        kept = {name: getattr(party, name) for name in ("kind", "name", "hours", "note", "in_use")}
        shown = ", ".join(phone_numbers.display(digits) for digits in party.numbers.split())
        super().__init__(**{**kept, "numbers": shown, **kwargs})
        self.offer()


class HandOffForm(CreatingForm):
    party_id = IdField(_l("To whom"))
    reference = Text(_l("Their reference number"), limit=60)
    contact = Text(_l("Whom to ask for there"), limit=120)
    paid_by = CodeField(_l("Who pays"), PaidBy, default=PaidBy.UNDECIDED)
    promised_on = DateField(_l("Promised for"), validators=[Optional()])
    chase_at = Text(_l("Chase them at"), limit=LONGEST)
    version = version()

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.paid_by.offer({code: word(code) for code in PaidBy})


class ChaseForm(CreatingForm):
    note = LongText(_l("What they said"), limit=LONGEST_NOTE)
    promised_on = DateField(_l("New promised day"), validators=[Optional()])
    chase_at = Text(_l("Chase again at"), limit=LONGEST)
    version = version()


class ReturnForm(Form):
    because = Text(_l("Why it came back"), limit=200)
    version = version()


class FinishForm(Form):
    version = version()


def _pieces(typed: str | None) -> list[str]:
    """The numbers of one field; blanks inside a number stay."""
    return [piece for piece in (part.strip() for part in re.split(r"[,,、;;/\n]+", typed or "")) if piece]
