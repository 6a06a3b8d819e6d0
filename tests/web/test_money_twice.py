"""What makes something about money and waivers, sent three times: made once, and refused with other contents."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.billing import forms as billing
from helpdesk.billing.models import Charge
from helpdesk.billing.payments import till_of
from helpdesk.core import processes
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.notices import views as notices
from helpdesk.tariff import forms as tariff
from helpdesk.tariff.models import PriceList
from helpdesk.verification.forms import AskForm, OrderCheckForm
from helpdesk.waiver_reports.forms import ClaimForm
from helpdesk.waivers import decider_forms, policy_forms
from helpdesk.waivers import forms as waivers
from helpdesk.waivers.models import WaiverApplication
from tests.waivers import a_home

TERM = {"from_on": "2026-03-02", "last_on": "2026-03-08"}
SENT = {
    # form: (who sends it, where, what, and what is different when it is not the same form)
    billing.PaymentForm: (
        Role.FINANCE, "/billing/accounts/{account_id}/payments", {"amount": "10.50", "method": "cash"},
        {"amount": "11"},
    ),
    billing.ReasonForm: (
        Role.FINANCE, "/billing/payments/{payment_id}/reversal", {"reason": "Given back"}, {"reason": "Other words"},
    ),
    billing.CorrectionForm: (
        Role.FINANCE, "/billing/charges/{second_charge}/correction", {"amount": "20", "reason": "Measured again"},
        {"amount": "21"},
    ),
    billing.HandInForm: (
        Role.FINANCE, "/billing/hand-ins", {"technician_id": "{tao}", "seen_fen": "300", "counted": "3"},
        {"counted": "2"},
    ),
    billing.ClosingForm: (
        Role.FINANCE, "/billing/closings", {"seen_fen": "{till}", "counted": "0", "words": "Taken to the bank"},
        {"words": "Other words"},
    ),
    billing.RunForm: (Role.FINANCE, "/billing/runs", {"since": "2026-08", "until": "2026-08"}, {"until": "2026-09"}),
    tariff.QuoteForm: (Role.MANAGER, "/work-orders/{number}/quote", {"item_{item}": "1"}, {"item_{item}": "2"}),
    notices.PostForm: (
        Role.OFFICER, "/waiver-notices",
        {"style": "counts", "first_month": "2026-01", "last_month": "2026-01", "posted_on": "2026-03-02",
         "until_on": "2026-03-09"}, {"until_on": "2026-03-10"},
    ),
    notices.ObjectionForm: (
        Role.OFFICER, "/waiver-notices/{notice_id}/objections", {"words": "They let it"}, {"words": "Other words"},
    ),
    waivers.NewApplicationForm: (
        Role.OFFICER, "/waivers", {"place": "{address}", "channel": "desk"}, {"channel": "phone"},
    ),
    waivers.OneOffForm: (
        Role.MANAGER, "/charges/{second_charge}/one-off", {"amount": "1.50", "reason": "Our mistake"},
        {"amount": "2.50"},
    ),
    decider_forms.StandInForm: (
        Role.MANAGER, "/waiver-deciders", {"user_id": "{ling}", "for_user_id": "{mei}", **TERM},
        {"last_on": "2026-03-09"},
    ),
    decider_forms.TieForm: (
        Role.OFFICER, "/waiver-deciders/ties",
        {"user_id": "{mei}", "place": "{address}", "name": "{name}", "tie": "relative"}, {"tie": "self"},
    ),
}  # fmt: skip
ELSEWHERE = {
    billing.RulesForm,  # tests/web/test_money.py
    tariff.DraftForm,  # one draft at a time: tests/web/test_prices.py
    policy_forms.NewGroundForm, policy_forms.DraftPolicyForm,  # likewise: tests/web/test_waivers.py
    AskForm, ClaimForm,  # tests/web/test_waiver_life.py
    OrderCheckForm,  # tests/web/test_home_checks.py
}  # fmt: skip


@pytest.fixture
def case(request, world, estate, monkeypatch, set_now, now):
    set_now(now + timedelta(hours=1))  # the till was counted at this moment
    monkeypatch.setattr(processes, "start", lambda *words: None)
    role, where, what, other = SENT[request.param]
    place, person = a_home(estate, "777")
    charges = select(Charge.id).where(Charge.account_id == world["account_id"]).order_by(Charge.id)
    prices = db.session.scalars(select(PriceList).order_by(PriceList.id)).first()
    names = {name: world[name] for name in ("account_id", "payment_id", "notice_id")}
    names |= {"tao": world.users[Role.TECHNICIAN].id, "ling": world.users[Role.OFFICER].id}
    names |= {"mei": world.users[Role.MANAGER].id, "second_charge": db.session.scalars(charges).all()[1]}
    names |= {"home": place.id, "address": place.address, "name": person.name, "item": prices.items[0].id}
    names |= {"number": world.ids["quotes"][0]["number"], "till": till_of(estate.id)["expected_fen"]}

    def filled(told):
        return {name.format(**names): value.format(**names) for name, value in told.items()}

    data = {"request_key": str(uuid4()), **filled(what)}
    return world.users[role], where.format(**names), data, data | filled(other)


def made() -> int:
    """What was noted; a draft of an application is nobody else's yet, and leaves no event."""
    return sum(db.session.scalar(select(func.count()).select_from(one)) for one in (Event, WaiverApplication))


@pytest.mark.proves("RE-05")
@pytest.mark.parametrize("case", SENT, indirect=True, ids=lambda form: form.__name__)
def test_sent_again_it_has_acted_once_and_other_contents_are_refused(case, as_user):
    user, url, data, other = case
    browser, before = as_user(user), made()

    statuses = [browser.post(url, data=data).status_code]
    acted = made() - before
    statuses += [browser.post(url, data=data).status_code for _ in range(2)]

    assert set(statuses) == {303} and acted >= 1 and made() - before == acted
    assert browser.post(url, data=other).status_code == 422
    assert made() - before == acted
