"""Fields that several features ask with."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from helpdesk.core import ids

YEARS = range(2000, 2100)


def version() -> IntegerField:
    """Which state of the record the person was looking at."""
    stale = _l("Reload the page: it does not say which state you saw.")
    return IntegerField(widget=HiddenInput(), validators=[InputRequired(message=stale)])


class CodeField(RadioField):
    """One of a few codes, as choice chips; anything else is asked for again, in our words."""

    def __init__(self, label, codes, **kwargs):
        self.codes = {code.value: code for code in codes}
        super().__init__(label, coerce=self._code, choices=[], validate_choice=False, **kwargs)

    def _code(self, typed):
        return self.codes.get(str(typed))

    def offer(self, labels: dict) -> None:
        self.choices = [(code, label) for code, label in labels.items()]

    def pre_validate(self, _form) -> None:
        if self.data not in self.codes.values():
            raise ValidationError(_("Choose one of these."))


class CrewField(SelectMultipleField):
    """Technicians, as chips to tick. Who may really be sent is for the act to say."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label, **kwargs):
        super().__init__(label, coerce=chosen_id, validate_choice=False, **kwargs)

    def pre_validate(self, _form) -> None:
        if not any(self.data or ()):
            raise ValidationError(_("Choose at least one technician."))

    def offer(self, people: Sequence) -> None:
        self.people = {user.id: user for user in people}
        self.choices = [(user.id, user.name) for user in people]

    def chosen(self) -> list:
        """The people ticked; None for somebody who is not a technician here (any more)."""
        return [self.people.get(user_id) for user_id in self.data]


class MonthField(StringField):
    """A month as browsers send it (2026-06), as its first day."""

    def process_formdata(self, valuelist):
        try:
            self.data = date.fromisoformat(f"{valuelist[0].strip()}-01") if valuelist else None
        except ValueError:
            self.data = None

    def _value(self):
        return f"{self.data:%Y-%m}" if isinstance(self.data, date) else ""

    def pre_validate(self, _form):
        if not isinstance(self.data, date) or self.data.year not in YEARS:
            raise ValidationError(_("Write the month like 2026-06."))


def chosen_id(typed) -> int:
    """The id that a choice names; 0, which nothing has, for anything else."""
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= ids.LARGEST else 0
