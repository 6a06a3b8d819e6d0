"""Who must be told that a visit is not as they were told. One call-back for each order, however often it changes."""

from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.callbacks.actions import ask_to_ring, give_up, say_instead
from helpdesk.callbacks.models import Callback, Reason
from helpdesk.callbacks.queries import open_about
from helpdesk.core.words import clock_time, day_name
from helpdesk.repairs.models import Visit, WorkOrder
from helpdesk.repairs.rules import promised_window

RING_WITHIN = timedelta(hours=1)


def is_as_promised(visit: Visit) -> bool:
    """Whether somebody comes when the resident was told; also where they were told nothing."""
    window = promised_window(visit)
    return window is None or window.starts_at <= visit.planned_at < window.ends_at


def owe_a_call(visit: Visit, *, others: bool, actor: User, now: datetime) -> Callback | None:
    """Let whoever was promised a window be rung, if it is not kept or somebody else comes; None if nobody was told."""
    kept = is_as_promised(visit)
    if promised_window(visit) is None or (kept and not others):
        return None
    with force_locale("zh"):  # the words are read to a resident
        at = f"{day_name(visit.planned_at)} {clock_time(visit.planned_at)}"
        names = "、".join(user.name for user in visit.crew)
        words = (
            _("%(names)s comes now instead; the time stays.", names=names) if kept
            else _("The visit is moved to %(at)s; %(names)s comes.", at=at, names=names)
        )  # fmt: skip
    return ring(visit.work_order, words=words, before=visit.planned_at, actor=actor, now=now)


def ring(order: WorkOrder, *, words: str, before: datetime, actor: User | None, now: datetime) -> Callback | None:
    """Let the resident of an order be rung about its visit, soon and before it; None where nobody reported it.

    If nobody reached them yet about an earlier change, they are told this one instead.
    """
    if not (order.phone or order.reporter):
        return None
    due_at = max(now, min(now + RING_WITHIN, before))
    if owed := open_about(order.id, Reason.POSTPONED):
        say_instead(owed, words=words, due_at=due_at, actor=actor, now=now)
        return owed
    return ask_to_ring(
        estate_id=order.estate_id, reason=Reason.POSTPONED, due_at=due_at,
        number=order.phone.digits if order.phone else "", person=order.reporter, place=order.place, work_order=order,
        words=words, actor=actor, now=now,
    )  # fmt: skip


def no_longer_owed(order: WorkOrder, *, actor: User, now: datetime) -> None:
    """Nobody needs to be told any more: the visit is as promised again, or they agreed to its time."""
    if owed := open_about(order.id, Reason.POSTPONED):
        with force_locale("zh"):
            because = _("The visit is as agreed again.")
        give_up(owed, because=because, actor=actor, now=now)
