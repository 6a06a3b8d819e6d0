"""What people note about the second home of an order, and about going in where nobody opened."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.neighbours.models import Entry, OtherHome, Part
from helpdesk.neighbours.queries import other_home_of
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.states import Status

SLACK = timedelta(minutes=2)  # a time chosen just now is not to come when it arrives here
ENDED = (Status.CLOSED, Status.CANCELLED)


def set_other_home(
    work_order: WorkOrder, *, place: Place, part: Part, number: str = "", actor: User, now: datetime
) -> OtherHome:
    """Say which second home an order is about, and what it has to do with it; one said before is replaced.

    Refused for the home the order was opened for; Conflict once the order has ended.
    """
    require(actor, Permission.OPEN_WORK_ORDER, work_order.estate_id)
    _refuse_ended(work_order)
    if place.estate_id != work_order.estate_id:
        raise Refused(_("This belongs to another estate."), field="address")
    if place.id == work_order.place_id:
        raise Refused(_("This is the home the work order was opened for. Give the other one."), field="address")
    other = other_home_of(work_order) or OtherHome(work_order=work_order)
    other.place, other.part, other.number = place, part, number
    db.session.add(other)
    record(
        "work_order.other_home_set", work_order, actor=actor, now=now, topics=work_order.topics, place_id=place.id,
        part=part,
    )  # fmt: skip
    return other


def remove_other_home(work_order: WorkOrder, *, actor: User, now: datetime) -> None:
    """The order is about one home only. Conflict if it is already."""
    require(actor, Permission.OPEN_WORK_ORDER, work_order.estate_id)
    _refuse_ended(work_order)
    other = other_home_of(work_order)
    if other is None:
        raise Conflict(_("This work order has no second home."))
    db.session.delete(other)
    record(
        "work_order.other_home_removed", work_order, actor=actor, now=now, topics=work_order.topics,
        place_id=other.place_id,
    )  # fmt: skip


def note_entry(
    work_order: WorkOrder, *, place: Place, entered_at: datetime, witnesses: str, why: str, actor: User, now: datetime
) -> Entry:
    """Record that a locked or vacant home was entered in an emergency: the desk does, or whoever was sent.

    What happened is never refused for how urgent it was. Refused without a witness or a reason, for a moment to come,
    or for a home the order is not about.
    """
    was_sent = any(actor.id == user.id for visit in work_order.visits for user in visit.crew)
    by_technician = was_sent and can(actor, Permission.DO_VISITS, work_order.estate_id)
    if not by_technician and not can(actor, Permission.DISPATCH, work_order.estate_id):
        raise NotAllowed()
    other = other_home_of(work_order)
    if place.id not in (work_order.place_id, other and other.place_id):
        raise Refused(_("The work order is not about this home."), field="place_id")
    if not witnesses.strip():
        raise Refused(_("Name at least one witness: nobody goes in alone."), field="witnesses")
    if not why.strip():
        raise Refused(_("Say why it could not wait."), field="why")
    if entered_at > now + SLACK:
        raise Refused(_("This lies ahead. Give the time at which the home was entered."), field="entered_at")
    entry = Entry(
        work_order_id=work_order.id, place=place, entered_at=entered_at, witnesses=witnesses.strip(), why=why.strip(),
        noted_at=now, noted_by=actor,
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    record(
        "work_order.home_entered", work_order, actor=actor, now=now, topics=work_order.topics, entry_id=entry.id,
        place_id=place.id,
    )  # fmt: skip
    return entry


def _refuse_ended(work_order: WorkOrder) -> None:
    if work_order.status in ENDED:
        raise Conflict(_("This work order is over; nothing more is noted about a second home."))
