"""How anything is done about an application: one row that never changes, one move, one event."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.waivers.codes import DECISIONS, ActKind
from helpdesk.waivers.models import WaiverAct, WaiverApplication
from helpdesk.waivers.states import WaiverStatus, move

ASIDE = timedelta(minutes=1)  # two machines never agree to the second


def act_on(
    application: WaiverApplication, kind: ActKind, *, to: WaiverStatus | None = None, reason: str = "",
    actor: User | None, now: datetime, **figures,
) -> WaiverAct:  # fmt: skip
    """Note an act, and move the application if it moves. Conflict if it cannot, or if the clock has gone back.

    The act is written first: the database lets nothing be approved that nobody has approved.
    """
    last = db.session.scalar(select(func.max(WaiverAct.at)).where(WaiverAct.application_id == application.id))
    if last and last > now + ASIDE:  # a stand-in has days: nobody decides on a day that is over
        raise Conflict(_("The clock of this computer is behind what was done already. Have it set right."))
    target = to or application.status
    act = WaiverAct(
        application_id=application.id, kind=kind, at=now, actor_id=actor.id if actor else None, reason=reason.strip(),
        to_status=target, **figures,
    )  # fmt: skip
    db.session.add(act)
    db.session.flush()
    if target is not application.status:
        move(application, target)
    db.session.flush()
    db.session.expire(application, ["acts"])
    told = {"actor": actor, "now": now, "topics": application.topics, "act_id": act.id}
    if kind is ActKind.SUBMITTED:
        record("waiver.submitted", application, **told)
    elif kind is ActKind.EDITED:
        record("waiver.edited", application, **told)
    elif kind in DECISIONS:
        given = {"given_fen": act.given_fen or 0, "policy_id": application.policy_id}
        record("waiver.decided", application, **told, act=kind, **given)
    else:
        record("waiver.acted", application, **told, act=kind)
    return act
