"""Finding work orders. Every query starts from what this user may know about."""

import re
from datetime import date, datetime

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload, lazyload, load_only, selectinload, undefer_group

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.core.terms import counts
from helpdesk.estate.community import Guarantee
from helpdesk.estate.community_queries import guarantees_at
from helpdesk.estate.models import Place
from helpdesk.estate.ringing import Reach, reach
from helpdesk.repairs.models import Category, Chase, ServiceLevel, Visit, WorkOrder
from helpdesk.repairs.rules import DeadlineKind, next_missing
from helpdesk.repairs.states import OPEN, STILL_TO_DO

AS_ROW = (  # where a row tells the state of an order, but not who comes
    joinedload(WorkOrder.place).load_only(Place.address),
    selectinload(WorkOrder.visits).options(load_only(Visit.status), lazyload(Visit.crew)),
    selectinload(WorkOrder.chases),
)
NUMBER = re.compile(r"GD[0-9]{8}-[0-9]{4,8}", re.ASCII)
ELDER_CHECK = "ELDER_CHECK"  # somebody old whom nobody can reach


def visible_work_orders(user) -> Select[tuple[WorkOrder]]:
    """Work orders this user may know about: all of an estate, or the jobs they are or were sent to."""
    visible = [WorkOrder.estate_id.in_(estates(user, Permission.SEE_WORK_ORDERS))]
    if at_work := estates(user, Permission.DO_VISITS):
        sent = WorkOrder.visits.any(Visit.crew.any(User.id == user.id))
        visible.append(and_(WorkOrder.estate_id.in_(at_work), sent))
    return select(WorkOrder).where(or_(*visible)).order_by(WorkOrder.id)


def get_work_order(user, number: str, *, seen_version: int | None = None) -> WorkOrder:
    """One work order; 404 if there is none for this user, Conflict if it changed since they looked."""
    if not NUMBER.fullmatch(number):
        abort(404)
    work_order = db.session.scalar(visible_work_orders(user).where(WorkOrder.number == number)) or abort(404)
    if seen_version is not None and seen_version != work_order.version:
        raise Conflict(_("Someone changed this work order while you were looking at it. Check, then save again."))
    return work_order


def visible_categories(user, *, on: date, estate_id: int | None = None, with_words: bool = False) -> list[Category]:
    """What can be wrong on a local date, in one estate or in all, in the order of the list; hidden ones left out.

    `with_words` also loads the words that suggest each of them.
    """
    mine = estates(user, Permission.LOG_CALL) | estates(user, Permission.SEE_WORK_ORDERS)
    mine = mine if estate_id is None else mine & {estate_id}
    in_force = and_(Category.valid_from <= on, or_(Category.valid_until.is_(None), Category.valid_until > on))
    words = [undefer_group("words")] if with_words else []
    found = select(Category).where(Category.estate_id.in_(mine), in_force, ~Category.hidden).options(*words)
    return list(db.session.scalars(found.order_by(Category.estate_id, Category.position, Category.id)))


def categories_of(estate_id: int, *, on: date) -> list[Category]:
    """What can be wrong in an estate the caller may see; hidden ones too, for what was guaranteed of them."""
    in_force = and_(Category.valid_from <= on, or_(Category.valid_until.is_(None), Category.valid_until > on))
    found = select(Category).where(Category.estate_id == estate_id, in_force)
    return list(db.session.scalars(found.order_by(Category.position, Category.id)))


def check_category(estate_id: int, on: date) -> Category:
    """The category of an elder nobody can reach. Refused in an estate that has none."""
    found = next((one for one in categories_of(estate_id, on=on) if one.code == ELDER_CHECK), None)
    if found is None:
        raise Refused(_("This estate has no category for elders who cannot be reached. Open a work order by hand."))
    return found


def category_terms(estate_id: int, code: str) -> list[Category]:
    """A kind of work in every term, the latest first."""
    found = select(Category).where(Category.estate_id == estate_id, Category.code == code)
    return list(db.session.scalars(found.order_by(Category.valid_from.desc())))


def planned_category(user, category_id: int) -> Category:
    """A kind of work of an estate this user plans; 404 otherwise."""
    mine = Category.estate_id.in_(estates(user, Permission.SET_CATEGORIES))
    return db.session.scalar(select(Category).where(Category.id == category_id, mine)) or abort(404)


def in_force(category: Category, on: date) -> Category:
    """The same kind of work as it is on a local date: what an order was opened with may have changed since."""
    terms = category_terms(category.estate_id, category.code)
    return next((term for term in terms if counts(term, on)), category)


def open_orders(user, *, estate_id: int | None = None, limit: int = 100) -> list[WorkOrder]:
    """What is in progress: the most urgent first, of these what was chased again, then by the next promise."""
    found = visible_work_orders(user).where(WorkOrder.status.in_(OPEN))
    if estate_id is not None:
        found = found.where(WorkOrder.estate_id == estate_id)
    due = next_due()
    by_urgency = found.order_by(None).order_by(WorkOrder.urgency, ~chased_again(), due.is_(None), due, WorkOrder.id)
    return list(db.session.scalars(by_urgency.limit(limit).options(*AS_ROW)))


def chased_again() -> ColumnElement[bool]:
    """Whether somebody asked for it twice or more since it was reported, or reopened."""
    begins = case((WorkOrder.reopened > 0, WorkOrder.responded_at), else_=WorkOrder.reported_at)
    asked = select(func.count()).where(Chase.work_order_id == WorkOrder.id, Chase.chased_at >= begins)
    return asked.correlate(WorkOrder).scalar_subquery() >= 2


def open_orders_at(user, place: Place, *, limit: int = 20) -> list[WorkOrder]:
    """What is unfinished at this home, then on its stairwell: a second leak there is often the same leak."""
    same_stairwell = or_(Place.stairwell_id == (place.stairwell_id or place.id), Place.id == place.stairwell_id)
    near = WorkOrder.place_id.in_(select(Place.id).where(or_(Place.id == place.id, same_stairwell)))
    found = visible_work_orders(user).where(WorkOrder.status.in_(OPEN), near)
    here_first = case((WorkOrder.place_id == place.id, 0), else_=1)
    nearest_first = found.order_by(None).order_by(here_first, WorkOrder.urgency, WorkOrder.id)
    return list(db.session.scalars(nearest_first.limit(limit).options(*AS_ROW)))


def service_level_of(work_order: WorkOrder) -> ServiceLevel:
    """The promised times this order was given, as they stood then."""
    return db.session.get_one(ServiceLevel, work_order.service_level_id)


def reach_of(work_order: WorkOrder, *, today: date) -> Reach:
    """The number that was given, if somebody still answers it, and those of the reporter while they are here."""
    rang_on = clock.local_date(work_order.reported_at)
    return reach(work_order.phone, work_order.reporter, rang_on=rang_on, today=today)


def guaranteed(user, work_order: WorkOrder) -> list[Guarantee]:
    """What of the works of 2021 was still guaranteed when this was reported."""
    codes = (work_order.category.code, work_order.category.group_code)
    return guarantees_at(user, work_order.place, codes, on=clock.local_date(work_order.reported_at))


def running_visit(work_order: WorkOrder) -> Visit | None:
    """The visit that is still to be made; None if nobody is to come."""
    return next((visit for visit in reversed(work_order.visits) if visit.status in STILL_TO_DO), None)


def next_deadline(work_order: WorkOrder) -> tuple[DeadlineKind, datetime] | None:
    """Which promise comes next, and when; None when the order is over or nothing more was promised."""
    return next_missing(work_order) if work_order.status in OPEN else None


def next_due() -> ColumnElement[datetime]:
    """`rules.next_missing` as a column, for sorting and filtering."""
    return case(
        (and_(WorkOrder.respond_by.is_not(None), WorkOrder.responded_at.is_(None)), WorkOrder.respond_by),
        (and_(WorkOrder.arrive_by.is_not(None), WorkOrder.arrived_at.is_(None)), WorkOrder.arrive_by),
        (WorkOrder.done_at.is_(None), WorkOrder.done_by),
    )
