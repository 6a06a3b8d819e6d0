"""The shape of what people send about call-backs. Whether a time is still to come is for the act to say."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from helpdesk.callbacks.models import Answer
from helpdesk.core.fields import CodeField
from helpdesk.core.forms import CreatingForm, Form, IdField, LongText, Text
from helpdesk.core.moments import LONGEST, typed_moment

LONGEST_WORDS = 2_000


def version() -> IntegerField:
    """Which state of the call-back the person was looking at."""
    stale = _l("Reload the page: it does not say which state of the call-back you saw.")
    return IntegerField(widget=HiddenInput(), validators=[InputRequired(message=stale)])


class AttemptForm(CreatingForm):
    """`again_at` is typed only where the proposed time is not the right one."""

    answer = CodeField(_l("What came of it"), Answer)
    note = LongText(_l("Note"), limit=LONGEST_WORDS)
    again_at = Text(_l("Ring again at"), limit=LONGEST)
    version = version()


class PromiseForm(CreatingForm):
    """A call-back that somebody asks for. A typed time counts before a chosen one."""

    place_id = IdField()
    person_id = IdField()
    about = Text(limit=20)
    number = Text(_l("Number to ring"), limit=40)
    proposed = Text(_l("Rung back by"), limit=LONGEST)
    due_at = Text(_l("Another time"), limit=LONGEST)
    words = LongText(_l("What to say or ask"), limit=LONGEST_WORDS)
    owner = IdField(_l("Who rings"))

    def moment(self, now: datetime) -> datetime | None:
        return typed_moment(self.due_at, now) or typed_moment(self.proposed, now)


class OwnerForm(Form):
    owner = IdField(_l("Who rings"))
    version = version()


class GiveUpForm(Form):
    because = Text(_l("Why nobody will be rung any more"), limit=200)
    version = version()


class ReopenForm(Form):
    due_at = Text(_l("Rung back by"), limit=LONGEST)
    version = version()


class ResultForm(Form):
    words = LongText(_l("What came of it"), limit=LONGEST_WORDS)
    version = version()


class RangInForm(Form):
    """They rang themselves: nothing to fill in."""
