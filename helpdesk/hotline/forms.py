"""The form of a call. It checks shape only: whose records the ids name, and what may follow, is for the act to say."""

import re
from datetime import datetime
from uuid import UUID as Key

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import ValidationError

from helpdesk.core import ids
from helpdesk.core.errors import Refused
from helpdesk.core.forms import CreatingForm, Form, LongText, Text, clean
from helpdesk.core.moments import LONGEST
from helpdesk.core.words import word
from helpdesk.hotline.happened import NotThen, happened_at
from helpdesk.hotline.models import Outcome
from helpdesk.hotline.outcomes import GoesOn
from helpdesk.hotline.rules import AT_ONCE
from helpdesk.neighbours.models import Part
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.queries import NUMBER
from helpdesk.windows.forms import WindowsField
from helpdesk.windows.rules import window_named

LONGEST_WORDS = 5_000
DECIDED = (
    "outcome", "visit_window", "also", "technician_id", "about", "other_home", "other_part", "chased", "chased_number",
    "owner_id", "is_complex", "goes_on", "praised", "ring_back", "ring_back_at", "long_ago",
)  # fmt: skip
BELONGS_TO = {
    "owner_id": {Outcome.COMPLAINT, Outcome.HELP}, "is_complex": {Outcome.COMPLAINT}, "goes_on": {Outcome.HELP},
    "praised": {Outcome.PRAISE}, "chased": {Outcome.CHASE}, "chased_number": {Outcome.CHASE},
}  # fmt: skip
JOINED = re.compile(rf"order:{NUMBER.pattern}|outage:[1-9][0-9]{{0,8}}", re.ASCII)


class Reference(HiddenField):
    """The id of a record, or None."""

    def process_formdata(self, valuelist):
        typed = clean(valuelist[0]) if valuelist else ""
        self.data = ids.read_id(typed)
        if typed and not self.data:
            raise ValueError(_("What was chosen does not exist. Look it up again."))


class Count(HiddenField):
    """A small whole number that our own page put there."""

    def process_formdata(self, valuelist):
        typed = valuelist[0] if valuelist else ""
        self.data = int(typed) if re.fullmatch(r"[0-9]{1,9}", typed, re.ASCII) else 0


class Chosen(StringField):
    """One of a few codes, or None for none of them."""

    def __init__(self, label=None, *, codes, **kwargs):
        self.codes = codes
        super().__init__(label, **kwargs)

    def process_formdata(self, valuelist):
        typed = clean(valuelist[0]) if valuelist else ""
        self.data = next((code for code in self.codes if code == typed), None)
        if typed and self.data is None:
            raise ValueError(_("Choose one of the answers."))


class Choice(HiddenField):
    """Place, person and number chosen together by a radio button: "12.7.3", any of them may be missing."""

    def process_formdata(self, valuelist):
        typed = clean(valuelist[0]) if valuelist else ""
        parts = re.fullmatch(r"([0-9]{0,9})\.([0-9]{0,9})\.([0-9]{0,9})", typed, re.ASCII)
        self.data = tuple(int(part) if part else None for part in parts.groups()) if parts else (None, None, None)
        if typed and not parts:
            raise ValueError(_("What was chosen does not exist. Look it up again."))

    def _value(self):
        return ".".join(str(part or "") for part in self.data or ())


class CallFields:
    """What both the draft and the save send."""

    caller_number = Text(_l("Caller"), limit=40)
    words = LongText(_l("What they say"), limit=LONGEST_WORDS)
    place_id = Reference()
    person_id = Reference()
    phone_id = Reference()
    choice = Choice()
    category = Text(_l("What is wrong"), limit=30)
    urgency = Chosen(_l("Urgency"), codes=list(Urgency))
    answer = LongText(_l("Answered or arranged"), limit=LONGEST_WORDS)
    version = Count(default=0)
    kept = HiddenField()  # a digest of what this window knows to be kept
    happened = Text(_l("When they rang"), limit=40)
    long_ago = BooleanField(_l("It really was that long ago"))

    def ids(self) -> tuple[int | None, int | None, int | None]:
        """Place, person and number: from the caller card, else from the list that works without scripts."""
        carded = (self.place_id.data, self.person_id.data, self.phone_id.data)
        return carded if any(carded) else (self.choice.data or (None, None, None))


def moment_of(form, now: datetime) -> datetime | None:
    """When the call came, if somebody says so; Refused for what is no moment, or cannot be."""
    try:
        return happened_at(form.happened.data or "", now=now, long_ago=form.long_ago.data)
    except NotThen as no:
        raise Refused(word(no.why), field="happened") from None


class Decisions:
    """What becomes of the call. A draft keeps it as it stands; only saving looks at what it means."""

    outcome = Chosen(_l("Outcome"), codes=list(Outcome))
    visit_window = Text(_l("When somebody comes"), limit=30)
    also = WindowsField(_l("Also at home then"))
    technician_id = Reference()
    about = Text(limit=20)
    other_home = Text(_l("The other home"), limit=60)  # of a fault that two homes share
    other_part = Chosen(_l("What it has to do with it"), codes=list(Part))
    chased = Text(_l("Which work order?"), limit=20)  # one of those on the caller card
    chased_number = Text(_l("Or its number"), limit=20)
    owner_id = Reference(_l("Who answers for it"))
    is_complex = BooleanField(_l("Complex: three working days"))
    goes_on = Chosen(_l("How it goes on"), codes=list(GoesOn))
    praised = Text(_l("Who is praised"), limit=20)  # a team, or "u" and the id of a member of staff
    ring_back = Text(_l("Rung back by"), limit=LONGEST)  # one of the proposed moments
    ring_back_at = Text(_l("Another time"), limit=LONGEST)  # typed: counts before the chosen one

    def decided(self) -> dict:
        """What was decided so far. Fields that belong to another outcome hold what nobody chose."""
        fits = (name for name in DECIDED if self.outcome.data in BELONGS_TO.get(name, {self.outcome.data}))
        return {name: self[name].data for name in fits if self[name].data}


class DraftForm(CallFields, Decisions, Form):
    """The form while somebody types."""


class CallForm(CallFields, Decisions, CreatingForm):
    """`call_key` names a call that was saved before without an outcome, and is taken up again."""

    call_key = HiddenField()
    join = HiddenField()  # what this call is added to: "order:GD20261125-0001" or "outage:7"

    def validate_visit_window(self, field):
        if field.data and field.data != AT_ONCE and window_named(field.data) is None:
            raise ValidationError(_("Choose one of the times."))

    def validate_join(self, field):
        if field.data and not JOINED.fullmatch(field.data):
            field.data = ""
            raise ValidationError(_("What this call was to be added to does not exist. Save it as a new one."))

    def validate_call_key(self, field):
        _key(field.data)

    def validate_about(self, field):
        if field.data and not NUMBER.fullmatch(field.data):
            raise ValidationError(_("There is no work order with this number."))

    @property
    def key(self) -> str:
        """The key under which the call is kept, in its one written form; empty while the form is broken."""
        try:
            return _key(self.call_key.data) or _key(self.request_key.data)
        except ValidationError:
            return ""


def _key(typed: str | None) -> str:
    try:
        return str(Key(typed)) if typed else ""
    except (ValueError, AttributeError):
        raise ValidationError(_("This form is broken. Open a new one.")) from None
