"""Every form that makes something: sent again, it has made it once; with other contents it is refused and kept."""

from io import BytesIO
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.admin.forms import FirstAdministratorForm, UserForm
from helpdesk.audit.models import Event
from helpdesk.callbacks.forms import AttemptForm, PromiseForm
from helpdesk.cases.forms import ExtensionForm, NewCaseForm, NoteForm, OrderForm
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.forms import CreatingForm
from helpdesk.core.transactions import writing
from helpdesk.dayplans import forms as dayplans
from helpdesk.dispatch.forms import BlockForm, SendForm
from helpdesk.duty.forms import FillForm, PatternForm, ShiftForm
from helpdesk.escalation.forms import DecisionForm, RingForm
from helpdesk.exports.forms import ExportForm
from helpdesk.handover.forms import OpenForm
from helpdesk.hotline.forms import CallForm
from helpdesk.hotline.quick import QuickForm
from helpdesk.neighbours.forms import EntryForm
from helpdesk.outages.forms import OutageForm
from helpdesk.parties.forms import ChaseForm, HandOffForm, PartyForm
from helpdesk.privacy.forms import AskForm
from helpdesk.repairs.forms import RemarkForm, VisitForm
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.retention.forms import HoldForm
from helpdesk.routines.forms import BeginForm
from helpdesk.scheduling.forms import FinishForm, PhotoForm, SetbackForm, StepForm
from helpdesk.storm.forms import PostponementForm, RoundForm
from helpdesk.technicians.forms import AbsenceForm, NewSkillForm, SickForm
from helpdesk.telephony.forms import LineForm
from helpdesk.waivers.scan_views import ScanForm
from tests.conftest import HTMX, PASSWORD
from tests.web import test_money_twice
from tests.web.world_work import a_photo

JOB = {"claimed_at": "", "page": "job"}
CASES = {
    # form: (who sends it, where, what, and what is different when it is not the same form)
    CallForm: (Role.OPERATOR, "/hotline/calls", {"words": "First words"}, {"words": "Other words"}),
    VisitForm: (
        Role.OPERATOR, "/work-orders/{number}/visits", {"crew": "{tao}", "window": "at_once", "version": "{version}"},
        {"window": "typed", "typed_from": "2026-03-04T14:00"},
    ),
    RemarkForm: (Role.OPERATOR, "/work-orders/{number}/remarks", {"words": "First words"}, {"words": "Other words"}),
    UserForm: (
        Role.ADMIN, "/admin/users",
        {"name": "王丽", "username": "wangli", "roles": "operator", "password": PASSWORD, "own_password": PASSWORD},
        {"name": "Other words"},
    ),
    StepForm: (Role.TECHNICIAN, "/jobs/{number}/steps", {**JOB, "step": "accept"}, {"step": "depart"}),
    FinishForm: (
        Role.TECHNICIAN, "/jobs/{number}/result",
        {**JOB, "result": "done", "work_done": "First words", "no_photo": "too_dark"}, {"work_done": "Other words"},
    ),
    SetbackForm: (
        Role.TECHNICIAN, "/jobs/{number}/result", {**JOB, "reason": "help", "note": "First words"},
        {"note": "Other words"},
    ),
    LineForm: (Role.ADMIN, "/telephony/lines", {"name": "First words"}, {"name": "Other words"}),
    OutageForm: (
        Role.OPERATOR, "/outages",
        {"category": "NO_WATER", "where": "estate", "starts_at": "2026-03-02T12:00", "words": "First words"},
        {"words": "Other words"},
    ),
    EntryForm: (
        Role.OPERATOR, "/work-orders/{number}/entries",
        {"place_id": "{place}", "entered_at": "2026-03-02T11:00", "witnesses": "Police", "why": "First words"},
        {"why": "Other words"},
    ),
    SendForm: (
        Role.OPERATOR, "/schedule/orders/{number}/visits",
        {"crew": "{tao}", "starts_at": "2026-03-02T13:00", "minutes": "30", "lock": "none", "version": "{version}"},
        {"starts_at": "2026-03-02T13:10"},
    ),
    BlockForm: (
        Role.OPERATOR, "/schedule/blocks",
        {"user_id": "{tao}", "what": "First words", "starts_at": "2026-03-02T13:00", "minutes": "30"},
        {"what": "Other words"},
    ),
    HoldForm: (
        Role.MANAGER, "/retention/holds",
        {"what": "held_place", "named": "3-2-501", "reason": "First words", "until_on": "2027-01-01"},
        {"reason": "Other words"},
    ),
    QuickForm: (Role.OPERATOR, "/hotline/quick", {"words": "First words"}, {"words": "Other words"}),
    PhotoForm: (Role.TECHNICIAN, "/jobs/{number}/photos", {**JOB, "stage": "before"}, {"stage": "after"}),
}  # fmt: skip
ELSEWHERE = {
    FirstAdministratorForm,  # its link works once: tests/web/test_accounts.py
    PostponementForm,  # needs visits of a day, and
    RoundForm,  # elders to ring: tests/web/test_storm.py
    NewSkillForm, AbsenceForm, SickForm,  # tests/web/test_technicians.py
    ShiftForm, FillForm, PatternForm,  # plan nothing twice: tests/web/test_duty.py, tests/db/test_duty_acts.py
    OpenForm,  # one is open at a time: tests/web/test_handover.py
    AttemptForm, PromiseForm,  # tests/web/test_callbacks.py
    ExportForm,  # tests/web/test_exports.py
    PartyForm, HandOffForm, ChaseForm,  # tests/web/test_parties.py
    BeginForm,  # tests/web/test_routines.py
    dayplans.AskForm, dayplans.SickForm, dayplans.AgainForm,  # tests/web/test_day_plans_page.py
    AskForm,  # of erasing: needs somebody who left: tests/web/test_privacy.py
    RingForm, DecisionForm,  # tests/web/test_ring_list.py
    NewCaseForm, ExtensionForm, OrderForm, NoteForm,  # tests/web/test_cases.py
    ScanForm,  # tests/web/test_scans.py
}  # fmt: skip
REGISTER = "helpdesk.estate."  # tests/web/test_register_edit.py goes through all its forms
MONEY = set(test_money_twice.SENT) | test_money_twice.ELSEWHERE


@pytest.mark.proves("RE-05")
def test_every_creating_form_is_tried_here():
    found, classes = set(), [CreatingForm]
    while classes:
        one = classes.pop()
        found |= set() if one.__subclasses__() else {one}
        classes += one.__subclasses__()
    here = {form for form in found - ELSEWHERE - MONEY if not form.__module__.startswith(REGISTER)}
    assert here == set(CASES)


@pytest.fixture
def case(request, person, ann, tao, work_order, now):
    """One form, ready to be sent; the order has a visit where a technician sends it."""
    role, where, what, other = CASES[request.param]
    user = {Role.OPERATOR: ann, Role.TECHNICIAN: tao}.get(role) or person("Ada", role)
    visit_id = 0
    if role is Role.TECHNICIAN:
        with writing():
            visit_id = schedule_visit(work_order, crew=[tao], actor=ann, now=now).id
    names = {"number": work_order.number, "tao": tao.id, "version": work_order.version,
             "place": work_order.place_id}  # fmt: skip
    data = {"request_key": str(uuid4()), "visit_id": visit_id, **{k: v.format(**names) for k, v in what.items()}}
    return SimpleNamespace(
        form=request.param, user=user, url=where.format(**names), data=data, other=data | other, before=events()
    )


def events() -> int:
    """What was done; that somebody proved who they are, each time they send, is not yet an act."""
    return db.session.scalar(select(func.count(Event.seq)).where(Event.kind != "session.proved"))


def send(browser, case, data=None):
    photo = {"photo": (BytesIO(a_photo()), "a.jpg")} if case.form is PhotoForm else {}
    return browser.post(case.url, data={**(data or case.data), **photo}, headers=HTMX)


@pytest.mark.proves("RE-05")
@pytest.mark.parametrize("case", CASES, indirect=True, ids=lambda form: form.__name__)
def test_sent_again_it_has_acted_once_and_other_contents_are_refused(case, as_user):
    browser = as_user(case.user)

    answers = [send(browser, case).status_code for _ in range(3)]
    acted = events() - case.before
    other = send(browser, case, case.other)

    assert set(answers) <= {200, 204} and acted == 1
    assert (other.status_code, events() - case.before) == (422, 1)
    assert "Other words" not in case.other.values() or "Other words" in other.text


@pytest.mark.proves("RE-05", "PC-15")
@pytest.mark.parametrize("case", CASES, indirect=True, ids=lambda form: form.__name__)
def test_sent_three_times_at_once_it_acts_once(case, app, as_user):
    import threading

    browsers, answers = [as_user(case.user) for _ in range(3)], []

    def act(browser):
        with app.app_context():
            answers.append(send(browser, case).status_code)

    threads = [threading.Thread(target=act, args=(browser,)) for browser in browsers]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    db.session.rollback()

    assert len(answers) == 3 and set(answers) <= {200, 204}
    assert events() - case.before == 1
