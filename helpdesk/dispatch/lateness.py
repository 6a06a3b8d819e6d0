"""Telling the desk whose window will be missed while there is still time to ring. The worker looks each minute."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.audit.actions import record
from helpdesk.audit.models import Event
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.core.words import clock_time
from helpdesk.dispatch.day import building_of, ends_at
from helpdesk.dispatch.telling import ring
from helpdesk.repairs.models import Visit, WorkOrder
from helpdesk.repairs.states import NOT_SET_OUT, STILL_TO_DO, VisitStatus
from helpdesk.scheduling.rules import there_about
from helpdesk.travel.models import Mode
from helpdesk.travel.queries import modes_of, travel_times

UNDER_WAY = (VisitStatus.ON_THE_WAY, VisitStatus.ON_SITE)
KIND = "visit.delayed"


@dataclass(frozen=True)
class Late:
    """A visit that will begin after what was promised, behind which other, and about when."""

    visit: Visit
    behind: Visit
    there_at: datetime


def tell_who_comes_late(now: datetime) -> int:
    """Tell the desk once of each visit that will miss its window; returns how many. Looks without a lock first."""
    due = bool(_untold(now))
    db.session.rollback()
    if not due:
        return 0
    with writing():
        found = _untold(now)
        for late in found:
            _tell(late, now)
    return len(found)


def told_late(order_ids: Collection[int]) -> dict[int, datetime]:
    """By id of the visit: the end of the window that it was said to miss."""
    rows = select(Event).where(Event.subject_type == "work_order", Event.subject_id.in_(order_ids), Event.kind == KIND)
    told = db.session.scalars(rows) if order_ids else ()
    return {row.data["visit_id"]: datetime.fromisoformat(row.data["promised_until"]) for row in told}


def _untold(now: datetime) -> list[Late]:
    """Each late visit once, although both of a crew may be late for it."""
    found = {late.visit.id: late for late in _late(now)}
    known = told_late({late.visit.work_order_id for late in found.values()})
    return [late for visit_id, late in sorted(found.items()) if visit_id not in known]


def _late(now: datetime) -> Iterator[Late]:
    lanes: dict[tuple[int, int], list[Visit]] = {}
    for visit in db.session.scalars(_still_to_do(now)):
        for user in visit.crew:
            lanes.setdefault((visit.work_order.estate_id, user.id), []).append(visit)
    running = {key: visits for key, visits in lanes.items() if any(one.status in UNDER_WAY for one in visits)}
    estate_ids = {estate_id for estate_id, _user_id in running}
    ways = {estate_id: (travel_times(estate_id), modes_of(estate_id)) for estate_id in estate_ids}
    for (estate_id, user_id), visits in running.items():
        travel, modes = ways[estate_id]
        if late := _next_late(visits, travel[modes.get(user_id, Mode.WALK)], now):
            yield late


def _next_late(visits: list[Visit], ways, now: datetime) -> Late | None:
    """The next visit with a promise behind what is under way, if it cannot be reached within it."""
    behind = next(one for one in visits if one.status in UNDER_WAY)
    following = [one for one in visits if one.promised_until and one.status in NOT_SET_OUT]
    if not following:
        return None
    way = ways.seconds(building_of(behind.work_order.place), building_of(following[0].work_order.place))
    until = ends_at(behind) if behind.arrived_at else now + timedelta(minutes=behind.duration_minutes)
    there_at = there_about(now, ends_at=until, way=timedelta(seconds=way))
    return Late(following[0], behind, there_at) if there_at >= following[0].promised_until else None


def _still_to_do(now: datetime):
    day_begins, day_ends = clock.day_range(clock.local_date(now))
    of_today = (Visit.planned_at >= day_begins) & (Visit.planned_at < day_ends)
    return (
        select(Visit)
        .where(Visit.status.in_(STILL_TO_DO), of_today | Visit.status.in_(UNDER_WAY))
        .options(joinedload(Visit.work_order).joinedload(WorkOrder.place))
        .order_by(Visit.planned_at, Visit.id)
    )


def _tell(late: Late, now: datetime) -> None:
    visit, order = late.visit, late.visit.work_order
    record(
        KIND, order, actor=None, now=now, topics=order.topics, raises_version=False, visit_id=visit.id,
        behind_id=late.behind.id, expected_at=late.there_at, promised_until=visit.promised_until,
    )  # fmt: skip
    with force_locale("zh"):  # the words are read to a resident
        words = _("We are running late and will be there at about %(at)s.", at=clock_time(late.there_at))
    ring(order, words=words, before=visit.promised_until, actor=None, now=now)
