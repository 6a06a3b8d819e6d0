"""The shape of what is asked of the report: what may be spent, and the list to claim."""

import re
from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, PasswordField, SelectField
from wtforms.validators import Length, Optional, ValidationError

from helpdesk.core.fields import CodeField, MonthField
from helpdesk.core.forms import CreatingForm, Form, Text, between, clean
from helpdesk.core.words import word
from helpdesk.waivers.codes import Bearer

YUAN = re.compile(r"\d{1,8}(\.\d{1,2})?")


class BudgetForm(Form):
    year = IntegerField(_l("Year"), validators=[between(2000, 2099)])
    bearer = CodeField(_l("Who bears it"), Bearer, default=Bearer.COMPANY)
    ground = SelectField(
        _l("On which ground"), coerce=lambda typed: clean(str(typed or "")), default="", validate_choice=False
    )
    amount = Text(_l("Yuan in the year"), limit=12)

    def __init__(self, names: Mapping[str, str], **kwargs):
        super().__init__(**kwargs)
        self.bearer.offer({bearer: word(bearer) for bearer in Bearer})
        self.ground.choices = [("", _("All grounds together")), *names.items()]

    def validate_ground(self, field) -> None:
        if field.data not in dict(field.choices):
            raise ValidationError(_("Choose one of these."))

    def validate_amount(self, field) -> None:
        if not YUAN.fullmatch(field.data) or not field.data.isascii():
            raise ValidationError(_("An amount of money like 1200 or 1200.50."))

    @property
    def amount_fen(self) -> int:
        yuan, _dot, fen = self.amount.data.partition(".")
        return int(yuan) * 100 + int(fen.ljust(2, "0") or 0)


class ClaimForm(CreatingForm):
    first_month = MonthField(_l("From month"))
    last_month = MonthField(_l("To month"))
    password = PasswordField(_l("Your password again"), validators=[Optional(), Length(max=1_024)])
