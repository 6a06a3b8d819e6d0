"""What the console shows while somebody types: outages and open orders that this call may be about."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, can
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.neighbours.models import OtherHome
from helpdesk.outages.models import Outage, OutageOrder
from helpdesk.outages.queries import counts_of_orders, counts_of_outages, is_affected, standing_outages
from helpdesk.outages.rules import come_together
from helpdesk.outages.states import OutageStatus
from helpdesk.repairs.models import Category, Visit, Where, WorkOrder
from helpdesk.repairs.queries import visible_work_orders
from helpdesk.repairs.states import OPEN

LINES = 4  # of orders: the nearest
LOOKED_AT = 60
SOON = timedelta(days=3)  # a planned outage that begins later is not what somebody rings about


class Reach(StrEnum):
    """How near an order is to the home that rings, the nearest first."""

    HOME = "home"
    STAIRWELL = "stairwell"
    BUILDING = "building"
    ESTATE = "estate"


FAR = {reach: steps for steps, reach in enumerate(Reach)}


@dataclass(frozen=True)
class OutageLine:
    outage: Outage
    affected: bool
    callers: int

    @property
    def key(self) -> str:
        """How the form of the call names it."""
        return f"outage:{self.outage.id}"


@dataclass(frozen=True)
class OrderLine:
    order: WorkOrder
    reach: Reach
    callers: int

    @property
    def key(self) -> str:
        return f"order:{self.order.number}"


@dataclass(frozen=True)
class Near:
    """`together` are orders of one kind that came within an hour: perhaps one outage. `first` is what one key adds to:
    the first line that is near enough not to be a mistake.
    """

    outages: list[OutageLine] = field(default_factory=list)
    orders: list[OrderLine] = field(default_factory=list)
    together: list[WorkOrder] = field(default_factory=list)
    estate_id: int | None = None
    place: Place | None = None
    category: Category | None = None
    call_id: int | None = None

    def __bool__(self) -> bool:
        return bool(self.outages or self.orders)

    @property
    def first(self) -> str:
        near = [line.key for line in self.outages if line.affected]
        near += [line.key for line in self.orders if line.reach is not Reach.ESTATE]
        return near[0] if near else ""


def near(
    user, *, estate_id: int, place: Place | None, category: Category | None, call_id: int | None = None, now: datetime
) -> Near:
    """Nothing without a place and without a kind of fault; empty for whoever does not see the orders of the estate."""
    if not (place or category) or not can(user, Permission.SEE_WORK_ORDERS, estate_id):
        return Near()
    outages = _outages(user, estate_id, place, category, now)
    shown = [line.outage.id for line in outages]
    orders = _orders(user, estate_id, place, category)
    theirs = dict(
        db.session.execute(
            select(OutageOrder.work_order_id, OutageOrder.outage_id).where(
                OutageOrder.work_order_id.in_([order.id for order in orders])
            )
        ).all()
    )  # fmt: skip
    alone = [order for order in orders if theirs.get(order.id) not in shown and _concerns(order, place, category)]
    lines = _lines(alone, place)
    together = _together((order for order in orders if order.id not in theirs), category, place)
    return Near(outages, lines, together, estate_id=estate_id, place=place, category=category, call_id=call_id)


def _outages(user, estate_id: int, place: Place | None, category: Category | None, now: datetime) -> list[OutageLine]:
    """Those of the kind; and, while the kind is not known, those of the place. What affects the place comes first."""
    found = [
        (outage, place is not None and is_affected(outage, place))
        for outage in standing_outages(user, estate_id=estate_id)
        if outage.status is OutageStatus.RUNNING or outage.starts_at < now + SOON
    ]
    fitting = [
        (outage, affected)
        for outage, affected in found
        if (outage.category.group_code == category.group_code if category else affected)
    ]
    counts = counts_of_outages(outage for outage, _affected in fitting)
    fitting.sort(key=lambda pair: not pair[1])  # otherwise as they were
    return [OutageLine(outage, affected, counts[outage.id]) for outage, affected in fitting]


def _orders(user, estate_id: int, place: Place | None, category: Category | None) -> list[WorkOrder]:
    """Everything of this home; of its building, and of what all share outside, what is of the same kind."""
    found = visible_work_orders(user).where(WorkOrder.estate_id == estate_id, WorkOrder.status.in_(OPEN))
    around = []
    if place is not None:
        shared = select(OtherHome.work_order_id).where(OtherHome.place_id == place.id)
        around += [WorkOrder.place_id == place.id, WorkOrder.id.in_(shared)]
    if category is not None:
        alike = WorkOrder.category.has(Category.group_code == category.group_code)
        where = Place.building_no.is_(None)
        if place is not None and place.building_no is not None:
            where = or_(where, Place.building_no == place.building_no)
        around.append(and_(alike, WorkOrder.place.has(where)))
    more = (
        joinedload(WorkOrder.place), joinedload(WorkOrder.category),
        selectinload(WorkOrder.visits).selectinload(Visit.crew).load_only(User.name),
    )  # fmt: skip
    newest = found.where(or_(*around)).order_by(None).order_by(WorkOrder.id.desc())
    return list(db.session.scalars(newest.limit(LOOKED_AT).options(*more)))


def _lines(orders: Iterable[WorkOrder], place: Place | None) -> list[OrderLine]:
    nearest = sorted(((order, _reach(order, place)) for order in orders), key=lambda pair: (FAR[pair[1]], -pair[0].id))
    counts = counts_of_orders([order.id for order, _far in nearest[:LINES]])
    return [OrderLine(order, reach, counts.get(order.id, 0)) for order, reach in nearest[:LINES]]


def _concerns(order: WorkOrder, place: Place | None, category: Category | None) -> bool:
    """Behind other stairs somebody's own socket is theirs; the same fault there, or what all share, may be this one."""
    near_by = FAR[_reach(order, place)] <= FAR[Reach.STAIRWELL]
    own = order.category.where is Where.IN_HOME
    return near_by or not own or (category is not None and order.category.code == category.code)


def _reach(order: WorkOrder, place: Place | None) -> Reach:
    there = order.place
    if place is None:
        return Reach.ESTATE
    if there.id == place.id:
        return Reach.HOME
    if (place.stairwell_id or place.id) in (there.id, there.stairwell_id) or there.id == place.stairwell_id:
        return Reach.STAIRWELL
    same_building = there.building_no is not None and there.building_no == place.building_no
    return Reach.BUILDING if same_building else Reach.ESTATE


def _together(orders: Iterable[WorkOrder], category: Category | None, place: Place | None) -> list[WorkOrder]:
    """Three or more on these stairs, else in this building, that came within an hour of each other."""
    if category is None or place is None:
        return []
    alike = sorted(
        (order for order in orders if order.category.group_code == category.group_code),
        key=lambda order: (order.reported_at, order.id),
    )
    for reach in (Reach.STAIRWELL, Reach.BUILDING):
        here = [order for order in alike if FAR[_reach(order, place)] <= FAR[reach]]
        run = come_together([order.reported_at for order in here])
        if run:
            return here[run]
    return []
