"""The shape of what people send about plans."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired

from helpdesk.core.fields import CodeField, version
from helpdesk.core.forms import CreatingForm, Form, IdField, Text
from helpdesk.core.ids import read_id
from helpdesk.technicians.rules import Part, Spell, away

HALVES = {Part.WHOLE: _l("All day"), Part.MORNING: _l("Morning"), Part.AFTERNOON: _l("Afternoon")}


class Ticked(SelectMultipleField):
    """Orders that are ticked, by id; which of them exist is for the query to say."""

    def __init__(self, label=None, **kwargs):
        super().__init__(label, coerce=read_id, choices=[], validate_choice=False, **kwargs)

    def pre_validate(self, _form) -> None:
        if not all(self.data or ()):
            raise ValidationError(_("This form is broken. Open a new one."))


def day_field():
    return DateField(_l("Day"), validators=[InputRequired(message=_l("Choose a day."))])


class AskForm(CreatingForm):
    """A day to plan; without chosen orders all of it."""

    day = day_field()
    orders = Ticked()

    @property
    def asked(self) -> dict:
        return {"orders": sorted(set(self.orders.data))} if self.orders.data else {}


class SickForm(CreatingForm):
    """Who is away for a day or half of it, from now on if it has begun."""

    day = day_field()
    part = CodeField(_l("How long"), HALVES, default=Part.WHOLE)
    technician = IdField(_l("Who is not there"))

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.part.offer(HALVES)

    @property
    def spell(self) -> Spell:
        return away(self.part.data, self.day.data, self.day.data, None, None)

    def validate_technician(self, field) -> None:
        if not field.errors and field.data is None:
            raise ValidationError(_("Choose one of these."))


class AgainForm(CreatingForm):
    pass


class DecideForm(Form):
    version = version()


class AcceptForm(DecideForm):
    chosen = Ticked()


class SendForm(DecideForm):
    """One way to answer an emergency, named as it was shown: at which moment, from which day."""

    key = Text(limit=60, validators=[InputRequired()])
    seen = Text(limit=400, validators=[InputRequired()])
    at = Text(limit=40, validators=[InputRequired()])

    def validate_at(self, field) -> None:
        try:
            field.data = datetime.fromisoformat(field.data or "")
        except ValueError:
            field.data = None
        if field.data is None or field.data.tzinfo is None:
            raise ValidationError(_("This form is broken. Open a new one."))
