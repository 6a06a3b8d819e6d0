"""The shape of what people send about an outage; whether it can be is for the act to say."""

import re
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, HiddenField, IntegerField, SelectMultipleField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from helpdesk.core import clock, ids
from helpdesk.core.clock import YEARS
from helpdesk.core.forms import CreatingForm, Form, LongText, Text
from helpdesk.repairs.queries import NUMBER

LONGEST_TEXT = 1_000
ESTATE = "estate"  # in `where`: everything
ORDERS = 30  # more at once are refused
_PART = re.compile(r"[bs][0-9]{1,9}", re.ASCII)  # a building by its number, a stairwell by its id


class Moment(DateTimeLocalField):
    """A day and a time, in Shanghai; `moment` is in UTC."""

    def process_formdata(self, valuelist):
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Give the day and the time.")) from None
        if self.data is not None and self.data.year not in YEARS:
            self.data = None
            raise ValueError(_("Give the day and the time."))

    @property
    def moment(self) -> datetime | None:
        return clock.from_local(self.data) if self.data else None


class OutageFields:
    category = Text(_l("What is out"), limit=30, validators=[InputRequired(message=_l("Choose what is out."))])
    where = SelectMultipleField(_l("Where"), validate_choice=False, coerce=str)
    places = Text(_l("Other places"), limit=200)
    starts_at = Moment(_l("From"), validators=[InputRequired(message=_l("Give the day and the time."))])
    ends_at = Moment(_l("Expected to end"), validators=[Optional()])
    words = LongText(_l("Read to residents"), limit=LONGEST_TEXT)
    notice = LongText(_l("Text to copy"), limit=LONGEST_TEXT)
    outside_party = Text(_l("Who repairs it"), limit=120)

    def validate_where(self, field):
        parts = [part for part in field.data or () if part != ESTATE]
        if any(not _PART.fullmatch(part) or int(part[1:]) > ids.LARGEST for part in parts):
            field.data = []
            raise ValidationError(_("Choose one of these."))

    @property
    def whole_estate(self) -> bool:
        return ESTATE in (self.where.data or ())

    @property
    def buildings(self) -> list[int]:
        return sorted({int(part[1:]) for part in self.where.data or () if part.startswith("b")})

    @property
    def place_ids(self) -> list[int]:
        return sorted({int(part[1:]) for part in self.where.data or () if part.startswith("s")})

    def addresses(self) -> list[str]:
        return [word for word in re.split(r"[,，、;；\s]+", self.places.data or "") if word]


class OutageForm(OutageFields, CreatingForm):
    estate = HiddenField()
    orders = HiddenField()  # numbers, with blanks between
    call = HiddenField()  # the call it was opened from: its page is shown again

    @property
    def call_id(self) -> int | None:
        """The call it was opened from; None without one, or for what is no id."""
        return ids.read_id(self.call.data)

    def validate_orders(self, field):
        numbers = (field.data or "").split()
        if len(numbers) > ORDERS or not all(NUMBER.fullmatch(number) for number in numbers):
            field.data = ""
            raise ValidationError(_("There is no work order with this number."))


def version() -> IntegerField:
    stale = _l("Reload the page: it does not say which state of the outage you saw.")
    return IntegerField(widget=HiddenInput(), validators=[InputRequired(message=stale)])


class ChangeForm(OutageFields, Form):
    version = version()


class ActForm(Form):
    """An act that asks for nothing."""

    version = version()


class EndForm(Form):
    """`taken_out` are the numbers of orders that go on by themselves."""

    taken_out = SelectMultipleField(_l("Goes on by itself"), validate_choice=False, coerce=str)
    words = LongText(_l("Say when ringing back"), limit=LONGEST_TEXT)
    version = version()


class OrderForm(Form):
    number = Text(_l("Work order"), limit=20, validators=[InputRequired(message=_l("Give the number of the order."))])
    version = version()

    def validate_number(self, field):
        field.data = (field.data or "").upper()
        if not NUMBER.fullmatch(field.data):
            raise ValidationError(_("There is no work order with this number."))
