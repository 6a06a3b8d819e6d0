"""The shape of what is sent about technicians. Whether it can be so is for the acts to say."""

from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, SelectField, SelectMultipleField, TimeField
from wtforms.validators import InputRequired, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.fields import a_real_day, chosen_id, version
from helpdesk.core.forms import CreatingForm, Form, Text
from helpdesk.core.words import word
from helpdesk.technicians.actions import Mastered
from helpdesk.technicians.models import AbsenceReason, Level, Skill, TechnicianSkill, Wish, WorkingHours
from helpdesk.technicians.rules import NOON, Part, Spell, away, week_of_halves
from helpdesk.technicians.words import LEVELS


class OneOf(SelectField):
    """One of a few codes, from a list; anything else is asked for again, in our words."""

    def __init__(self, label, codes, **kwargs):
        self.codes = {str(getattr(code, "value", code)): code for code in codes}
        super().__init__(label, coerce=lambda typed: self.codes.get(str(getattr(typed, "value", typed))),
                         choices=[], validate_choice=False, **kwargs)  # fmt: skip

    def offer(self, labels: dict) -> None:
        self.choices = [(getattr(code, "value", code), label) for code, label in labels.items()]

    def pre_validate(self, _form) -> None:
        if self.data not in self.codes.values():
            raise ValidationError(_("Choose one of these."))


class _SkillFields:
    level = OneOf(_l("Level"), Level)
    licence_tail = Text(
        _l("Last characters of the licence number"), limit=4,
        validators=[Optional(), Regexp("[0-9A-Za-z]{1,4}$", message=_l("Letters and digits, at most four."))],
    )  # fmt: skip
    expires_on = DateField(_l("Expires on"), validators=[Optional(), a_real_day])

    def _facts(self, skill: Skill) -> Mastered:
        return Mastered(skill, self.level.data, self.licence_tail.data or "", self.expires_on.data)


class NewSkillForm(_SkillFields, CreatingForm):
    skill = OneOf(_l("Skill"), Skill)

    def __init__(self, **kwargs):
        super().__init__(**{"level": Level.ALONE} | kwargs)
        self.skill.offer({skill: word(skill) for skill in Skill})
        self.level.offer(LEVELS)

    @property
    def facts(self) -> Mastered:
        return self._facts(self.skill.data)


class SkillForm(_SkillFields, Form):
    version = version()

    def __init__(self, row: TechnicianSkill, **kwargs):
        known = {"level": Level(row.level), "licence_tail": row.licence_tail, "expires_on": row.expires_on}
        super().__init__(**known | {"version": row.version} | kwargs)
        self.skill = row.skill
        self.level.offer(LEVELS)

    @property
    def facts(self) -> Mastered:
        return self._facts(self.skill)


class EndForm(Form):
    """Ends a skill, or calls an absence off."""

    version = version()


def _weekday(typed) -> int:
    return int(typed) if str(typed) in {"0", "1", "2", "3", "4", "5", "6"} else -1


class Halves(SelectMultipleField):
    """Weekdays, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label, **kwargs):
        super().__init__(label, coerce=_weekday, choices=[], validate_choice=False, **kwargs)

    def pre_validate(self, _form) -> None:
        if -1 in (self.data or ()):
            raise ValidationError(_("Choose from the days of the week."))


class HoursForm(Form):
    """Weekly hours: half-days that are ticked, and when they begin and end."""

    mornings = Halves(_l("Morning"))
    afternoons = Halves(_l("Afternoon"))
    begins = TimeField(_l("The morning begins at"), default=time(8), validators=[InputRequired()])
    noon = TimeField(_l("and ends at"), default=time(12), validators=[InputRequired()])
    again = TimeField(_l("The afternoon begins at"), default=time(13, 30), validators=[InputRequired()])
    ends = TimeField(_l("and ends at"), default=time(17, 30), validators=[InputRequired()])
    valid_from = DateField(_l("From this day on"), validators=[InputRequired(), a_real_day])
    seen = HiddenField()

    def validate_ends(self, field) -> None:
        times = [self.begins.data, self.noon.data, self.again.data, field.data]
        if None not in times and not times[0] < times[1] <= times[2] < times[3]:
            raise ValidationError(_("Each half-day has to end after it begins, the morning before the afternoon."))

    @property
    def week(self) -> list[tuple[int, int, int]]:
        times = {"begins": self.begins.data, "noon": self.noon.data, "again": self.again.data, "ends": self.ends.data}
        return week_of_halves(self.mornings.data or (), self.afternoons.data or (), **times)


def hours_form(rows: list[WorkingHours], *, today: date, seen: str) -> HoursForm:
    """The form of somebody's hours as they are now, for a change from tomorrow on."""
    known = {"mornings": list(range(5)), "afternoons": list(range(5))}
    if rows:
        divides = NOON.hour * 60 + NOON.minute
        known["mornings"] = [row.weekday for row in rows if row.from_minute < divides]
        known["afternoons"] = [row.weekday for row in rows if row.until_minute > divides]
        starts = [row.from_minute for row in rows if row.from_minute < divides]
        ends = [row.until_minute for row in rows if row.until_minute > divides]
        if starts:
            known["begins"] = time(min(starts) // 60, min(starts) % 60)
        if ends and max(ends) < 1440:
            known["ends"] = time(max(ends) // 60, max(ends) % 60)
    return HoursForm(formdata=None, valid_from=today + timedelta(days=1), seen=seen, **known)


class AbsenceForm(CreatingForm):
    reason = OneOf(_l("Why"), AbsenceReason)
    part = RadioField(_l("How long"), coerce=lambda typed: Part(typed) if typed in set(Part) else None, choices=[],
                      validate_choice=False, default=Part.WHOLE)  # fmt: skip
    first_on = DateField(_l("First day"), validators=[InputRequired(), a_real_day])
    last_on = DateField(_l("Last day"), validators=[Optional(), a_real_day])
    begins = TimeField(_l("From when"), validators=[Optional()])
    ends = TimeField(_l("Until when"), validators=[Optional()])

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.reason.offer({reason: word(reason) for reason in AbsenceReason})
        self.part.choices = [(part, word(part)) for part in Part]

    def validate_part(self, field) -> None:
        if field.data is None:
            raise ValidationError(_("Choose one of these."))
        begins, ends = self.begins.data, self.ends.data
        if field.data is Part.HOURS and not (begins and ends and begins < ends):
            raise ValidationError(_("Say from when until when."))

    def validate_last_on(self, field) -> None:
        first = self.first_on.data
        if field.data and first and (field.data < first or (self.part.data is not Part.WHOLE and field.data > first)):
            raise ValidationError(_("The last day comes after the first; half-days and hours are of one day."))

    @property
    def spell(self) -> Spell:
        first = self.first_on.data
        return away(self.part.data, first, self.last_on.data or first, self.begins.data, self.ends.data)


class SickForm(CreatingForm):
    last_on = DateField(_l("Away until the end of"), validators=[InputRequired(), a_real_day])

    def spell(self, now: datetime) -> Spell:
        return now, clock.start_of_day(self.last_on.data + timedelta(days=1))


class WishForm(Form):
    user_id = SelectField(_l("Technician"), coerce=chosen_id, validate_choice=False)
    wish = OneOf(_l("This home"), ["", *Wish])
    version = version()

    def __init__(self, people: list[User], **kwargs):
        super().__init__(**kwargs)
        self.people = {user.id: user for user in people}
        self.user_id.choices = [(user.id, user.name) for user in people]
        self.wish.offer({Wish.PREFERS: _("prefers them"), Wish.AVOIDS: _("would rather have somebody else"),
                         "": _("does not mind (take the wish back)")})  # fmt: skip

    def validate_user_id(self, field) -> None:
        if field.data not in self.people:
            raise ValidationError(_("Choose a technician of this estate."))

    @property
    def chosen(self) -> User:
        return self.people[self.user_id.data]
