"""The same account machine with everything real: waivers that are granted, rest and end, paid work, bills lowered once,
money at the door, and sales in the register.
"""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from helpdesk.billing.ledger import collected
from helpdesk.billing.models import Account, Adjustment, Charge
from helpdesk.billing.payment_models import Method, TakenAt
from helpdesk.billing.payments import carried_by, count_hand_in, take_payment
from helpdesk.billing.waived import gross_until, waived
from helpdesk.core import clock
from helpdesk.core.errors import DomainError
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Occupancy, OccupancyEnd, OccupancyRole, Person, Place
from helpdesk.estate.people_actions import add_person, change_occupancy
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling.actions import finish_visit
from helpdesk.tariff.actions import ItemFacts, accept_quote, change_list, draft_list, make_quote, put_in_force
from helpdesk.tariff.models import Agreed, MaterialPolicy
from helpdesk.tariff.queries import list_in_force
from helpdesk.waivers.amounts import one_offs, waived_lines
from helpdesk.waivers.codes import EndReason
from helpdesk.waivers.life_actions import end, resume, suspend
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.one_off import give_one_off
from tests.db.test_account_machine import FEN, Books
from tests.granted import granted
from tests.money import owner, set_rules

LONG_AGO, ONE_DAY = date(2000, 1, 1), date(2100, 1, 1)
TAP = ItemFacts("换龙头", "Change a tap", "个", "WATER_LEAK", 2_000, MaterialPolicy.COMPANY_SELLS, 3_500)


class Desk(Books):
    """One home whose owner is known; staff do what they do on the pages."""

    def __init__(self, estate, manager, now, *, ann, tao, leak):
        super().__init__(estate, manager, now)
        self.ann, self.tao, self.leak = ann, tao, leak
        self.owner_id = owner(estate, self.home, "住户").id
        with writing():
            account = db.session.scalars(select(Account).where(Account.place_id == self.home.id)).one()
            account.person_id = self.owner_id

    def reductions(self, _ids, _scope, _on):
        return {}

    def last_waiver(self) -> WaiverApplication | None:
        asked = select(WaiverApplication).where(WaiverApplication.place_id == self.home.id)
        return db.session.scalar(asked.order_by(WaiverApplication.id.desc()).limit(1))

    @rule(rate=st.sampled_from(["LOW_INCOME_EDGE", "MIN_LIVING", "VETERAN_FAMILY"]))
    def waive(self, rate):
        self.now += timedelta(days=1)
        home, person = db.session.get_one(Place, self.home.id), db.session.get_one(Person, self.owner_id)
        try:
            granted(home, person, by=self.ann, decider=self.manager, now=self.now, ground=rate)
        except DomainError:
            db.session.rollback()

    @rule(do=st.sampled_from([suspend, resume]))
    def rest_or_go_on(self, do):
        self.act(lambda said: (one := self.last_waiver()) and do(one, reason="x", **said))

    @rule(days=st.integers(0, 60))
    def withdraw(self, days):
        since = clock.local_date(self.now) - timedelta(days=days)
        why = EndReason.CERTIFICATE_WITHDRAWN
        self.act(lambda said: (one := self.last_waiver()) and end(one, why, since=since, **said))

    @rule(at=st.integers(0, 50), fen=st.integers(1, 2_000))
    def lower_once(self, at, fen):
        self.act(lambda said: (one := self.some(Charge, at)) and give_one_off(one, amount_fen=fen, reason="x", **said))

    @rule(fen=FEN)
    def pay_at_the_door(self, fen):
        self.act(
            lambda said: take_payment(
                self.accounts()[-1], amount_fen=fen, method=Method.CASH, taken_at=TakenAt.DOOR,
                **said | {"actor": db.session.merge(self.tao)},
            )
        )  # fmt: skip

    @rule()
    def hand_in(self):
        def do(said):
            brought = sum(one.amount_fen for one in carried_by(self.tao.id, self.estate.id))
            sums = {"seen_fen": brought, "counted_fen": brought}
            count_hand_in(db.session.merge(self.tao), estate_id=self.estate.id, **sums, **said)

        self.act(do)

    @rule(quantity=st.integers(1, 3))
    def repair(self, quantity):
        def do(said):
            by = said | {"actor": db.session.merge(self.ann)}
            home, leak = db.session.get_one(Place, self.home.id), db.session.merge(self.leak)
            order = open_work_order(place=home, category=leak, urgency=leak.urgency, summary="It drips", **by)
            items = list_in_force(self.estate.id, clock.local_date(self.now)).items
            quote = make_quote(order, [(items[0], quantity)], with_call_out=True, **by)
            accept_quote(quote, by="住户", how=Agreed.AT_THE_DOOR, **by)
            visit = schedule_visit(order, crew=[db.session.merge(self.tao)], **by)
            tech = said | {"actor": db.session.merge(self.tao)}
            finish_visit(visit, work_done="New tap", no_photo_reason="Refused", **tech)

        self.act(do)

    @precondition(lambda self: len(self.sellers) < 3)
    @rule(days=st.integers(0, 60))
    def sell(self, days):
        day = clock.local_date(self.now) - timedelta(days=days)

        def do(said):
            by = said | {"actor": db.session.merge(self.ann)}
            asked = select(Occupancy).where(Occupancy.person_id == self.owner_id, Occupancy.until_on.is_(None))
            held = db.session.scalars(asked).one()
            on = max(day, held.from_on, self.accounts()[-1].opened_on)
            self.sellers[self.owner_id] = on
            buyer = add_person(
                db.session.get_one(Place, self.home.id), name="买主", role=OccupancyRole.OWNER, from_on=on, **by
            )  # fmt: skip
            change_occupancy(
                held, role=held.role, from_on=held.from_on, until_on=on, reason=OccupancyEnd.SOLD, **by
            )  # fmt: skip
            self.owner_id = buyer.id

        self.act(do)

    @invariant()
    def the_account_that_runs_is_the_owners(self):
        assert self.accounts()[-1].person_id == self.owner_id
        db.session.rollback()

    @invariant()
    def nobody_has_the_waiver_of_an_owner_before(self):
        firsts = {one.id: one.opened_on for one in self.accounts()[1:]}
        for table in (Charge, Adjustment):
            asked = select(table.account_id, WaiverApplication.approved_on).join(
                WaiverApplication, WaiverApplication.id == table.waiver_id
            )
            for account_id, granted_on in db.session.execute(asked.where(table.account_id.in_(firsts))):
                assert granted_on >= firsts[account_id]
        db.session.rollback()

    @invariant()
    def what_is_waived_fits_its_lines_and_every_sum_of_it_is_the_same(self):
        off: dict[int, int] = {}
        for one in waived(Charge.estate_id == self.estate.id):
            off[one.charge_id] = off.get(one.charge_id, 0) + one.fen
        for charge in db.session.scalars(select(Charge).where(Charge.id.in_(off))):
            assert 0 < off[charge.id] <= gross_until(charge, charge.account.closed_on) + 1
        told = sum(line.amount_fen for line in waived_lines(self.estate.id, LONG_AGO, ONE_DAY))
        told += sum(fen for _home, fen in one_offs(self.estate.id, LONG_AGO, ONE_DAY))
        assert told == sum(off.values())
        found = collected(self.estate.id, LONG_AGO, ONE_DAY)
        assert min(found.due_fen, found.waived_fen, found.paid_fen, found.open_fen) >= 0
        db.session.rollback()


@pytest.fixture
def prices(estate, mei, now):
    with writing():
        draft = draft_list(estate.id, actor=mei, now=now)
        change_list(draft, [TAP], call_out_fen=500, actor=mei, now=now)
        put_in_force(draft, valid_from=clock.local_date(now), actor=mei, now=now)


def test_nothing_that_the_desk_does_makes_an_account_wrong(estate, mei, ann, tao, category, prices, now):
    set_rules(estate)
    quick = settings(
        max_examples=12, stateful_step_count=20, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    staff = {"ann": ann, "tao": tao, "leak": category("WATER_LEAK")}
    run_state_machine_as_test(lambda: Desk(estate, mei, now, **staff), settings=quick)
