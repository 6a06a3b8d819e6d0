"""The numbers of work orders."""

from datetime import datetime

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.repairs.models import OrderNumber


def next_number(now: datetime) -> str:
    """Draw the next number of this Shanghai day. Under the write lock, so it has no gap and no twin."""
    day = clock.local_date(now)
    drawn = db.session.get(OrderNumber, day)
    if drawn is None:
        drawn = OrderNumber(day=day, last=0)
        db.session.add(drawn)
    drawn.last += 1
    return f"GD{day:%Y%m%d}-{drawn.last:04}"
