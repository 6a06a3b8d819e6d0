"""What happened to an outage, in whole sentences of the reader's language, oldest first; built from the events."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.models import Event
from helpdesk.audit.queries import history_of
from helpdesk.core.extensions import db
from helpdesk.core.words import day_and_time
from helpdesk.estate.models import Place
from helpdesk.outages.models import Outage
from helpdesk.outages.states import OutageStatus
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.timeline import Entry


def timeline(outage: Outage) -> list[Entry]:
    """The history of an outage the caller has loaded through a permission: four queries, however long it is."""
    events = history_of(outage)
    names = dict(db.session.execute(select(User.id, User.name).where(User.id.in_(_ids(events, "actor")))).all())
    numbers = select(WorkOrder.id, WorkOrder.number).where(WorkOrder.id.in_(_ids(events, "work_order_id")))
    places = select(Place.id, Place.address).where(Place.id.in_(_ids(events, "place_id")))
    told = {"numbers": dict(db.session.execute(numbers).all()), "places": dict(db.session.execute(places).all())}
    return [
        Entry(event.at, _sentence(event, names.get(event.actor_id or 0) or _("The system"), **told)) for event in events
    ]


def _ids(events: list[Event], key: str) -> set[int]:
    found = (event.actor_id if key == "actor" else event.data.get(key) for event in events)
    return {one for one in found if one}


def _sentence(event: Event, name: str, *, numbers: dict[int, str], places: dict[int, str]) -> str:
    data, kind = event.data, event.kind
    number, place = numbers.get(data.get("work_order_id"), "?"), places.get(data.get("place_id"), "")
    if kind == "outage.opened":
        return _opened(name, data)
    if kind == "outage.changed":
        until = data["ends_at"] and day_and_time(datetime.fromisoformat(data["ends_at"]))
        if until:
            return _("%(name)s changed it; expected to end %(until)s.", name=name, until=until)
        return _("%(name)s changed it; when it ends is not known.", name=name)
    if kind == "outage.order_added":
        return _("%(name)s added work order %(number)s.", name=name, number=number)
    if kind == "outage.order_taken_out":
        return _("%(name)s took work order %(number)s out; it goes on by itself.", name=name, number=number)
    if kind == "outage.caller_added":
        return _("Somebody rang from %(place)s.", place=place) if place else _("Somebody else rang about it.")
    if kind == "outage.over":
        return ngettext(
            "%(name)s said that it is over; %(num)d household is to be rung back.",
            "%(name)s said that it is over; %(num)d households are to be rung back.", data["call_backs"], name=name,
        )  # fmt: skip
    return _short(kind, name)


def _opened(name: str, data: dict) -> str:
    if data["status"] == OutageStatus.PLANNED.value:
        return _("%(name)s announced the outage.", name=name)
    orders = len(data["orders"])
    if not orders:
        return _("%(name)s opened the outage.", name=name)
    return ngettext(
        "%(name)s opened the outage, with %(num)d work order.",
        "%(name)s opened the outage, with %(num)d work orders.", orders, name=name,
    )  # fmt: skip


def _short(kind: str, name: str) -> str:
    if kind == "outage.begun":
        return _("%(name)s said that it has begun.", name=name)
    if kind == "outage.cancelled":
        return _("%(name)s called the outage off.", name=name)
    return _("%(name)s said that it was not over.", name=name)
