"""The pages of the books: what each person sees and does, and that the wrong one is turned away."""

from datetime import date
from uuid import uuid4

import pytest
from markupsafe import escape
from sqlalchemy import func, select

from helpdesk.billing.ledger import balance_of
from helpdesk.billing.models import Account, Adjustment, BillingRun, Charge, FeeRule, WriteOff
from helpdesk.billing.payment_models import DayClosing, HandIn, Payment
from helpdesk.billing.states import RunStatus
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.estate.models import Estate
from helpdesk.looks.models import Look, Looked, Purpose
from tests.conftest import HTMX
from tests.money import priced_home

KEY = "0b8f7a4e-6d5c-4f0e-9a51-0d6c1f0b8f7a"


@pytest.fixture
def books(world):
    return world


@pytest.fixture
def send(books, as_user):
    def _send(role, url, **data):
        return as_user(books.users[role]).post(url, data={"request_key": KEY} | data)

    return _send


def account_url(books) -> str:
    return f"/billing/accounts/{books['account_id']}"


def test_an_account_says_what_is_owed_and_why(books, as_user):
    page = as_user(books.users[Role.FINANCE]).get(account_url(books)).text

    assert "112.30 m² × 0.35 yuan = 39.31 yuan." in page
    assert "Correction on 2026-03-02: -9.31 yuan. Measured again" in page
    assert "Written off:" in page and "reversed" in page


def test_finance_begins_at_the_money_and_finds_every_page_from_there(books, as_user):
    fay = as_user(books.users[Role.FINANCE])
    assert fay.get("/").location == "/billing"
    for url in ("/billing", "/billing/arrears", "/billing/runs", "/billing/till", "/billing/rules", account_url(books)):
        page = fay.get(url).text
        assert all(f'href="/{path}"' in page for path in ("billing/till", "billing/arrears", "billing/rules", "tariff"))
        assert '<a href="/billing" aria-current="page">Money</a>' in page


def test_the_same_words_about_another_charge_are_another_form_and_never_answered_as_done(books, send):
    """All forms of the page share a key: the second was answered with the success of the first, and nothing done."""
    one, other = db.session.scalars(select(Charge.id).where(Charge.account_id == books["account_id"]).limit(2))
    answers = [
        send(Role.FINANCE, f"/billing/charges/{charge}/correction", amount="1", reason="Measured again")
        for charge in (one, other)
    ]

    assert [answer.status_code for answer in answers] == [303, 422]
    assert "sent before with other contents" in answers[1].text


def test_a_payment_is_taken_once_and_its_receipt_shown(books, send, as_user):
    before = balance_of(db.session.get_one(Account, books["account_id"])).balance_fen
    answers = [
        send(Role.FINANCE, f"{account_url(books)}/payments", amount="10.50", method="wechat", invoice_wanted="y")
        for _ in range(2)
    ]

    assert {answer.status_code for answer in answers} == {303}
    assert balance_of(db.session.get_one(Account, books["account_id"])).balance_fen == before - 1_050
    receipt = as_user(books.users[Role.FINANCE]).get(answers[0].location).text
    assert "10.50 yuan" in receipt and "Wants an invoice" in receipt


@pytest.mark.parametrize("amount", ["", "x", "0", "-5", "1.234", "99999999999", "\ufeff"])
def test_an_amount_that_is_none_is_asked_for_again(books, send, amount):
    answer = send(Role.FINANCE, f"{account_url(books)}/payments", amount=amount, method="cash")

    assert answer.status_code == 422
    assert f'value="{amount.strip(chr(0xFEFF))}"' in answer.text


def test_a_payment_is_reversed_with_a_reason(books, send):
    taken = books.ids["payment_id"][0]
    assert send(Role.FINANCE, f"/billing/payments/{taken}/reversal", reason="").status_code == 422
    assert send(Role.FINANCE, f"/billing/payments/{taken}/reversal", reason="Given back").status_code == 303
    again = {"reason": "Given back", "request_key": str(uuid4())}
    assert send(Role.FINANCE, f"/billing/payments/{taken}/reversal", **again).status_code == 409

    assert db.session.get_one(Payment, taken).reversal_reason == "Given back"


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("/billing/charges/{charge_id}/correction", {"amount": "x1", "reason": "Measured <anew>"}),
        ("/billing/charges/{charge_id}/correction", {"amount": "7.5", "reason": "y" * 201}),
        ("/billing/charges/{charge_id}/write-off", {"reason": "z" * 201}),
        ("/billing/payments/{payment_id}/reversal", {"reason": "w" * 201}),
    ],
)
def test_what_was_typed_stays_where_it_was_typed(books, send, url, sent):
    one = {"charge_id": books.ids["charge_id"][0], "payment_id": books.ids["payment_id"][0]}
    answer = send(Role.MANAGER, url.format(**one), **sent)

    assert answer.status_code == 422
    for typed in sent.values():
        assert escape(typed) in answer.text
    assert answer.text.count("<details open>") == 1


def test_a_reason_that_came_too_late_can_be_copied(books, send):
    url = f"/billing/payments/{books.ids['payment_id'][0]}/reversal"
    assert send(Role.FINANCE, url, reason="Given back").status_code == 303
    late = send(Role.FINANCE, url, reason="Given back at the desk", request_key=str(uuid4()))

    assert late.status_code == 409 and "Given back at the desk" in late.text


ACTS = {  # of what only some may do: the address, and what is sent
    "payments": ("/billing/accounts/{account_id}/payments", {"amount": "1", "method": "cash"}),
    "reversal": ("/billing/payments/{payment_id}/reversal", {"reason": "No"}),
    "correction": ("/billing/charges/{charge_id}/correction", {"amount": "1", "reason": "No"}),
    "write-off": ("/billing/charges/{charge_id}/write-off", {"reason": "No"}),
    "run": ("/billing/runs", {"since": "2026-06", "until": "2026-06"}),
    "start": ("/billing/runs/{run_id}/start", {"version": "1"}),
    "drop": ("/billing/runs/{run_id}/drop", {"version": "1"}),
    "rules": ("/billing/rules", {}),
    "hand-in": ("/billing/hand-ins", {}),
    "closing": ("/billing/closings", {}),
}
KEPT = (Payment, Adjustment, WriteOff, BillingRun, HandIn, DayClosing, FeeRule, Charge)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TECHNICIAN, Role.OFFICER, Role.OWNER, Role.AUDITOR, Role.ADMIN])
def test_the_wrong_person_is_turned_away_and_nothing_changes(books, send, role):
    before = [db.session.scalar(select(func.count()).select_from(table)) for table in KEPT]

    for address, sent in ACTS.values():
        url = address.format(**{name: ids[0] for name, ids in books.ids.items() if ids})
        assert send(role, url, **sent).status_code == 403, url

    assert [db.session.scalar(select(func.count()).select_from(table)) for table in KEPT] == before


def test_finance_may_not_write_off_and_a_manager_may(books, send):
    line = books.ids["charge_id"][1]
    url = f"/billing/charges/{line}/write-off"

    assert send(Role.FINANCE, url, reason="Gone away").status_code == 403
    answer = send(Role.MANAGER, url, reason="Gone away")

    assert answer.status_code in (303, 422)  # only what is overdue


def test_another_estates_account_is_not_there(books, person, as_user, new_estate):
    elsewhere = person("Eve", Role.FINANCE, at=new_estate("康宁苑"))
    for url in (account_url(books), f"{account_url(books)}/bill", f"/billing/runs/{books['run_id']}"):
        assert as_user(elsewhere).get(url).status_code == 404


def test_a_run_is_looked_at_then_started_once(books, send, as_user):
    asked = send(Role.FINANCE, "/billing/runs", since="2026-08", until="2026-09")
    assert asked.status_code == 303
    run = db.session.scalars(select(BillingRun).order_by(BillingRun.id.desc())).first()
    assert (run.status, run.month_from, run.month_until) == (RunStatus.PREVIEWED, date(2026, 8, 1), date(2026, 10, 1))

    started = [send(Role.FINANCE, f"/billing/runs/{run.id}/start", version=str(run.version)) for _ in range(2)]

    assert [answer.status_code for answer in started] == [303, 409]
    assert "being billed" in as_user(books.users[Role.FINANCE]).get(f"/billing/runs/{run.id}", headers=HTMX).text


@pytest.mark.parametrize(
    ("since", "until"), [("2026-09", "2026-08"), ("2026-13", "2026-13"), ("x", "2026-08"), ("\ufeff", "2026-08")]
)
def test_months_that_are_none_are_asked_for_again(books, send, since, until):
    assert send(Role.FINANCE, "/billing/runs", since=since, until=until).status_code == 422


def test_what_a_technician_carries_is_counted(books, send, as_user):
    tao = books.users[Role.TECHNICIAN].id
    sent = {"technician_id": str(tao), "seen_fen": "300"}
    before = as_user(books.users[Role.FINANCE]).get("/billing/till").text
    refused = send(Role.FINANCE, "/billing/hand-ins", counted="2.07", **sent)
    assert refused.status_code == 422 and 'value="2.07"' in refused.text
    assert "<dt>Cash that technicians still carry</dt><dd>3.00</dd>" in before
    carries = as_user(books.users[Role.TECHNICIAN])
    assert "To hand in this evening: ¥3.00 in cash, 1 receipt." in carries.get("/jobs").text
    assert 'aria-current="page">Till' in refused.text and '<span class="tag strong">-0.10</span>' in refused.text
    assert send(Role.FINANCE, "/billing/hand-ins", counted="3.00", **sent).status_code == 303

    assert db.session.scalars(select(HandIn.counted_fen).order_by(HandIn.id)).all() == [190, 300]
    assert "To hand in this evening" not in carries.get("/jobs").text


@pytest.mark.parametrize("what", ["hand-ins", "closings"])
def test_an_absurd_count_is_refused_and_the_till_can_still_be_closed(what, books, send):
    """Believed, it was more than the next form of the till took, and more than PostgreSQL keeps in the column."""
    tao, words = str(books.users[Role.TECHNICIAN].id), "Slipped"
    told = {"technician_id": tao, "seen_fen": "300"} if what == "hand-ins" else {"seen_fen": "0"}

    answer = send(Role.FINANCE, f"/billing/{what}", counted="99999999", words=words, **told)

    assert answer.status_code == 422 and "Type an amount" in answer.text
    assert "Slipped" not in [row.words for row in db.session.scalars(select(HandIn))]


def test_a_charge_is_not_corrected_to_more_than_anybody_pays(books, send):
    charge = db.session.scalar(select(Charge.id).where(Charge.account_id == books["account_id"]))

    answer = send(Role.FINANCE, f"/billing/charges/{charge}/correction", amount="99999999", reason="Measured again")

    assert answer.status_code == 422 and "Type an amount" in answer.text


def test_an_operator_asks_until_when_one_home_is_paid_and_the_look_is_noted(books, as_user):
    url, operator = f"/billing/places/{books['place_id']}/paid-until", as_user(books.users[Role.OPERATOR])
    told = operator.post(url, headers=HTMX)

    assert told.status_code == 200 and "Paid until" in told.text
    assert operator.post(url, data={"words": "Their bank asks"}).status_code == 200
    refused = operator.post(url, data={"words": "x" * 201}, headers=HTMX)
    assert refused.status_code == 422 and "Paid until 2" not in refused.text
    looks = select(Look.what, Look.place_id, Look.purpose, Look.words).order_by(Look.id)
    home = books["place_id"]
    assert db.session.execute(looks).all() == [
        (Looked.PAID_UNTIL, home, Purpose.ANSWERING, ""), (Looked.PAID_UNTIL, home, Purpose.OTHER, "Their bank asks"),
    ]  # fmt: skip
    assert as_user(books.users[Role.TECHNICIAN]).post(url).status_code == 403


def test_the_caller_card_asks_until_when_its_one_home_is_paid(books, as_user):
    operator, url = as_user(books.users[Role.OPERATOR]), f"/billing/places/{books['place_id']}/paid-until"
    card = operator.get("/hotline/card", query_string={"place_id": books["place_id"]}, headers=HTMX).text

    assert url in card and "Paid until 2" not in card
    assert 'form id="ask-paid-until"' in operator.get("/hotline").text


def test_rules_hold_from_the_first_of_a_month(books, send):
    sent = {"valid_from": "2026-08-01"}
    for use in ("fee_own", "fee_let", "fee_vacant", "fee_garage", "fee_shop"):
        sent |= {f"{use}_rate": "70", f"{use}_price": "0.35", f"{use}_days": "31"}

    assert send(Role.FINANCE, "/billing/rules", **sent | {"valid_from": "2026-08-02"}).status_code == 422
    assert send(Role.FINANCE, "/billing/rules", **sent).status_code == 303
    assert set(db.session.scalars(select(FeeRule.rate_bp).where(FeeRule.valid_from == date(2026, 8, 1)))) == {7_000}


def test_the_books_add_up(books, app):
    result = app.test_cli_runner().invoke(args=["billing", "verify"])

    assert result.exit_code == 0, result.output
    assert "all of them add up" in result.output


def test_a_technician_takes_money_at_the_door_of_a_job_of_their_own(books, send, person, as_user):
    url = f"/work-orders/{books.ids['number'][0]}/money"
    sent = {"amount": "5.00", "method": "cash"}
    answers = [send(Role.TECHNICIAN, url, **sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert as_user(books.users[Role.TECHNICIAN]).get(answers[0].location).status_code == 200
    for role in (Role.OPERATOR, Role.FINANCE, Role.MANAGER, Role.OFFICER):
        assert send(role, url, **sent).status_code == 403
    stranger = as_user(person("Bob", Role.TECHNICIAN))
    assert stranger.post(url, data={"request_key": KEY, **sent}).status_code == 404
    assert stranger.get(answers[0].location).status_code == 404


def test_a_home_that_no_run_opened_yet_gets_its_account_at_the_desk(books, send, as_user):
    home = priced_home(db.session.get_one(Estate, books["estate_id"]), "677")
    url = f"/billing/places/{home.id}/account"
    finance = as_user(books.users[Role.FINANCE])
    found = finance.get(f"/billing/find?address={home.address}", follow_redirects=True).text
    assert "No account was found" in found and f'action="{url}"' in found
    assert url not in as_user(books.users[Role.OWNER]).get(f"/billing?place={home.id}").text

    assert send(Role.OWNER, url).status_code == 403
    first, again = send(Role.FINANCE, url), send(Role.FINANCE, url)

    assert (first.status_code, again.status_code) == (303, 303)
    account = db.session.scalars(select(Account).where(Account.place_id == home.id)).one()
    assert finance.get(first.location).location == f"/billing/accounts/{account.id}"
