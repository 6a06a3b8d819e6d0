from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, ValidationError

from helpdesk.core.clock import YEARS
from helpdesk.core.forms import Form, between
from helpdesk.core.terms import digest
from helpdesk.core.words import word
from helpdesk.repairs.category_actions import Takes
from helpdesk.repairs.models import Category
from helpdesk.technicians.models import Level, Skill
from helpdesk.technicians.words import LEVELS


def seen_terms(terms: list[Category]) -> str:
    return digest(
        (str(term.valid_from), str(term.valid_until), term.duration_minutes, term.skill, term.skill_level,
         term.crew_size) for term in terms
    )  # fmt: skip


class CategoryForm(Form):
    """What a kind of work takes. Without a time it could not be planned, so there is always one."""

    duration_minutes = IntegerField(
        _l("Minutes on site"), validators=[between(5, 480, _l("Whole minutes, from 5 to 480."))]
    )
    skill = SelectField(_l("Skill"), validate_choice=False)
    skill_level = SelectField(_l("At least"), validate_choice=False)
    crew_size = IntegerField(_l("How many people"), validators=[between(1, 4, _l("From one to four people."))])
    valid_from = DateField(_l("From this day on"), validators=[InputRequired()])
    seen = HiddenField()

    def __init__(self, terms: list[Category], now_on: Category, *, today, **kwargs):
        known = {key: getattr(now_on, key) for key in ("duration_minutes", "skill", "crew_size")}
        known |= {"skill_level": str(now_on.skill_level), "valid_from": today, "seen": seen_terms(terms)}
        super().__init__(**known | kwargs)
        self.skill.choices = [(skill.value, word(skill)) for skill in Skill]
        self.skill_level.choices = [(str(int(level)), label) for level, label in LEVELS.items()]

    def validate_skill(self, field) -> None:
        if field.data not in set(Skill):
            raise ValidationError(_("Choose one of these."))

    def validate_skill_level(self, field) -> None:
        if field.data not in {str(int(level)) for level in Level}:
            raise ValidationError(_("Choose one of these."))

    def validate_valid_from(self, field) -> None:
        if field.data and field.data.year not in YEARS:
            raise ValidationError(_("Give a day."))

    @property
    def takes(self) -> Takes:
        level = Level(int(self.skill_level.data))
        return Takes(self.duration_minutes.data, Skill(self.skill.data), level, self.crew_size.data)


class MedianForm(Form):
    """Takes over what was learned."""

    seen = HiddenField()
