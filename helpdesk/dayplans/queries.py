"""Finding plans of a day. Every query starts from what this user may see."""

from collections.abc import Iterable
from datetime import date

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.dayplans.models import DayPlan, PlanChange, Unserved
from helpdesk.repairs.models import WorkOrder

LATEST = 20


def visible_plans(user) -> Select[tuple[DayPlan]]:
    """Plans of the estates whose orders this user sees."""
    return select(DayPlan).where(DayPlan.estate_id.in_(estates(user, Permission.SEE_WORK_ORDERS)))


def plans_of_day(user, estate_id: int, day: date) -> list[DayPlan]:
    """The newest first."""
    found = visible_plans(user).where(DayPlan.estate_id == estate_id, DayPlan.day == day)
    return list(
        db.session.scalars(found.order_by(DayPlan.id.desc()).limit(LATEST).options(joinedload(DayPlan.asked_by)))
    )


def get_plan(user, plan_id: int, *, seen_version: int | None = None) -> DayPlan:
    """One plan with all it says; Conflict if it changed since they looked."""
    with_orders = [
        selectinload(rows)
        .joinedload(row.work_order)
        .options(joinedload(WorkOrder.place), joinedload(WorkOrder.category))
        for rows, row in ((DayPlan.changes, PlanChange), (DayPlan.unserved, Unserved))
    ]
    found = visible_plans(user).where(DayPlan.id == plan_id).options(joinedload(DayPlan.asked_by), *with_orders)
    plan = db.session.scalar(found) or abort(404)
    if seen_version is not None and seen_version != plan.version:
        raise Conflict(_("Someone decided about this plan while you were looking at it. Look at it again."))
    return plan


def names_in(plan: DayPlan) -> dict[int, str]:
    """The names of everybody a plan speaks of."""
    ids = {user_id for change in plan.changes for user_id in (*change.from_crew, *change.to_crew)}
    ids |= {helps["technician"] for one in plan.unserved for helps in helps_of(one) if helps.get("technician")}
    return names_of(ids | ({plan.asked["away"]} if plan.asked.get("away") else set()))


def helps_of(one: Unserved) -> list[dict]:
    """Whatever would help a visit, the cheapest first."""
    return [one.remedy, *one.remedy.get("others", ())]


def names_of(ids: Iterable[int]) -> dict[int, str]:
    """Names by id."""
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())


def addresses_in(plan: DayPlan) -> dict[int, str]:
    """The addresses of the orders that stand in the way of others, by id."""
    named = [told for one in plan.unserved for told in (one.reason, *helps_of(one))]
    ids = {told["other"] for told in named if told.get("other")}
    found = select(WorkOrder).where(WorkOrder.id.in_(ids)).options(joinedload(WorkOrder.place))
    return {order.id: order.place.address for order in db.session.scalars(found)} if ids else {}
