from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, ValidationError
from wtforms.validators import InputRequired, Length, Regexp

from helpdesk.accounts.lock_actions import PIN
from helpdesk.accounts.models import User
from helpdesk.accounts.password_rules import problem, shortest_for
from helpdesk.core.forms import Form, Text
from helpdesk.entry.password_words import words_about

DIGITS = Regexp(rf"{PIN.pattern}\Z", message=_l("4 to 6 digits."))
MINE = _l("Your password, because this must be you")


class ProofForm(Form):
    """The password once more; only asked for where it was given too long ago."""

    password = PasswordField(_l("Your password"), validators=[Length(max=1_024)])


class CodeForm(Form):
    code = Text(_l("Code"), limit=40, validators=[InputRequired()])


class OwnPasswordForm(Form):
    password = PasswordField(_l("The password until now"), validators=[InputRequired(), Length(max=1_024)])
    new_password = PasswordField(_l("New password"), validators=[InputRequired()])

    def __init__(self, user: User, **values):
        super().__init__(**values)
        self.user = user
        self.shortest = shortest_for({held.role for held in user.roles}, has_second_step=bool(user.second_step_since))

    def validate_new_password(self, field) -> None:
        user = self.user
        words = words_about(username=user.username, name=user.name, phone=user.phone)
        if wrong := problem(field.data, shortest=self.shortest, words=words):
            raise ValidationError(wrong)
        if field.data == self.password.data:
            raise ValidationError(_("This is the password you have already. Choose another one."))


class NewPinForm(Form):
    pin = PasswordField(_l("New PIN"), id="new-pin", validators=[InputRequired(), DIGITS])
    password = PasswordField(MINE, id="pin-password", validators=[Length(max=1_024)])


class DeviceForm(Form):
    password = PasswordField(MINE, id="device-password", validators=[Length(max=1_024)])


class ChangePasswordForm(OwnPasswordForm):
    """Another password whenever one likes."""

    end_others = BooleanField(_l("Sign me out everywhere else"), default=True)
