"""The shape of what is sent about the policy; whether it can be so is for the act to say."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from helpdesk.core import ids
from helpdesk.core.forms import Form, LongText, between
from helpdesk.core.words import word
from helpdesk.duty.models import Post
from helpdesk.escalation.models import EscalationPolicy
from helpdesk.escalation.policy_actions import LONGEST, Terms
from helpdesk.repairs.models import Urgency

LONGEST_WORDS = 300


def _seen() -> IntegerField:
    return IntegerField(widget=HiddenInput(), default=0, validators=[between(0, ids.LARGEST)])


def _post(label) -> SelectField:
    return SelectField(label, choices=[], validators=[Optional()])


class PolicyForm(Form):
    """What is to count for one urgency; each field has an id of its own, for there are several on the page."""

    acknowledge_minutes = IntegerField(
        _l("Minutes until somebody must have accepted"), validators=[between(1, LONGEST)]
    )
    first, second, third = _post(_l("Rung first")), _post(_l("Then")), _post(_l("After that"))
    nobody_reached_zh = LongText(_l("When nobody can be reached, in Chinese"), limit=LONGEST_WORDS)
    nobody_reached_en = LongText(_l("The same in English"), limit=LONGEST_WORDS)
    valid_from = DateField(_l("From this day on"), validators=[InputRequired()])
    seen_id, seen_version = _seen(), _seen()

    def __init__(self, urgency: Urgency, newest: EscalationPolicy | None = None, **values):
        super().__init__(**(_values_of(newest) if newest else {}), **values)
        for field in self:
            field.id = field.label.field_id = f"{urgency}-{field.short_name}"
        for field in (self.first, self.second, self.third):
            field.choices = [("", _("nobody")), *((post.value, word(post)) for post in Post)]

    @property
    def terms(self) -> Terms:
        chosen = [field.data for field in (self.first, self.second, self.third) if field.data]
        return Terms(
            self.acknowledge_minutes.data, [Post(code) for code in chosen], self.nobody_reached_zh.data,
            self.nobody_reached_en.data or self.nobody_reached_zh.data,
        )  # fmt: skip


def _values_of(policy: EscalationPolicy) -> dict:
    posts = dict(zip(("first", "second", "third"), policy.posts.split(","), strict=False))
    return {
        "acknowledge_minutes": policy.acknowledge_minutes, "nobody_reached_zh": policy.nobody_reached_zh,
        "nobody_reached_en": policy.nobody_reached_en, "seen_id": policy.id, "seen_version": policy.version, **posts,
    }  # fmt: skip
