"""Adding a call to what is known already, instead of opening a second order for the same fault."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.outages.models import Caller, Outage
from helpdesk.outages.queries import callers_of, callers_of_order, get_outage, is_affected
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import get_work_order


def join_of(form, user) -> WorkOrder | Outage | None:
    """The order or the outage that this call is added to, if this user may see it; None if it stands for itself."""
    kind, _colon, named = (getattr(form, "join", None) and form.join.data or "").partition(":")
    try:
        if kind == "order":
            return get_work_order(user, named)
        return get_outage(user, int(named)) if kind == "outage" else None
    except NotFound:
        raise Refused(_("What this call was to be added to does not exist. Save it as a new one.")) from None


@dataclass(frozen=True)
class Added:
    """What a saved call was added to: the order or the outage, how many were, and whether its place lies in it."""

    caller: Caller
    work_order: WorkOrder | None
    outage: Outage | None
    count: int

    @property
    def elsewhere(self) -> bool:
        """The outage does not name the place of this call; it was added all the same."""
        return bool(self.outage and self.caller.place and not is_affected(self.outage, self.caller.place))


def added_to(call) -> Added | None:
    caller = db.session.scalar(select(Caller).where(Caller.call_id == call.id)) if call else None
    if caller is None:
        return None
    outage = db.session.get_one(Outage, caller.outage_id) if caller.outage_id else None
    count = len(callers_of(outage) if outage else callers_of_order(caller.work_order))
    return Added(caller, caller.work_order, outage, count)
