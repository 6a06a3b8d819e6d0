"""The shape of what people at the desk send about one work order."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, Field, IntegerField, RadioField, TimeField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import HiddenInput

from helpdesk.accounts.queries import technicians
from helpdesk.core import clock
from helpdesk.core.clock import YEARS
from helpdesk.core.fields import CodeField, CrewField, version
from helpdesk.core.forms import CreatingForm, Form, LongText
from helpdesk.core.words import word
from helpdesk.repairs.models import CancelReason, HoldReason, Urgency, WorkOrder
from helpdesk.repairs.naming import named_windows
from helpdesk.repairs.queries import running_visit
from helpdesk.windows.forms import WindowsField
from helpdesk.windows.rules import Window, window_named, window_value

AT_ONCE, TYPED = "at_once", "typed"
LONGEST_REMARK = 5_000


class VisitForm(CreatingForm):
    crew = CrewField(_l("Who goes"))
    window = RadioField(_l("When"), choices=[], validate_choice=False)
    typed_from = DateTimeLocalField(_l("Day and time"))
    typed_until = TimeField(_l("The window ends at"))
    also = WindowsField(_l("Also at home then"))
    version = version()

    def __init__(self, work_order: WorkOrder, **kwargs):
        named = [window_value(window) for window in named_windows(work_order)]
        super().__init__(**{"also": named} | kwargs)
        self.crew.offer(technicians([work_order.estate_id]))

    def validate_window(self, field: Field) -> None:
        if field.data not in (AT_ONCE, TYPED) and window_named(field.data) is None:
            raise ValidationError(_("Choose one of these times."))

    def validate_typed_from(self, field: Field) -> None:
        field.errors = []
        if self.window.data == TYPED and (field.data is None or field.data.year not in YEARS):
            raise ValidationError(_("Give the day and the time."))

    def validate_typed_until(self, field: Field) -> None:
        field.errors = []
        start, end = self.typed_from.data, field.data
        if self.window.data != TYPED or not start or not (field.raw_data and field.raw_data[0]):
            return
        if end is None or end <= start.time():
            raise ValidationError(_("The window has to end later on the same day."))

    @property
    def promised(self) -> Window | None:
        """What the resident is told; None for "at once" and for a time without an end."""
        if self.window.data == TYPED and self.typed_until.data:
            end = datetime.combine(self.typed_from.data.date(), self.typed_until.data)
            return Window(clock.from_local(self.typed_from.data), clock.from_local(end))
        return window_named(self.window.data)

    @property
    def planned_at(self) -> datetime | None:
        return clock.from_local(self.typed_from.data) if self.window.data == TYPED else None


class CrewForm(Form):
    crew = CrewField(_l("Who goes instead"))
    version = version()

    def __init__(self, work_order: WorkOrder, **kwargs):
        visit = running_visit(work_order)
        super().__init__(**{"crew": [user.id for user in visit.crew] if visit else []} | kwargs)
        self.crew.offer(technicians([work_order.estate_id]))


class HoldForm(Form):
    reason = CodeField(_l("What does it wait for?"), HoldReason)
    version = version()

    def __init__(self, _work_order: WorkOrder, **kwargs):
        super().__init__(**kwargs)
        self.reason.offer({reason: word(reason) for reason in HoldReason})


class CancelForm(Form):
    reason = CodeField(_l("Why is it cancelled?"), CancelReason)
    version = version()

    def __init__(self, work_order: WorkOrder, **kwargs):
        super().__init__(**kwargs)
        labels = {reason: word(reason) for reason in CancelReason if reason is not CancelReason.VOID}
        if not work_order.visits:
            labels[CancelReason.VOID] = _("Opened by mistake (void)")
        self.reason.offer(labels)


class UrgencyForm(Form):
    urgency = CodeField(_l("How urgent is it?"), Urgency)
    version = version()

    def __init__(self, work_order: WorkOrder, **kwargs):
        super().__init__(**{"urgency": work_order.urgency, **kwargs})
        self.urgency.offer({urgency: word(urgency) for urgency in Urgency})


class CloseForm(Form):
    version = version()

    def __init__(self, _work_order: WorkOrder, **kwargs):
        super().__init__(**kwargs)


class RemarkForm(CreatingForm):
    """Adds to the history, whatever others did meanwhile: nobody's change is overwritten by it."""

    words = LongText(_l("Remark"), limit=LONGEST_REMARK)
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])  # of the form beside it, if one is open
