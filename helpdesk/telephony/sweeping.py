"""Telephone calls whose end was never reported: who rang in vain is owed a call all the same. The worker calls it."""

from datetime import datetime

from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.telephony.actions import end_lost_rings
from helpdesk.telephony.models import Line


def end_lost_calls(now: datetime) -> int:
    """End them, estate by estate; returns how many there were."""
    estate_ids = list(db.session.scalars(select(Line.estate_id).where(Line.ended_at.is_(None)).distinct()))
    db.session.rollback()
    ended = 0
    for estate_id in estate_ids:
        with writing():
            ended += end_lost_rings(estate_id, now=now)
    return ended
