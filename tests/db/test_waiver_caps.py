"""What a waiver takes off at most: a month of the fee; labour, materials and call-out of one order; to the fen."""

from datetime import date

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from helpdesk.billing.actions import correct_charge
from helpdesk.billing.models import Charge, ChargeKind
from helpdesk.billing.verifying import problems
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling.actions import finish_visit
from helpdesk.tariff.actions import ItemFacts, accept_quote, change_list, draft_list, make_quote, put_in_force
from helpdesk.tariff.models import Agreed, MaterialPolicy, Quote
from helpdesk.tariff.queries import less_of, list_in_force
from helpdesk.tariff.reductions import Scope, reductions_of
from helpdesk.waivers.effect import labour_for, whys
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy import begin_policy, change_ground, draft_policy, ground_of
from helpdesk.waivers.policy_models import CAPS, PolicyGround, WaiverPolicy
from helpdesk.waivers.simulating import simulate
from tests.granted import granted
from tests.money import set_rules
from tests.waivers import a_home

TODAY = date(2026, 3, 2)
TAP = ItemFacts("换龙头", "Change a tap", "个", "WATER_LEAK", 6_000, MaterialPolicy.COMPANY_SELLS, 5_000)
ALL = {"property_fee_bp": 5_000, "labour_bp": 10_000, "materials_bp": 5_000, "call_out_bp": 10_000}
AT_MOST = {"property_fee_cap_fen": 1_000, "labour_cap_fen": 8_000, "materials_cap_fen": 2_000, "call_out_cap_fen": 300}


@pytest.fixture
def edition(estate, mei, now):
    """A second edition, with a cap for everything."""
    set_rules(estate)
    with writing():
        policy = draft_policy(estate.id, actor=mei, now=now)
        change_ground(ground_of(policy, "LOW_INCOME_EDGE"), ALL | AT_MOST, actor=mei, now=now)
        begin_policy(policy, valid_from=TODAY, actor=mei, now=now)
        return policy.id


@pytest.fixture
def runs(edition, estate, ann, mei, person, now):
    return granted(*a_home(estate), by=ann, decider=mei, now=now)


@pytest.fixture
def order(runs, estate, ann, mei, category, now):
    """With a price list: a tap is 60.00 of labour and 50.00 of material, the call-out 5.00."""
    leak = category("WATER_LEAK")
    with writing():
        draft = draft_list(estate.id, actor=mei, now=now)
        change_list(draft, [TAP], call_out_fen=500, actor=mei, now=now)
        put_in_force(draft, valid_from=TODAY, actor=mei, now=now)
        return open_work_order(place=db.session.merge(runs.place), category=leak, urgency=leak.urgency,
                               summary="It drips", actor=ann, now=now)  # fmt: skip


def quoted(order, ann, now, *, taps=1, call_out=True) -> Quote:
    with writing():
        here = db.session.get_one(WorkOrder, order.id)
        items = [(list_in_force(here.estate_id, TODAY).items[0], taps)]
        return make_quote(here, items, with_call_out=call_out, actor=ann, now=now)


def agreed(quote, ann, now) -> None:
    with writing():
        accept_quote(db.session.get_one(Quote, quote.id), by="住户", how=Agreed.AT_THE_DOOR, actor=ann, now=now)


def finished(order, ann, tao, now) -> None:
    with writing():
        visit = schedule_visit(db.session.get_one(WorkOrder, order.id), crew=[tao], actor=ann, now=now)
        finish_visit(visit, work_done="Two taps", no_photo_reason="Refused", actor=db.session.merge(tao), now=now)


def lines() -> list[tuple]:
    asked = select(Charge.kind, Charge.gross_fen, Charge.reduced_fen).where(Charge.kind != ChargeKind.PROPERTY_FEE)
    return [tuple(row) for row in db.session.execute(asked.order_by(Charge.id))]


def test_of_one_order_no_more_is_taken_off_than_the_caps_however_many_quotes_it_has(order, ann, tao, now):
    """60.00 are free, of 50.00 half but at most 20.00, of 5.00 at most 3.00; of a second tap 20.00 of the labour."""
    K = ChargeKind
    first = quoted(order, ann, now)
    assert less_of(first, TODAY) == 6_000 + 2_000 + 300
    agreed(first, ann, now)
    second = quoted(order, ann, now)
    assert less_of(second, TODAY) == 2_000
    assert labour_for(db.session.get_one(WorkOrder, order.id), TODAY).pays_fen == 4_000
    agreed(second, ann, now)
    finished(order, ann, tao, now)

    assert lines() == [
        (K.LABOUR, 6_000, 6_000), (K.MATERIALS, 5_000, 2_000), (K.CALL_OUT, 500, 300),
        (K.LABOUR, 6_000, 2_000), (K.MATERIALS, 5_000, 0), (K.CALL_OUT, 500, 0),
    ]  # fmt: skip
    assert problems()[0] == []


def weighed(policy_id, today) -> tuple:
    db.session.rollback()
    found = simulate(db.session.get_one(WaiverPolicy, policy_id), today)
    told = [(one.kind, one.whole_fen, one.now_fen, one.then_fen) for one in found.work]
    return told, found.work_from, found.work_until


def test_a_draft_is_weighed_on_the_work_of_twelve_months(order, edition, estate, ann, mei, tao, person, now):
    """Half of the labour, at most 50.00 an order, all of the material, nothing of the call-out."""
    K = ChargeKind
    for _ in range(2):
        agreed(quoted(order, ann, now), ann, now)
    finished(order, ann, tao, now)
    finance = person("Fen", Role.FINANCE)
    with writing():
        draft = draft_policy(estate.id, actor=mei, now=now)
        told = {"labour_bp": 5_000, "labour_cap_fen": 5_000, "materials_bp": 10_000, "materials_cap_fen": None,
                "call_out_bp": 0}  # fmt: skip
        change_ground(ground_of(draft, "LOW_INCOME_EDGE"), told, actor=mei, now=now)
        draft_id = draft.id
    assert weighed(draft_id, date(2026, 3, 31))[0] == []  # no whole month yet
    april, may = date(2026, 4, 10), date(2026, 5, 10)

    assert weighed(draft_id, april) == (
        [(K.LABOUR, 12_000, 8_000, 5_000), (K.MATERIALS, 10_000, 2_000, 10_000), (K.CALL_OUT, 1_000, 300, 0)],
        date(2026, 3, 1), date(2026, 4, 1),
    )  # fmt: skip
    assert weighed(draft_id, may)[0][0] == (K.LABOUR, 6_000, 4_000, 2_500)
    assert weighed(edition, april)[0] == [
        (K.LABOUR, 12_000, 8_000, 8_000), (K.MATERIALS, 10_000, 2_000, 2_000), (K.CALL_OUT, 1_000, 300, 300),
    ]  # fmt: skip
    line = db.session.scalars(select(Charge).where(Charge.kind == K.MATERIALS).order_by(Charge.id.desc())).first()
    with writing():
        correct_charge(line, amount_fen=1_000, reason="Half a tap", actor=finance, now=now)
    assert weighed(draft_id, april)[0][1] == (K.MATERIALS, 6_000, 2_000, 6_000)
    assert weighed(draft_id, date(2027, 4, 10))[0] == []  # longer ago than a year


def test_the_caps_are_a_copy_of_the_edition_and_told_with_the_bill(runs, estate, mei, now):
    with writing():
        policy = draft_policy(estate.id, actor=mei, now=now)
        no_caps = dict.fromkeys(CAPS)
        change_ground(ground_of(policy, "LOW_INCOME_EDGE"), ALL | no_caps, actor=mei, now=now)
        begin_policy(policy, valid_from=date(2026, 3, 3), actor=mei, now=now)

    kept = {scope: reductions_of([runs.place_id], scope, date(2026, 4, 1))[runs.place_id].cap_fen for scope in Scope}
    assert kept == {Scope.PROPERTY_FEE: 1_000, Scope.LABOUR: 8_000, Scope.MATERIALS: 2_000, Scope.CALL_OUT: 300}
    assert whys({runs.id})[runs.id].caps == kept


def test_a_granted_cap_is_never_changed_and_none_is_nothing(runs):
    for statement in (
        "UPDATE waiver_application SET materials_cap_fen = 1", "UPDATE waiver_application SET call_out_cap_fen = NULL",
    ):  # fmt: skip
        with pytest.raises(DBAPIError), writing():
            db.session.execute(text(statement))
    with pytest.raises(DBAPIError), writing():
        db.session.execute(text("DROP TRIGGER IF EXISTS waiver_ground_update" + _on("waiver_ground")))
        db.session.execute(text("UPDATE waiver_ground SET materials_cap_fen = 0"))


def _on(table: str) -> str:
    return "" if db.engine.dialect.name == "sqlite" else f" ON {table}"


@pytest.mark.proves("RE-13")
def test_editions_and_waivers_that_exist_have_no_such_cap(app, estate, ann, mei, now):
    """0032."""
    runs = granted(*a_home(estate), by=ann, decider=mei, now=now)
    known = "SELECT code, property_fee_bp, labour_bp FROM waiver_ground ORDER BY id"
    before = db.session.execute(text(known)).all()
    db.session.rollback()
    downgrade(revision="0031")

    upgrade()

    assert db.session.execute(text(known)).all() == before
    caps = [(one.materials_cap_fen, one.call_out_cap_fen) for one in db.session.scalars(select(PolicyGround))]
    again = db.session.get_one(WaiverApplication, runs.id, populate_existing=True)
    assert set(caps) == {(None, None)} and (again.materials_cap_fen, again.labour_bp) == (None, 10_000)
