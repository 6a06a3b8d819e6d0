"""Finding a technician's jobs. Every query starts from the visits this person is sent to."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask import abort
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.accounts.models import User
from helpdesk.core import clock, ids
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.estate.models import CareFlag, Crib, OccupancyRole, Person, Phone, Place, Use
from helpdesk.estate.pinyin import DOUBLE_SURNAMES
from helpdesk.estate.queries import residents_of
from helpdesk.repairs.models import Photo, Visit, WorkOrder
from helpdesk.repairs.queries import NUMBER, reach_of, visible_work_orders
from helpdesk.repairs.states import NOT_SET_OUT, STILL_TO_DO, VisitStatus
from helpdesk.scheduling.rules import EMERGENCIES, family_name, is_recent, next_step, there_about, turn
from helpdesk.travel.queries import own_ways

UNDER_WAY = (VisitStatus.ON_THE_WAY, VisitStatus.ON_SITE)
MOST_JOBS = 200
LAST_TIMES = 3
FINISH = "finish"


@dataclass
class Day:
    """A technician's day: what comes next, what is left, what is behind them, and how much waits after today."""

    today: date
    begins_at: datetime
    next: Visit | None = None
    rest: list[Visit] = field(default_factory=list)
    done: list[Visit] = field(default_factory=list)
    tomorrow: list[Visit] = field(default_factory=list)
    later: int = 0

    def news(self, shown: Visit | None) -> Visit | None:
        """An emergency that nobody has accepted yet, if it is not the visit that is shown anyway."""
        new = (visit for visit in self.others(shown) if visit.status is VisitStatus.PLANNED)
        return next((visit for visit in new if visit.work_order.urgency in EMERGENCIES), None)

    def others(self, shown: Visit | None) -> list[Visit]:
        """What is to do today besides the visit that is shown."""
        return [visit for visit in (self.next, *self.rest) if visit and visit is not shown]

    def left_over(self, visit: Visit) -> bool:
        """Whether it was planned for a day before this one."""
        return visit.planned_at < self.begins_at


@dataclass(frozen=True)
class Door:
    """What one must know at a door. `ask_for` is a family name, `phone` where to ring before going up."""

    flags: list[CareFlag]
    ask_for: str
    phone: Phone | None
    crib: Crib | None


@dataclass(frozen=True)
class NextLate:
    """A visit that will come late, and about when somebody can be there."""

    visit: Visit
    there_at: datetime


def my_visits(user) -> Select[tuple[Visit]]:
    """The visits this user is sent to, past and called-off ones too."""
    return (
        select(Visit)
        .join(Visit.work_order)
        .where(WorkOrder.estate_id.in_(estates(user, Permission.DO_VISITS)), Visit.crew.any(User.id == user.id))
        .options(
            joinedload(Visit.work_order).joinedload(WorkOrder.reporter).selectinload(Person.phones),
            joinedload(Visit.work_order).joinedload(WorkOrder.phone),
            joinedload(Visit.work_order).joinedload(WorkOrder.place).joinedload(Place.crib),
            joinedload(Visit.work_order).joinedload(WorkOrder.place).joinedload(Place.stairwell).joinedload(Place.crib),
            joinedload(Visit.work_order).selectinload(WorkOrder.chases),
            selectinload(Visit.photos),
        )
    )


def get_job(user, number: str) -> Visit:
    """This user's visit for a work order: the one still to do, else their last; 404 if they were never sent."""
    NUMBER.fullmatch(number) or abort(404)
    found = db.session.scalars(my_visits(user).where(WorkOrder.number == number).order_by(Visit.id.desc())).all()
    still_to_do = (visit for visit in found if visit.status in STILL_TO_DO)
    return next(still_to_do, None) or next(iter(found), None) or abort(404)


def get_visit(user, number: str, visit_id: int) -> Visit:
    """The very visit that was on the screen; 404 if it is not this user's."""
    NUMBER.fullmatch(number) or abort(404)
    found = my_visits(user).where(WorkOrder.number == number, Visit.id == visit_id)
    return db.session.scalar(found) or abort(404)


def find_visit(user, visit_id: int) -> Visit | None:
    """This user's visit of that id, if there is one."""
    in_range = 0 < visit_id <= ids.LARGEST
    return db.session.scalar(my_visits(user).where(Visit.id == visit_id)) if in_range else None


def day_of(user, now: datetime) -> Day:
    """What this user has to do today, in its turn. What was begun belongs to today, whenever it was planned."""
    today = clock.local_date(now)
    begins_at, ends_at = clock.day_range(today)
    day = Day(today, begins_at)
    over = Visit.ended_at.is_not(None) & (Visit.ended_at >= begins_at) & (Visit.status != VisitStatus.CANCELLED)
    found = my_visits(user).where(or_(Visit.status.in_(STILL_TO_DO), over)).order_by(Visit.planned_at, Visit.id)
    to_do = []
    for visit in db.session.scalars(found.limit(MOST_JOBS)):
        if visit.status not in STILL_TO_DO:
            day.done.append(visit)
        elif visit.planned_at < ends_at or visit.status in UNDER_WAY:
            to_do.append(visit)
        elif visit.planned_at < ends_at + timedelta(days=1):
            day.tomorrow.append(visit)
        else:
            day.later += 1
    to_do.sort(key=lambda visit: (*turn(visit.status, visit.work_order.urgency, visit.planned_at), visit.id))
    day.done.sort(key=lambda visit: visit.ended_at)
    day.next, day.rest = (to_do[0], to_do[1:]) if to_do else (None, [])
    return day


def next_late(visit: Visit, day: Day, user_id: int, now: datetime) -> NextLate | None:
    """The next resident who was told a time that cannot be kept, if somebody is at this visit or on the way to it.

    Counts the time the visit is planned to take from its arrival (or now), and the way to the next building as they go.
    """
    if visit.status not in UNDER_WAY:
        return None
    following = [other for other in day.others(visit) if other.promised_until and other.status in NOT_SET_OUT]
    if not following:
        return None
    other = min(following, key=lambda one: one.planned_at)
    here, there = visit.work_order.place, other.work_order.place
    ways = own_ways(visit.work_order.estate_id, user_id)
    way = timedelta(seconds=ways.seconds(here.building_no, there.building_no))
    ends_at = (visit.arrived_at or now) + timedelta(minutes=visit.duration_minutes)
    at = there_about(now, ends_at=ends_at, way=way)
    return NextLate(other, at) if at >= other.promised_until else None


def bring_along(visit: Visit) -> list[str]:
    """What earlier visits of this order ended without, the latest first."""
    earlier = [other for other in visit.work_order.visits if other.id < visit.id and other.parts_needed]
    return [other.parts_needed for other in reversed(earlier)] if visit.status in STILL_TO_DO else []


def still_fits(visit: Visit | None, step: str) -> bool:
    """Whether the button that stands under a thumb still means what it says; "finish" is the one on site."""
    return visit is not None and visit.status in STILL_TO_DO and (next_step(visit.status) or FINISH) == step


def door_of(visit: Visit, now: datetime) -> Door:
    """Who lives behind the door now, and what to know of them; an owner who has let the home does not.

    A day after the visit nobody needs to know any more, and it is no longer told.
    """
    work_order = visit.work_order
    place, today = work_order.place, clock.local_date(now)
    crib = place.crib or (place.stairwell and place.stairwell.crib)
    if not is_recent(visit.status, visit.ended_at, now):
        return Door([], "", None, crib)
    at_home = [
        held
        for held in residents_of([place.id], on=today)
        if not (held.role is OccupancyRole.OWNER and place.use is Use.LET)
    ]
    people = [held.person for held in at_home]
    reach = reach_of(work_order, today=today)
    reporter = work_order.reporter if not reach.gone else None
    concerned = [*people, reporter] if reporter else people
    host = reporter or next(iter(people), None)
    return Door(
        flags=[flag for flag in CareFlag if any(flag in person.care_flags for person in concerned)],
        ask_for=family_name(host.name, DOUBLE_SURNAMES) if host else "",
        phone=next(iter([*reach.phones, *(host.phones if host else ())]), None),
        crib=crib,
    )


def last_times(visit: Visit) -> list[Visit]:
    """What was done here before, at this door and on its stairwell, the latest first.

    Without who rang and what they said: it may have been somebody else's visit. The one thing a technician
    sees of jobs that are not theirs.
    """
    place = visit.work_order.place
    here = (WorkOrder.place_id == place.id, WorkOrder.place_id == place.stairwell_id)
    return list(
        db.session.scalars(
            select(Visit)
            .join(Visit.work_order)
            .where(
                or_(*here), WorkOrder.estate_id == visit.work_order.estate_id, Visit.status == VisitStatus.DONE,
                Visit.id != visit.id,
            )
            .options(joinedload(Visit.work_order))
            .order_by(Visit.ended_at.desc(), Visit.id.desc())
            .limit(LAST_TIMES)
        )
    )  # fmt: skip


def get_photo(user, photo_id: int) -> Photo:
    """One photo of an order this user may know about; 404 otherwise."""
    orders = visible_work_orders(user).with_only_columns(WorkOrder.id).order_by(None)
    found = select(Photo).join(Photo.visit).where(Photo.id == photo_id, Visit.work_order_id.in_(orders))
    return db.session.scalar(found) or abort(404)
