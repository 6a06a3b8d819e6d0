"""Fields that several features ask with."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from helpdesk.core import ids
from helpdesk.core.clock import YEARS
from helpdesk.core.words import word

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


def a_real_day(_form, field) -> None:
    """A validator of dates: in a year that somebody may mean."""
    if field.data is not None and field.data.year not in YEARS:
        raise ValidationError(_("Give a day."))


def version() -> IntegerField:
    """Which state of the record the person was looking at."""
    stale = _l("Reload the page: it does not say which state you saw.")
    return IntegerField(widget=HiddenInput(), validators=[InputRequired(message=stale)])


class CodeField(RadioField):
    """One of a few codes, as choice chips; anything else is asked for again, in our words. `offer` calls them."""

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


class Code(RadioField):
    """The same, each called by its name. `nothing` is what no choice at all is called, where that is allowed."""

    def __init__(self, label, codes, *, nothing=None, **kwargs):
        self.codes, self.nothing = {str(code): code for code in codes}, nothing
        none_yet = {"default": ""} if nothing else {}
        super().__init__(label, coerce=self._code, choices=[], validate_choice=False, **none_yet | kwargs)
        self.type = RadioField.__name__  # shown as one
        named = [("", str(nothing))] if nothing else []
        self.choices = [*named, *((code, word(code)) for code in self.codes.values())]

    def _code(self, typed):
        return self.codes.get(str(typed), "" if self.nothing else None)

    @property
    def chosen(self):
        """The code, or None for none."""
        return self.data or None

    def pre_validate(self, _form) -> None:
        sent = self.raw_data[0] if self.raw_data else ""
        if (sent or not self.nothing) and self.data not in self.codes.values():
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


class Day(DateField):
    """A local date in a century that can be meant; `needed` unless it may stay empty."""

    def __init__(self, label, *, needed=True, **kwargs):
        first = InputRequired(message=_l("Give the day.")) if needed else Optional()
        super().__init__(label, validators=[first], **kwargs)

    def post_validate(self, _form, _stopped) -> None:
        if self.data and not FIRST_DAY <= self.data <= LAST_DAY:
            raise ValidationError(_("Give the day."))


class Id(HiddenField):
    """The id of a record, or None; nonsense is None, which every query answers with nothing."""

    def process_formdata(self, sent) -> None:
        self.data = ids.read_id(sent[0]) if sent else None


def chosen_id(typed) -> int:
    """The id that a choice names; 0, which nothing has, for anything else."""
    return ids.read_id(typed) or 0


def with_own_ids(forms: dict) -> dict:
    """The forms of one page: their fields keep their names, and get ids that no other form has."""
    for name, form in forms.items():
        for field in form or () if name != "facts" else ():
            field.id = f"{name}-{field.short_name}"
    return forms
