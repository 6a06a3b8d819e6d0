"""What can be done about a work order as it stands, by this person; each act has its form and its own address."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.access import Permission, can
from helpdesk.core.forms import Form
from helpdesk.core.words import clock_time, register, word
from helpdesk.repairs.forms import (
    AT_ONCE,
    TYPED,
    CancelForm,
    CloseForm,
    CrewForm,
    HoldForm,
    UrgencyForm,
    VisitForm,
)
from helpdesk.repairs.models import Urgency, WorkOrder
from helpdesk.repairs.queries import running_visit
from helpdesk.repairs.rules import promised_window
from helpdesk.repairs.states import NEXT, OPEN, Status, VisitStatus
from helpdesk.repairs.timeline import window_words
from helpdesk.windows.queries import offered_windows
from helpdesk.windows.rules import Window, window_value


class Act(StrEnum):
    VISIT = "visit"
    CREW = "crew"
    CLOSE = "close"
    HOLD = "hold"
    URGENCY = "urgency"
    CANCEL = "cancel"


register({
    Act.VISIT: _l("Dispatch"),
    Act.CREW: _l("Hand over"),
    Act.CLOSE: _l("Close the work order"),
    Act.HOLD: _l("Put on hold"),
    Act.URGENCY: _l("Change the urgency"),
    Act.CANCEL: _l("Cancel the work order"),
})  # fmt: skip
FORMS: dict[Act, type[Form]] = {
    Act.VISIT: VisitForm,
    Act.CREW: CrewForm,
    Act.CLOSE: CloseForm,
    Act.HOLD: HoldForm,
    Act.URGENCY: UrgencyForm,
    Act.CANCEL: CancelForm,
}
ENDPOINTS = {
    Act.VISIT: "repairs.schedule",
    Act.CREW: "repairs.show",  # nobody is to go any more: the visit ended while somebody chose
    Act.CLOSE: "repairs.close",
    Act.HOLD: "repairs.hold",
    Act.URGENCY: "repairs.urgency",
    Act.CANCEL: "repairs.cancel",
}
DAYS_NEAR = 2
USUAL = {Status.REPORTED: Act.VISIT, Status.ON_HOLD: Act.VISIT, Status.DONE: Act.CLOSE}


def acts_for(work_order: WorkOrder, user: User) -> list[Act]:
    """What this person may do now, the likeliest first."""
    visit, after = running_visit(work_order), NEXT[work_order.status]
    may_send = can(user, Permission.DISPATCH, work_order.estate_id)
    away = visit is not None and visit.status in (VisitStatus.ON_THE_WAY, VisitStatus.ON_SITE)
    possible = {
        Act.CLOSE: Status.CLOSED in after and can(user, Permission.CLOSE_WORK_ORDER, work_order.estate_id),
        Act.VISIT: may_send and Status.ASSIGNED in after and not away,
        Act.CREW: may_send and visit is not None,
        Act.HOLD: may_send and Status.ON_HOLD in after,
        Act.URGENCY: may_send and work_order.status in OPEN,
        Act.CANCEL: may_send and Status.CANCELLED in after,
    }
    return [act for act, is_possible in possible.items() if is_possible]


def asked_act(work_order: WorkOrder, user: User, asked: str | None) -> Act | None:
    """The act whose form is shown: the one asked for, else the usual next one, if it is possible at all."""
    possible = acts_for(work_order, user)
    wanted = Act(asked) if asked in set(Act) else USUAL.get(work_order.status)
    return wanted if wanted in possible else None


def act_label(act: Act, work_order: WorkOrder) -> str:
    """The button's words: sending somebody is called otherwise the second time."""
    if act is not Act.VISIT:
        return word(act)
    if work_order.status in (Status.DONE, Status.CLOSED):
        return _("Reopen and send somebody again")
    if work_order.status is Status.ASSIGNED:
        return _("Arrange the visit anew")
    return _("Send somebody again") if work_order.visits else _("Dispatch")


@dataclass(frozen=True)
class When:
    """The times a visit can be arranged for: values and labels by local date, the nearest days apart.

    `promised` is what the resident was told before anybody was chosen: the first choice.
    """

    promised: tuple[str, str] | None
    near: list[tuple[date, list[tuple[str, str]]]]
    later: list[tuple[date, list[tuple[str, str]]]]
    chosen: str

    @property
    def chosen_is_later(self) -> bool:
        later = (value for _day, choices in self.later for value, _label in choices)
        return self.chosen == TYPED or self.chosen in later


def times_offered(work_order: WorkOrder, form: Form | None, now: datetime) -> When:
    """What was chosen stays chosen; else what was promised and is not over; else danger and emergencies go at once,
    the rest in the next window.
    """
    told = promised_window(work_order)
    told = told if told and told.ends_at > now else None
    windows = [window for window in offered_windows(work_order.estate_id, now) if window != told]
    urgent = work_order.urgency in (Urgency.P0, Urgency.P1) or not windows
    usual = window_value(told) if told else AT_ONCE if urgent else window_value(windows[0])
    chosen = form.window.data if isinstance(form, VisitForm) else None
    days = [(day, [_choice(window) for window in of_day]) for day, of_day in groupby(windows, key=_day)]
    promised = (window_value(told), window_words(told.starts_at, told.ends_at)) if told else None
    return When(promised, days[:DAYS_NEAR], days[DAYS_NEAR:], chosen or usual)


def act_url(act: Act, work_order: WorkOrder) -> str:
    """Where the form of an act is sent."""
    number, visit = work_order.number, running_visit(work_order)
    if act is Act.CREW and visit is not None:
        return url_for("repairs.hand_over", number=number, visit_id=visit.id)
    return url_for(ENDPOINTS[act], number=number)


def _day(window: Window) -> date:
    return clock.local_date(window.starts_at)


def _choice(window: Window) -> tuple[str, str]:
    return window_value(window), f"{clock_time(window.starts_at)}–{clock_time(window.ends_at)}"
