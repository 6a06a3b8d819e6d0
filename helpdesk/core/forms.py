"""The base of every form: checks the shape of input, keeps what was typed, shows why it was refused."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from uuid import uuid4

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import UUID, InputRequired, Length
from wtforms.widgets import TextArea

from helpdesk.core.errors import Conflict, Refused


def clean(typed: str | None) -> str:
    """What a person typed, without NUL (no database keeps it) and without blanks around it."""
    return (typed or "").replace("\x00", "").replace("\r\n", "\n").strip()


class Text(StringField):
    """One line of typed text; longer than `limit` is refused, and still shown."""

    def __init__(self, label=None, *, limit: int, validators=(), **kwargs):
        kwargs["filters"] = [clean, *kwargs.get("filters", ())]
        too_long = Length(max=limit, message=_l("This is too long: at most %(max)d characters."))
        super().__init__(label, [*validators, too_long], **kwargs)


class LongText(Text):
    widget = TextArea()


class Form(FlaskForm):
    http_status = 200

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
    """Makes something new, once: the same key asks for the first answer again (see `replays`)."""

    request_key = HiddenField(validators=[InputRequired(), UUID()], default=lambda: str(uuid4()))

    def validate(self, **kwargs) -> bool:
        typed = sorted((k, v) for k, v in request.form.items(multi=True) if k != "csrf_token")
        self.body_hash = sha256(json.dumps(typed).encode()).hexdigest()
        return super().validate(**kwargs)
