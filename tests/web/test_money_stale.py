"""Two people at one price list, run, quote, sheet, policy or waiver: who comes second is told, and nothing changes."""

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.billing.forms import ActForm
from helpdesk.core import processes
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.tariff import forms as tariff
from helpdesk.tariff.models import PriceList
from helpdesk.tariff.states import ListStatus
from helpdesk.verification.forms import HomeCheckForm, TakeInForm
from helpdesk.waivers import forms as waivers
from helpdesk.waivers import life_views as life
from helpdesk.waivers import policy_forms
from helpdesk.waivers.codes import PolicyState
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy_models import PolicyGround, WaiverPolicy
from helpdesk.waivers.states import WaiverStatus

GROUND = {
    "name_zh": "x", "name_en": "x", "definition": "x", "proof": "x", "property_fee_bp": "60", "labour_bp": "100",
    "materials_bp": "0", "call_out_bp": "0", "validity_months": "12", "bearer": "company", "flow": "company_waiver",
}  # fmt: skip
SENT = {
    # form: (who sends it, where, what)
    ActForm: (Role.FINANCE, "/billing/runs/{run_id}/drop", {}),
    tariff.ListForm: (Role.FINANCE, "/tariff/{draft_list}", {"lines": "x | x | y | 1 | 自备 | 0 |", "call_out": "5"}),
    tariff.ForceForm: (Role.FINANCE, "/tariff/{draft_list}/force", {"valid_from": "2026-04-01"}),
    tariff.DropForm: (Role.FINANCE, "/tariff/{draft_list}/drop", {}),
    tariff.AcceptForm: (
        Role.MANAGER, "/work-orders/{number}/quotes/{quote_id}/acceptance",
        {"accepted_by": "Ann", "accepted_how": "agreed_by_phone"},
    ),
    policy_forms.LimitsForm: (
        Role.MANAGER, "/waiver-policies/{policy}/limits",
        {"second_above": "1", "proof_above": "1", "one_off_limit": "1", "words": "x"},
    ),
    policy_forms.GroundForm: (Role.MANAGER, "/waiver-grounds/{ground}", GROUND),
    policy_forms.BeginForm: (Role.MANAGER, "/waiver-policies/{policy}/beginning", {"valid_from": "2026-04-01"}),
    waivers.SeenForm: (Role.MANAGER, "/waiver-policies/{policy}/discarding", {}),
    life.EndForm: (
        Role.OFFICER, "/waivers/{runs}/end", {"reason": "x", "why": "moved", "since": "2026-03-02"},
    ),
    HomeCheckForm: (Role.OFFICER, "/verification/home-checks/{check}", {"answer": "still_so"}),
    life.RevokeForm: (Role.MANAGER, "/waivers/{runs}/revocation", {"reason": "x"}),
}  # fmt: skip
ELSEWHERE = {
    waivers.DecisionForm, policy_forms.NewGroundForm, waivers.ReasonForm,  # tests/web/test_waivers.py
    waivers.DraftForm,  # likewise
    TakeInForm,  # tests/web/test_waiver_life.py
}  # fmt: skip


@pytest.mark.proves("RE-03")
@pytest.mark.parametrize("form", SENT, ids=lambda form: form.__name__)
def test_who_comes_second_is_told(form, world, as_user, monkeypatch):
    monkeypatch.setattr(processes, "start", lambda *words: None)
    role, where, what = SENT[form]
    draft = db.session.scalars(select(WaiverPolicy).where(WaiverPolicy.state == PolicyState.DRAFT)).first()
    runs = select(WaiverApplication.number).where(WaiverApplication.status == WaiverStatus.APPROVED)
    names = {
        "run_id": world.ids["run_id"][0], "policy": draft.id, "runs": db.session.scalars(runs).first(),
        "check": world.ids["check_number"][1],
        "draft_list": db.session.scalars(select(PriceList.id).where(PriceList.status == ListStatus.DRAFT)).first(),
        "ground": db.session.scalars(select(PolicyGround.id).where(PolicyGround.policy_id == draft.id)).first(),
        **world.ids["quotes"][0],
    }  # fmt: skip
    before = db.session.scalar(select(func.count(Event.seq)))

    answer = as_user(world.users[role]).post(where.format(**names), data={"version": "99", **what})

    assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)
    assert db.session.scalar(select(func.count(Event.seq))) == before
