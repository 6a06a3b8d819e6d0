"""The shape of what is sent from the board. Whether it fits is for the acts to say."""

from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, ValidationError

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.clock import YEARS
from helpdesk.core.fields import CrewField, chosen_id, version
from helpdesk.core.forms import CreatingForm, Form, Text, between
from helpdesk.core.words import word
from helpdesk.dispatch.actions import Why, Wish
from helpdesk.repairs.models import Lock, WorkOrder
from helpdesk.repairs.timeline import window_words
from helpdesk.technicians.models import Block
from helpdesk.windows.models import Override, Rule
from helpdesk.windows.rules import Window, window_named, window_value

LONGEST = 600  # minutes; longer work is planned as several visits
MINUTES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
CODES = {rule.value: rule for rule in Rule}


class _Timed:
    """When it begins, in Shanghai time, and how long it takes."""

    starts_at = DateTimeLocalField(_l("Begins"), format=MINUTES, validators=[InputRequired()])
    minutes = IntegerField(
        _l("Minutes"), validators=[between(5, LONGEST, _l("How many minutes it takes: from 5 to 600."))]
    )

    def validate_starts_at(self, field) -> None:
        if field.data is not None and field.data.year not in YEARS:
            raise ValidationError(_("Give the day and the time."))

    @property
    def begins_at(self) -> datetime:
        return clock.from_local(self.starts_at.data)

    @property
    def day(self) -> date | None:
        """The local date it is about, if what was typed is one."""
        typed = self.starts_at.data
        return typed.date() if typed and typed.year in YEARS else None


class _Reasoned:
    """Why warnings are overridden, and which of them the dispatcher was shown."""

    reason = SelectField(_l("Why all the same?"), choices=[], validate_choice=False, default="")
    words = Text(_l("In a few words"), limit=200)
    seen = HiddenField(default="")

    def offer_reasons(self) -> None:
        self.reason.choices = [("", _("Choose …")), *((code.value, word(code)) for code in Override)]

    def validate_reason(self, field) -> None:
        if field.data and field.data not in [code.value for code in Override]:
            raise ValidationError(_("Choose one of these."))

    @property
    def why(self) -> Why:
        seen = frozenset(CODES[name] for name in (self.seen.data or "").split(",") if name in CODES)
        return Why(Override(self.reason.data) if self.reason.data else None, self.words.data or "", seen)


class _Placing(_Timed, _Reasoned):
    crew = CrewField(_l("Who goes"))
    lock = SelectField(_l("For the planner"), choices=[], validate_choice=False, default=Lock.NONE.value)
    agreed = SelectField(_l("What the resident was told"), choices=[], validate_choice=False, default="")

    def offer(self, people: list[User], windows: list[Window], told: Window | None) -> None:
        """The choices of this order on this day; a window that was typed stays one of them."""
        self.crew.offer(people)
        self.lock.choices = [(lock.value, word(lock)) for lock in Lock]
        stays = _("stays: %(window)s", window=window_words(told.starts_at, told.ends_at)) if told else _("no window")
        typed = window_named(self.agreed.data)
        offered = dict.fromkeys([*windows, *([typed] if typed else [])])
        agreed = [(window_value(one), window_words(one.starts_at, one.ends_at)) for one in offered]
        self.agreed.choices = [
            ("", stays),
            *((value, _("agreed to %(window)s", window=said)) for value, said in agreed),
        ]
        self.offer_reasons()

    def validate_lock(self, field) -> None:
        if field.data not in [lock.value for lock in Lock]:
            raise ValidationError(_("Choose one of these."))

    def validate_agreed(self, field) -> None:
        if field.data and window_named(field.data) is None:
            raise ValidationError(_("Choose one of these times."))

    @property
    def wish(self) -> Wish:
        return Wish(
            self.crew.chosen(), self.begins_at, self.minutes.data, Lock(self.lock.data),
            window_named(self.agreed.data), self.why,
        )  # fmt: skip


class SendForm(_Placing, CreatingForm):
    """Somebody for an order that waits."""

    version = version()

    def __init__(self, work_order: WorkOrder, **values):
        super().__init__(**{"crew": [], "minutes": work_order.category.duration_minutes} | values)


class MoveForm(_Placing, Form):
    """The visit that is planned, as it is to be."""

    version = version()

    def __init__(self, visit, **values):
        as_it_is = {
            "crew": [user.id for user in visit.crew], "starts_at": local(visit.planned_at),
            "minutes": visit.duration_minutes, "lock": visit.lock.value,
        }  # fmt: skip
        super().__init__(**as_it_is | values)


class _BlockFields(_Timed, _Reasoned):
    user_id = SelectField(_l("Technician"), choices=[], coerce=chosen_id, validate_choice=False)
    what = Text(_l("What for"), limit=80, validators=[InputRequired()])

    def offer(self, people: list[User]) -> None:
        self.people = {user.id: user for user in people}
        self.user_id.choices = [(user.id, user.name) for user in people]
        self.offer_reasons()

    @property
    def asked(self) -> dict:
        """What the acts take, by their names for it."""
        return {
            "user": self.people.get(self.user_id.data), "words": self.what.data, "starts_at": self.begins_at,
            "minutes": self.minutes.data, "why": self.why,
        }  # fmt: skip


class BlockForm(_BlockFields, CreatingForm):
    """Time kept for something that is no visit."""


class BlockChangeForm(_BlockFields, Form):
    version = version()

    def __init__(self, block: Block, **values):
        as_it_is = {
            "user_id": block.user_id, "what": block.words, "starts_at": local(block.starts_at),
            "minutes": (block.ends_at - block.starts_at) // timedelta(minutes=1),
        }  # fmt: skip
        super().__init__(**as_it_is | values)


class BlockEndForm(Form):
    version = version()


def local(moment: datetime) -> datetime:
    """As a field for a day and a time shows it."""
    return clock.local(moment).replace(tzinfo=None)
