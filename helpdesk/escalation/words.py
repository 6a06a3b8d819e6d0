"""How escalation is said: in the ring list, and in the history of an order."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.callbacks.models import Answer
from helpdesk.core.words import day_and_time, register, word
from helpdesk.duty.models import Post
from helpdesk.escalation.models import Decision
from helpdesk.repairs.rules import DeadlineKind
from helpdesk.repairs.timeline import SENTENCES
from helpdesk.repairs.words import promise_words

register({
    Decision.TAKES: _l("Takes it"),
    Decision.CANNOT: _l("Cannot come"),
})  # fmt: skip


def _promise(data) -> str:
    return promise_words(DeadlineKind(data["deadline"]), datetime.fromisoformat(data["due_at"]))


def _warned(*, data, **_more) -> str:
    return _("Soon late: %(promise)s.", promise=_promise(data))


def _late(*, data, **_more) -> str:
    return _("Late: %(promise)s was missed.", promise=_promise(data))


def _unacknowledged(*, data, **_more) -> str:
    due = day_and_time(datetime.fromisoformat(data["due_at"]))
    return _("Nobody had acknowledged by %(time)s.", time=due)


def _rung(*, name, crew, data, **_more) -> str:
    answer = Answer(data["answer"])
    if answer is Answer.ANSWERED:
        return _("%(name)s rang %(rung)s, who answered.", name=name, rung=crew)
    if answer is Answer.SWITCHED_OFF:
        return _("%(name)s rang %(rung)s: switched off.", name=name, rung=crew)
    return _("%(name)s rang %(rung)s: no answer.", name=name, rung=crew)


def _decided(*, name, crew, data, **_more) -> str:
    if Decision(data["decision"]) is Decision.CANNOT:
        return _("%(rung)s told %(name)s on the telephone that they cannot come.", rung=crew, name=name)
    if data["visit_id"]:
        return _("%(rung)s accepted the visit on the telephone with %(name)s.", rung=crew, name=name)
    return _("%(rung)s took charge on the telephone with %(name)s.", rung=crew, name=name)


SENTENCES.update({
    "work_order.warned": _warned,
    "work_order.late": _late,
    "work_order.unacknowledged": _unacknowledged,
    "work_order.rung": _rung,
    "work_order.ring_decided": _decided,
})  # fmt: skip


def what_happens(minutes: int | None, posts: list[Post]) -> str:
    """What the policy leads to, in one sentence; what is missing where it leads to nothing."""
    if not minutes or not posts:
        return _("Choose the minutes and at least one post that is rung.")
    then = " → ".join(word(post) for post in posts)
    return _(
        "If nobody has accepted %(minutes)d minutes after the report, the console asks the hotline to ring: %(then)s; "
        "then again from the beginning.",
        minutes=minutes, then=then,
    )  # fmt: skip
