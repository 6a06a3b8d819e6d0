"""Prices in force, quotes and what they become."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from helpdesk.billing.models import Charge, ChargeKind
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.money import MOST_FEN
from helpdesk.core.transactions import writing
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.states import Status
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling.actions import finish_visit
from helpdesk.tariff.actions import (
    ItemFacts,
    accept_quote,
    change_list,
    decline_quote,
    draft_list,
    drop_list,
    make_quote,
    put_in_force,
)
from helpdesk.tariff.models import Agreed, MaterialPolicy, PriceList, Quote
from helpdesk.tariff.queries import list_in_force
from helpdesk.tariff.reductions import Reduction, Scope
from helpdesk.tariff.states import QuoteStatus

TAP = ItemFacts("换龙头", "Change a tap", "个", "WATER_LEAK", 2_000, MaterialPolicy.COMPANY_SELLS, 3_500)
BULB = ItemFacts("换灯泡", "Change a bulb", "个", None, 0, MaterialPolicy.OWNER_BUYS)
TOMORROW = date(2026, 3, 3)


@pytest.fixture
def prices(estate, mei, now):
    with writing():
        draft = draft_list(estate.id, actor=mei, now=now)
        change_list(draft, [TAP, BULB], call_out_fen=500, actor=mei, now=now)
        put_in_force(draft, valid_from=clock.local_date(now), actor=mei, now=now)
    return draft.id


@pytest.fixture
def visit(work_order, tao, ann, now):
    with writing():
        return schedule_visit(db.session.get_one(WorkOrder, work_order.id), crew=[tao], actor=ann, now=now)


@pytest.fixture
def quote(prices, work_order, ann, now):
    def _quote(quantity=1, actor=None, with_call_out=True, order=None):
        with writing():
            items = db.session.get_one(PriceList, prices).items
            found = db.session.get_one(WorkOrder, (order or work_order).id)
            return make_quote(
                found, [(items[0], quantity)], with_call_out=with_call_out, actor=actor or ann, now=now
            )  # fmt: skip

    return _quote


def agree(quote, actor, now):
    with writing():
        found = db.session.get_one(Quote, quote.id)
        accept_quote(found, by="王桂英", how=Agreed.AT_THE_DOOR, actor=actor, now=now)


def finish(visit, tao, now):
    with writing():
        visit = db.session.merge(visit)
        finish_visit(visit, work_done="New tap", no_photo_reason="Refused", actor=tao, now=now)


def charged() -> list[tuple]:
    asked = select(Charge.kind, Charge.gross_fen, Charge.net_fen).order_by(Charge.id)
    return [tuple(row) for row in db.session.execute(asked)]


FULL = [
    (ChargeKind.LABOUR, 2_000, 2_000), (ChargeKind.MATERIALS, 3_500, 3_500), (ChargeKind.CALL_OUT, 500, 500),
]  # fmt: skip


def test_a_quote_of_more_than_a_million_yuan_is_a_slip_of_the_finger(prices, work_order, ann, mei, now):
    """Agreed to, it could not be charged: the column does not hold it, and the order could not be finished."""
    with writing():
        draft = draft_list(work_order.estate_id, actor=mei, now=now)
        dear = ItemFacts("换电梯", "Change a lift", "部", None, MOST_FEN, MaterialPolicy.OWNER_BUYS)
        change_list(draft, [dear], call_out_fen=0, actor=mei, now=now)
        put_in_force(draft, valid_from=clock.local_date(now), actor=mei, now=now)

    with pytest.raises(Refused), writing():
        items = db.session.get_one(PriceList, draft.id).items
        make_quote(db.session.get_one(WorkOrder, work_order.id), [(items[0], 2)], with_call_out=False, actor=ann,
                   now=now)  # fmt: skip


def test_finished_work_that_was_agreed_to_is_charged_by_itself(quote, visit, ann, tao, now):
    agree(quote(), ann, now)
    assert charged() == []

    finish(visit, tao, now)

    assert charged() == FULL


def test_work_nobody_agreed_to_costs_nothing(quote, visit, ann, tao, now):
    declined = quote()
    with writing():
        decline_quote(db.session.get_one(Quote, declined.id), actor=ann, now=now)
    quote(2)

    finish(visit, tao, now)

    assert charged() == []


def test_an_emergency_is_made_safe_first_and_priced_after(quote, visit, ann, tao, now):
    finish(visit, tao, now)  # nothing asks for a quote before

    agree(quote(actor=tao), tao, now)

    assert charged() == FULL


def test_work_that_comes_back_is_never_charged_twice(quote, visit, work_order, ann, tao, now):
    agree(quote(), ann, now)
    finish(visit, tao, now)
    with writing():
        again = schedule_visit(db.session.get_one(WorkOrder, work_order.id), crew=[tao], actor=ann, now=now)
    assert db.session.get_one(WorkOrder, work_order.id).reopened == 1
    with pytest.raises(Refused):
        quote()

    finish(again, tao, now)

    assert charged() == FULL
    assert db.session.get_one(WorkOrder, work_order.id).status is Status.DONE


def test_a_quote_left_open_is_not_agreed_to_once_the_work_came_back(quote, visit, work_order, ann, tao, now):
    agree(quote(), ann, now)
    left = quote(2)
    finish(visit, tao, now)
    with writing():
        again = schedule_visit(db.session.get_one(WorkOrder, work_order.id), crew=[tao], actor=ann, now=now)

    with pytest.raises(Refused):
        agree(left, ann, now)
    finish(again, tao, now)
    with pytest.raises(Refused):
        agree(left, ann, now)

    assert charged() == FULL


def test_labour_can_be_free_and_the_rest_is_paid(quote, visit, ann, tao, place, now, monkeypatch):
    free = lambda ids, scope, on: {place.id: Reduction(7, 10_000, None, 2)} if scope is Scope.LABOUR else {}  # noqa: E731
    monkeypatch.setattr("helpdesk.tariff.reductions.SOURCES", [free])
    agree(quote(), ann, now)

    finish(visit, tao, now)

    assert charged() == [(ChargeKind.LABOUR, 2_000, 0), *FULL[1:]]
    labour = db.session.scalars(select(Charge).where(Charge.kind == ChargeKind.LABOUR)).one()
    assert (labour.waiver_id, labour.rate_bp, labour.policy_id) == (7, 10_000, 2)


def test_a_newer_quote_replaces_one_nobody_agreed_to(quote, ann, now):
    old, new = quote(), quote(3)

    with pytest.raises(Conflict):
        agree(old, ann, now)
    agree(new, ann, now)

    found = db.session.scalars(select(Quote.status).order_by(Quote.id)).all()
    assert found == [QuoteStatus.REPLACED, QuoteStatus.ACCEPTED]


def test_who_is_not_sent_there_quotes_nothing(quote, visit, bo, person, tao):
    quote(actor=tao)
    for other in (bo, person("Fen", Role.FINANCE), person("Oli", Role.OFFICER), person("Adi", Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            quote(actor=other)


def test_what_was_agreed_keeps_its_price(quote, prices, estate, visit, mei, ann, tao, now):
    agree(quote(), ann, now)
    with writing():
        draft = draft_list(estate.id, actor=mei, now=now)
        dearer = [ItemFacts("换龙头", "", "个", None, 9_900, MaterialPolicy.FREE)]
        change_list(draft, dearer, call_out_fen=0, actor=mei, now=now)
        put_in_force(draft, valid_from=TOMORROW, actor=mei, now=now)

    finish(visit, tao, now + timedelta(days=2))

    assert charged() == FULL
    assert list_in_force(estate.id, date(2026, 3, 2)).id == prices
    assert list_in_force(estate.id, TOMORROW).edition == 2


def test_prices_in_force_never_change(prices, estate, mei, fen_of, now):
    with pytest.raises(Conflict), writing():
        change_list(db.session.get_one(PriceList, prices), [TAP], call_out_fen=0, actor=mei, now=now)
    with writing():
        draft = draft_list(estate.id, actor=mei, now=now)
    with pytest.raises(Conflict), writing():
        draft_list(estate.id, actor=mei, now=now)
    with pytest.raises(Refused), writing():
        put_in_force(db.session.get_one(PriceList, draft.id), valid_from=date(2026, 3, 1), actor=mei, now=now)
    with pytest.raises(NotAllowed), writing():
        drop_list(db.session.get_one(PriceList, draft.id), actor=fen_of, now=now)
    with writing():
        drop_list(db.session.get_one(PriceList, draft.id), actor=mei, now=now)


@pytest.fixture
def fen_of(person):
    return person("Ola", Role.OPERATOR)
