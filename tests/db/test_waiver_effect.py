"""What a granted waiver does to charges, to the fen."""

from datetime import date

import pytest
from sqlalchemy import select, text

from helpdesk.billing.accounts import open_accounts
from helpdesk.billing.models import Charge
from helpdesk.billing.rules import fee
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import WorkOrderKind
from helpdesk.tariff.actions import make_quote
from helpdesk.tariff.models import MaterialPolicy, PriceItem, PriceList
from helpdesk.tariff.reductions import Scope, reductions_of
from helpdesk.tariff.states import ListStatus
from helpdesk.waivers.codes import Flow
from helpdesk.waivers.deciding import approve
from helpdesk.waivers.effect import labour_for, whys
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy_models import PolicyGround, WaiverPolicy
from helpdesk.waivers.simulating import simulate
from tests.databases import ON_POSTGRES
from tests.money import bill, set_rules
from tests.waivers import PRICE, a_home, applied, seen, verified

MARCH, APRIL, JUNE = date(2026, 3, 2), date(2026, 4, 1), date(2026, 6, 1)


def granted(application, mei, now, **more):
    shown = seen(db.session.get_one(WaiverApplication, application.id, populate_existing=True), now)
    with writing():
        row = db.session.get_one(WaiverApplication, application.id)
        approve(row, seen=shown, reason="As the policy says", actor=mei, now=now, **more)
    return db.session.get_one(WaiverApplication, application.id)


def an_order(home, category, ann, now, kind=WorkOrderKind.REPAIR):
    leak = category("WATER_LEAK")
    with writing():
        return open_work_order(
            place=db.session.merge(home), category=leak, urgency=leak.urgency, summary="It drips", kind=kind,
            actor=ann, now=now,
        )  # fmt: skip


def test_part_of_the_labour_is_told_in_yuan_and_only_what_is_wholly_free_is_free(estate, ann, mei, category, add, now):
    """A third less, at most 30 yuan an order: of 60 yuan 40 are paid, of 120 yuan 90."""
    home, person = a_home(estate)
    granted(applied(home, person, by=ann, now=now), mei, now)
    order = an_order(home, category, ann, now)
    figures = text("UPDATE waiver_application SET labour_bp = :bp, labour_cap_fen = :cap")
    guard = "waiver_keeps_figures"
    with writing():
        db.session.execute(text(f"DROP TRIGGER {guard}{' ON waiver_application' if ON_POSTGRES else ''}"))
        db.session.execute(figures, {"bp": 3_333, "cap": 3_000})
    known = {"estate_id": estate.id, "version": 0}
    prices = add(PriceList, edition=1, status=ListStatus.IN_FORCE, valid_from=MARCH, call_out_fen=0, **known)
    item = add(PriceItem, price_list_id=prices.id, code="L1", name_zh="换", name_en="Change", unit="个",
               labour_fen=6_000, material_policy=MaterialPolicy.FREE, position=1)  # fmt: skip

    before = labour_for(order, MARCH)
    with writing():
        once = [(db.session.merge(item), 1)]
        make_quote(db.session.merge(order), once, with_call_out=False, actor=ann, now=now)
    one = labour_for(order, MARCH)
    with writing():
        again = [(db.session.merge(item), 2)]
        make_quote(db.session.merge(order), again, with_call_out=False, actor=ann, now=now)
    two = labour_for(order, MARCH)

    assert (before.is_free, before.is_quoted, before.pays_of_hundred, before.cap_fen) == (False, False, 6_667, 3_000)
    assert (one.is_free, one.whole_fen, one.pays_fen) == (False, 6_000, 4_000)
    assert (two.whole_fen, two.pays_fen) == (12_000, 9_000)
    with writing():
        db.session.execute(figures, {"bp": 10_000, "cap": 3_000})
    assert not labour_for(order, MARCH).is_free  # above the cap they pay


def test_a_look_at_a_home_has_no_price(estate, ann, mei, category, now):
    home, person = a_home(estate)
    granted(applied(home, person, by=ann, now=now), mei, now)

    assert labour_for(an_order(home, category, ann, now, WorkOrderKind.HOME_CHECK), MARCH) is None


def test_a_veterans_june_bill_is_27_52(estate, ann, mei, now):
    """112.30 m² at 0.35 yuan: 39.31 whole, 11.79 less, 27.52 to pay."""
    home, person = a_home(estate)
    granted(applied(home, person, by=ann, now=now, ground="VETERAN_FAMILY"), mei, now)

    whole = fee(11_230, PRICE, 10_000, JUNE, date(2026, 7, 1))
    reduction = reductions_of([home.id], Scope.PROPERTY_FEE, JUNE)[home.id]

    assert (whole, reduction.of(whole), whole - reduction.of(whole)) == (3_931, 1_179, 2_752)
    told = whys({reduction.waiver_id})[reduction.waiver_id]
    assert (told.edition, told.decided_by, told.decided_on) == (1, "Mei", MARCH)


def test_labour_is_free_from_the_day_and_the_fee_less_from_the_first_of_the_next_month(estate, ann, mei, category, now):
    home, person = a_home(estate)
    order = an_order(home, category, ann, now)
    assert labour_for(order, MARCH) is None

    granted(applied(home, person, by=ann, now=now), mei, now)

    assert labour_for(order, MARCH).is_free
    assert reductions_of([home.id], Scope.PROPERTY_FEE, date(2026, 3, 31)) == {}
    assert reductions_of([home.id], Scope.PROPERTY_FEE, APRIL)[home.id].rate_bp == 5_000
    assert reductions_of([home.id], Scope.PROPERTY_FEE, date(2027, 3, 1))[home.id].rate_bp == 5_000
    assert reductions_of([home.id], Scope.PROPERTY_FEE, date(2027, 4, 1)) == {}
    assert reductions_of([home.id], Scope.MATERIALS, APRIL) == {}


def test_of_two_waivers_the_higher_counts_alone(estate, ann, mei, person, now):
    home, resident = a_home(estate)
    low = applied(home, resident, by=ann, now=now, ground="VETERAN_FAMILY")
    high = applied(home, resident, by=ann, now=now)
    granted(high, mei, now)
    granted(low, mei, now)

    found = reductions_of([home.id], Scope.PROPERTY_FEE, APRIL)[home.id]

    assert (found.rate_bp, found.waiver_id) == (5_000, high.id)


@pytest.mark.parametrize(("cap", "rate"), [(1_000, 3_000), (1_500, 5_000)])
def test_of_two_waivers_the_one_that_forgives_more_counts(cap, rate, estate, ann, mei, now):
    """Half of 39.31, but at most 10.00, is less than 30 %, which is 11.79; at most 15.00 is more."""
    set_rules(estate)
    home, resident = a_home(estate)
    capped(estate, "LOW_INCOME_EDGE", property_fee_cap_fen=cap)
    low = applied(home, resident, by=ann, now=now, ground="VETERAN_FAMILY")
    high = applied(home, resident, by=ann, now=now)
    granted(high, mei, now)
    granted(low, mei, now)

    assert reductions_of([home.id], Scope.PROPERTY_FEE, APRIL)[home.id].rate_bp == rate


def test_a_draft_under_which_people_pay_first_takes_nothing_off(estate, ann, mei, now):
    """The subsidy is somebody else's: it is weighed as what the charges become."""
    set_rules(estate)
    home, resident = a_home(estate)
    granted(applied(home, resident, by=ann, now=now), mei, now)
    capped(estate, "LOW_INCOME_EDGE", flow=Flow.PAY_THEN_SUBSIDY)
    policy = db.session.scalars(select(WaiverPolicy)).one()

    (found,) = simulate(policy, APRIL).homes

    assert (found.now_fen, found.then_fen) == (1_966, 0)


def capped(estate, code, **figures) -> None:
    """Change a ground of the policy in force, as no page can."""
    db.session.rollback()
    with writing():
        db.session.execute(text(f"DROP TRIGGER waiver_ground_update{' ON waiver_ground' if ON_POSTGRES else ''}"))
        ground = db.session.scalars(select(PolicyGround).where(PolicyGround.code == code)).one()
        for name, value in figures.items():
            setattr(ground, name, value)


def test_many_homes_are_asked_about_in_one_query(estate, ann, mei, now, count_queries):
    rooms = [a_home(estate, f"{floor}01", name=f"住户{floor}") for floor in range(1, 4)]
    for home, resident in rooms:
        granted(applied(home, resident, by=ann, now=now), mei, now)

    with count_queries() as sent:
        found = reductions_of([home.id for home, _ in rooms], Scope.PROPERTY_FEE, APRIL)

    assert len(found) == 3 and sum("waiver_application" in said for said in sent.statements) == 1


# A month of eight homes that differ, reckoned by hand: area × 0.35, the rate, half a fen up.
BY_HAND = [
    ("MIN_LIVING", 6_800, "own", 2_380, 2_380),
    ("DESTITUTE", 7_800, "own", 2_730, 2_730),
    ("LOW_INCOME_EDGE", 8_800, "own", 3_080, 1_540),
    ("LONELY_ELDER", 9_850, "own", 3_448, 1_724),  # 34.475 is 34.48
    ("VETERAN_FAMILY", 11_230, "own", 3_931, 1_179),
    ("SOLO_ELDER", 6_815, "own", 2_385, 716),  # 23.8525 is 23.85; 7.155 is 7.16
    ("DISABLED_3_4", 7_777, "own", 2_722, 817),  # 27.2195 is 27.22; 8.166 is 8.17
    (None, 8_888, "own", 3_111, 0),
]


@pytest.mark.parametrize("row", range(len(BY_HAND)))
def test_a_month_of_eight_homes_comes_to_what_a_hand_reckons(row, estate, ann, mei, person, now):
    ground, area, use, whole, less = BY_HAND[row]
    home, resident = a_home(estate, area=area, use=use)
    if ground:
        application = applied(home, resident, by=ann, now=now, ground=ground)
        verified(application, by=person("Ling", Role.OFFICER), now=now)
        granted(application, mei, now, proved=True)

    gross = fee(area, PRICE, 10_000, JUNE, date(2026, 7, 1))
    found = reductions_of([home.id], Scope.PROPERTY_FEE, JUNE).get(home.id)

    assert (gross, found.of(gross) if found else 0) == (whole, less)


def test_the_bills_of_the_eight_come_to_the_same_and_so_does_their_sum(estate, ann, mei, person, now):
    """237.87 yuan whole, 110.86 less, 127.01 to pay: waivers that were applied for, verified and decided."""
    ling = person("Ling", Role.OFFICER)
    set_rules(estate)
    for floor, (ground, area, use, _whole, _less) in enumerate(BY_HAND, 1):
        home, resident = a_home(estate, f"{floor}01", area=area, use=use, name=f"住户{floor}")
        if ground:
            application = applied(home, resident, by=ann, now=now, ground=ground)
            verified(application, by=ling, now=now)
            granted(application, mei, now, proved=True)
    with writing():
        open_accounts(db.session.get_one(Estate, estate.id), actor=None, now=now)
    bill(estate, JUNE, now=now)

    lines = db.session.scalars(select(Charge).where(Charge.month == JUNE).order_by(Charge.place_id)).all()
    assert [(line.gross_fen, line.reduced_fen) for line in lines] == [(row[3], row[4]) for row in BY_HAND]
    assert [sum(getattr(line, name) for line in lines) for name in ("gross_fen", "reduced_fen", "net_fen")] == [
        23_787, 11_086, 12_701,
    ]  # fmt: skip
