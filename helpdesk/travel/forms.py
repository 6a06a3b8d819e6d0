"""The shape of what is sent about the positions of buildings."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import ValidationError

from helpdesk.core.forms import Form, LongText, clean
from helpdesk.core.words import word
from helpdesk.travel.models import Mode
from helpdesk.travel.rules import FURTHEST_M, BadLine, read_positions


class Metres(StringField):
    """Whole metres, or nothing."""

    def process_formdata(self, valuelist):
        self.data = clean(valuelist[0]) if valuelist else ""

    def post_validate(self, _form, _stopped) -> None:
        if self.data and (not _is_number(self.data) or abs(int(self.data)) > FURTHEST_M):
            raise ValidationError(_("Whole metres."))


class PositionsForm(Form):
    """East and north of each building; its fields are made by `positions_form`."""

    seen = HiddenField()
    numbers: tuple[int, ...] = ()

    @property
    def rows(self) -> list[tuple[int, Metres, Metres]]:
        return [(number, self[f"east{number}"], self[f"north{number}"]) for number in self.numbers]

    @property
    def positions(self) -> dict[int, tuple[int, int] | None]:
        return {
            number: (int(east.data), int(north.data)) if east.data and north.data else None
            for number, east, north in self.rows
        }

    def validate(self, **kwargs) -> bool:
        valid = super().validate(**kwargs)
        for _number, east, north in self.rows:
            if bool(east.data) != bool(north.data):
                (north if east.data else east).errors = [_("Give both, or neither.")]
                valid = False
        self.http_status = 200 if valid else 422
        return valid


def positions_form(numbers: list[int], **kwargs) -> PositionsForm:
    """A form with two fields for each of these buildings."""
    fields = {f"{way}{number}": Metres() for number in numbers for way in ("east", "north")}
    return type("PositionsForm", (PositionsForm,), {**fields, "numbers": tuple(numbers)})(**kwargs)


class TypedForm(Form):
    """Positions as lines that somebody typed or pasted."""

    lines = LongText(_l("One building a line: number, metres east, metres north"), limit=20_000)

    def validate_lines(self, field) -> None:
        try:
            self.positions = read_positions(field.data or "")
        except BadLine as bad:
            said = _("Line %(number)d cannot be read: %(line)s", number=bad.number, line=bad.line)
            raise ValidationError(said) from None
        if not self.positions:
            raise ValidationError(_("Write at least one building."))


class ModeForm(Form):
    """How somebody gets about; `seen` is what stood there when the form was made."""

    mode = RadioField(_l("Gets about"), coerce=lambda typed: Mode(typed) if typed in set(Mode) else None, choices=[],
                      validate_choice=False)  # fmt: skip
    seen = HiddenField()

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.mode.choices = [(mode.value, word(mode)) for mode in Mode]

    def validate_mode(self, field) -> None:
        if field.data is None:
            raise ValidationError(_("Choose one of these."))


def _is_number(typed: str) -> bool:
    digits = typed.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) <= 6
