"""The shape of what is asked of an export."""

from collections.abc import Iterable
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, PasswordField, SelectField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from helpdesk.core.clock import YEARS
from helpdesk.core.forms import CreatingForm, Text, clean
from helpdesk.core.words import word
from helpdesk.estate.models import Estate
from helpdesk.exports.models import ExportList, Extra, FileForm

LONGEST_REASON = 200
OFFERED = [what for what in ExportList if what is not ExportList.WAIVER_CLAIM]


class CodeChoice(SelectField):
    """One of a few codes."""

    def __init__(self, label, codes: Iterable[StrEnum], **kwargs):
        self.codes = {code.value: code for code in codes}
        coerce = lambda typed: self.codes.get(clean(str(typed)))  # noqa: E731
        super().__init__(label, coerce=coerce, choices=[], validate_choice=False, **kwargs)

    def offer(self) -> None:
        self.choices = [(code, word(code)) for code in self.codes.values()]

    def pre_validate(self, _form) -> None:
        if self.data is None:
            raise ValidationError(_("Choose one of these."))


class ExportForm(CreatingForm):
    estate_id = SelectField(_l("Estate"), coerce=lambda typed: clean(str(typed)), choices=[], validate_choice=False)
    what = CodeChoice(_l("List"), OFFERED, validators=[InputRequired()], default=ExportList.RESIDENTS)
    form = CodeChoice(_l("File"), FileForm, default=FileForm.XLSX)
    from_on = DateField(_l("From (calls and collection only)"), validators=[Optional()])
    until_on = DateField(_l("Until (calls and collection only)"), validators=[Optional()])
    with_phones = BooleanField(_l("With telephone numbers"))
    with_flags = BooleanField(_l("With care flags"))
    reason = Text(_l("What it is needed for"), limit=LONGEST_REASON)
    password = PasswordField(_l("Your password again"), validators=[Optional(), Length(max=1_024)])

    def __init__(self, mine: list[Estate], offered: list[ExportList], **kwargs):
        super().__init__(**kwargs)
        self.what.codes = {what.value: what for what in offered}
        if self.what.data not in offered:
            self.what.data = offered[0] if offered and not self.is_submitted() else None
        self.mine = {str(estate.id): estate for estate in mine}
        self.estate_id.choices = [(key, estate.name) for key, estate in self.mine.items()]
        if self.estate_id.data not in self.mine:
            self.estate_id.data = next(iter(self.mine), None)
        self.what.offer()
        self.form.offer()

    @property
    def extras(self) -> list[Extra]:
        return [Extra.PHONES] * self.with_phones.data + [Extra.FLAGS] * self.with_flags.data

    def validate_from_on(self, field) -> None:
        if field.data and field.data.year not in YEARS:
            raise ValidationError(_("This date is out of range."))

    validate_until_on = validate_from_on

    def validate_reason(self, field) -> None:
        if self.extras and not field.data:
            raise ValidationError(_("Say what the telephone numbers or care flags are needed for."))
