"""Waivers that run, for tests of what happens to them."""

from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.waivers.deciding import approve
from helpdesk.waivers.models import WaiverApplication
from tests.waivers import applied, seen, verified


def granted(home, person, *, by, decider, now, verifier=None, **more) -> WaiverApplication:
    """An application that `decider` approved as the policy has it."""
    application = applied(home, person, by=by, now=now, **more)
    verified(application, by=verifier or by, now=now)
    hash_seen = seen(db.session.get_one(WaiverApplication, application.id, populate_existing=True), now)
    db.session.rollback()
    with writing():
        row = db.session.get_one(WaiverApplication, application.id)
        approve(row, seen=hash_seen, reason="As the policy says", proved=True, actor=decider, now=now)
    return db.session.get_one(WaiverApplication, application.id, populate_existing=True)
