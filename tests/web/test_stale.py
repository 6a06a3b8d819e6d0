"""Two people, one record: who comes second is told, sees how it stands now, and keeps what they typed."""

import re
from uuid import uuid4

import pytest

from helpdesk.admin.access_forms import RolesForm
from helpdesk.admin.forms import PhoneForm
from helpdesk.callbacks.forms import AttemptForm, GiveUpForm, OwnerForm, ReopenForm, ResultForm
from helpdesk.cases.forms import NoteForm
from helpdesk.cases.panel import FORMS
from helpdesk.core.forms import Form
from helpdesk.core.transactions import writing
from helpdesk.dayplans import forms as dayplans
from helpdesk.dispatch.forms import BlockChangeForm, BlockEndForm, MoveForm, SendForm
from helpdesk.duty.forms import CallOffForm, ChangeShiftForm, StandInForm
from helpdesk.handover.forms import NotesForm, WithdrawForm
from helpdesk.hotline.forms import CallForm, DraftForm
from helpdesk.hotline.quick import QuickDraft, QuickForm
from helpdesk.neighbours.forms import OtherHomeForm, RemovalForm
from helpdesk.notify.forms import MessageForm
from helpdesk.outages.forms import ActForm, ChangeForm, EndForm, OrderForm
from helpdesk.parties.forms import ChaseForm, FinishForm, HandOffForm, PartyChangeForm, ReturnForm
from helpdesk.privacy.forms import ErasureForm, NoErasureForm
from helpdesk.repairs.actions import add_remark
from helpdesk.repairs.forms import CancelForm, CloseForm, CrewForm, HoldForm, RemarkForm, UrgencyForm, VisitForm
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.retention.forms import LiftForm, MonthsForm
from helpdesk.routines import forms as routines
from helpdesk.scheduling.actions import finish_visit
from helpdesk.technicians.forms import EndForm as EndOfSkill
from helpdesk.technicians.forms import SkillForm, WishForm
from helpdesk.telephony.forms import ExtensionForm, LineEndForm
from helpdesk.workdays.forms import AnnouncementForm, DayForm
from tests.conftest import HTMX
from tests.web import test_money_stale

ACTS = {
    VisitForm: ("visits", {"crew": "{bo}", "window": "typed", "typed_from": "2026-03-04T14:00"}),
    CrewForm: ("visits/{visit}/crew", {"crew": "{bo}"}),
    HoldForm: ("hold", {"reason": "parts"}),
    CancelForm: ("cancellation", {"reason": "duplicate"}),
    UrgencyForm: ("urgency", {"urgency": "p1"}),
    CloseForm: ("closing", {}),
}
ELSEWHERE = {
    routines.ChangeForm,
    routines.EndForm,  # tests/web/test_routines.py
    dayplans.DecideForm,
    dayplans.AcceptForm,
    dayplans.SendForm,  # tests/web/test_day_plans_page.py
    RemarkForm,  # adds, and overwrites nobody: tests/web/test_work_orders.py
    DraftForm,  # a late one changes nothing: tests/web/test_calls.py
    CallForm,  # below
    LineEndForm,  # of a telephone system, and
    ExtensionForm,  # who answers at it: tests/web/test_telephone.py
    ActForm,
    ChangeForm,
    EndForm,
    OrderForm,  # tests/web/test_outages.py
    OtherHomeForm,
    RemovalForm,  # tests/web/test_neighbours.py
    ChangeShiftForm,
    StandInForm,
    CallOffForm,  # tests/web/test_duty.py
    NotesForm,
    WithdrawForm,  # tests/web/test_handover.py
    PhoneForm,  # tests/web/test_accounts.py
    RolesForm,  # tests/web/test_sessions.py
    *FORMS.values(),
    NoteForm,  # of cases: tests/web/test_cases.py
    MessageForm,  # tests/web/test_ring_list.py
    AttemptForm,
    OwnerForm,
    GiveUpForm,
    ReopenForm,
    ResultForm,  # tests/web/test_callbacks.py
    PartyChangeForm,
    HandOffForm,
    ChaseForm,
    ReturnForm,
    FinishForm,  # tests/web/test_parties.py
    AnnouncementForm,
    SkillForm,
    EndOfSkill,
    WishForm,  # tests/web/test_technicians.py
    DayForm,  # the calendar: tests/web/test_workdays_page.py
    SendForm,
    MoveForm,
    BlockChangeForm,
    BlockEndForm,  # tests/web/test_board.py
    QuickForm,
    QuickDraft,  # tests/web/test_quick_log.py
    MonthsForm,
    LiftForm,
    ErasureForm,
    NoErasureForm,  # tests/web/test_privacy.py
}
REGISTER = "helpdesk.estate."  # tests/web/test_register_edit.py goes through all its forms
MONEY = set(test_money_stale.SENT) | test_money_stale.ELSEWHERE


@pytest.mark.proves("RE-03")
def test_every_form_with_a_version_is_tried_here():
    found, classes = set(), [Form]
    while classes:
        one = classes.pop()
        found |= {one} if hasattr(one, "version") and not one.__subclasses__() else set()
        classes += one.__subclasses__()
    here = {form for form in found - ELSEWHERE - MONEY if not form.__module__.startswith(REGISTER)}
    assert here == set(ACTS)


@pytest.mark.proves("RE-03")
@pytest.mark.parametrize("form", ACTS, ids=lambda form: form.__name__)
def test_a_stale_act_is_refused_with_the_fresh_state_and_the_typed_text(
    form, work_order, ann, mei, tao, bo, as_user, now
):
    with writing():
        visit = schedule_visit(work_order, crew=[tao], actor=ann, now=now)
        if form is CloseForm:
            finish_visit(visit, work_done="Done", no_photo_reason="Dark", actor=tao, now=now)
    seen = work_order.version
    with writing():
        add_remark(work_order, words="Said meanwhile", actor=mei, now=now)
    act, typed = ACTS[form]
    data = {name: value.format(bo=bo.id) for name, value in typed.items()}
    url = f"/work-orders/{work_order.number}/{act.format(visit=visit.id)}"
    before = work_order.status, work_order.version, work_order.urgency, [user.id for user in visit.crew]

    for headers in (HTMX, {}):
        sent = {"request_key": str(uuid4()), "version": seen, **data}
        answer = as_user(ann).post(url, data=sent, headers=headers)

        assert answer.status_code == 409
        assert "Someone changed this work order while you were looking at it." in answer.text
        assert re.search(rf'name="version"[^>]* value="{seen + 1}"', answer.text)
        for name, value in data.items():
            assert holds(answer.text, name, value), name
        assert "Said meanwhile" in answer.text or headers
    assert before == (work_order.status, work_order.version, work_order.urgency, [user.id for user in visit.crew])


def holds(page, name, value) -> bool:
    """Whether the field still holds what was typed, or the choice is still made."""
    mine = (f' name="{name}"', f' value="{value}"')
    inputs = [tag for tag in re.findall(r"<input[^>]*>", page) if all(part in tag for part in mine)]
    return any("checked" in tag or 'type="checkbox"' not in tag and 'type="radio"' not in tag for tag in inputs)


@pytest.mark.proves("RE-03")
def test_a_call_that_was_saved_meanwhile_is_refused_with_the_typed_text(ann, mei, as_user, now):
    key = str(uuid4())
    as_user(ann).post("/hotline/calls", data={"request_key": key, "words": "later"}, headers=HTMX)
    typed = {"call_key": key, "version": "1", "outcome": "praise"}
    as_user(mei).post("/hotline/calls", data=typed | {"request_key": str(uuid4()), "words": "hers"}, headers=HTMX)

    again = typed | {"request_key": str(uuid4()), "words": "mine, typed meanwhile", "caller_number": "1380000"}
    answer = as_user(ann).post("/hotline/calls", data=again, headers=HTMX)

    assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)
    assert "mine, typed meanwhile</textarea>" in answer.text and 'value="1380000"' in answer.text
