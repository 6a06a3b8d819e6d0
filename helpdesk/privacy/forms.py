from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from helpdesk.core import ids
from helpdesk.core.forms import CreatingForm, Form, LongText, between

LONGEST = 500


def _version() -> IntegerField:
    return IntegerField(widget=HiddenInput(), validators=[between(0, ids.LARGEST)])


class AskForm(CreatingForm):
    reason = LongText(_l("What they asked for, and how"), limit=LONGEST, validators=[InputRequired()])


class ErasureForm(Form):
    version = _version()


class NoErasureForm(Form):
    version = _version()
    answer = LongText(_l("Why it is not erased"), limit=LONGEST, validators=[InputRequired()])
