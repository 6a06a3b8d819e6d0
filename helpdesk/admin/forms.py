from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, PasswordField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired, Optional, Regexp
from wtforms.widgets import HiddenInput

from helpdesk.accounts import passwords
from helpdesk.core.access import Role
from helpdesk.core.forms import CreatingForm, Form, Text
from helpdesk.core.words import word
from helpdesk.estate.phone_numbers import normalise

NAMED_LIKE = _l("3 to 40 small letters and digits, a letter first.")
USERNAME = Regexp(r"[a-z][a-z0-9._-]{2,39}\Z", message=NAMED_LIKE)
HOW_LONG = _l("At least %(count)d characters; a sentence is easiest.", count=passwords.SHORTEST)


def new_password(form, field) -> None:
    """Long enough, not absurdly long, and not the person's own name. Source: OWASP ASVS 6.2."""
    typed = field.data or ""
    if len(typed) < passwords.SHORTEST:
        raise ValidationError(HOW_LONG)
    if len(typed) > passwords.LONGEST:
        raise ValidationError(_("At most %(count)d characters.", count=passwords.LONGEST))
    username = (form.username.data or "") if "username" in form else ""
    if len(username) >= 3 and username.casefold() in typed.casefold():
        raise ValidationError(_("The password must not contain the account name."))


class FirstAdministratorForm(CreatingForm):
    estate_name = Text(_l("Name of the estate"), limit=80, validators=[InputRequired()])
    name = Text(_l("Your name"), limit=80, validators=[InputRequired()])
    username = Text(_l("Account"), limit=40, description=NAMED_LIKE, validators=[InputRequired(), USERNAME])
    password = PasswordField(_l("Password"), description=HOW_LONG, validators=[InputRequired(), new_password])


class UserForm(CreatingForm):
    name = Text(_l("Name"), limit=80, validators=[InputRequired()])
    username = Text(_l("Account"), limit=40, description=NAMED_LIKE, validators=[InputRequired(), USERNAME])
    phone = Text(_l("Staff mobile number"), limit=20, validators=[Optional()])
    roles = SelectMultipleField(_l("Roles"), coerce=Role)
    password = PasswordField(_l("First password"), description=HOW_LONG, validators=[InputRequired(), new_password])

    def __init__(self, **values):
        super().__init__(**values)
        self.roles.choices = [(role, word(role)) for role in Role]


class PhoneForm(Form):
    """The number residents may be given; empty takes it away."""

    phone = Text(_l("Staff mobile number"), limit=20, validators=[Optional()])
    version = IntegerField(
        widget=HiddenInput(),
        validators=[InputRequired(message=_l("Reload the page: it does not say which state of the account you saw."))],
    )

    def validate_phone(self, field) -> None:
        if field.data and not normalise(field.data):
            raise ValidationError(_("This is not a telephone number."))

    @property
    def digits(self) -> str | None:
        return normalise(self.phone.data).digits if self.phone.data else None


class PasswordForm(Form):
    password = PasswordField(_l("New password"), validators=[InputRequired(), new_password])
