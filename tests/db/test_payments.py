"""Money that comes in, goes back, is handed in and counted; what is given up."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from helpdesk.billing.actions import correct_charge, reveal_paid_until, set_fee_rules, write_off
from helpdesk.billing.ledger import PaidUntil, arrears, balance_of, collected, paid_until
from helpdesk.billing.models import Account, Charge, FeeUse
from helpdesk.billing.payment_models import Allocation, Method, Payment, TakenAt
from helpdesk.billing.payments import (
    carried_by,
    close_day,
    count_hand_in,
    reverse_payment,
    take_payment,
    till_of,
)
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate, Place
from helpdesk.looks.models import Look, Looked, Purpose
from tests.money import JULY, JUNE, account_for, bill, priced_home, set_rules

AUGUST = datetime(2026, 8, 10, 4, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def fen(person):
    return person("Fen", Role.FINANCE)


@pytest.fixture
def account(estate, now):
    """Owes June and July 2026, 39.31 yuan each."""
    set_rules(estate)
    home = priced_home(estate, "501")
    account = account_for(home, now=now)
    bill(estate, JUNE, JULY, now=now)
    return account


@pytest.fixture
def pay(account, fen):
    def _pay(fen_, *, method=Method.CASH, at=TakenAt.DESK, by=None, when=AUGUST, **more):
        with writing():
            return take_payment(
                db.session.get_one(Account, account.id), amount_fen=fen_, method=method, taken_at=at,
                actor=by or fen, now=when, **more,
            )  # fmt: skip

    return _pay


def state(account) -> tuple[list[int], int]:
    found = balance_of(account)
    return [line.open_fen for line in found.lines], found.credit_fen


def line(number: int) -> Charge:
    return db.session.scalars(select(Charge).order_by(Charge.id)).all()[number]


def test_a_part_payment_covers_the_oldest_and_the_receipt_says_so(account, pay):
    payment = pay(5_000)

    assert state(account) == ([0, 2_862], 0)
    assert payment.receipt_no == "SJ20260810-0001"
    parts = db.session.execute(select(Allocation.amount_fen).order_by(Allocation.charge_id)).scalars().all()
    assert parts == [3_931, 1_069]


def test_what_is_paid_too_much_covers_the_next_month_by_itself(account, pay, estate, now):
    pay(10_000)
    assert state(account) == ([0, 0], 2_138)

    bill(estate, date(2026, 8, 1), now=now)

    assert state(account) == ([0, 0, 1_793], 0)


def test_a_payment_can_be_meant_for_one_line(account, pay):
    pay(3_931, meant_for=line(1).id)

    assert state(account) == ([3_931, 0], 0)


@pytest.mark.parametrize("amount", [0, -1, 100_000_001])
def test_nothing_and_absurd_amounts_are_refused(account, pay, amount):
    with pytest.raises(Refused):
        pay(amount)


def test_a_reversed_payment_counts_no_more_and_stays(account, pay, fen):
    payment = pay(7_862)
    with writing():
        reverse_payment(db.session.get_one(Payment, payment.id), reason="Booked twice", actor=fen, now=AUGUST)

    assert state(account) == ([3_931, 3_931], 0)
    with pytest.raises(Conflict), writing():
        reverse_payment(db.session.get_one(Payment, payment.id), reason="Again", actor=fen, now=AUGUST)
    for change in ("reversed_at = NULL, reversed_by_id = NULL", "amount_fen = 1", "receipt_no = 'x'"):
        with pytest.raises(DBAPIError), writing():
            db.session.execute(text(f"UPDATE payment SET {change}"))  # noqa: S608


def test_a_reversal_says_why(account, pay, fen):
    payment = pay(100)
    with pytest.raises(Refused), writing():
        reverse_payment(db.session.get_one(Payment, payment.id), reason="", actor=fen, now=AUGUST)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TECHNICIAN, Role.OWNER, Role.AUDITOR, Role.OFFICER, Role.ADMIN])
def test_who_may_not_take_money_takes_none(account, pay, person, role):
    with pytest.raises(NotAllowed):
        pay(100, by=person("Kim", role))


def test_what_a_technician_took_is_handed_in_and_counted_by_somebody_else(account, pay, tao, fen, estate):
    pay(3_000, at=TakenAt.DOOR, by=tao)
    pay(500, at=TakenAt.DOOR, by=tao, method=Method.WECHAT)
    assert [one.amount_fen for one in carried_by(tao.id, estate.id)] == [3_000, 500]
    assert till_of(estate.id)["expected_fen"] == 0  # still in the technician's pocket

    def count(seen, counted, words="", by=fen):
        with writing():
            tao_again = db.session.merge(tao)
            return count_hand_in(
                tao_again, estate_id=estate.id, seen_fen=seen, counted_fen=counted, words=words, actor=by,
                now=AUGUST + DAY,
            )  # fmt: skip

    with pytest.raises(Conflict):
        count(2_000, 2_000)  # money came in since the page was opened
    with pytest.raises(Refused):
        count(3_000, 2_990)
    with pytest.raises(NotAllowed):
        count(3_000, 3_000, by=tao)
    count(3_000, 2_990, "A worn note was refused by the bank")

    assert carried_by(tao.id, estate.id) == []
    assert till_of(estate.id)["expected_fen"] == 2_990


def test_the_till_counts_what_came_in_since_it_was_counted_last(account, pay, fen, estate):
    pay(1_000)
    back = pay(2_000)
    pay(400, method=Method.ALIPAY)
    with writing():
        reverse_payment(db.session.get_one(Payment, back.id), reason="Given back", actor=fen, now=AUGUST)
    till = till_of(estate.id)
    assert (till["payments"], till["sums"], till["expected_fen"]) == (3, {"cash": 1_000, "alipay": 400}, 1_000)

    with writing():
        close_day(estate.id, seen_fen=1_000, counted_fen=1_000, actor=fen, now=AUGUST + DAY)
    pay(700, when=AUGUST + 2 * DAY)

    assert till_of(estate.id)["expected_fen"] == 700
    with pytest.raises(Conflict), writing():
        close_day(estate.id, seen_fen=1_700, counted_fen=1_700, actor=fen, now=AUGUST + 3 * DAY)


def test_only_a_manager_gives_up_a_debt_and_only_an_overdue_one(account, mei, fen):
    with pytest.raises(NotAllowed), writing():
        write_off(line(0), reason="Gone away", actor=fen, now=AUGUST)
    with pytest.raises(Refused), writing():
        write_off(line(1), reason="", actor=mei, now=AUGUST)
    with writing():
        write_off(line(0), reason="Gone away", actor=mei, now=AUGUST)

    assert state(account) == ([0, 3_931], 0)
    with pytest.raises(Refused), writing():
        write_off(line(0), reason="Again", actor=mei, now=AUGUST)
    with pytest.raises(Refused), writing():
        write_off(line(1), reason="Early", actor=mei, now=datetime(2026, 7, 2, 4, tzinfo=UTC))


def test_a_wrong_line_gets_another_one_against_it(account, pay, fen):
    pay(3_931)
    with writing():
        correct_charge(line(0), amount_fen=3_000, reason="Area measured again", actor=fen, now=AUGUST)

    assert state(account) == ([0, 3_000], 0)  # what was paid too much covers July
    with pytest.raises(Refused), writing():
        correct_charge(line(0), amount_fen=3_000, reason="The same again", actor=fen, now=AUGUST)


def test_the_collection_rate_counts_what_was_paid_of_what_was_due(account, pay, estate):
    pay(3_931)

    found = collected(estate.id, JUNE, date(2026, 8, 1))

    assert (found.due_fen, found.waived_fen, found.paid_fen) == (7_862, 0, 3_931)


def test_arrears_stand_in_the_column_of_their_age(account, pay, estate):
    pay(1_000)

    [late] = arrears(estate.id, date(2026, 10, 15))

    assert (late.ages, late.total_fen, late.oldest_on) == ([3_931, 2_931, 0, 0], 6_862, date(2026, 7, 2))


def test_until_when_a_home_is_paid_and_each_look_is_noted(account, pay, ann, tao, now):
    home = db.session.get_one(Place, account.place_id)
    pay(3_931)
    with writing():
        told = reveal_paid_until(db.session.get_one(Place, home.id), actor=ann, now=AUGUST)

    assert told == PaidUntil(date(2026, 6, 30), 3_931)
    seen = db.session.scalars(select(Look)).one()
    assert (seen.user_id, seen.what, seen.place_id, seen.purpose) == (
        ann.id, Looked.PAID_UNTIL, home.id, Purpose.ANSWERING,
    )  # fmt: skip
    with pytest.raises(NotAllowed), writing():
        reveal_paid_until(db.session.get_one(Place, home.id), actor=tao, now=AUGUST)
    pay(3_931)
    assert paid_until(account, date(2026, 8, 10)) == PaidUntil(date(2026, 7, 31), 0)


def test_new_rules_hold_from_the_first_of_a_month_on(account, estate, mei, fen, now):
    rules = dict.fromkeys(FeeUse, (5_000, 3_500, 31))
    with writing():
        home = db.session.get_one(Estate, estate.id)
        set_fee_rules(home, rules, valid_from=date(2026, 8, 1), actor=fen, now=now)
    bill(estate, date(2026, 8, 1), now=now)

    assert [line(number).net_fen for number in range(3)] == [3_931, 3_931, 1_965]
    for day in (date(2026, 2, 1), date(2026, 8, 2)):
        with pytest.raises(Refused), writing():
            set_fee_rules(db.session.get_one(Estate, estate.id), rules, valid_from=day, actor=fen, now=now)
