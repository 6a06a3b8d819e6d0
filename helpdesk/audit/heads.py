"""Noting the newest event once a day, in a table and in the log. The worker calls it."""

import logging
from datetime import datetime

from helpdesk.audit.models import ChainHead
from helpdesk.audit.queries import newest_event
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing

log = logging.getLogger(__name__)


def note_head(now: datetime) -> bool:
    """The first time it is called on a local day; whether there was something to note."""
    day = clock.local_date(now)
    with writing():
        newest = newest_event()
        if newest is None or db.session.get(ChainHead, day):
            return False
        db.session.add(ChainHead(day=day, seq=newest.seq, hash=newest.hash, noted_at=now))
        head = f"{newest.seq}:{newest.hash}"
    log.warning("head of the history on %s: %s", day, head)
    return True
