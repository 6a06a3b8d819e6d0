"""What a dispatcher does on the board with visits. Every placement is checked again under the lock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.dispatch.checks import Breach, breaches, placement_of
from helpdesk.dispatch.day import day_sheet
from helpdesk.dispatch.telling import is_as_promised, no_longer_owed, owe_a_call
from helpdesk.dispatch.words import breach_words
from helpdesk.repairs.actions import add_remark
from helpdesk.repairs.models import Lock, Visit, WorkOrder
from helpdesk.repairs.queries import running_visit
from helpdesk.repairs.rules import promised_window
from helpdesk.repairs.visit_actions import SLACK, check_movable, real_crew, rearrange_visit, schedule_visit
from helpdesk.windows.models import Override, Rule, Severity
from helpdesk.windows.rules import Window

HOLDS_CREW, HOLDS_TIME = (Lock.TECHNICIAN, Lock.BOTH), (Lock.TIME, Lock.BOTH)


@dataclass(frozen=True, slots=True)
class Why:
    """Why warnings are overridden; `seen` are the rules the dispatcher was told of, so that no other slips through."""

    reason: Override | None = None
    words: str = ""
    seen: frozenset[Rule] = frozenset()


@dataclass(frozen=True, slots=True)
class Wish:
    """A visit as a dispatcher wants it. `agreed` is a window the resident took; None leaves the promise as it is."""

    crew: Sequence[User]
    starts_at: datetime
    minutes: int
    lock: Lock = Lock.NONE
    agreed: Window | None = None
    why: Why = Why()


def send_order(work_order: WorkOrder, wish: Wish, *, actor: User, now: datetime) -> Visit:
    """Send somebody to an order that waits. A window that was promised is the visit's from then on, even a missed one.

    Refused for a time that is over, where a rule blocks, or where one warns and no reason is given;
    Conflict if somebody is sent already.
    """
    require(actor, Permission.DISPATCH, work_order.estate_id)
    if running_visit(work_order):
        raise Conflict(_("Somebody is sent to this order already. Look at it again."))
    wish = _real(wish, work_order)
    if wish.starts_at < now - SLACK:
        raise Refused(_("This time is already over. Choose a later one."), field="starts_at")
    broke = _checked(work_order, None, wish, actor, now)
    window = wish.agreed or promised_window(work_order)
    told = window if window and window.ends_at > now else None
    visit = schedule_visit(work_order, crew=wish.crew, planned_at=wish.starts_at, promised=told, actor=actor, now=now)
    if window and not told:
        visit.promised_from, visit.promised_until = window.starts_at, window.ends_at
    _set(visit, wish)
    if not wish.agreed:
        owe_a_call(visit, others=False, actor=actor, now=now)
    if broke:
        record(
            "visit.overridden", work_order, actor=actor, now=now, topics=work_order.topics, visit_id=visit.id,
            broke=broke, reason=wish.why.reason,
        )  # fmt: skip
    _say_why(work_order, wish.why, actor, now)
    return visit


def rearrange_on_board(visit: Visit, wish: Wish, *, actor: User, now: datetime) -> None:
    """Rearrange a visit under the rules of the board; whoever was told another time is to be rung, once.

    Refused where it is locked, where a rule blocks, and where one warns without a reason; else as `rearrange_visit`.
    """
    work_order = visit.work_order
    require(actor, Permission.DISPATCH, work_order.estate_id)
    wish = _as_planned(_real(wish, work_order), visit)
    changed = _changed(visit, wish)
    check_movable(visit, crew=wish.crew, planned_at=wish.starts_at, now=now)
    _refuse_locked(visit, wish, changed)
    fits_anew = changed & {"crew", "time", "minutes", "agreed"}
    broke = _checked(work_order, visit, wish, actor, now) if fits_anew else []
    was_promised = is_as_promised(visit)
    rearrange_visit(
        visit, crew=wish.crew, planned_at=wish.starts_at, minutes=wish.minutes, lock=wish.lock,
        agreed=wish.agreed if "agreed" in changed else None, broke=broke, reason=wish.why.reason, actor=actor, now=now,
    )  # fmt: skip
    if is_as_promised(visit) and (wish.agreed or not was_promised):
        no_longer_owed(work_order, actor=actor, now=now)
    elif "time" in changed and not wish.agreed:
        owe_a_call(visit, others=False, actor=actor, now=now)
    _say_why(work_order, wish.why, actor, now)


def settle(found: list[Breach], why: Why) -> list[Rule]:
    """The rules that are broken all the same, once each. Refused if one blocks, or if nobody said why."""
    blocked = [breach_words(one) for one in found if one.severity is Severity.BLOCK]
    if blocked:
        raise Refused(_("This cannot be planned so. %(why)s", why=" ".join(blocked)))
    broke = list(dict.fromkeys(one.rule for one in found))
    if broke and (why.reason is None or not why.seen.issuperset(broke)):
        raise Refused(_("This breaks a rule. Check it, and say why it is right all the same."), field="reason")
    if broke and why.reason is Override.OTHER and not why.words.strip():
        raise Refused(_("Say in a few words why."), field="words")
    return broke


def _checked(work_order: WorkOrder, visit: Visit | None, wish: Wish, actor: User, now: datetime) -> list[Rule]:
    sheet = day_sheet(actor, work_order.estate_id, clock.local_date(wish.starts_at))
    if wish.agreed and wish.agreed.ends_at <= now:
        raise Refused(_("This window is already over. Choose a later one."), field="agreed")
    placement = placement_of(work_order, visit, wish.crew, wish.starts_at, wish.minutes, agreed=wish.agreed)
    return settle(breaches(sheet, placement), wish.why)


def _real(wish: Wish, work_order: WorkOrder) -> Wish:
    return replace(wish, crew=real_crew(wish.crew, work_order))


def _as_planned(wish: Wish, visit: Visit) -> Wish:
    """A form knows minutes; what was planned to the second and not touched stays as it was."""
    same = wish.starts_at == visit.planned_at.replace(second=0, microsecond=0)
    return replace(wish, starts_at=visit.planned_at) if same else wish


def _changed(visit: Visit, wish: Wish) -> set[str]:
    pairs = {
        "crew": (_ids(visit.crew), _ids(wish.crew)), "time": (visit.planned_at, wish.starts_at),
        "minutes": (visit.duration_minutes, wish.minutes), "lock": (visit.lock, wish.lock),
        "agreed": (promised_window(visit), wish.agreed or promised_window(visit)),
    }  # fmt: skip
    return {name for name, (old, new) in pairs.items() if old != new}


def _refuse_locked(visit: Visit, wish: Wish, changed: set[str]) -> None:
    moved = "time" in changed
    if (moved and wish.lock in HOLDS_TIME) or ("crew" in changed and wish.lock in HOLDS_CREW):
        raise Refused(_("It is locked so. Take the lock off, or change it, to move the visit."), field="lock")
    told = promised_window(visit)
    if moved and wish.lock is Lock.WINDOW and told and not told.starts_at <= wish.starts_at < told.ends_at:
        raise Refused(_("It is locked to its window. Take the lock off to leave it."), field="lock")


def _set(visit: Visit, wish: Wish) -> None:
    """A crew that was made larger by hand is what the planner must send, too."""
    visit.duration_minutes, visit.lock = wish.minutes, wish.lock
    visit.crew_size = max(visit.work_order.category.crew_size, len(wish.crew))


def _say_why(work_order: WorkOrder, why: Why, actor: User, now: datetime) -> None:
    if why.words.strip():
        add_remark(work_order, words=why.words, actor=actor, now=now)


def _ids(crew: Iterable[User]) -> list[int]:
    return sorted(user.id for user in crew)
