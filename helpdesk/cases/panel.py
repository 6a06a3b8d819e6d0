"""What can be done about a case as it stands, by this person; each act has its form and its own address."""

from enum import StrEnum

from flask import url_for
from flask_babel import lazy_gettext as _l

from helpdesk.accounts.models import User
from helpdesk.cases.forms import (
    AssignForm,
    CloseCaseForm,
    ComplexForm,
    DecisionForm,
    ExtensionForm,
    OrderForm,
    ReopenForm,
    ReplyForm,
    ReturnForm,
)
from helpdesk.cases.models import Case, CaseKind
from helpdesk.cases.queries import may_work
from helpdesk.cases.rules import SHEETS
from helpdesk.cases.states import CaseStatus
from helpdesk.core.access import Permission, can
from helpdesk.core.words import register
from helpdesk.repairs.states import OPEN


class CaseAct(StrEnum):
    REPLY = "reply"
    CLOSING = "closing"
    OWNER = "owner"
    DECISION = "decision"
    EXTENSION = "extension"
    ORDER = "order"
    COMPLEX = "complexity"
    RETURN = "returning"
    REOPENING = "reopening"


register({
    CaseAct.REPLY: _l("Answer"),
    CaseAct.CLOSING: _l("Close the case"),
    CaseAct.OWNER: _l("Take on, or give to somebody"),
    CaseAct.DECISION: _l("More time: granted or not"),
    CaseAct.EXTENSION: _l("Ask for more time"),
    CaseAct.ORDER: _l("Open a work order"),
    CaseAct.COMPLEX: _l("It is complex"),
    CaseAct.RETURN: _l("Send back"),
    CaseAct.REOPENING: _l("Open again"),
})  # fmt: skip
FORMS = {
    CaseAct.REPLY: ReplyForm,
    CaseAct.CLOSING: CloseCaseForm,
    CaseAct.OWNER: AssignForm,
    CaseAct.DECISION: DecisionForm,
    CaseAct.EXTENSION: ExtensionForm,
    CaseAct.ORDER: OrderForm,
    CaseAct.COMPLEX: ComplexForm,
    CaseAct.RETURN: ReturnForm,
    CaseAct.REOPENING: ReopenForm,
}


def case_acts(case: Case, user: User) -> list[CaseAct]:
    """What this person may do now, the likeliest first."""
    if not may_work(user, case):
        return []
    is_open, is_sheet = case.status is CaseStatus.OPEN, case.kind in SHEETS
    pending = case.pending_extension is not None
    order_runs = case.work_order is not None and case.work_order.status in OPEN
    opens = can(user, Permission.OPEN_WORK_ORDER, case.estate_id) and can(user, Permission.SEE_REGISTER, case.estate_id)
    possible = {
        CaseAct.REPLY: is_open,
        CaseAct.CLOSING: case.status is CaseStatus.ANSWERED,
        CaseAct.OWNER: is_open,
        CaseAct.DECISION: is_open and pending,
        CaseAct.EXTENSION: is_open and is_sheet and not pending,
        CaseAct.ORDER: is_open and opens and not order_runs and case.kind is not CaseKind.WAIVER_ENQUIRY,
        CaseAct.COMPLEX: is_open and case.kind is CaseKind.COMPLAINT and not case.is_complex,
        CaseAct.RETURN: is_open and is_sheet,
        CaseAct.REOPENING: not is_open,
    }
    return [act for act, is_possible in possible.items() if is_possible]


def asked_case_act(case: Case, user: User, asked: str | None) -> CaseAct | None:
    """The act whose form is shown: the one asked for, if it is possible at all."""
    wanted = CaseAct(asked) if asked in set(CaseAct) else None
    return wanted if wanted in case_acts(case, user) else None


def case_act_url(act: CaseAct, case: Case) -> str:
    """Where the form of an act is sent."""
    return url_for(f"cases.{act}", case_number=case.number)
