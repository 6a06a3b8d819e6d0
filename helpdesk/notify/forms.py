from wtforms import IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from helpdesk.core.forms import Form


class MessageForm(Form):
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
