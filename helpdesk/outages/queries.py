"""Finding outages, their orders and their callers. Every query starts from what this user may see."""

from collections.abc import Collection, Iterable

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.outages.models import Area, Caller, Outage, OutageCallback, OutageOrder
from helpdesk.outages.states import STANDING, OutageStatus
from helpdesk.repairs.models import Visit, WorkOrder

PAST = 50  # rows of the list
WITH_CREW = (selectinload(WorkOrder.visits).selectinload(Visit.crew).load_only(User.name),)


def visible_outages(user) -> Select[tuple[Outage]]:
    """Outages of the estates whose work orders this user may see; a technician's page tells only of their jobs."""
    return select(Outage).where(Outage.estate_id.in_(estates(user, Permission.SEE_WORK_ORDERS)))


def get_outage(user, outage_id: int, *, seen_version: int | None = None) -> Outage:
    """One outage; 404 if there is none for this user, Conflict if it changed since they looked."""
    outage = db.session.scalar(visible_outages(user).where(Outage.id == outage_id)) or abort(404)
    if seen_version is not None and seen_version != outage.version:
        raise Conflict(_("Someone changed this outage while you were looking at it. Check, then save again."))
    return outage


def standing_outages(user, *, estate_id: int | None = None) -> list[Outage]:
    """What runs, the newest first, then what is planned, the next one first."""
    found = visible_outages(user).where(Outage.status.in_(STANDING))
    if estate_id is not None:
        found = found.where(Outage.estate_id == estate_id)
    rows = list(db.session.scalars(found.order_by(Outage.starts_at, Outage.id)))
    running = [outage for outage in rows if outage.status is OutageStatus.RUNNING]
    return [*reversed(running), *(outage for outage in rows if outage.status is OutageStatus.PLANNED)]


def past_outages(user) -> list[Outage]:
    found = visible_outages(user).where(Outage.status.not_in(STANDING))
    return list(db.session.scalars(found.order_by(Outage.starts_at.desc(), Outage.id.desc()).limit(PAST)))


def orders_in(outage: Outage) -> list[WorkOrder]:
    """The orders of an outage that the caller has loaded through a permission."""
    part = select(OutageOrder.work_order_id).where(OutageOrder.outage_id == outage.id)
    found = select(WorkOrder).where(WorkOrder.id.in_(part)).options(*WITH_CREW)
    return list(db.session.scalars(found.order_by(WorkOrder.id)))


def outage_of(work_order: WorkOrder) -> Outage | None:
    """The outage that an order is part of."""
    return db.session.scalar(
        select(Outage).join(OutageOrder, OutageOrder.outage_id == Outage.id).where(
            OutageOrder.work_order_id == work_order.id
        )
    )  # fmt: skip


def outage_behind(user, callback) -> Outage | None:
    """The outage whose end asked for a call-back."""
    asked = select(OutageCallback.outage_id).where(OutageCallback.callback_id == callback.id)
    return db.session.scalar(visible_outages(user).where(Outage.id.in_(asked)))


def callers_of(outage: Outage) -> list[Caller]:
    """Who was added to an outage or to one of its orders, in the order of their calls."""
    part = select(OutageOrder.work_order_id).where(OutageOrder.outage_id == outage.id)
    return _callers(or_(Caller.outage_id == outage.id, Caller.work_order_id.in_(part)))


def callers_of_order(work_order: WorkOrder) -> list[Caller]:
    """Who else rang about an order, or about the outage that it is part of."""
    whole = select(OutageOrder.outage_id).where(OutageOrder.work_order_id == work_order.id)
    return _callers(or_(Caller.work_order_id == work_order.id, Caller.outage_id.in_(whole)))


def _callers(which: ColumnElement[bool]) -> list[Caller]:
    more = (joinedload(Caller.person), joinedload(Caller.work_order))
    return list(db.session.scalars(select(Caller).where(which).options(*more).order_by(Caller.rang_at, Caller.id)))


def counts_of_outages(outages: Iterable[Outage]) -> dict[int, int]:
    """How many calls were added to each, those to its orders included."""
    ids = [outage.id for outage in outages]
    own = select(Caller.outage_id, func.count(Caller.id)).where(Caller.outage_id.in_(ids)).group_by(Caller.outage_id)
    by_order = (
        select(OutageOrder.outage_id, func.count(Caller.id))
        .join(Caller, Caller.work_order_id == OutageOrder.work_order_id)
        .where(OutageOrder.outage_id.in_(ids))
        .group_by(OutageOrder.outage_id)
    )
    counts = dict.fromkeys(ids, 0)
    for outage_id, count in [*db.session.execute(own), *db.session.execute(by_order)] if ids else ():
        counts[outage_id] += count
    return counts


def counts_of_orders(order_ids: Collection[int]) -> dict[int, int]:
    """How many calls were added to each of these orders."""
    if not order_ids:
        return {}
    found = (
        select(Caller.work_order_id, func.count(Caller.id))
        .where(Caller.work_order_id.in_(order_ids))
        .group_by(Caller.work_order_id)
    )
    return dict(db.session.execute(found).all())


def is_affected(outage: Outage, place: Place) -> bool:
    """Whether a place lies in what an outage affects."""

    def covers(area: Area) -> bool:
        here = (place.id, place.stairwell_id)
        return area.place_id in here if area.place_id else area.building_no == place.building_no

    return outage.whole_estate or any(covers(area) for area in outage.areas)


def buildings_and_stairwells(estate_id: int) -> dict[int, list[Place]]:
    """Every building of an estate with its stairwells, to choose from."""
    numbers = select(Place.building_no).where(Place.estate_id == estate_id, Place.building_no.is_not(None)).distinct()
    found: dict[int, list[Place]] = {number: [] for number in db.session.scalars(numbers.order_by(Place.building_no))}
    served = select(Place.stairwell_id).where(Place.estate_id == estate_id, Place.stairwell_id.is_not(None))
    stairwells = select(Place).where(Place.id.in_(served), Place.building_no.is_not(None))
    for stairwell in db.session.scalars(stairwells.order_by(Place.building_no, Place.unit_no, Place.id)):
        found[stairwell.building_no].append(stairwell)
    return found
