from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.models import Event
from helpdesk.audit.queries import newest_seq
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db

TOPICS = (
    (Permission.SEE_WORK_ORDERS, "orders"),
    (Permission.WORK_HOTLINE, "calls"),
    (Permission.WORK_HOTLINE, "callbacks"),
    (Permission.WORK_HOTLINE, "rings"),
    (Permission.SEE_WORK_ORDERS, "outages"),
    (Permission.LOG_CALL, "duty"),  # all staff may know who is on
    (Permission.SEE_CASES, "cases"),
    (Permission.SEE_WAIVERS, "waivers"),
)
LOOK_BACK = 500  # events; who asks from further back is told everything


def topics_of(user: User) -> set[str]:
    """What this user's open pages may hear of. A topic only says that something changed."""
    shared = {f"{name}:{estate_id}" for may, name in TOPICS for estate_id in estates(user, may)}
    shared.add(f"praise:{user.id}")
    return shared | ({f"jobs:{user.id}"} if estates(user, Permission.DO_VISITS) else set())


def changed_since(user: User, seq: int) -> tuple[int, set[str]]:
    """The newest seq, and which of this user's topics changed after `seq`; all of them if that is too long ago."""
    newest, mine = newest_seq(), topics_of(user)
    if not newest - LOOK_BACK <= seq <= newest:
        return newest, mine
    changed = db.session.scalars(select(Event.topics).where(Event.seq > seq)) if seq < newest else ()
    return newest, mine & {topic for topics in changed for topic in topics}
