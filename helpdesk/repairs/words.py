"""How codes of this feature are said on the screen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from helpdesk.core.words import day_and_time, locale, register, word
from helpdesk.repairs.deadlines import Clock, Standing
from helpdesk.repairs.explanations import Why
from helpdesk.repairs.filters import Group, Sort
from helpdesk.repairs.models import (
    CancelReason,
    Category,
    HoldReason,
    PhotoStage,
    ServiceLevel,
    Urgency,
    Where,
    WorkOrder,
    WorkOrderKind,
)
from helpdesk.repairs.policy import profile_names
from helpdesk.repairs.queries import next_deadline, running_visit
from helpdesk.repairs.rules import DeadlineKind, chases_now, standing_of
from helpdesk.repairs.states import Status, VisitStatus

register({
    Status.REPORTED: _l("To dispatch"),
    Status.ASSIGNED: _l("Not accepted"),
    Status.IN_PROGRESS: _l("Under repair"),
    Status.ON_HOLD: _l("On hold"),
    Status.DONE: _l("Done, ring back"),
    Status.CLOSED: _l("Closed"),
    Status.CANCELLED: _l("Cancelled"),
})  # fmt: skip
register({
    VisitStatus.PLANNED: _l("Not accepted"),
    VisitStatus.ACCEPTED: _l("Accepted"),
    VisitStatus.ON_THE_WAY: _l("On the way"),
    VisitStatus.ON_SITE: _l("Under repair"),
    VisitStatus.DONE: _l("Repaired"),
    VisitStatus.NOBODY_HOME: _l("Nobody home"),
    VisitStatus.FAILED: _l("Could not be repaired"),
    VisitStatus.CANCELLED: _l("Called off"),
})  # fmt: skip
register({
    Urgency.P0: _l("Danger"),
    Urgency.P1: _l("Emergency"),
    Urgency.P2: _l("Minor"),
    Urgency.P3: _l("Planned"),
})  # fmt: skip
register({
    HoldReason.PARTS: _l("Waiting for parts"),
    HoldReason.APPOINTMENT: _l("Needs an appointment"),
    HoldReason.OUTSIDE: _l("Waiting for others"),
    HoldReason.HELP: _l("Needs more hands"),
})  # fmt: skip
register({
    CancelReason.WITHDRAWN: _l("No longer wanted"),
    CancelReason.DUPLICATE: _l("Reported twice"),
    CancelReason.NOT_OURS: _l("Not ours to repair"),
    CancelReason.VOID: _l("Void"),
})  # fmt: skip
register({
    WorkOrderKind.REPAIR: _l("Repair"),
    WorkOrderKind.CARE: _l("Care visit"),
    WorkOrderKind.HOME_CHECK: _l("Home check"),
    WorkOrderKind.INSPECTION: _l("Inspection"),
})  # fmt: skip
register({
    Where.IN_HOME: _l("In the home"),
    Where.COMMON: _l("Shared part of the building"),
    Where.OUTDOOR: _l("Outdoors"),
})  # fmt: skip
register({
    Clock.WALL: _l("every hour counts"),
    Clock.DAYTIME: _l("counted from 08:00 to 20:00"),
    Clock.WORKING_DAYS: _l("counted in working days"),
})  # fmt: skip
register({
    Why.WEEKEND: _l("weekend"),
    Why.HOLIDAY: _l("holiday"),
    Why.MADE_UP: _l("make-up workday"),
})  # fmt: skip
register({
    PhotoStage.BEFORE: _l("Before the work"),
    PhotoStage.AFTER: _l("After the work"),
})  # fmt: skip
register({
    DeadlineKind.RESPOND: _l("Dispatch"),
    DeadlineKind.ARRIVE: _l("Arrive"),
    DeadlineKind.FINISH: _l("Finish"),
})  # fmt: skip

register({
    Group.OPEN: _l("Open work orders"),
    Group.LATE: _l("Late"),
    Group.AT_RISK: _l("At risk"),
    Group.DONE: _l("Done, ring back"),
    Group.CLOSED: _l("Closed"),
    Group.CANCELLED: _l("Cancelled"),
    Group.ALL: _l("All"),
})  # fmt: skip
register({
    Sort.DEADLINE: _l("What is due first"),
    Sort.NEWEST: _l("Newest first"),
    Sort.OLDEST: _l("Oldest first"),
})  # fmt: skip


def state_of(work_order: WorkOrder) -> StrEnum:
    """The finest code that says where an order is: the step of its running visit, or what it waits for."""
    if work_order.status in (Status.ASSIGNED, Status.IN_PROGRESS):
        running = running_visit(work_order)
        return running.status if running else work_order.status
    if work_order.status is Status.ON_HOLD:
        return work_order.hold_reason
    void = work_order.cancel_reason is CancelReason.VOID
    return CancelReason.VOID if void else work_order.status


def tone_of(work_order: WorkOrder) -> str:
    """Whose turn it is, for the pill: somebody must act, it moves, it rests, it is over."""
    if work_order.status in (Status.DONE, Status.CLOSED, Status.CANCELLED):
        return "over"
    to_act = (Status.REPORTED, HoldReason.APPOINTMENT, HoldReason.HELP)
    moving = (Status.IN_PROGRESS, VisitStatus.ON_THE_WAY, VisitStatus.ON_SITE)
    state = state_of(work_order)
    return "waiting" if state in to_act else "moving" if state in moving else "resting"


@dataclass(frozen=True)
class Promise:
    """The promise that comes next, as a row shows it."""

    due: datetime
    standing: Standing
    label: str


def next_promise(work_order: WorkOrder, now: datetime) -> Promise | None:
    """What was promised next, in words: "arrive by 14:30". None when the order is over or nothing is promised."""
    promise = next_deadline(work_order)
    if promise is None:
        return None
    kind, due = promise
    return Promise(due, standing_of(work_order, due, now), promise_words(kind, due))


def promises_of(work_order: WorkOrder) -> list[tuple[DeadlineKind, datetime, datetime | None]]:
    """Every promise that was made, in the order they are kept, and when each was kept if that is known."""
    promises = (
        (DeadlineKind.RESPOND, work_order.respond_by, work_order.responded_at),
        (DeadlineKind.ARRIVE, work_order.arrive_by, work_order.arrived_at),
        (DeadlineKind.FINISH, work_order.done_by, work_order.done_at),
    )
    return [(kind, due, kept_at) for kind, due, kept_at in promises if due]


def chased_words(work_order: WorkOrder) -> str:
    """How often somebody asked why nobody has come: 催 2 次; nothing if they did not, since it was reopened."""
    chases = chases_now(work_order)
    return ngettext("chased %(num)d time", "chased %(num)d times", len(chases)) if chases else ""


def chased_when(work_order: WorkOrder) -> str:
    """The same for whoever is sent: 住户催了 2 次, 10:12; nothing if nobody asked."""
    chases = chases_now(work_order)
    if not chases:
        return ""
    last = day_and_time(chases[-1].chased_at)
    return ngettext(
        "The resident asked after it %(num)d time, %(time)s",
        "The resident asked after it %(num)d times, last %(time)s",
        len(chases), time=last,
    )  # fmt: skip


def promise_words(kind: DeadlineKind, due: datetime) -> str:
    time = day_and_time(due)
    if kind is DeadlineKind.RESPOND:
        return _("dispatch by %(time)s", time=time)
    return _("arrive by %(time)s", time=time) if kind is DeadlineKind.ARRIVE else _("finish by %(time)s", time=time)


def category_name(category: Category) -> str:
    return category.name_zh if locale() == "zh" else category.name_en


def work_name(order: WorkOrder) -> str:
    """What an order is about. A care round is no elder who does not answer, until nobody does: then it is urgent."""
    if order.kind is WorkOrderKind.HOME_CHECK:
        return word(order.kind)
    is_round = order.kind is WorkOrderKind.CARE and order.urgency is not Urgency.P0
    return _("Care round at home") if is_round else category_name(order.category)


def service_level_name(level: ServiceLevel) -> str:
    """As the company named it; the shipped profile is said in the reader's language."""
    return level.profile if locale() == "zh" else profile_names().get(level.profile, level.profile)
