from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, PasswordField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from helpdesk.core.forms import CreatingForm, Form, LongText, clean

LONGEST_NOTES = 4_000


def version() -> IntegerField:
    """Which state of the hand-over the person was looking at."""
    stale = _l("Reload the page: it does not say which state of the hand-over you saw.")
    return IntegerField(widget=HiddenInput(), validators=[InputRequired(message=stale)])


class OpenForm(CreatingForm):
    pass


class NotesForm(Form):
    notes = LongText(_l("Notes for the next shift"), limit=LONGEST_NOTES)
    seen = HiddenField()  # which lines were on the page: see `sections.digest_of`
    version = version()


class TakeOverForm(Form):
    """Of somebody who is signed in here themselves."""

    seen = HiddenField()


class SignHereForm(Form):
    """Of somebody who signs at a desk where somebody else is signed in."""

    username = StringField(_l("Account"), filters=[clean], validators=[InputRequired(), Length(max=128)])
    password = PasswordField(_l("Password"), validators=[InputRequired(), Length(max=1_024)])
    seen = HiddenField()


class WithdrawForm(Form):
    version = version()
