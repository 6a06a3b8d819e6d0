"""How well promises were kept: each figure with the numbers it is made of. Unknown times are left out, and counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.repairs.models import Visit, WorkOrder
from helpdesk.repairs.queries import visible_work_orders
from helpdesk.repairs.states import Status, VisitStatus
from helpdesk.technicians.queries import days_of

LONGEST = 92  # days
OVER = (Status.DONE, Status.CLOSED)
LONGEST_WAY = timedelta(hours=2)  # longer, somebody forgot to tap


@dataclass(frozen=True)
class Share:
    """`part` of `whole`, in pieces or in minutes; `unknown` is what could not be counted."""

    part: int
    whole: int
    unknown: int = 0

    @property
    def percent(self) -> int | None:
        """Rounded to whole percent; None of nothing, which is not 100."""
        return round(100 * self.part / self.whole) if self.whole else None


@dataclass(frozen=True)
class Figures:
    on_time: Share
    first_time: Share
    travel: Share
    used: Share


def figures_of(visits: Sequence[Visit], orders: Iterable[WorkOrder], *, worked: timedelta) -> Figures:
    """The figures of some visits and of the orders that were done; `worked` are the hours of those people and days."""
    promised = [visit for visit in visits if visit.promised_until]
    arrived = [visit for visit in promised if visit.arrived_at]
    done = list(orders)
    ways = [visit.arrived_at - visit.departed_at for visit in visits if visit.departed_at and visit.arrived_at]
    ways = [way for way in ways if timedelta() <= way <= LONGEST_WAY]
    on_site = [visit.ended_at - visit.arrived_at for visit in visits if visit.arrived_at and visit.ended_at]
    there, travelled = sum(map(_heads_minutes, visits)), _minutes(ways)
    return Figures(
        on_time=Share(sum(_in_window(visit) for visit in arrived), len(arrived), len(promised) - len(arrived)),
        first_time=Share(sum(_fixed_at_once(order) for order in done), len(done)),
        travel=Share(travelled, travelled + _minutes(on_site), len(visits) - len(ways)),
        used=Share(there, int(worked / timedelta(minutes=1)), sum(not _is_known(visit) for visit in visits)),
    )


def _in_window(visit: Visit) -> bool:
    return visit.promised_from <= visit.arrived_at <= visit.promised_until


def _fixed_at_once(order: WorkOrder) -> bool:
    """One visit that arrived or ended was enough, and nobody reopened it."""
    tried = [visit for visit in order.visits if visit.status is not VisitStatus.CANCELLED]
    return len(tried) == 1 and not order.reopened


def _is_known(visit: Visit) -> bool:
    return bool(visit.arrived_at and visit.ended_at)


def _heads_minutes(visit: Visit) -> int:
    """Minutes on site, of everybody of the crew."""
    return int((visit.ended_at - visit.arrived_at) / timedelta(minutes=1)) * len(visit.crew) if _is_known(visit) else 0


def _minutes(spans: Iterable[timedelta]) -> int:
    return int(sum(spans, timedelta()) / timedelta(minutes=1))


def figures_between(user, estate_id: int, first: date, last: date) -> list[tuple[str, Figures]]:
    """Of everybody together (named ""), then of each technician, over local dates, the last included."""
    begins_at, ends_at = clock.start_of_day(first), clock.start_of_day(last + timedelta(days=1))
    visits = list(db.session.scalars(_ended(user, estate_id, begins_at, ends_at)).unique())
    orders = list(db.session.scalars(_done(user, estate_id, begins_at, ends_at)).unique())
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    hours: dict[int, timedelta] = {}
    names: dict[int, str] = {}
    for people in days_of(estate_id, days).values():
        for one in people:
            names[one.user.id] = one.user.name
            worked = sum((end - begin for begin, end in one.works), timedelta())
            hours[one.user.id] = hours.get(one.user.id, timedelta()) + worked
    rows = [("", figures_of(visits, orders, worked=sum(hours.values(), timedelta())))]
    for user_id, name in names.items():
        theirs = [visit for visit in visits if any(mate.id == user_id for mate in visit.crew)]
        fixed = [order for order in orders if order.visits and any(m.id == user_id for m in order.visits[-1].crew)]
        rows.append((name, figures_of(theirs, fixed, worked=hours[user_id])))
    return rows


def _ended(user, estate_id: int, begins_at: datetime, ends_at: datetime):
    orders = visible_work_orders(user).with_only_columns(WorkOrder.id).order_by(None)
    here = Visit.work_order.has(WorkOrder.estate_id == estate_id)
    tried = (Visit.status.in_((VisitStatus.DONE, VisitStatus.NOBODY_HOME, VisitStatus.FAILED)),)
    in_time = or_(Visit.arrived_at.between(begins_at, ends_at), Visit.ended_at.between(begins_at, ends_at))
    return select(Visit).where(Visit.work_order_id.in_(orders), here, *tried, in_time).order_by(Visit.id)


def _done(user, estate_id: int, begins_at: datetime, ends_at: datetime):
    in_time = (WorkOrder.done_at >= begins_at, WorkOrder.done_at < ends_at, WorkOrder.status.in_(OVER))
    done = visible_work_orders(user).where(WorkOrder.estate_id == estate_id, *in_time)
    return done.options(joinedload(WorkOrder.place))
