"""The shape of what is sent about the roster. Who may be put where is for the acts to say."""

from datetime import time

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, DateTimeLocalField, HiddenField, IntegerField, SelectField, TimeField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.clock import YEARS
from helpdesk.core.fields import chosen_id
from helpdesk.core.forms import CreatingForm, Form, between
from helpdesk.core.words import word
from helpdesk.duty.models import Post, Shift
from helpdesk.duty.queries import staff
from helpdesk.duty.rules import Pattern, Span

MOST_WEEKS = 8
CHANGES = (time(8), time(14), time(20))
MINUTES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def version() -> IntegerField:
    """Which state of the shift the person was looking at."""
    stale = _l("Reload the page: it does not say which state of the shift you saw.")
    return IntegerField(widget=HiddenInput(), validators=[InputRequired(message=stale)])


def a_real_moment(_form, field) -> None:
    if field.data is not None and field.data.year not in YEARS:
        raise ValidationError(_("Give the day and the time."))


class PersonField(SelectField):
    """Somebody who works in the estate; `chosen` is None for nobody and for who does not (any more)."""

    def __init__(self, label, **kwargs):
        super().__init__(label, coerce=chosen_id, validate_choice=False, **kwargs)

    def offer(self, people: list[User], *, nobody: bool = False) -> None:
        self.people = {user.id: user for user in people}
        self.choices = [(0, _("nobody") if nobody else _("Choose …")), *((user.id, user.name) for user in people)]

    @property
    def chosen(self) -> User | None:
        return self.people.get(self.data)


def _moment(label, **kwargs) -> DateTimeLocalField:
    return DateTimeLocalField(label, format=MINUTES, validators=[InputRequired(), a_real_moment], **kwargs)


class _Times:
    """A moment at which something begins and one at which it ends, as local times."""

    starts_at, ends_at = _moment(_l("Begins")), _moment(_l("Ends"))

    @property
    def span(self) -> Span:
        return Span(clock.from_local(self.starts_at.data), clock.from_local(self.ends_at.data))


class ShiftForm(_Times, CreatingForm):
    """One more shift."""

    post = SelectField(_l("Post"), coerce=Post, choices=[])
    user_id = PersonField(_l("Who is on"))
    position = IntegerField(_l("Rung as number"), default=1, validators=[InputRequired(), between(1, 9)])

    def __init__(self, estate_id: int, **values):
        super().__init__(**values)
        self.post.choices = [(post, word(post)) for post in Post]
        self.user_id.offer(staff(estate_id))


class ChangeShiftForm(_Times, Form):
    user_id = PersonField(_l("Who is on"))
    position = IntegerField(_l("Rung as number"), validators=[InputRequired(), between(1, 9)])
    version = version()

    def __init__(self, shift: Shift, **values):
        super().__init__(**_times_of(shift), user_id=shift.user_id, position=shift.position, **values)
        self.user_id.offer(staff(shift.estate_id))


class StandInForm(_Times, Form):
    user_id = PersonField(_l("Who comes instead"), id="stand-in-user_id")
    starts_at, ends_at = _moment(_l("Begins"), id="stand-in-starts_at"), _moment(_l("Ends"), id="stand-in-ends_at")
    version = version()

    def __init__(self, shift: Shift, **values):
        super().__init__(**_times_of(shift), **values)
        self.user_id.offer([user for user in staff(shift.estate_id) if user.id != shift.user_id])


class CallOffForm(Form):
    version = version()


class FillForm(CreatingForm):
    """The weeks after the one on the page become like it."""

    week = HiddenField()
    weeks = IntegerField(_l("How many weeks"), default=4, validators=[InputRequired(), between(1, MOST_WEEKS)])


class PatternForm(CreatingForm):
    post = SelectField(_l("Post"), id="pattern-post", coerce=Post, choices=[])
    pattern = SelectField(_l("Pattern"), coerce=Pattern, choices=[])
    first_on = DateField(_l("From this day on"), validators=[InputRequired(), a_real_moment])
    weeks = IntegerField(
        _l("How many weeks"), id="pattern-weeks", default=4, validators=[InputRequired(), between(1, MOST_WEEKS)]
    )
    first = PersonField(_l("First"))
    second = PersonField(_l("Second"))
    third = PersonField(_l("Third"))
    first_change = TimeField(_l("The first shift begins at"), default=CHANGES[0], validators=[InputRequired()])
    second_change = TimeField(_l("The second at"), default=CHANGES[1], validators=[Optional()])
    third_change = TimeField(_l("The third at"), default=CHANGES[2], validators=[Optional()])
    rotates = BooleanField(_l("Everybody moves one shift on each week"))

    def __init__(self, estate_id: int, **values):
        super().__init__(**values)
        self.post.choices = [(post, word(post)) for post in Post]
        self.pattern.choices = [(pattern, word(pattern)) for pattern in Pattern]
        people = staff(estate_id)
        for field in (self.first, self.second, self.third):
            field.offer(people, nobody=field is not self.first)

    def validate_first(self, field) -> None:
        if field.chosen is None:
            raise ValidationError(_("Choose who begins."))

    def validate_third(self, _field) -> None:
        if self.pattern.data is Pattern.THREE_SHIFTS and len(self.people) < 3:
            raise ValidationError(_("Three shifts need three people."))
        if len(set(map(id, self.people))) < len(self.people):
            raise ValidationError(_("Choose everybody only once."))

    def validate_third_change(self, _field) -> None:
        changes = self.changes
        if self.pattern.data is Pattern.THREE_SHIFTS and not (
            None not in changes and sorted(set(changes)) == list(changes)
        ):
            raise ValidationError(_("The three shifts have to begin one after the other on the same day."))

    @property
    def people(self) -> list[User]:
        return [field.chosen for field in (self.first, self.second, self.third) if field.chosen is not None]

    @property
    def changes(self) -> tuple:
        return self.first_change.data, self.second_change.data, self.third_change.data


def _times_of(shift: Shift) -> dict:
    return {
        "starts_at": clock.local(shift.starts_at).replace(tzinfo=None),
        "ends_at": clock.local(shift.ends_at).replace(tzinfo=None),
    }
