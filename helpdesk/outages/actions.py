"""What people do about outages: open one, change it, give it orders and callers. How one ends is in `closing`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Place
from helpdesk.outages.models import Area, Caller, Outage, OutageOrder
from helpdesk.outages.queries import orders_in, outage_of
from helpdesk.outages.states import STANDING, OutageStatus, move
from helpdesk.repairs.models import Category, WorkOrder
from helpdesk.repairs.states import OPEN


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is told of an outage. `buildings` are numbers, `places` stairwells and single places."""

    category: Category
    whole_estate: bool = False
    buildings: Sequence[int] = ()
    places: Sequence[Place] = ()
    starts_at: datetime
    ends_at: datetime | None = None
    words: str = ""
    notice: str = ""
    outside_party: str = ""


def open_outage(
    facts: Facts, *, estate_id: int, orders: Sequence[WorkOrder] = (), actor: User, now: datetime
) -> Outage:
    """Open an outage, with the orders that have it as their cause. It is planned while its beginning lies ahead.

    Refused without a place, with an end before its start, or for what belongs to another estate; Conflict for an
    order that is over or belongs to another outage.
    """
    require(actor, Permission.OPEN_WORK_ORDER, estate_id)
    outage = Outage(
        estate_id=estate_id, status=OutageStatus.PLANNED if facts.starts_at > now else OutageStatus.RUNNING,
        opened_at=now, opened_by=actor, version=0,
    )  # fmt: skip
    _tell(outage, facts)
    for work_order in orders:
        _check_order(outage, work_order)
    db.session.add(outage)
    db.session.flush()
    db.session.add_all(OutageOrder(outage_id=outage.id, work_order_id=order.id) for order in orders)
    record(
        "outage.opened", outage, actor=actor, now=now, topics=heard_by(outage), status=outage.status,
        category_id=facts.category.id, starts_at=facts.starts_at, ends_at=facts.ends_at,
        orders=[order.id for order in orders],
    )  # fmt: skip
    return outage


def change_outage(outage: Outage, facts: Facts, *, actor: User, now: datetime) -> None:
    """Say anew what it is, where, how long, and what is told of it. Conflict once it has ended."""
    require(actor, Permission.DISPATCH, outage.estate_id)
    _refuse_ended(outage)
    _tell(outage, facts)
    record(
        "outage.changed", outage, actor=actor, now=now, topics=heard_by(outage), starts_at=outage.starts_at,
        ends_at=outage.ends_at,
    )  # fmt: skip


def begin_outage(outage: Outage, *, actor: User, now: datetime) -> None:
    """What was planned has begun. Begun early, it began now; begun late, when it was planned to."""
    require(actor, Permission.DISPATCH, outage.estate_id)
    move(outage, OutageStatus.RUNNING)
    outage.starts_at = min(outage.starts_at, now)
    record("outage.begun", outage, actor=actor, now=now, topics=heard_by(outage), starts_at=outage.starts_at)


def cancel_outage(outage: Outage, *, actor: User, now: datetime) -> None:
    """There is no such outage: the works were called off, or it was none. Its orders go on by themselves."""
    require(actor, Permission.DISPATCH, outage.estate_id)
    topics = heard_by(outage)
    old = move(outage, OutageStatus.CANCELLED)
    for work_order in orders_in(outage):
        _leave(work_order)
    record("outage.cancelled", outage, actor=actor, now=now, topics=topics, from_status=old)


def add_order(outage: Outage, work_order: WorkOrder, *, actor: User, now: datetime) -> None:
    """Make an open order part of an outage. Conflict if either has ended, or it is part of another one."""
    require(actor, Permission.DISPATCH, outage.estate_id)
    _refuse_ended(outage)
    _check_order(outage, work_order)
    db.session.add(OutageOrder(outage_id=outage.id, work_order_id=work_order.id))
    db.session.flush()
    record(
        "outage.order_added", outage, actor=actor, now=now, topics=heard_by(outage), work_order_id=work_order.id
    )  # fmt: skip


def take_out_order(outage: Outage, work_order: WorkOrder, *, actor: User, now: datetime) -> None:
    """Let an order go on by itself: a repair of one household that remains. Conflict if it is not part of this."""
    require(actor, Permission.DISPATCH, outage.estate_id)
    topics = heard_by(outage)
    if work_order not in orders_in(outage):
        raise Conflict(_("This work order is no longer part of the outage."))
    _leave(work_order)
    record("outage.order_taken_out", outage, actor=actor, now=now, topics=topics, work_order_id=work_order.id)


def add_caller(
    to: WorkOrder | Outage, *, call_id: int, rang_at: datetime, place: Place | None = None,
    person: Person | None = None, number: str = "", actor: User, now: datetime,
) -> Caller:  # fmt: skip
    """Somebody else rang about what is known already. A place that an outage does not name is taken as well.

    Refused for another estate; Conflict once the order or the outage has ended.
    """
    require(actor, Permission.LOG_CALL, to.estate_id)
    if any(thing is not None and thing.estate_id != to.estate_id for thing in (place, person)):
        raise Refused(_("This belongs to another estate."))
    caller = Caller(call_id=call_id, place=place, person=person, number=number, rang_at=rang_at)
    about = {"call_id": call_id, "place_id": place.id if place else None}
    if isinstance(to, Outage):
        _refuse_ended(to)
        caller.outage_id, kind, topics = to.id, "outage.caller_added", heard_by(to)
    else:
        if to.status not in OPEN:
            raise Conflict(_("Work order %(number)s is over by now. Save the call as a new one.", number=to.number))
        whole = outage_of(to)
        caller.work_order, kind = to, "work_order.caller_added"
        topics = to.topics | whole.topics if whole else to.topics
    db.session.add(caller)
    record(kind, to, actor=actor, now=now, topics=topics, **about)
    return caller


def heard_by(outage: Outage) -> set[str]:
    """The topics of an outage and of all its orders: their pages show it too."""
    return outage.topics.union(*(order.topics for order in orders_in(outage)))


def _tell(outage: Outage, facts: Facts) -> None:
    if not (facts.whole_estate or facts.buildings or facts.places):
        raise Refused(_("Say where: at least one building, stairwell or place, or the whole estate."), field="where")
    if facts.ends_at and facts.ends_at <= facts.starts_at:
        raise Refused(_("The end has to lie after the beginning."), field="ends_at")
    if any(thing.estate_id != outage.estate_id for thing in (facts.category, *facts.places)):
        raise Refused(_("This belongs to another estate."))
    outage.category, outage.whole_estate = facts.category, facts.whole_estate
    areas = [] if facts.whole_estate else [Area(building_no=number) for number in facts.buildings]
    areas += [] if facts.whole_estate else [Area(place=place) for place in facts.places]
    outage.areas = areas
    outage.starts_at, outage.ends_at = facts.starts_at, facts.ends_at
    outage.words, outage.notice, outage.outside_party = facts.words, facts.notice, facts.outside_party


def _check_order(outage: Outage, work_order: WorkOrder) -> None:
    if work_order.estate_id != outage.estate_id:
        raise Refused(_("This belongs to another estate."))
    if work_order.status not in OPEN:
        raise Conflict(_("Work order %(number)s is over by now.", number=work_order.number))
    if outage_of(work_order) is not None:
        raise Conflict(_("Work order %(number)s is part of an outage already.", number=work_order.number))


def _refuse_ended(outage: Outage) -> None:
    if outage.status not in STANDING:
        raise Conflict(_("This outage has ended by now. Look at it again."))


def _leave(work_order: WorkOrder) -> None:
    db.session.execute(db.delete(OutageOrder).where(OutageOrder.work_order_id == work_order.id))
