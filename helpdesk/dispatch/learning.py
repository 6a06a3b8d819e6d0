"""How long ways really take, from what technicians tapped. The worker counts it anew each day."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate, Place
from helpdesk.repairs.models import Visit, WorkOrder, visit_technician
from helpdesk.travel.actions import keep_learned
from helpdesk.travel.models import Mode
from helpdesk.travel.queries import modes_of

LEARNED_FROM = timedelta(days=180)


def learn_ways(now: datetime) -> int:
    """Count the ways of every estate anew; returns how many are known. Each estate has its own short transaction."""
    known = 0
    for estate_id in db.session.scalars(select(Estate.id).order_by(Estate.id)).all():
        gone = ways(estate_id, now)
        with writing():
            known += keep_learned(estate_id, gone, now=now)
    return known


def ways(estate_id: int, now: datetime) -> list[tuple[int, int, int]]:
    """(from building, to building, seconds) between two visits that one technician made one after the other.

    Only of one day, and only where setting out and arriving were both tapped; a visit whose times are not known
    breaks the row, because nobody knows where they were meanwhile. Who rides says nothing of ways on foot.
    """
    rows = db.session.execute(
        select(visit_technician.c.user_id, Visit.departed_at, Visit.arrived_at, Place.building_no)
        .join(Visit, Visit.id == visit_technician.c.visit_id)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(Place, Place.id == WorkOrder.place_id)
        .where(WorkOrder.estate_id == estate_id, Visit.planned_at >= now - LEARNED_FROM, Visit.planned_at <= now)
        .where((Visit.arrived_at.is_not(None)) | (Visit.departed_at.is_not(None)) | (Visit.ended_at.is_not(None)))
        .order_by(
            visit_technician.c.user_id, db.func.coalesce(Visit.arrived_at, Visit.departed_at, Visit.ended_at), Visit.id
        )
    )
    riding = [user_id for user_id, mode in modes_of(estate_id).items() if mode is not Mode.WALK]
    found: list[tuple[int, int, int]] = []
    before: tuple[int, date, int | None] | None = None
    for user_id, departed_at, arrived_at, building in rows:
        day = clock.local_date(arrived_at) if arrived_at else None
        if departed_at and arrived_at and before and before[:2] == (user_id, day):
            if before[2] is not None and building is not None and user_id not in riding:
                found.append((before[2], building, int((arrived_at - departed_at).total_seconds())))
        before = (user_id, day, building) if day else None
    return found
