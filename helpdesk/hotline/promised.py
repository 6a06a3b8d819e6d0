"""What would be promised for a call, before it is saved: so nobody is surprised that an order is late at once."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.core import clock
from helpdesk.core.errors import Refused
from helpdesk.repairs.explained import calendar_from, why_then
from helpdesk.repairs.models import Category, Urgency
from helpdesk.repairs.policy import deadlines_of, service_level_in_force
from helpdesk.repairs.rules import DeadlineKind


@dataclass(frozen=True)
class Promised:
    """The moment to arrive by, the sentences that explain it, and whether it is over already."""

    arrive_by: datetime | None
    done_by: datetime | None
    reasons: list[str]
    now: datetime

    @property
    def is_over(self) -> bool:
        """The order would be late as soon as it is opened."""
        return any(due is not None and due < self.now for due in (self.arrive_by, self.done_by))


def promised_for(category: Category, urgency: Urgency, *, counted_from: datetime, now: datetime) -> Promised | None:
    """The promises of a class, counted from when the resident rang; None where an estate promises nothing."""
    try:
        level = service_level_in_force(category.estate_id, urgency, clock.local_date(counted_from))
    except Refused:
        return None
    due = deadlines_of(level, counted_from=counted_from)
    kind = DeadlineKind.ARRIVE if due.arrive_by else DeadlineKind.FINISH
    reasons = why_then(level, kind, start=counted_from, calendar=calendar_from(counted_from))
    return Promised(due.arrive_by, due.done_by, reasons, now)
