from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, PasswordField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired, Length, Optional, Regexp
from wtforms.widgets import HiddenInput

from helpdesk.accounts.models import User
from helpdesk.accounts.password_rules import ALONE, HOW_LONG, problem, shortest_for
from helpdesk.core.access import Role
from helpdesk.core.forms import CreatingForm, Form, Text
from helpdesk.core.words import word
from helpdesk.entry.password_words import words_about
from helpdesk.estate.phone_numbers import normalise

NAMED_LIKE = _l("3 to 40 small letters and digits, a letter first.")
USERNAME = Regexp(r"[a-z][a-z0-9._-]{2,39}\Z", message=NAMED_LIKE)


class NewPasswordForm(Form):
    """A form in which somebody gets a password; who they are is typed beside it, or known."""

    def roles_of_owner(self) -> set[Role]:
        return set(self.roles.data or ())

    def check_password(self, field, *, has_second_step: bool = False, **about) -> None:
        shortest = shortest_for(self.roles_of_owner(), has_second_step=has_second_step)
        if wrong := problem(field.data or "", shortest=shortest, words=words_about(**about)):
            raise ValidationError(wrong)


class FirstAdministratorForm(NewPasswordForm, CreatingForm):
    estate_name = Text(_l("Name of the estate"), limit=80, validators=[InputRequired()])
    name = Text(_l("Your name"), limit=80, validators=[InputRequired()])
    username = Text(_l("Account"), limit=40, description=NAMED_LIKE, validators=[InputRequired(), USERNAME])
    password = PasswordField(
        _l("Password"), validators=[InputRequired()],
        description=_l("At least %(count)d characters; a sentence is easiest.", count=ALONE),
    )  # fmt: skip

    def roles_of_owner(self) -> set[Role]:
        return {Role.ADMIN}

    def validate_password(self, field) -> None:
        typed = {"username": self.username.data, "name": self.name.data, "estate": self.estate_name.data}
        self.check_password(field, phone=None, **typed)


class UserForm(NewPasswordForm, CreatingForm):
    name = Text(_l("Name"), limit=80, validators=[InputRequired()])
    username = Text(_l("Account"), limit=40, description=NAMED_LIKE, validators=[InputRequired(), USERNAME])
    phone = Text(_l("Staff mobile number"), limit=20, validators=[Optional()])
    roles = SelectMultipleField(_l("Roles"), coerce=Role)
    password = PasswordField(_l("First password"), description=HOW_LONG, validators=[InputRequired()])
    own_password = PasswordField(_l("Your own password"), validators=[Length(max=1_024)])

    def __init__(self, **values):
        super().__init__(**values)
        self.roles.choices = [(role, word(role)) for role in Role]

    def validate_password(self, field) -> None:
        self.check_password(field, username=self.username.data, name=self.name.data, phone=self.phone.data)


class PhoneForm(Form):
    """The number residents may be given; empty takes it away."""

    phone = Text(_l("Staff mobile number"), limit=20, validators=[Optional()])
    own_password = PasswordField(_l("Your own password"), validators=[Length(max=1_024)])
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


class PasswordForm(NewPasswordForm):
    """A password for the next sign-in of somebody else, or of oneself."""

    password = PasswordField(_l("New password"), validators=[InputRequired()])
    own_password = PasswordField(_l("Your own password"), validators=[Length(max=1_024)])

    def __init__(self, user: User, **values):
        super().__init__(**values)
        self.user = user

    def roles_of_owner(self) -> set[Role]:
        return {held.role for held in self.user.roles}

    def validate_password(self, field) -> None:
        user = self.user
        about = {"username": user.username, "name": user.name, "phone": user.phone}
        self.check_password(field, has_second_step=user.second_step_since is not None, **about)
