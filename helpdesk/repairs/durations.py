"""How long work takes, by experience: the median time on site of each kind of work."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.repairs.models import Category, Visit, WorkOrder
from helpdesk.repairs.rules import median_minutes
from helpdesk.repairs.states import VisitStatus

LEARNED_FROM = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Learned:
    """The median of so many visits, in minutes."""

    minutes: int
    samples: int


def learned_durations(estate_id: int, now: datetime) -> dict[str, Learned]:
    """By code, from the visits of the last year that were finished and whose times are both known; none from a few."""
    done = (Visit.status == VisitStatus.DONE, Visit.arrived_at >= now - LEARNED_FROM, Visit.ended_at.is_not(None))
    rows = db.session.execute(
        select(Category.code, Visit.arrived_at, Visit.ended_at)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(Category, Category.id == WorkOrder.category_id)
        .where(WorkOrder.estate_id == estate_id, *done)
    )
    spans: dict[str, list[timedelta]] = {}
    for code, arrived_at, ended_at in rows:
        spans.setdefault(code, []).append(ended_at - arrived_at)
    learned = {code: median_minutes(of_code) for code, of_code in spans.items()}
    return {code: Learned(*found) for code, found in learned.items() if found}
