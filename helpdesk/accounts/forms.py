from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from helpdesk.accounts.models import Language, Theme
from helpdesk.core.forms import Form, Text, clean


class SignInForm(Form):
    username = StringField(_l("Account"), filters=[clean], validators=[InputRequired(), Length(max=128)])
    password = PasswordField(_l("Password"), validators=[InputRequired(), Length(max=1_024)])
    next = HiddenField()


class CodeForm(Form):
    code = Text(_l("Code"), limit=40, validators=[InputRequired()])
    next = HiddenField()


class LanguageForm(Form):
    language = SelectField(choices=[code.value for code in Language], coerce=Language)
    next = HiddenField()


class ThemeForm(Form):
    theme = SelectField(choices=[code.value for code in Theme], coerce=Theme)
    next = HiddenField()


class UnlockForm(Form):
    unlocks_with = PasswordField(validators=[InputRequired(), Length(max=1_024)])
    next = HiddenField(default="")


class PinForm(Form):
    """On a phone that is known. The dialog says whose page it is; nobody else may come in there."""

    pin = PasswordField(_l("PIN"), validators=[InputRequired(), Length(max=6)])
    username = HiddenField(default="")
    next = HiddenField(default="")
