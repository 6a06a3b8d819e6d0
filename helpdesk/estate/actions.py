"""What people do to the register."""

from datetime import datetime

from helpdesk.audit.actions import record
from helpdesk.core.extensions import db
from helpdesk.estate.models import Estate


def add_estate(*, name: str, now: datetime) -> Estate:
    """Add an estate to this installation: done once, by whoever sets it up, before anybody can sign in."""
    estate = Estate(name=name)
    db.session.add(estate)
    record("estate.added", estate, actor=None, now=now)
    return estate
