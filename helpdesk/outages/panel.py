"""What can be done about an outage as it stands, by this person; each act has its form and its own address."""

from datetime import datetime
from enum import StrEnum

from flask import url_for
from flask_babel import lazy_gettext as _l

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, can
from helpdesk.core.forms import Form
from helpdesk.core.words import register
from helpdesk.outages import told, typed
from helpdesk.outages.forms import ActForm, EndForm, OrderForm
from helpdesk.outages.models import Outage
from helpdesk.outages.queries import orders_in
from helpdesk.outages.states import NEXT, STANDING, OutageStatus
from helpdesk.repairs.states import Status


class Act(StrEnum):
    END = "end"
    BEGIN = "begin"
    CHANGE = "change"
    TAKE_IN = "take_in"
    TAKE_OUT = "take_out"
    CANCEL = "cancel_outage"
    REOPEN = "reopen"


register({
    Act.END: _l("It is over"),
    Act.BEGIN: _l("It has begun"),
    Act.CHANGE: _l("Change the outage"),
    Act.TAKE_IN: _l("Add a work order"),
    Act.TAKE_OUT: _l("Take a work order out"),
    Act.CANCEL: _l("Call the outage off"),
    Act.REOPEN: _l("It was not over"),
})  # fmt: skip
ENDPOINTS = {
    Act.END: "outages.end", Act.BEGIN: "outages.begin", Act.CHANGE: "outages.change", Act.TAKE_IN: "outages.take_in",
    Act.TAKE_OUT: "outages.take_out", Act.CANCEL: "outages.cancel", Act.REOPEN: "outages.reopen",
}  # fmt: skip


def acts_for(outage: Outage, user: User) -> list[Act]:
    """What this person may do now, the likeliest first."""
    after = NEXT[outage.status]
    if not can(user, Permission.DISPATCH, outage.estate_id):
        return []
    standing = outage.status in STANDING
    planned = outage.status is OutageStatus.PLANNED
    possible = {
        Act.BEGIN: planned,
        Act.END: OutageStatus.OVER in after,
        Act.CHANGE: standing,
        Act.TAKE_IN: standing,
        Act.TAKE_OUT: standing and bool(orders_in(outage)),
        Act.CANCEL: OutageStatus.CANCELLED in after,
        Act.REOPEN: outage.status is OutageStatus.OVER,
    }
    return [act for act, is_possible in possible.items() if is_possible]


def asked_act(outage: Outage, user: User, asked: str | None) -> Act | None:
    """The act whose form is shown, if it is possible at all."""
    act = Act(asked) if asked in set(Act) else None
    return act if act in acts_for(outage, user) else None


def form_for(act: Act | None, outage: Outage, now: datetime) -> Form | None:
    """The form of an act, filled in with what is usual: whoever is at work goes on by themselves."""
    if act is None:
        return None
    if act is Act.CHANGE:
        return typed.form_of(outage, now)
    if act is Act.END:
        at_work = [order.number for order in orders_in(outage) if order.status is Status.IN_PROGRESS]
        words = told.said_by_itself(outage, now, over=True)
        return EndForm(formdata=None, version=outage.version, taken_out=at_work, words=words)
    kind = OrderForm if act in (Act.TAKE_IN, Act.TAKE_OUT) else ActForm
    return kind(formdata=None, version=outage.version)


def outage_act_url(act: Act, outage: Outage) -> str:
    return url_for(ENDPOINTS[act], outage_id=outage.id)
