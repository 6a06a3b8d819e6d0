"""The shape of what people send about work that comes round."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.core.clock import YEARS
from helpdesk.core.fields import CodeField, version
from helpdesk.core.forms import CreatingForm, Form, IdField, LongText, Text, between
from helpdesk.core.ids import read_id
from helpdesk.core.words import word
from helpdesk.repairs.models import WorkOrderKind
from helpdesk.routines.actions import Rhythm
from helpdesk.routines.models import Basis, Outcome, Unit

TIMES = between(1, 365, _l("From 1 to 365."))
AHEAD = between(0, 60, _l("From 0 to 60 days."))
SPREAD = between(1, 60, _l("From 1 to 60 days."))
LONGEST_STEPS = 2_000


class _Rhythm(Form):
    """How often, from when on. The words of a routine stand in it too, since both its forms have them."""

    title = Text(_l("What is done"), limit=80, validators=[InputRequired(message=_l("Say what is to be done."))])
    steps = LongText(_l("What to look at, one a line"), limit=LONGEST_STEPS)
    every = IntegerField(_l("Every"), validators=[InputRequired(), TIMES])
    unit = CodeField(_l("Days, weeks or months"), Unit)
    basis = CodeField(_l("Counted"), Basis)
    first_on = DateField(_l("Next on"), validators=[InputRequired(message=_l("Choose a day."))])
    ahead_days = IntegerField(_l("Order opened so many days before"), validators=[InputRequired(), AHEAD])

    def __init__(self, **values):
        super().__init__(**values)
        self.unit.offer({unit: word(unit) for unit in Unit})
        self.basis.offer({basis: word(basis) for basis in Basis})

    def validate_first_on(self, field) -> None:
        if field.data and field.data.year not in YEARS:
            raise ValidationError(_("Choose a later day."))

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.every.data, self.unit.data, self.basis.data, self.first_on.data, self.ahead_days.data)


class Ticked(SelectMultipleField):
    """Records to tick, by id; which of them may really be chosen is for the query to say."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label=None, **kwargs):
        super().__init__(label, coerce=read_id, choices=[], validate_choice=False, **kwargs)

    def pre_validate(self, _form) -> None:
        if not any(self.data or ()):
            raise ValidationError(_("Choose at least one."))
        if not all(self.data):
            raise ValidationError(_("This form is broken. Open a new one."))


class BeginForm(_Rhythm, CreatingForm):
    """One routine for each resident, or each place, that was ticked; first dates are spread over some days."""

    category_id = IdField(_l("Category"))
    spread_days = IntegerField(_l("First dates spread over so many days"), validators=[InputRequired(), SPREAD])
    chosen = Ticked()

    def validate_category_id(self, field) -> None:
        if not field.errors and field.data is None:
            raise ValidationError(_("Choose one of these."))


class ChangeForm(_Rhythm):
    version = version()


class EndForm(Form):
    version = version()


class OutcomeForm(Form):
    """What came of a turn. `found_id` is a category, if a work order is to be opened for what was found."""

    outcome = CodeField(_l("What came of it"), Outcome)
    words = LongText(_l("In a few words"), limit=2_000)
    found_id = IdField(_l("Open a work order for it"))

    def offer(self, kind: WorkOrderKind) -> None:
        left_out = () if kind is WorkOrderKind.CARE else (Outcome.NO_CONTACT,)
        self.outcome.offer({one: word(one) for one in Outcome if one not in left_out})
