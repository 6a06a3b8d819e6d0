from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from helpdesk.core import ids
from helpdesk.core.forms import CreatingForm, Form, LongText, Text, between
from helpdesk.exports.forms import CodeChoice
from helpdesk.retention.models import Held
from helpdesk.retention.rules import MOST


class MonthsForm(Form):
    months = IntegerField(_l("Months to keep"), validators=[InputRequired(), between(1, MOST)])
    version = IntegerField(widget=HiddenInput(), validators=[between(0, ids.LARGEST)])


class HoldForm(CreatingForm):
    what = CodeChoice(_l("What is held back"), Held, default=Held.PERSON)
    named = Text(_l("Which one"), limit=80, validators=[InputRequired()])
    reason = LongText(_l("Why it has to be kept"), limit=500, validators=[InputRequired()])
    until_on = DateField(_l("Until this day"), validators=[InputRequired()])

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.what.offer()


class LiftForm(Form):
    version = IntegerField(widget=HiddenInput(), validators=[between(0, ids.LARGEST)])
