"""What the buttons of the ring list send."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import HiddenInput

from helpdesk.core import ids
from helpdesk.core.fields import CodeField
from helpdesk.core.forms import CreatingForm
from helpdesk.escalation.actions import ANSWERS
from helpdesk.escalation.models import Decision

ON_CONSOLE = "console"


class Number(IntegerField):
    """A number the page fills in."""

    widget = HiddenInput()

    def __init__(self, **kwargs):
        super().__init__(validators=[InputRequired()], **kwargs)

    def pre_validate(self, _form) -> None:
        if self.data is not None and not 0 <= self.data <= ids.LARGEST:
            raise ValidationError(_("Choose one of these."))


class RingForm(CreatingForm):
    """`seen` is the last try that was on the page; `shown_at` is where the buttons stand."""

    person_id = Number()
    seen = Number()
    answer = CodeField(_l("What came of it"), ANSWERS)
    shown_at = HiddenField()


class DecisionForm(CreatingForm):
    decision = CodeField(_l("Whether they take it"), Decision)
    shown_at = HiddenField()
