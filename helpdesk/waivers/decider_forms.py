"""The shape of what is sent about who decides: a stand-in, and whom somebody never decides about."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from helpdesk.core.fields import a_real_day, chosen_id
from helpdesk.core.forms import CreatingForm, Text
from helpdesk.waivers.codes import Tie
from helpdesk.waivers.forms import Choice


class StandInForm(CreatingForm):
    user_id = SelectField(_l("Who decides"), coerce=chosen_id, choices=[], validate_choice=False)
    for_user_id = SelectField(_l("In whose place"), coerce=chosen_id, choices=[], validate_choice=False)
    from_on = DateField(_l("From"), validators=[InputRequired(), a_real_day])
    last_on = DateField(_l("Last day"), validators=[InputRequired(), a_real_day])


class TieForm(CreatingForm):
    user_id = SelectField(_l("Member of staff"), coerce=chosen_id, choices=[], validate_choice=False)
    place = Text(_l("Home of the resident"), limit=60)
    name = Text(_l("Name of the resident"), limit=80)
    tie = Choice(_l("How they belong together"), Tie)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.tie.offer()
