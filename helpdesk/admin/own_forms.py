"""What somebody changes about their own account, and administrators about locks and roles."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, PasswordField, SelectMultipleField
from wtforms.validators import InputRequired, Length, Regexp
from wtforms.widgets import HiddenInput

from helpdesk.core.access import Role
from helpdesk.core.forms import Form, between
from helpdesk.core.words import word
from helpdesk.entry.forms import OwnPasswordForm

DIGITS = Regexp(r"[0-9]{4,6}\Z", message=_l("4 to 6 digits."))
MINE = _l("Your password, because this must be you")


class NewPinForm(Form):
    pin = PasswordField(_l("New PIN"), id="new-pin", validators=[InputRequired(), DIGITS])
    password = PasswordField(MINE, id="pin-password", validators=[Length(max=1_024)])


class DeviceForm(Form):
    password = PasswordField(MINE, id="device-password", validators=[Length(max=1_024)])


class ChangePasswordForm(OwnPasswordForm):
    """Another password whenever one likes."""

    end_others = BooleanField(_l("Sign me out everywhere else"), default=True)


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
