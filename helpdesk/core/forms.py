"""The base of every form: checks the shape of input, keeps what was typed, shows why it was refused."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from uuid import uuid4

from babel.support import Translations
from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.i18n import messages_path
from wtforms.validators import UUID, InputRequired, Length, ValidationError
from wtforms.widgets import TextArea

from helpdesk.core import ids
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.words import locale

UNSEEN = str.maketrans("", "", "\x00\u200b\ufeff")  # no database keeps the first, nobody sees the others


def clean(typed: object) -> str:
    """What a person typed, without what nobody can see and without blanks around it; a file in its place is nothing."""
    return typed.translate(UNSEEN).replace("\r\n", "\n").strip() if isinstance(typed, str) else ""


class Text(StringField):
    """One line of typed text; longer than `limit` is refused, and still shown."""

    def __init__(self, label=None, *, limit: int, validators=(), **kwargs):
        kwargs["filters"] = [clean, *kwargs.get("filters", ())]
        too_long = Length(max=limit, message=_l("This is too long: at most %(max)d characters."))
        super().__init__(label, [*validators, too_long], **kwargs)


class LongText(Text):
    widget = TextArea()


def between(least: int, most: int, message=None) -> Callable:
    """A validator of whole numbers, also of absurdly long ones, on which that of WTForms breaks."""

    def check(_form, field) -> None:
        if field.data is None or not least <= field.data <= most:
            raise ValidationError(message or _("A number from %(low)d to %(high)d.", low=least, high=most))

    return check


@cache
def _messages(language: str) -> Translations:
    return Translations.load(messages_path(), [language], domain="wtforms")


class Form(FlaskForm):
    http_status = 200

    class Meta(FlaskForm.Meta):
        def get_translations(self, _form):
            """What WTForms itself says about a field; read from its file once, not with every form."""
            return _messages(locale())

    def validate(self, **kwargs) -> bool:
        valid = super().validate(**kwargs)
        self.http_status = 200 if valid else 422
        return valid

    @contextmanager
    def keeping_typed(self) -> Iterator[None]:
        """Goes around `writing()`: a refusal rolls the change back, and is then shown in this form."""
        try:
            yield
        except (Refused, Conflict) as no:
            self.http_status = no.status
            if no.field and no.field in self:
                self[no.field].errors = [*self[no.field].errors, no.message]
            else:
                self.form_errors = [*self.form_errors, no.message]


class CreatingForm(Form):
    """Makes something new, once: the same key asks for the first answer again (see `replays`).

    The key covers what was typed and where it was sent: forms of one page about several records share a key, and the
    same words about another record are not the same form.
    """

    request_key = HiddenField(validators=[InputRequired(), UUID()], default=lambda: str(uuid4()))

    def validate(self, **kwargs) -> bool:
        unkept = {"csrf_token", *(field.name for field in self if isinstance(field, PasswordField))}  # nor a hash of it
        typed = sorted((k, v) for k, v in request.form.items(multi=True) if k not in unkept)
        self.body_hash = sha256(json.dumps([request.path, typed]).encode()).hexdigest()
        return super().validate(**kwargs)


class IdField(StringField):
    """The id of a record that is chosen from a list; None for none of them."""

    def process_formdata(self, valuelist):
        typed = clean(valuelist[0]) if valuelist else ""
        self.data = ids.read_id(typed)
        if typed and not self.data:
            raise ValueError(_l("What was chosen does not exist. Look it up again."))
