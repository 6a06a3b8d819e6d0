"""What administrators change about locks and roles."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, PasswordField, SelectMultipleField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from helpdesk.core.access import Role
from helpdesk.core.forms import Form, between
from helpdesk.core.words import word


class LockPolicyForm(Form):
    minutes = IntegerField(_l("Minutes"), validators=[InputRequired(), between(1, 120)])


class RolesForm(Form):
    """The roles of an account in the administrator's estate; none of them takes its work away."""

    roles = SelectMultipleField(_l("Roles"), coerce=Role)
    own_password = PasswordField(_l("Your own password"), validators=[Length(max=1_024)])
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])

    def __init__(self, **values):
        super().__init__(**values)
        self.roles.choices = [(role, word(role)) for role in Role]
