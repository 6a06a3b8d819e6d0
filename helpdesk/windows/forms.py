"""The shape of what is sent about windows, reserves and rules."""

from datetime import time

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, SelectField, SelectMultipleField, TimeField
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.core.fields import a_real_day
from helpdesk.core.forms import Form, Text, between
from helpdesk.core.words import word
from helpdesk.windows.models import Half, Rule, SchedulingPolicy, Severity
from helpdesk.windows.rules import RESERVABLE, BadSpans, Window, read_spans, window_named

LONGEST = 200  # characters of one day's windows


class _Term(Form):
    valid_from = DateField(_l("From this day on"), validators=[InputRequired(), a_real_day])
    seen = HiddenField()


class GridForm(_Term):
    """The windows of each weekday, as people write them."""

    @property
    def days(self) -> list:
        return [self[f"day{weekday}"] for weekday in range(7)]

    @property
    def week(self) -> list[list[tuple[int, int]]]:
        return [read_spans(field.data) for field in self.days]


def _check_spans(_form, field) -> None:
    try:
        read_spans(field.data)
    except BadSpans as bad:
        raise ValidationError(word(bad.why) % bad.what) from None


for _weekday in range(7):
    setattr(GridForm, f"day{_weekday}", Text(limit=LONGEST, validators=[_check_spans]))


class ReservesForm(_Term):
    """Minutes kept free, by skill and half of the day."""

    @property
    def rows(self) -> list[tuple[str, list]]:
        return [(skill, [self[f"{skill}_{half.value}"] for half in Half]) for skill in RESERVABLE]

    @property
    def minutes(self) -> dict[tuple[str, Half], int]:
        return {(skill, half): self[f"{skill}_{half.value}"].data for skill in RESERVABLE for half in Half}


for _skill in RESERVABLE:
    for _half in Half:
        _minutes = IntegerField(default=0, validators=[between(0, 480, _l("Whole minutes, 480 at most."))])
        setattr(ReservesForm, f"{_skill}_{_half.value}", _minutes)


class RulesForm(_Term):
    lunch_from = TimeField(_l("Lunch not before"), validators=[InputRequired()])
    lunch_until = TimeField(_l("over by"), validators=[InputRequired()])
    lunch_minutes = IntegerField(
        _l("Minutes of lunch"), validators=[between(0, 240, _l("Whole minutes, 240 at most."))]
    )
    noon = TimeField(_l("The half-days divide at"), validators=[InputRequired()])

    @property
    def rules(self) -> list[tuple[Rule, SelectField]]:
        return [(rule, self[f"rule_{rule.value}"]) for rule in Rule]

    @property
    def severities(self) -> dict[Rule, Severity]:
        return {rule: Severity(field.data) for rule, field in self.rules}

    @property
    def policy(self) -> SchedulingPolicy:
        return SchedulingPolicy(
            lunch_from_minute=_after_midnight(self.lunch_from.data),
            lunch_until_minute=_after_midnight(self.lunch_until.data), lunch_minutes=self.lunch_minutes.data,
            noon_minute=_after_midnight(self.noon.data), valid_from=self.valid_from.data,
        )  # fmt: skip


def _check_severity(_form, field) -> None:
    if field.data not in set(Severity):
        raise ValidationError(_("Choose one of these."))


for _rule in Rule:
    _choice = SelectField(choices=[], validate_choice=False, validators=[_check_severity])
    setattr(RulesForm, f"rule_{_rule.value}", _choice)


def at(minutes: int) -> time:
    """Minutes after midnight as a time; the last minute of the day for its end."""
    return time(minutes // 60, minutes % 60) if minutes < 1440 else time(23, 59)


def _after_midnight(typed: time) -> int:
    return typed.hour * 60 + typed.minute


class WindowsField(SelectMultipleField):
    """Several windows, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label, **kwargs):
        super().__init__(label, choices=[], validate_choice=False, **kwargs)

    def pre_validate(self, _form) -> None:
        if any(window_named(value) is None for value in self.data or ()):
            raise ValidationError(_("Choose one of these times."))

    @property
    def windows(self) -> list[Window]:
        return [window for window in map(window_named, self.data or ()) if window]
