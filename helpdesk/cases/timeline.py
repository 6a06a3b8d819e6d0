"""What happened to a case, in whole sentences of the reader's language, oldest first.

Built from the events; words are read from their own rows, and left out for whoever may not read them.
"""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.models import Event
from helpdesk.audit.queries import history_of
from helpdesk.cases.models import Case, CaseKind, Extension, Note, ReplyWay, Satisfaction
from helpdesk.core.extensions import db
from helpdesk.core.words import day_and_time, word
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.timeline import Entry


def case_timeline(case: Case, *, with_words: bool) -> list[Entry]:
    """The history of a case the caller has loaded through a permission: a few queries, however long it is."""
    events = history_of(case)
    told = Told(case, events, with_words)
    return [Entry(event.at, SENTENCES.get(event.kind, _changed)(told, event), told.typed(event)) for event in events]


class Told:
    """The names, words and numbers that the sentences of one case need, each read once."""

    def __init__(self, case: Case, events: list[Event], with_words: bool) -> None:
        self.case, self.with_words = case, with_words
        people = {event.actor_id for event in events} | {event.data.get("owner_id") for event in events}
        self.names = dict(db.session.execute(select(User.id, User.name).where(User.id.in_(people - {None}))).all())
        notes = select(Note.id, Note.words).where(Note.case_id == case.id)
        self.notes = dict(db.session.execute(notes).all()) if with_words else {}
        orders = [event.data["work_order_id"] for event in events if event.kind == "case.order_opened"]
        numbers = select(WorkOrder.id, WorkOrder.number).where(WorkOrder.id.in_(orders))
        self.orders = dict(db.session.execute(numbers).all()) if orders else {}
        self.extensions = {one.id: one for one in case.extensions}
        self.last_reply = max((event.seq for event in events if event.kind == "case.replied"), default=0)

    def name(self, user_id: int | None) -> str:
        return self.names.get(user_id) or _("The system")

    def extension(self, event: Event) -> Extension | None:
        return self.extensions.get(event.data["extension_id"])

    def typed(self, event: Event) -> str:
        """What was written with it; a reply or reason that no longer stands is shown where the case was reopened."""
        if not self.with_words:
            return ""
        if event.kind == "case.replied":
            return self.case.reply_text if event.seq == self.last_reply else ""
        if event.kind == "case.returned":
            return self.case.return_reason
        if event.kind == "case.extension_asked":
            asked = self.extension(event)
            return asked.reason if asked else ""
        if event.kind == "case.reopened":
            earlier = self.notes.get(event.data["earlier_id"], "")
            why = self.notes.get(event.data["note_id"], "")
            return why + "\n" + _("Before: %(words)s", words=earlier)
        return self.notes.get(event.data.get("note_id", 0), "")


def _when(event: Event, key: str) -> str:
    return day_and_time(datetime.fromisoformat(event.data[key]))


def _opened(told: Told, event: Event) -> str:
    kind, due = word(CaseKind(event.data["about"])), _when(event, "reply_by")
    said = {"name": told.name(event.actor_id), "kind": kind, "time": due}
    if event.data["owner_id"] is None:
        return _("%(name)s opened this case: %(kind)s, to be answered by %(time)s.", **said)
    said["owner"] = told.name(event.data["owner_id"])
    return _("%(name)s opened this case: %(kind)s, to be answered by %(time)s; %(owner)s answers for it.", **said)


def _assigned(told: Told, event: Event) -> str:
    name, owner = told.name(event.actor_id), told.name(event.data["owner_id"])
    if event.actor_id == event.data["owner_id"]:
        return _("%(name)s took it on.", name=name)
    return _("%(name)s gave it to %(owner)s.", name=name, owner=owner)


def _made_complex(told: Told, event: Event) -> str:
    time = _when(event, "reply_by")
    return _("%(name)s called it complex: to be answered by %(time)s.", name=told.name(event.actor_id), time=time)


def _extension_asked(told: Told, event: Event) -> str:
    return _("%(name)s asked for time until %(time)s:", name=told.name(event.actor_id), time=_when(event, "until"))


def _extension_decided(told: Told, event: Event) -> str:
    name = told.name(event.actor_id)
    if event.data["granted"]:
        return _("%(name)s noted: granted, due by %(time)s.", name=name, time=_when(event, "reply_by"))
    return _("%(name)s noted: more time was not granted.", name=name)


def _replied(told: Told, event: Event) -> str:
    said = {"name": told.name(event.actor_id), "way": word(ReplyWay(event.data["way"]))}
    if event.data["in_time"]:
        return _("%(name)s answered in time (%(way)s):", **said)
    return _("%(name)s answered late (%(way)s):", **said)


def _returned(told: Told, event: Event) -> str:
    return _("%(name)s sent it back:", name=told.name(event.actor_id))


def _closed(told: Told, event: Event) -> str:
    name, content = told.name(event.actor_id), event.data["satisfaction"]
    if content:
        return _("%(name)s closed it: %(satisfaction)s.", name=name, satisfaction=word(Satisfaction(content)))
    return _("%(name)s closed it.", name=name)


def _reopened(told: Told, event: Event) -> str:
    time = _when(event, "reply_by")
    return _("%(name)s opened it again, to be answered by %(time)s:", name=told.name(event.actor_id), time=time)


def _noted(told: Told, event: Event) -> str:
    return _("%(name)s remarked:", name=told.name(event.actor_id))


def _order_opened(told: Told, event: Event) -> str:
    number = told.orders.get(event.data["work_order_id"], "?")
    return _("%(name)s opened work order %(number)s for it.", name=told.name(event.actor_id), number=number)


def _changed(told: Told, event: Event) -> str:
    return _("%(name)s changed this case.", name=told.name(event.actor_id))


SENTENCES = {
    "case.opened": _opened,
    "case.assigned": _assigned,
    "case.made_complex": _made_complex,
    "case.extension_asked": _extension_asked,
    "case.extension_decided": _extension_decided,
    "case.replied": _replied,
    "case.returned": _returned,
    "case.closed": _closed,
    "case.reopened": _reopened,
    "case.noted": _noted,
    "case.order_opened": _order_opened,
}
