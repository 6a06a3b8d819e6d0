import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from helpdesk.callbacks.models import Answer
from helpdesk.core import ids
from helpdesk.core.clock import YEARS
from helpdesk.core.fields import CodeField
from helpdesk.core.forms import CreatingForm, Form, between
from helpdesk.core.words import word
from helpdesk.storm.models import Cause
from helpdesk.storm.rules import OLD, Whom

MARK = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})", re.ASCII)
HOURS = between(1, 48, _l("From 1 to 48 hours."))
AGES = between(50, 100, _l("From 50 to 100 years."))
TRIES = between(0, 1_000, _l("This form is broken. Open a new one."))


class Marks(SelectMultipleField):
    """Visits to tick, each as its id and the version of its order that was on the screen."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label, **kwargs):
        super().__init__(label, coerce=str, choices=[], validate_choice=False, **kwargs)

    def pre_validate(self, _form) -> None:
        if not self.data:
            raise ValidationError(_("Choose at least one visit."))
        if any(not MARK.fullmatch(mark) or int(mark.split(".")[0]) > ids.LARGEST for mark in self.data):
            raise ValidationError(_("This form is broken. Open a new one."))

    def seen(self) -> dict[int, int]:
        """Which version of its order was seen, by visit."""
        return {int(visit): int(version) for visit, version in (mark.split(".") for mark in self.data)}


class CauseForm(CreatingForm):
    cause = CodeField(_l("Why?"), Cause)

    def __init__(self, **values):
        super().__init__(**values)
        self.cause.offer({cause: word(cause) for cause in Cause})


class PostponementForm(CauseForm):
    day = DateField(widget=HiddenInput(), validators=[InputRequired()])
    moved_to = DateField(_l("New day, at the same hours"), validators=[Optional()])
    chosen = Marks(_l("Visits"))

    def validate_day(self, field) -> None:
        if field.data and field.data.year not in YEARS:
            raise ValidationError(_("This form is broken. Open a new one."))

    def validate_moved_to(self, field) -> None:
        if field.data and field.data.year not in YEARS:
            raise ValidationError(_("Choose a later day."))


class RoundForm(CauseForm):
    whom = SelectMultipleField(
        _l("Whom?"), coerce=str, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
        validate_choice=False,
    )  # fmt: skip
    youngest = IntegerField(_l("From this age"), default=OLD, validators=[InputRequired(), AGES])
    hours = IntegerField(_l("To be rung within so many hours"), default=4, validators=[InputRequired(), HOURS])

    def __init__(self, **values):
        super().__init__(**values)
        self.whom.choices = [(one.value, word(one)) for one in Whom]

    def validate_whom(self, field) -> None:
        if not field.data or not set(field.data) <= set(Whom):
            raise ValidationError(_("Choose whom to ring."))

    @property
    def wanted(self) -> list[Whom]:
        return [one for one in Whom if one.value in (self.whom.data or ())]


class SignForm(Form):
    """What came of ringing somebody once. The tries that were on the screen tell whether a colleague rang meanwhile."""

    answer = CodeField("", Answer)
    seen_tries = IntegerField(widget=HiddenInput(), validators=[InputRequired(), TRIES])


class SendForm(Form):
    """Somebody is to go there."""
