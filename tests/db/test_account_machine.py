"""Whatever happens to an account in whatever order, it adds up at every moment: on a real database."""

from datetime import date, timedelta
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from helpdesk.billing.accounts import close_account
from helpdesk.billing.actions import correct_charge, credit_reduced_months, write_off
from helpdesk.billing.adjusting import comes_to
from helpdesk.billing.ledger import balance_of
from helpdesk.billing.models import Account, Charge
from helpdesk.billing.payment_models import Method, Payment, TakenAt
from helpdesk.billing.payments import reverse_payment, take_payment
from helpdesk.billing.rules import next_month
from helpdesk.billing.verifying import problems
from helpdesk.core.errors import DomainError
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.tariff.reductions import SOURCES, Reduction, Scope
from tests.money import account_for, bill, priced_home, set_rules

START = date(2026, 3, 1)
ROOMS = count(101)
FEN = st.integers(1, 20_000)


class Books(RuleBasedStateMachine):
    """One home through billing, payments, reversals, waivers, corrections, write-offs and sales."""

    def __init__(self, estate, manager, now):
        super().__init__()
        self.estate, self.manager, self.now = estate, manager, now
        self.home = priced_home(estate, str(next(ROOMS)))
        account_for(self.home, now=now)
        self.month, self.rate, self.waivers, self.sellers = START, 0, count(1), {}
        self.waiver = next(self.waivers)
        SOURCES.append(self.reductions)

    def teardown(self):
        SOURCES.remove(self.reductions)

    def reductions(self, ids, scope, _on):
        if scope is not Scope.PROPERTY_FEE or not self.rate or self.home.id not in ids:
            return {}
        return {self.home.id: Reduction(self.waiver, self.rate, None, 1)}

    def accounts(self) -> list[Account]:
        asked = select(Account).where(Account.place_id == self.home.id)
        return list(db.session.scalars(asked.order_by(Account.id)))

    def some(self, table, at: int):
        ids = [one.id for one in self.accounts()]
        rows = list(db.session.scalars(select(table).where(table.account_id.in_(ids)).order_by(table.id)))
        return rows[at % len(rows)] if rows else None

    def act(self, do) -> None:
        """An act that the rules may refuse; refused, it changes nothing."""
        self.now += timedelta(days=1)
        try:
            with writing():
                do({"actor": db.session.merge(self.manager), "now": self.now})
        except DomainError:
            pass

    @rule()
    def bill_a_month(self):
        bill(self.estate, self.month, now=self.now)
        bill(self.estate, self.month, now=self.now)
        self.month = next_month(self.month)

    @rule(fen=FEN, at=st.integers(0, 9), method=st.sampled_from([Method.CASH, Method.BANK]))
    def pay(self, fen, at, method):
        def do(said):
            account = self.accounts()[at % len(self.accounts())]
            take_payment(account, amount_fen=fen, method=method, taken_at=TakenAt.DESK, **said)

        self.act(do)

    @rule(at=st.integers(0, 50))
    def reverse(self, at):
        self.act(lambda said: (one := self.some(Payment, at)) and reverse_payment(one, reason="Wrong", **said))

    @rule(at=st.integers(0, 50), fen=st.integers(0, 5_000))
    def correct(self, at, fen):
        self.act(
            lambda said: (one := self.some(Charge, at)) and correct_charge(one, amount_fen=fen, reason="x", **said)
        )

    @rule(at=st.integers(0, 50))
    def give_up(self, at):
        self.now += timedelta(days=60)
        self.act(lambda said: (one := self.some(Charge, at)) and write_off(one, reason="Gone", **said))

    @rule(rate=st.sampled_from([0, 3_000, 5_000, 10_000]))
    def waive(self, rate):
        self.rate, self.waiver = rate, next(self.waivers)
        self.act(lambda said: credit_reduced_months(self.home.id, START, **said))

    @precondition(lambda self: len(self.sellers) < 3)
    @rule(days=st.integers(0, 60))
    def sell(self, days):
        def do(said):
            account = self.accounts()[-1]
            owed = balance_of(account).balance_fen
            close_account(account, on=account.opened_on + timedelta(days=days), person_id=None, **said)
            db.session.flush()
            self.sellers[account.id] = owed

        self.act(do)

    @invariant()
    def everything_adds_up(self):
        assert problems()[0] == []
        db.session.rollback()

    @invariant()
    def no_line_is_below_nothing_and_accounts_do_not_overlap(self):
        accounts = self.accounts()
        ids = [one.id for one in accounts]
        assert all(comes_to(one) >= 0 for one in db.session.scalars(select(Charge).where(Charge.account_id.in_(ids))))
        assert [one.closed_on for one in accounts[:-1]] == [one.opened_on for one in accounts[1:]]
        assert accounts[-1].closed_on is None
        db.session.rollback()


def test_no_order_of_acts_makes_an_account_wrong(estate, mei, now):
    set_rules(estate)
    quick = settings(
        max_examples=15, stateful_step_count=20, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(lambda: Books(estate, mei, now), settings=quick)
