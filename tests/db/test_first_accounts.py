"""Accounts that something else than a run opens: finished work, money at the door, somebody at the desk."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from helpdesk.billing.accounts import account_of, open_accounts
from helpdesk.billing.ledger import balance_of
from helpdesk.billing.models import Account, Charge, ChargeKind
from helpdesk.billing.payment_models import Method, TakenAt
from helpdesk.billing.payments import take_payment
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate, OccupancyRole, OpeningPosition, Place
from helpdesk.estate.people_actions import add_person
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling.actions import finish_visit
from helpdesk.tariff.actions import accept_quote
from helpdesk.tariff.models import Agreed, Quote
from tests.money import account_for, bill, owner, priced, priced_home, set_rules

APRIL = date(2026, 4, 1)


@pytest.fixture
def owes(estate, place, add, now):
    """Of the home of the order: 500 yuan of before the books, and an owner who is known."""
    set_rules(estate)
    with writing():
        home = db.session.get_one(Place, place.id)
        home.area, home.unit_price = 11_230, 3_500
    owner(estate, place, "王桂英")
    add(OpeningPosition, place_id=place.id, arrears_fen=50_000, as_of=date(2026, 2, 28))
    return place


def books(place) -> tuple:
    """Whose account it is, from when on there are fees, and its lines."""
    (account,) = db.session.scalars(select(Account).where(Account.place_id == place.id)).all()
    lines = db.session.execute(
        select(Charge.kind, Charge.net_fen).where(Charge.account_id == account.id).order_by(Charge.kind)
    )
    return account.payer_name, account.billed_from, sorted(tuple(row) for row in lines)


def run_opens_the_others(estate, now) -> None:
    with writing():
        open_accounts(db.session.get_one(Estate, estate.id), actor=None, now=now)


def test_paid_work_before_the_first_run_takes_over_what_was_owed(mei, owes, estate, work_order, ann, tao, now):
    known = priced({Role.MANAGER: mei}, estate, work_order, now)["quotes"][0]
    with writing():
        quote = db.session.get_one(Quote, known["quote_id"])
        accept_quote(quote, by="王桂英", how=Agreed.AT_THE_DOOR, actor=ann, now=now)
        visit = schedule_visit(db.session.get_one(WorkOrder, work_order.id), crew=[tao], actor=ann, now=now)
    with writing():
        finish_visit(db.session.merge(visit), work_done="New tap", no_photo_reason="Refused", actor=tao, now=now)

    run_opens_the_others(estate, now)

    assert books(owes) == ("王桂英", date(2026, 3, 1), [
        (ChargeKind.CALL_OUT, 500), (ChargeKind.LABOUR, 2_000), (ChargeKind.LABOUR, 4_000),
        (ChargeKind.MATERIALS, 3_500), (ChargeKind.MATERIALS, 7_000), (ChargeKind.OPENING, 50_000),
    ])  # fmt: skip


def test_so_does_what_is_paid_before_it(owes, estate, person, now):
    fen = person("Fen", Role.FINANCE)
    with writing():
        account = account_of(db.session.get_one(Place, owes.id), actor=fen, now=now)
        take_payment(account, amount_fen=60_000, method=Method.CASH, taken_at=TakenAt.DESK, actor=fen, now=now)
    run_opens_the_others(estate, now)

    assert books(owes) == ("王桂英", date(2026, 3, 1), [(ChargeKind.OPENING, 50_000)])
    assert balance_of(db.session.scalars(select(Account)).one()).balance_fen == -10_000


@pytest.mark.parametrize(("since", "inherits"), [(date(2026, 3, 1), True), (date(2026, 4, 11), False)])
def test_who_became_the_owner_later_owes_nothing_from_before(estate, ann, now, since, inherits):
    """Nobody known owed March to May, 117.93 yuan; the owner of 11 April pays 20 of the days of April, and May."""
    set_rules(estate)
    home = priced_home(estate, "501")
    account_for(home, now=now)
    bill(estate, date(2026, 3, 1), APRIL, date(2026, 5, 1), now=now)
    with writing():
        add_person(
            db.session.get_one(Place, home.id), name="王桂英", role=OccupancyRole.OWNER, from_on=since, actor=ann,
            now=now + timedelta(days=60),
        )  # fmt: skip

    found = db.session.scalars(select(Account).where(Account.place_id == home.id).order_by(Account.id)).all()
    owed = [(one.payer_name, balance_of(one).balance_fen) for one in found]
    assert owed == ([("王桂英", 11_793)] if inherits else [("", 3_931 + 1_310), ("王桂英", 2_620 + 3_931)])
