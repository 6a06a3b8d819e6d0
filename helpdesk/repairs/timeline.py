"""What happened to a work order, in whole sentences of the reader's language, oldest first.

Built from the events alone; names and remarks are read from their own rows. A time nobody told stays unknown, a
time told by a technician's phone is shown as told.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.models import Event
from helpdesk.audit.queries import history_of
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.words import clock_time, local_time, locale, word
from helpdesk.repairs.models import CancelReason, HoldReason, PhotoStage, Remark, Urgency, WorkOrder
from helpdesk.repairs.states import Setback, Status, Step
from helpdesk.repairs.words import work_name


@dataclass(frozen=True)
class Entry:
    at: datetime
    sentence: str
    typed: str = ""  # the words of a remark
    claimed: str = ""  # when it really was, as a technician's phone says

    @property
    def day(self) -> date:
        return clock.local_date(self.at)


ALSO_TOLD: dict[Callable[[WorkOrder, User | None], list[Entry]], None] = {}  # by features to the right: reactions.py


def timeline(work_order: WorkOrder, reader: User | None = None) -> list[Entry]:
    """The history of an order the caller has loaded through a permission: a few queries, however long it is.

    `reader` decides how much of what was noted elsewhere is told; without one it is the least.
    """
    events = history_of(work_order)
    names = _names(events)
    remarks = _remarks(work_order) if any(entry.kind == "work_order.remarked" for entry in events) else {}
    told = [_entry(event, work_order, names, remarks) for event in events]
    also = [entry for tell in ALSO_TOLD for entry in tell(work_order, reader)]
    return sorted(told + also, key=lambda entry: entry.at) if also else told


def list_names(names: Iterable[str]) -> str:
    """Several people in one sentence: 王师傅、李师傅 / Tao, Bo."""
    return ("、" if locale() == "zh" else ", ").join(names)


def window_words(starts_at: datetime, ends_at: datetime) -> str:
    """A window on its day: 11-24 08:30–10:00."""
    start = clock.local(starts_at)
    return f"{start:%m-%d} {start:%H:%M}–{clock_time(ends_at)}"


def _names(events: list[Event]) -> dict[int, str]:
    ids = {event.actor_id for event in events if event.actor_id}
    people = ("crew", "from_crew", "rung")
    ids.update(user_id for event in events for key in people for user_id in event.data.get(key, ()))
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())


def _remarks(work_order: WorkOrder) -> dict[int, str]:
    said = select(Remark.id, Remark.words).where(Remark.work_order_id == work_order.id)
    return dict(db.session.execute(said).all())


def _entry(event: Event, work_order: WorkOrder, names: dict[int, str], remarks: dict[int, str]) -> Entry:
    name = names.get(event.actor_id or 0) or _("The system")
    crew = list_names(names.get(user_id, "?") for user_id in event.data.get("crew", event.data.get("rung", ())))
    sentence = SENTENCES.get(event.kind, _changed)(name=name, crew=crew, data=event.data, work_order=work_order)
    typed = remarks.get(event.data["remark_id"], "") if event.kind == "work_order.remarked" else ""
    return Entry(event.at, sentence, typed, _claimed(event))


def _claimed(event: Event) -> str:
    """Said only where it differs from when we heard of it."""
    told = event.data.get("claimed_at")
    moment = datetime.fromisoformat(told) if told else None
    if moment is None or local_time(moment) == local_time(event.at):
        return ""
    return _("The technician's phone said %(time)s.", time=_when(moment, event.at))


def _when(moment: datetime, beside: datetime) -> str:
    here = clock.local(moment)
    return f"{here:%H:%M}" if here.date() == clock.local_date(beside) else f"{here:%m-%d %H:%M}"


def _opened(*, name, crew, data, work_order) -> str:
    urgency = word(Urgency(data["urgency"]))
    what = work_name(work_order)
    return _("%(name)s opened this work order: %(what)s, %(urgency)s.", name=name, what=what, urgency=urgency)


def _scheduled(*, name, crew, data, work_order) -> str:
    old = data["from_status"]
    if old in (Status.DONE.value, Status.CLOSED.value):
        sentence = _("%(name)s reopened the work order and sent %(crew)s.", name=name, crew=crew)
    elif old == Status.REPORTED.value:
        sentence = _("%(name)s sent %(crew)s.", name=name, crew=crew)
    elif old == Status.ON_HOLD.value:
        sentence = _("%(name)s went on with the work order and sent %(crew)s.", name=name, crew=crew)
    else:
        sentence = _("%(name)s arranged the visit anew and sent %(crew)s.", name=name, crew=crew)
    if not data["promised_from"]:
        return sentence
    return sentence + ("" if locale() == "zh" else " ") + _promised(data=data)


def _promised(*, data, **_more) -> str:
    window = window_words(*(datetime.fromisoformat(data[key]) for key in ("promised_from", "promised_until")))
    return _("The resident was promised %(window)s.", window=window)


def _handed_over(*, name, crew, data, work_order) -> str:
    return _("%(name)s handed the visit over to %(crew)s.", name=name, crew=crew)


STEPS = {
    Step.ACCEPT: lambda name: _("%(name)s accepted the visit.", name=name),
    Step.DEPART: lambda name: _("%(name)s set out.", name=name),
    Step.ARRIVE: lambda name: _("%(name)s arrived.", name=name),
}


def _stepped(*, name, crew, data, work_order) -> str:
    return STEPS[Step(data["step"])](name)


def _finished(*, name, crew, data, work_order) -> str:
    photos = data["photos"]
    if not photos:
        return _("%(name)s reported the work done.", name=name)
    return ngettext(
        "%(name)s reported the work done, with %(num)d photo.",
        "%(name)s reported the work done, with %(num)d photos.", photos, name=name,
    )  # fmt: skip


FAILURES = {
    Setback.NOBODY_HOME: lambda name: _("%(name)s was there, but nobody was home.", name=name),
    Setback.PARTS: lambda name: _("%(name)s could not finish: parts are missing.", name=name),
    Setback.HELP: lambda name: _("%(name)s could not finish: more hands are needed.", name=name),
    Setback.OUTSIDE: lambda name: _("%(name)s could not finish: somebody else has to do this.", name=name),
}


def _failed(*, name, crew, data, work_order) -> str:
    return FAILURES[Setback(data["reason"])](name)


def _recounted(*, name, crew, data, work_order) -> str:
    return _("%(name)s had the deadlines counted anew, because the working days changed.", name=name)


def _held(*, name, crew, data, work_order) -> str:
    return _("%(name)s put the work order on hold: %(reason)s.", name=name, reason=word(HoldReason(data["reason"])))


def _cancelled(*, name, crew, data, work_order) -> str:
    reason = CancelReason(data["reason"])
    if reason is CancelReason.VOID:
        return _("%(name)s made the work order void: it was opened by mistake.", name=name)
    return _("%(name)s cancelled the work order: %(reason)s.", name=name, reason=word(reason))


def _closed(*, name, crew, data, work_order) -> str:
    return _("%(name)s closed the work order.", name=name)


def _windows_named(*, name, crew, data, work_order) -> str:
    return ngettext(
        "%(name)s noted %(num)d more time at which they are at home.",
        "%(name)s noted %(num)d more times at which they are at home.", data["windows"], name=name,
    )  # fmt: skip


def _urgency_changed(*, name, crew, data, work_order) -> str:
    old, new = word(Urgency(data["from_urgency"])), word(Urgency(data["to_urgency"]))
    return _("%(name)s changed the urgency from %(old)s to %(new)s.", name=name, old=old, new=new)


def _remarked(*, name, crew, data, work_order) -> str:
    return _("%(name)s remarked:", name=name)


def _caller_added(*, name, crew, data, work_order) -> str:
    return _("Somebody else rang about it; %(name)s added the call to this order.", name=name)


def _other_home_set(*, name, crew, data, work_order) -> str:
    if data["part"] == "source":
        return _("%(name)s noted a second home: there it comes from.", name=name)
    return _("%(name)s noted a second home: it is affected.", name=name)


def _other_home_removed(*, name, crew, data, work_order) -> str:
    return _("%(name)s took the second home off this order.", name=name)


def _home_entered(*, name, crew, data, work_order) -> str:
    return _("%(name)s recorded that a home was entered in an emergency.", name=name)


def _chased(*, name, crew, data, work_order) -> str:
    return _("Somebody asked why nobody has come yet (noted by %(name)s).", name=name)


def _photo_added(*, name, crew, data, work_order) -> str:
    before = data["stage"] == PhotoStage.BEFORE.value
    said = _("%(name)s took a photo before the work.", name=name)
    return said if before else _("%(name)s took a photo after the work.", name=name)


def _changed(*, name, crew, data, work_order) -> str:
    return _("%(name)s changed this work order.", name=name)


SENTENCES = {
    "work_order.opened": _opened,
    "work_order.window_promised": _promised,
    "work_order.windows_named": _windows_named,
    "work_order.urgency_changed": _urgency_changed,
    "work_order.recounted": _recounted,
    "work_order.held": _held,
    "work_order.closed": _closed,
    "work_order.cancelled": _cancelled,
    "work_order.remarked": _remarked,
    "work_order.chased": _chased,
    "visit.scheduled": _scheduled,
    "visit.handed_over": _handed_over,
    "visit.stepped": _stepped,
    "visit.finished": _finished,
    "visit.failed": _failed,
    "photo.added": _photo_added,
    "work_order.caller_added": _caller_added,
    "work_order.other_home_set": _other_home_set,
    "work_order.other_home_removed": _other_home_removed,
    "work_order.home_entered": _home_entered,
}
