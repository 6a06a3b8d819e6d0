"""The shape of what people send about cases."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    TimeField,
)
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from helpdesk.cases.models import Case, CaseKind, ReplyWay, Satisfaction
from helpdesk.cases.queries import workers
from helpdesk.cases.rules import SHEETS, due_of
from helpdesk.core import clock
from helpdesk.core.clock import YEARS
from helpdesk.core.fields import CodeField, chosen_id, version
from helpdesk.core.forms import CreatingForm, Form, LongText, Text
from helpdesk.core.words import word
from helpdesk.estate.models import Estate
from helpdesk.repairs.models import Category, Urgency

LONGEST_WORDS = 5_000
BY_HAND = (CaseKind.CASE_12345, CaseKind.COMMUNITY_SHEET, CaseKind.COMPLAINT, CaseKind.HELP)


class RecordField(SelectField):
    """One of a few records by name, or none yet; which may really be chosen is for the act to say."""

    def __init__(self, label, **kwargs):
        super().__init__(label, coerce=chosen_id, validate_choice=False, **kwargs)

    def offer(self, records: list, *, none: str = "") -> None:
        empty = [(0, none)] if none else []
        self.choices = [*empty, *((record.id, record.name) for record in records)]


class Due:
    """A local date, and a time if the paper names one."""

    due_on = DateField(_l("To be answered by"), validators=[Optional()])
    due_time = TimeField(_l("Time"), validators=[Optional()])

    def validate_due_on(self, field: Field) -> None:
        if field.data and field.data.year not in YEARS:
            raise ValidationError(_("Give the day and the time."))

    @property
    def due_at(self) -> datetime | None:
        return due_of(self.due_on.data, self.due_time.data) if self.due_on.data else None


class NewCaseForm(Due, CreatingForm):
    """A sheet that came on paper, or somebody at the counter."""

    kind = CodeField(_l("What it is"), BY_HAND, default=CaseKind.CASE_12345)
    external_ref = Text(_l("Number on the sheet"), limit=40)
    received_from = Text(_l("Received from"), limit=80)
    received_at = DateTimeLocalField(_l("Received at"), validators=[Optional()])
    place = Text(_l("Place"), limit=60)
    words = LongText(_l("What it is about"), limit=LONGEST_WORDS)
    is_complex = BooleanField(_l("Complex: three working days"))
    owner_id = RecordField(_l("Who answers for it"), default=0)
    estate_id = RecordField(_l("Estate"), default=0)

    def __init__(self, estates: list[Estate], **kwargs):
        super().__init__(**kwargs)
        self.kind.offer({kind: word(kind) for kind in BY_HAND})
        self.owner_id.offer(workers([estate.id for estate in estates]), none=_("Nobody yet"))
        self.estate_id.offer(estates)

    def validate_received_at(self, field: Field) -> None:
        if field.data and field.data.year not in YEARS:
            raise ValidationError(_("Give the day and the time."))

    def validate_received_from(self, field: Field) -> None:
        if self.kind.data in SHEETS and not field.data:
            raise ValidationError(_("Write who sent the sheet: they get the answer."))


class AssignForm(Form):
    owner_id = RecordField(_l("Who answers for it"))
    version = version()

    def __init__(self, case: Case, **kwargs):
        super().__init__(**{"owner_id": case.owner_id or 0} | kwargs)
        self.owner_id.offer(workers([case.estate_id], case.kind))


class ComplexForm(Form):
    version = version()

    def __init__(self, _case: Case, **kwargs):
        super().__init__(**kwargs)


class ExtensionForm(CreatingForm):
    until_on = DateField(_l("Until"), validators=[InputRequired(message=_l("Give the date."))])
    reason = LongText(_l("Why more time is needed"), limit=LONGEST_WORDS)
    version = version()

    def __init__(self, _case: Case, **kwargs):
        super().__init__(**kwargs)

    def validate_until_on(self, field: Field) -> None:
        if field.data and field.data.year not in YEARS:
            raise ValidationError(_("Give the date."))

    @property
    def until(self) -> datetime:
        return due_of(self.until_on.data, None)


class DecisionForm(Form):
    granted = RadioField(_l("What was said"), coerce=str, validate_choice=False)
    version = version()

    def __init__(self, _case: Case, **kwargs):
        super().__init__(**kwargs)
        self.granted.choices = [("yes", _("Granted")), ("no", _("Not granted"))]

    def validate_granted(self, field: Field) -> None:
        if field.data not in ("yes", "no"):
            raise ValidationError(_("Choose one of these."))


class ReplyForm(Form):
    words = LongText(_l("Reply"), limit=LONGEST_WORDS)
    way = CodeField(_l("How it was given"), ReplyWay)
    version = version()

    def __init__(self, case: Case, **kwargs):
        usual = ReplyWay.WRITTEN if case.kind in SHEETS else ReplyWay.PHONE
        super().__init__(**{"way": usual} | kwargs)
        self.way.offer({way: word(way) for way in ReplyWay})


class ReturnForm(Form):
    reason = LongText(_l("Why it is sent back"), limit=LONGEST_WORDS)
    version = version()

    def __init__(self, _case: Case, **kwargs):
        super().__init__(**kwargs)


class CloseCaseForm(Form):
    satisfaction = RadioField(_l("How content they are"), validate_choice=False, default="")
    version = version()

    def __init__(self, _case: Case, **kwargs):
        super().__init__(**kwargs)
        self.satisfaction.choices = [("", _("Not known")), *((code, word(code)) for code in Satisfaction)]

    def validate_satisfaction(self, field: Field) -> None:
        if field.data and field.data not in set(Satisfaction):
            raise ValidationError(_("Choose one of these."))

    @property
    def content(self) -> Satisfaction | None:
        return Satisfaction(self.satisfaction.data) if self.satisfaction.data else None


class ReopenForm(Due, Form):
    reason = LongText(_l("Why it begins again"), limit=LONGEST_WORDS)
    version = version()

    def __init__(self, _case: Case, **kwargs):
        super().__init__(**kwargs)


class OrderForm(CreatingForm):
    place = Text(_l("Place"), limit=60)
    category = SelectField(_l("What is wrong"), validate_choice=False, default="")
    urgency = SelectField(_l("Urgency"), validate_choice=False, default="")
    summary = LongText(_l("For whoever goes"), limit=LONGEST_WORDS)
    version = version()

    def __init__(self, case: Case, **kwargs):
        usual = {"place": case.place.address if case.place else "", "summary": case.words}
        super().__init__(**usual | kwargs)
        self.urgency.choices = [("", _("As usual for this")), *((code, word(code)) for code in Urgency)]

    def offer(self, categories: list[Category], name) -> None:
        self.category.choices = [("", _("Choose what is wrong")), *((one.code, name(one)) for one in categories)]

    def validate_summary(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_("Write what is to be done."))

    def validate_urgency(self, field: Field) -> None:
        if field.data and field.data not in set(Urgency):
            raise ValidationError(_("Choose one of these."))


class NoteForm(CreatingForm):
    """Adds to the history, whatever others did meanwhile: nobody's change is overwritten by it."""

    words = LongText(_l("Remark"), id="remark-words", limit=LONGEST_WORDS)
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])  # of the form beside it, if one is open


class SeenForm(Form):
    """A button only."""


def received_moment(form: NewCaseForm) -> datetime | None:
    """What was typed as local time; None for now."""
    return clock.from_local(form.received_at.data) if form.received_at.data else None
