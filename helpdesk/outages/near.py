"""What the console shows while somebody types: outages and open orders that this call may be about."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, false, or_, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, can
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.neighbours.models import OtherHome
from helpdesk.outages.models import Outage, OutageOrder
from helpdesk.outages.queries import counts_of_orders, counts_of_outages, is_affected, standing_outages
from helpdesk.outages.rules import alike, come_together
from helpdesk.outages.states import OutageStatus
from helpdesk.repairs.models import Category, Visit, Where, WorkOrder
from helpdesk.repairs.queries import visible_work_orders
from helpdesk.repairs.states import OPEN

LINES = 4  # of orders besides those of the home itself: the likeliest
ELSEWHERE = 2  # of outages that this home is not in
LOOKED_AT = 60
SOON = timedelta(days=3)  # a planned outage that begins later is not what somebody rings about


class Nearness(StrEnum):
    """How near an order is to the home that rings, the nearest first."""

    HOME = "home"
    STAIRWELL = "stairwell"
    BUILDING = "building"
    ESTATE = "estate"


FAR = {near: steps for steps, near in enumerate(Nearness)}


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
    nearness: Nearness
    callers: int
    fits: bool  # it is of the kind that is told now, or that kind is not known yet

    @property
    def key(self) -> str:
        return f"order:{self.order.number}"


@dataclass(frozen=True)
class Near:
    """`together` are orders of one kind that came within an hour: perhaps one outage. `first` is what one key adds to:
    the first line that is near and alike enough not to be a mistake. `elsewhere` are outages this home is not in.
    """

    outages: list[OutageLine] = field(default_factory=list)
    orders: list[OrderLine] = field(default_factory=list)
    elsewhere: list[OutageLine] = field(default_factory=list)
    together: list[WorkOrder] = field(default_factory=list)
    estate_id: int | None = None
    place: Place | None = None
    category: Category | None = None
    call_id: int | None = None

    def __bool__(self) -> bool:
        return bool(self.outages or self.orders or self.elsewhere)

    @property
    def first(self) -> str:
        near = [line.key for line in self.outages if line.affected]
        near += [line.key for line in self.orders if line.fits and line.nearness is not Nearness.ESTATE]
        return near[0] if near else ""


def near(
    user, *, estate_id: int, place: Place | None, category: Category | None, call_id: int | None = None, now: datetime
) -> Near:
    """Nothing without a place and without a kind of fault; empty for whoever does not see the orders of the estate."""
    if not (place or category) or not can(user, Permission.SEE_WORK_ORDERS, estate_id):
        return Near()
    outages, elsewhere = _outages(user, estate_id, place, category, now)
    shown = [line.outage.id for line in outages]
    found = _orders(user, estate_id, place, category)
    theirs = dict(
        db.session.execute(
            select(OutageOrder.work_order_id, OutageOrder.outage_id).where(
                OutageOrder.work_order_id.in_([order.id for order, _own in found])
            )
        ).all()
    )  # fmt: skip
    alone = [pair for pair in found if theirs.get(pair[0].id) not in shown]
    lines = _lines(alone, place, category)
    together = _together((order for order, _own in found if order.id not in theirs), category, place)
    return Near(
        outages, lines, elsewhere, together, estate_id=estate_id, place=place, category=category, call_id=call_id
    )


def _outages(
    user, estate_id: int, place: Place | None, category: Category | None, now: datetime
) -> tuple[list[OutageLine], list[OutageLine]]:
    """Those of a fitting kind that affect the place, or all without a place; and apart, a few of the kind elsewhere.

    While the kind is not known, only what affects the place.
    """
    found = [
        (outage, place is not None and is_affected(outage, place))
        for outage in standing_outages(user, estate_id=estate_id)
        if outage.status is OutageStatus.RUNNING or outage.starts_at < now + SOON
    ]
    group = category.group_code if category else None
    here = [
        (outage, affected)
        for outage, affected in found
        if (affected or place is None) and (group is None or outage.category.group_code in alike(group))
    ]
    here.sort(key=lambda pair: group is not None and pair[0].category.group_code != group)  # otherwise as they were
    beyond = [
        (outage, False)
        for outage, affected in found
        if place is not None and not affected and outage.category.group_code == group
    ][:ELSEWHERE]
    counts = counts_of_outages(outage for outage, _affected in (*here, *beyond))
    lines, others = (
        [OutageLine(outage, affected, counts[outage.id]) for outage, affected in pairs] for pairs in (here, beyond)
    )
    return lines, others


def _orders(user, estate_id: int, place: Place | None, category: Category | None) -> list[tuple[WorkOrder, bool]]:
    """Everything of this home, marked so; of its building, and of what all share outside, what is of a like kind."""
    found = visible_work_orders(user).where(WorkOrder.estate_id == estate_id, WorkOrder.status.in_(OPEN))
    own: ColumnElement[bool] = false()
    around = false()
    if place is not None:
        shared = select(OtherHome.work_order_id).where(OtherHome.place_id == place.id)
        own = or_(WorkOrder.place_id == place.id, WorkOrder.id.in_(shared))
    if category is not None:
        fits = WorkOrder.category.has(Category.group_code.in_(alike(category.group_code)))
        where = Place.building_no.is_(None)
        if place is not None and place.building_no is not None:
            where = or_(where, Place.building_no == place.building_no)
        around = and_(fits, WorkOrder.place.has(where))
    more = (
        joinedload(WorkOrder.place), joinedload(WorkOrder.category),
        selectinload(WorkOrder.visits).selectinload(Visit.crew).load_only(User.name),
    )  # fmt: skip
    is_own = case((own, 1), else_=0)
    newest = found.add_columns(is_own).where(or_(own, around)).order_by(None)
    newest = newest.order_by(is_own.desc(), WorkOrder.id.desc()).limit(LOOKED_AT).options(*more)
    return [(order, bool(mine)) for order, mine in db.session.execute(newest)]


def _lines(found: Iterable[tuple[WorkOrder, bool]], place: Place | None, category: Category | None) -> list[OrderLine]:
    """The likeliest first: of a like kind, then near, then of the very kind. What is open at home is never cut off."""
    own = [order for order, mine in found if mine]
    around = [order for order, mine in found if not mine and _concerns(order, place, category)]

    def likelihood(order: WorkOrder) -> tuple[bool, int, bool, int]:
        same_group = category is None or order.category.group_code == category.group_code
        return not _fits(order, category), FAR[_nearness(order, place)], not same_group, -order.id

    kept = sorted([*own, *sorted(around, key=likelihood)[:LINES]], key=likelihood)
    counts = counts_of_orders([order.id for order in kept])
    return [
        OrderLine(order, _nearness(order, place), counts.get(order.id, 0), fits=_fits(order, category))
        for order in kept
    ]


def _fits(order: WorkOrder, category: Category | None) -> bool:
    return category is None or order.category.group_code in alike(category.group_code)


def _concerns(order: WorkOrder, place: Place | None, category: Category | None) -> bool:
    """Behind other stairs somebody's own socket is theirs; the same fault there, or what all share, may be this one."""
    near_by = FAR[_nearness(order, place)] <= FAR[Nearness.STAIRWELL]
    own = order.category.where is Where.IN_HOME
    return near_by or not own or (category is not None and order.category.code == category.code)


def _nearness(order: WorkOrder, place: Place | None) -> Nearness:
    there = order.place
    if place is None:
        return Nearness.ESTATE
    if there.id == place.id:
        return Nearness.HOME
    if (place.stairwell_id or place.id) in (there.id, there.stairwell_id) or there.id == place.stairwell_id:
        return Nearness.STAIRWELL
    same_building = there.building_no is not None and there.building_no == place.building_no
    return Nearness.BUILDING if same_building else Nearness.ESTATE


def _together(orders: Iterable[WorkOrder], category: Category | None, place: Place | None) -> list[WorkOrder]:
    """Three or more on these stairs, else in this building, that came within an hour of each other."""
    if category is None or place is None:
        return []
    alike = sorted(
        (order for order in orders if order.category.group_code == category.group_code),
        key=lambda order: (order.reported_at, order.id),
    )
    for near_by in (Nearness.STAIRWELL, Nearness.BUILDING):
        here = [order for order in alike if FAR[_nearness(order, place)] <= FAR[near_by]]
        run = come_together([order.reported_at for order in here])
        if run:
            return here[run]
    return []
