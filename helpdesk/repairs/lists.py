"""The list of work orders, page by page. Pages go from one row to the next, never by counting."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import joinedload, load_only, selectinload

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.repairs.deadlines import Standing
from helpdesk.repairs.filters import FAR, RUNNING, Cursor, Filter, Group, Sort
from helpdesk.repairs.models import Category, Visit, WorkOrder
from helpdesk.repairs.queries import next_due, visible_work_orders
from helpdesk.repairs.rules import next_missing, standing_of
from helpdesk.repairs.states import OPEN, Status

ROWS = 50  # on one page
NEAREST = 500  # of the promises that may be at risk, the first so many are looked at
AS_ROW = (
    joinedload(WorkOrder.place).load_only(Place.address),
    selectinload(WorkOrder.visits).options(load_only(Visit.status), selectinload(Visit.crew).load_only(User.name)),
    selectinload(WorkOrder.chases),
)
STATUS = {Group.DONE: Status.DONE, Group.CLOSED: Status.CLOSED, Group.CANCELLED: Status.CANCELLED}


@dataclass(frozen=True)
class OrderPage:
    rows: list[WorkOrder]
    newer: Cursor | None  # there is a page before this one
    older: Cursor | None  # there is one after it


def order_page(user: User, asked: Filter, *, now: datetime) -> OrderPage:
    """One page of what this user may see, in the order they asked for; `now` decides what is late."""
    found = visible_work_orders(user).where(*_conditions(user, asked, now))
    columns, falling = _columns(asked.sort)
    backwards, cursor = asked.before is not None, asked.after or asked.before
    down = falling != backwards
    if cursor is not None:
        found = found.where(_beyond(columns, _values(cursor, columns), down))
    ordered = found.order_by(None).order_by(*(c.desc() if down else c.asc() for c in columns))
    rows = list(db.session.scalars(ordered.limit(ROWS + 1).options(*AS_ROW)))
    more, rows = len(rows) > ROWS, rows[:ROWS]
    if backwards:
        rows.reverse()
    has_newer, has_older = (more, True) if backwards else (cursor is not None, more)
    return OrderPage(
        rows, _cursor(rows[0], asked.sort) if rows and has_newer else None,
        _cursor(rows[-1], asked.sort) if rows and has_older else None,
    )  # fmt: skip


def choices(user: User) -> dict[str, list]:
    """What the list can be narrowed to: the groups of categories and the buildings of this user's estates."""
    mine = estates(user, Permission.SEE_WORK_ORDERS)
    groups = (
        select(Category.group_code, Category.group_zh, Category.group_en)
        .where(Category.estate_id.in_(mine), Category.valid_until.is_(None))
        .group_by(Category.group_code, Category.group_zh, Category.group_en)
        .order_by(func.min(Category.position))
    )
    buildings = (
        select(Place.building_no)
        .where(Place.estate_id.in_(mine), Place.building_no.is_not(None))
        .group_by(Place.building_no)
        .order_by(Place.building_no)
    )
    return {"groups": list(db.session.execute(groups)), "buildings": list(db.session.scalars(buildings))}


def _conditions(user: User, asked: Filter, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [_in_group(user, asked.group, now)]
    if asked.urgency:
        conditions.append(WorkOrder.urgency == asked.urgency)
    if asked.category:
        in_group = select(Category.id).where(Category.group_code == asked.category)
        conditions.append(WorkOrder.category_id.in_(in_group))
    if asked.technician:
        conditions.append(WorkOrder.visits.any(Visit.crew.any(User.id == asked.technician)))
    if asked.building:
        conditions.append(WorkOrder.place_id.in_(select(Place.id).where(Place.building_no == asked.building)))
    if asked.from_on:
        conditions.append(WorkOrder.reported_at >= clock.start_of_day(asked.from_on))
    if asked.until_on:
        conditions.append(WorkOrder.reported_at < clock.start_of_day(asked.until_on + timedelta(days=1)))
    if asked.words:
        conditions.append(_says(asked.words))
    return conditions


def _says(words: str) -> ColumnElement[bool]:
    """What was reported, the number, or the address; what is typed is taken as it stands, % and _ too."""
    there = select(Place.id).where(Place.address.icontains(words, autoescape=True))
    return or_(
        WorkOrder.summary.icontains(words, autoescape=True),
        WorkOrder.number.icontains(words, autoescape=True),
        WorkOrder.place_id.in_(there),
    )


def _in_group(user: User, group: Group, now: datetime) -> ColumnElement[bool]:
    if group is Group.LATE:
        return and_(WorkOrder.status.in_(OPEN), next_due() < now)
    if group is Group.AT_RISK:
        at_risk = _at_risk(user, now)
        return WorkOrder.id.in_(at_risk) if at_risk else false()
    if group in RUNNING:
        return WorkOrder.status.in_(OPEN)
    return WorkOrder.status == STATUS[group] if group in STATUS else WorkOrder.id.is_not(None)


def _at_risk(user: User, now: datetime) -> list[int]:
    """The ids of orders whose next promise is at risk, by the rule itself, which no database can reckon."""
    due = next_due()
    columns = (
        WorkOrder.id, WorkOrder.reported_at, WorkOrder.reopened, WorkOrder.respond_by, WorkOrder.arrive_by,
        WorkOrder.done_by, WorkOrder.responded_at, WorkOrder.arrived_at, WorkOrder.done_at,
    )  # fmt: skip
    running = visible_work_orders(user).where(WorkOrder.status.in_(OPEN), due >= now)
    nearest: Select = running.with_only_columns(*columns).order_by(None).order_by(due).limit(NEAREST)
    rows = ((row, next_missing(row)) for row in db.session.execute(nearest))
    return [row.id for row, promise in rows if promise and standing_of(row, promise[1], now) is Standing.AT_RISK]


def _columns(sort: Sort) -> tuple[list[ColumnElement], bool]:
    """The columns rows are sorted by, and whether they fall."""
    if sort is Sort.DEADLINE:
        return [func.coalesce(next_due(), FAR), WorkOrder.id], False
    return [WorkOrder.id], sort is Sort.NEWEST


def _values(cursor: Cursor, columns: list[ColumnElement]) -> list:
    return [cursor.due or FAR, cursor.id][-len(columns) :]


def _beyond(columns: list[ColumnElement], values: list, down: bool) -> ColumnElement[bool]:
    """The rows after a place in the order of these columns."""
    last = columns[-1] < values[-1] if down else columns[-1] > values[-1]
    if len(columns) == 1:
        return last
    first = columns[0] < values[0] if down else columns[0] > values[0]
    return or_(first, and_(columns[0] == values[0], last))


def _cursor(work_order: WorkOrder, sort: Sort) -> Cursor:
    if sort is not Sort.DEADLINE:
        return Cursor(work_order.id)
    promise = next_missing(work_order)
    return Cursor(work_order.id, promise[1] if promise else FAR)


def every_order(user: User, asked: Filter, *, now: datetime) -> Select[tuple[WorkOrder]]:
    """All of a filtered list, the oldest first: for exports, which have no pages."""
    return visible_work_orders(user).where(*_conditions(user, asked, now))
