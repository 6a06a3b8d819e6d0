"""One local date of one estate as planning sees it: technicians, visits, what waits, windows and ways."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.repairs.models import HoldReason, Visit, WorkOrder
from helpdesk.repairs.queries import visible_work_orders
from helpdesk.repairs.states import STILL_TO_DO, Status, VisitStatus
from helpdesk.technicians.queries import TechnicianDay, days_of
from helpdesk.travel.models import Mode
from helpdesk.travel.queries import TravelTimes, modes_of, travel_times
from helpdesk.windows.models import Half, SchedulingPolicy
from helpdesk.windows.queries import grid_on, policy_on, reserves_on
from helpdesk.windows.rules import Window

COUNTED = (*STILL_TO_DO, VisitStatus.DONE, VisitStatus.NOBODY_HOME, VisitStatus.FAILED)


@dataclass
class DaySheet:
    """A day in one piece. `visits` are planned for it or happened on it; `waiting` are orders nobody is sent to yet."""

    estate_id: int
    day: date
    technicians: list[TechnicianDay]
    visits: list[Visit]
    policy: SchedulingPolicy
    travel: dict[Mode, TravelTimes]
    modes: dict[int, Mode] = field(default_factory=dict)  # of technicians; whoever is missing walks
    grid: list[Window] = field(default_factory=list)
    reserves: dict[tuple[str, Half], int] = field(default_factory=dict)
    waiting: list[WorkOrder] = field(default_factory=list)

    def seconds_between(self, a: int | None, b: int | None, user_id: int) -> int:
        """How long this technician needs from one building to another."""
        return self.travel[self.modes.get(user_id, Mode.WALK)].seconds(a, b)

    @property
    def begins_at(self) -> datetime:
        return clock.start_of_day(self.day)

    @cached_property
    def lanes(self) -> dict[int, list[Visit]]:
        """The visits of each technician, in order of time; a crew's visit stands in the lane of each of them."""
        found: dict[int, list[Visit]] = {}
        for visit in self.visits:
            for user in visit.crew:
                found.setdefault(user.id, []).append(visit)
        return found

    def of(self, user_id: int) -> list[Visit]:
        """The visits of one technician, in order of time."""
        return self.lanes.get(user_id, [])

    def technician(self, user_id: int) -> TechnicianDay | None:
        return next((one for one in self.technicians if one.user.id == user_id), None)


def day_sheets(user, estate_id: int, days: Collection[date]) -> dict[date, DaySheet]:
    """Some local dates of an estate, as this user may see its orders; the same number of queries for each date.

    What waits is not of one date: it stands in the first.
    """
    people = days_of(estate_id, days)
    grid, travel, modes = grid_on(estate_id, days), travel_times(estate_id), modes_of(estate_id)
    first, last = min(days), max(days)
    visits = list(db.session.scalars(_visits(user, estate_id, first, last)))
    found = {}
    for day in sorted(days):
        begins_at, ends_at = clock.day_range(day)
        of_day = [visit for visit in visits if begins_at <= starts_at(visit) < ends_at]
        found[day] = DaySheet(
            estate_id, day, people[day], sorted(of_day, key=starts_at), policy_on(estate_id, day), travel, modes,
            grid[day], reserves_on(estate_id, day),
        )  # fmt: skip
    found[first].waiting = list(db.session.scalars(_waiting(user, estate_id)))
    return found


def day_sheet(user, estate_id: int, day: date) -> DaySheet:
    """One local date of an estate, with what waits."""
    return day_sheets(user, estate_id, [day])[day]


def starts_at(visit: Visit) -> datetime:
    """When a visit began, as far as it is known, else when it is planned to."""
    return visit.arrived_at or visit.planned_at


def ends_at(visit: Visit) -> datetime:
    """When a visit ended, else when it will, by the time it is planned to take."""
    if visit.ended_at and visit.ended_at > starts_at(visit):
        return visit.ended_at
    return starts_at(visit) + timedelta(minutes=visit.duration_minutes)


def building_of(place: Place) -> int | None:
    """The number that ways are counted by; None of a place that belongs to no building."""
    return place.building_no


def _visits(user, estate_id: int, first: date, last: date):
    begins_at, ends = clock.start_of_day(first), clock.start_of_day(last + timedelta(days=1))
    planned = and_(Visit.planned_at >= begins_at, Visit.planned_at < ends)
    arrived = and_(Visit.arrived_at >= begins_at, Visit.arrived_at < ends)
    orders = visible_work_orders(user).with_only_columns(WorkOrder.id).order_by(None)
    return (
        select(Visit)
        .where(Visit.status.in_(COUNTED), or_(planned, arrived), Visit.work_order_id.in_(orders))
        .where(Visit.work_order.has(WorkOrder.estate_id == estate_id))
        .options(
            joinedload(Visit.work_order).joinedload(WorkOrder.place),
            joinedload(Visit.work_order).selectinload(WorkOrder.named_windows),
            joinedload(Visit.work_order).joinedload(WorkOrder.reporter),
        )
        .order_by(Visit.planned_at, Visit.id)
    )


def _waiting(user, estate_id: int):
    """Orders nobody is sent to: reported, or on hold for an appointment."""
    without_visit = or_(
        WorkOrder.status == Status.REPORTED,
        and_(WorkOrder.status == Status.ON_HOLD, WorkOrder.hold_reason == HoldReason.APPOINTMENT),
    )
    return (
        visible_work_orders(user)
        .where(WorkOrder.estate_id == estate_id, without_visit)
        .options(selectinload(WorkOrder.named_windows), joinedload(WorkOrder.reporter))
        .order_by(None)
        .order_by(WorkOrder.urgency, WorkOrder.arrive_by, WorkOrder.id)
    )
