"""Accounts: how they begin, that nobody inherits arrears, reductions that come later, and that nothing is changed."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from helpdesk.billing.actions import credit_reduced_months
from helpdesk.billing.models import Account, Adjustment, Charge, ChargeKind
from helpdesk.billing.payment_models import Method, Payment
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.merging import merge_people
from helpdesk.estate.models import Occupancy, OccupancyEnd, OccupancyRole, OpeningPosition, Person, Place
from helpdesk.estate.people_actions import add_person, change_occupancy
from helpdesk.tariff.reductions import Reduction, Scope
from tests.money import JULY, JUNE, account_for, bill, owner, priced_home, set_rules

MID_JUNE = datetime(2026, 6, 16, 4, tzinfo=UTC)


@pytest.fixture
def home(estate, now):
    set_rules(estate)
    return priced_home(estate, "501")


@pytest.fixture
def source(monkeypatch):
    """Somebody who grants reductions: `source[place_id] = Reduction(…)`."""
    granted = {}
    monkeypatch.setattr(
        "helpdesk.tariff.reductions.SOURCES",
        [lambda ids, scope, on: {i: granted[i] for i in ids if i in granted and scope is Scope.PROPERTY_FEE}],
    )
    return granted


def charges(account) -> list[tuple]:
    asked = select(Charge.month, Charge.from_on, Charge.until_on, Charge.net_fen)
    return [tuple(row) for row in db.session.execute(asked.where(Charge.account_id == account.id).order_by(Charge.id))]


def test_what_was_owed_becomes_a_line_and_what_was_paid_ahead_a_credit(estate, home, add, now):
    ahead = priced_home(estate, "502")
    add(OpeningPosition, place_id=home.id, arrears_fen=12_345, as_of=date(2026, 2, 20))
    add(OpeningPosition, place_id=ahead.id, paid_until=date(2026, 12, 31), arrears_fen=0, as_of=date(2026, 2, 20))

    owes, prepaid = account_for(home, now=now), account_for(ahead, now=now)

    opening = db.session.scalars(select(Charge).where(Charge.account_id == owes.id)).one()
    assert (opening.kind, opening.net_fen, opening.due_on) == (ChargeKind.OPENING, 12_345, date(2026, 2, 20))
    credit = db.session.scalars(select(Payment).where(Payment.account_id == prepaid.id)).one()
    assert (credit.method, credit.amount_fen) == (Method.OPENING, 10 * 3_931)  # March to December, a month at a time
    assert {owes.billed_from, prepaid.billed_from} == {date(2026, 3, 1)}


def test_accounts_are_opened_once_and_name_the_owner(estate, home, now):
    wang = owner(estate, home, "王桂英")

    first, again = account_for(home, now=now), account_for(home, now=now)

    assert first.id == again.id and first.person_id == wang.id
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1


def test_a_month_is_billed_once(estate, home, now):
    account = account_for(home, now=now)

    assert bill(estate, JUNE, JULY, now=now) == 2
    assert bill(estate, JUNE, JULY, now=now) == 0
    assert charges(account) == [
        (JUNE, JUNE, JULY, 3_931), (JULY, JULY, date(2026, 8, 1), 3_931),
    ]  # fmt: skip


def test_a_buyer_never_inherits_what_the_seller_owed(estate, home, ann, set_now, now):
    seller = owner(estate, home, "王桂英")
    old = account_for(home, now=now)
    bill(estate, date(2026, 5, 1), JUNE, JULY, now=now)
    buyer = _sold(home, seller, date(2026, 6, 16), ann)

    new = db.session.scalars(select(Account).where(Account.place_id == home.id, Account.closed_on.is_(None))).one()

    assert (new.person_id, new.opened_on) == (buyer, date(2026, 6, 16))
    assert db.session.scalar(select(Account.closed_on).where(Account.id == old.id)) == date(2026, 6, 16)
    assert charges(new) == [  # 15 of the 30 days of June, and July, which was billed to the seller
        (JUNE, date(2026, 6, 16), JULY, 1_965), (JULY, JULY, date(2026, 8, 1), 3_931),
    ]  # fmt: skip
    back = list(db.session.scalars(select(Adjustment.amount_fen).where(Adjustment.account_id == old.id)))
    assert sorted(back) == [-3_931, -1_966]  # all of July; of June the seller's 15 days stay, 19.65 yuan
    assert bill(estate, JUNE, JULY, now=now) == 0


def _sold(home, seller, day, actor) -> int:
    """The buyer is noted first, then that the seller sold; as an operator would."""
    with writing():
        buyer = add_person(
            db.session.get_one(Place, home.id), name="陈红", role=OccupancyRole.OWNER, from_on=day, actor=actor,
            now=MID_JUNE,
        )  # fmt: skip
        lived = db.session.scalars(select(Occupancy).where(Occupancy.person_id == seller.id)).one()
        change_occupancy(
            lived, role=lived.role, from_on=lived.from_on, until_on=day, reason=OccupancyEnd.SOLD, actor=actor,
            now=MID_JUNE,
        )  # fmt: skip
    return buyer.id


def test_a_first_owner_is_named_and_a_second_one_changes_nothing(estate, home, ann, now):
    account = account_for(home, now=now)
    at = {"role": OccupancyRole.OWNER, "from_on": date(2026, 3, 1), "actor": ann, "now": now}
    with writing():
        place = db.session.get_one(Place, home.id)
        first = add_person(place, name="王桂英", **at)
        add_person(place, name="王建国", **at)

    assert db.session.get_one(Account, account.id).person_id == first.id
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1


def test_a_waiver_that_comes_later_credits_each_month_once(estate, home, mei, source, now):
    account = account_for(home, now=now)
    bill(estate, JUNE, JULY, now=now)
    source[home.id] = Reduction(7, 3_000, None, 2)

    with writing():
        first = credit_reduced_months(home.id, JULY, actor=mei, now=now)
        again = credit_reduced_months(home.id, JULY, actor=mei, now=now)

    assert [(one.amount_fen, one.waiver_id, one.rate_bp, one.policy_id) for one in first] == [(-1_179, 7, 3_000, 2)]
    assert again == []
    assert db.session.scalars(select(Adjustment.account_id)).all() == [account.id]


def test_billing_asks_what_is_taken_off(estate, home, source, now):
    account_for(home, now=now)
    source[home.id] = Reduction(7, 3_000, None, 2)

    bill(estate, JUNE, now=now)

    line = db.session.scalars(select(Charge)).one()
    assert (line.gross_fen, line.reduced_fen, line.net_fen) == (3_931, 1_179, 2_752)
    assert (line.waiver_id, line.rate_bp, line.policy_id) == (7, 3_000, 2)


@pytest.mark.parametrize("change", ["UPDATE charge SET net_fen = 1, gross_fen = 1", "DELETE FROM charge"])
def test_the_books_refuse_to_be_changed(estate, home, now, change):
    account_for(home, now=now)
    bill(estate, JUNE, now=now)

    with pytest.raises(DBAPIError), writing():
        db.session.execute(text(change))


def test_a_merged_person_keeps_their_account(estate, home, mei, now):
    wang = owner(estate, home, "王桂英")
    account = account_for(home, now=now)
    with writing():
        double = Person(estate_id=estate.id, name="王桂英")
        db.session.add(double)
        db.session.flush()
        merge_people(double, db.session.get_one(Person, wang.id), actor=mei, now=now)

    assert db.session.get_one(Account, account.id).person_id == double.id
