"""Fields that the forms of the register share."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, RadioField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from helpdesk.core.ids import LARGEST
from helpdesk.core.words import word

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


class Code(RadioField):
    """One of a few codes, as chips. `nothing` is what no choice at all is called, where that is allowed."""

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
        text = sent[0] if sent else ""
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0
        self.data = number if 0 < number <= LARGEST else None


def version() -> IntegerField:
    """Which state of the record the person was looking at."""
    stale = _l("Reload the page: it does not say which state you saw.")
    return IntegerField(widget=HiddenInput(), validators=[InputRequired(message=stale)])


def with_own_ids(forms: dict) -> dict:
    """The forms of one page: their fields keep their names, and get ids that no other form has."""
    for name, form in forms.items():
        for field in form or () if name != "facts" else ():
            field.id = f"{name}-{field.short_name}"
    return forms
