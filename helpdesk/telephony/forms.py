from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from helpdesk.callbacks.queries import hotline_staff
from helpdesk.core.forms import CreatingForm, Form, Text
from helpdesk.estate.phone_numbers import normalise

STALE = _l("Reload the page: it does not say which state you saw.")


def version() -> IntegerField:
    return IntegerField(widget=HiddenInput(), validators=[InputRequired(message=STALE)])


class LineForm(CreatingForm):
    name = Text(_l("Name of the telephone system"), limit=60, validators=[InputRequired()])


class HotlineForm(Form):
    """`seen` is the number that stood there when the page was made."""

    hotline = Text(_l("Number residents ring"), limit=20, validators=[InputRequired()])
    seen = StringField(widget=HiddenInput(), validators=[Length(max=20)])

    def validate_hotline(self, field) -> None:
        if not normalise(field.data):
            raise ValidationError(_("This is not a telephone number."))

    @property
    def digits(self) -> str:
        return normalise(self.hotline.data).digits


class LineEndForm(Form):
    version = version()


class ExtensionForm(Form):
    number = Text(_l("Extension or number"), limit=40, validators=[InputRequired()])
    user_id = SelectField(_l("Who answers there"), coerce=int, validate_choice=False)
    version = version()

    def __init__(self, line, **values):
        super().__init__(**values)
        people = [(user.id, user.name) for user in hotline_staff(line.estate_id)]
        self.user_id.choices = [(0, _l("nobody any more")), *people]
