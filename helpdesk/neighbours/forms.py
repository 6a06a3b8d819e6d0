from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField
from wtforms.validators import InputRequired, ValidationError

from helpdesk.core import clock
from helpdesk.core.clock import YEARS
from helpdesk.core.fields import CodeField, version
from helpdesk.core.forms import CreatingForm, Form, LongText, Text
from helpdesk.core.words import word
from helpdesk.estate import phone_numbers
from helpdesk.neighbours.models import Part
from helpdesk.repairs.models import WorkOrder


class OtherHomeForm(Form):
    address = Text(_l("The other home"), limit=60, validators=[InputRequired(message=_l("Give its address."))])
    part = CodeField(_l("What it has to do with it"), Part)
    number = Text(_l("Whom to ring there"), limit=40)
    version = version()

    def __init__(self, _work_order: WorkOrder, **kwargs):
        super().__init__(**kwargs)
        self.part.offer({part: word(part) for part in Part})

    def validate_number(self, field):
        if field.data and phone_numbers.normalise(field.data) is None:
            raise ValidationError(_("This is no telephone number."))

    @property
    def digits(self) -> str:
        found = phone_numbers.normalise(self.number.data or "")
        return found.digits if found else ""


class RemovalForm(Form):
    version = version()


class EntryForm(CreatingForm):
    place_id = Text(_l("Which home"), limit=12)
    entered_at = DateTimeLocalField(_l("When"))
    witnesses = Text(_l("Who saw it"), limit=200)
    why = LongText(_l("Why it could not wait"), limit=1_000)

    def validate_entered_at(self, field):
        field.errors = []
        if field.data is None or field.data.year not in YEARS:
            raise ValidationError(_("Give the day and the time."))

    @property
    def moment(self) -> datetime:
        return clock.from_local(self.entered_at.data)
