"""What waivers are to the books when homes are sold, lines corrected and bills lowered once: to the fen."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.billing.accounts import close_account, open_accounts
from helpdesk.billing.actions import correct_charge
from helpdesk.billing.adjusting import comes_to
from helpdesk.billing.ledger import collected
from helpdesk.billing.models import Account, Charge, ChargeKind
from helpdesk.billing.verifying import problems
from helpdesk.callbacks.models import Callback
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate, Occupancy, OccupancyEnd, OccupancyRole, Place
from helpdesk.estate.people_actions import add_person, change_occupancy
from helpdesk.tariff.reductions import Scope, reductions_of
from helpdesk.waiver_reports.budgets import budgets
from helpdesk.waiver_reports.figures import report
from helpdesk.waivers.amounts import waived_lines
from helpdesk.waivers.codes import Bearer, EndReason
from helpdesk.waivers.life_actions import end
from helpdesk.waivers.life_models import TaskKind, WaiverTask
from helpdesk.waivers.life_queries import billed_beyond
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.one_off import give_one_off
from helpdesk.waivers.over_grants import over_granted
from helpdesk.waivers.reminders import tend_waivers
from helpdesk.waivers.states import WaiverStatus
from tests.granted import granted
from tests.households import add_person as add_resident
from tests.money import bill, set_rules
from tests.waivers import a_home, applied

MARCH, APRIL, MAY, JUNE, JULY, AUGUST = (date(2026, month, 1) for month in range(3, 9))
SOLD = date(2026, 5, 16)


@pytest.fixture
def home(estate, now):
    set_rules(estate)
    return a_home(estate)


@pytest.fixture
def runs(home, estate, ann, mei, now):
    """Half of 39.31 yuan a month, from April 2026 on for a year; the owner herself has it, and pays."""
    own(home, estate, now)
    return granted(*home, by=ann, decider=mei, now=now)


def own(home, estate, now) -> None:
    """Who lives there owns the home, and pays."""
    held = db.session.scalars(select(Occupancy).where(Occupancy.person_id == home[1].id)).one()
    with writing():
        db.session.get_one(Occupancy, held.id).role = OccupancyRole.OWNER
        open_accounts(db.session.get_one(Estate, estate.id), actor=None, now=now)


@pytest.fixture
def finance(person):
    return person("Fen", Role.FINANCE)


def at(day: date, hour=12) -> datetime:
    return clock.start_of_day(day) + timedelta(hours=hour)


def sell(home, by, day=SOLD, noted=SOLD) -> None:
    """The buyer is noted first, then that the seller sold."""
    said = {"actor": by, "now": at(noted)}
    with writing():
        place = db.session.get_one(Place, home[0].id)
        add_person(place, name="陈红", role=OccupancyRole.OWNER, from_on=day, **said)
        held = db.session.scalars(select(Occupancy).where(Occupancy.person_id == home[1].id)).one()
        change_occupancy(
            held, role=held.role, from_on=held.from_on, until_on=day, reason=OccupancyEnd.SOLD, **said
        )  # fmt: skip


def lines(place) -> list[list[tuple]]:
    """Of each account of a home, one after the other: month, whole, less."""
    accounts = db.session.scalars(select(Account.id).where(Account.place_id == place.id).order_by(Account.id)).all()
    asked = select(Charge.month, Charge.gross_fen, Charge.reduced_fen).order_by(Charge.month)
    return [[tuple(row) for row in db.session.execute(asked.where(Charge.account_id == one))] for one in accounts]


BUYERS = [(MAY, 2_029, 0), (JUNE, 3_931, 0), (JULY, 3_931, 0)]  # 16 of the 31 days of May, and whole months


@pytest.mark.parametrize("noted", [SOLD, date(2026, 7, 20)])
def test_a_buyer_has_nothing_of_the_sellers_waiver_in_months_billed_ahead(runs, home, estate, ann, now, noted):
    bill(estate, APRIL, MAY, JUNE, JULY, now=now)

    sell(home, ann, noted=noted)

    sellers, buyers = lines(home[0])
    assert sellers == [(month, 3_931, 1_966) for month in (APRIL, MAY, JUNE, JULY)]
    assert buyers == BUYERS
    assert problems()[0] == []


@pytest.mark.parametrize("noted", [SOLD, date(2026, 7, 20)])
def test_nor_in_months_that_are_billed_after_the_sale(runs, home, estate, ann, now, noted):
    bill(estate, APRIL, now=now)
    sell(home, ann, noted=noted)

    bill(estate, MAY, JUNE, JULY, now=at(date(2026, 7, 21)))

    assert lines(home[0]) == [[(APRIL, 3_931, 1_966), (MAY, 1_902, 951)], BUYERS]


def test_nor_when_labour_is_free_for_the_rest_of_the_month(runs, home, ann):
    sell(home, ann)

    free = [home[0].id in reductions_of([home[0].id], Scope.LABOUR, day) for day in (date(2026, 5, 15), SOLD)]
    assert free == [True, False]


@pytest.fixture
def mothers(home, estate, ann, mei, now):
    """The owner pays, and her mother, who lives there, has the waiver."""
    own(home, estate, now)
    mother = add_resident(estate, "李秀兰", home[0], role=OccupancyRole.MEMBER)
    return granted(home[0], mother, by=ann, decider=mei, now=now)


def told_of(waiver) -> tuple:
    row = db.session.get_one(WaiverApplication, waiver.id, populate_existing=True)
    return row.status, row.end_reason, row.until_on


@pytest.mark.parametrize("noted", [SOLD, date(2026, 7, 20)])
def test_a_waiver_of_somebody_who_did_not_sell_ends_with_the_day_of_the_sale(mothers, home, ann, noted):
    sell(home, ann, noted=noted)

    assert told_of(mothers) == (WaiverStatus.ENDED, EndReason.SOLD, SOLD)
    (call,) = db.session.scalars(select(Callback)).all()
    assert (call.person_id, call.place_id) == (mothers.beneficiary_id, home[0].id) and "2026-05-15" in call.words
    assert [one.kind for one in db.session.scalars(select(WaiverTask))] == [TaskKind.SURVIVOR]  # she stays


def test_the_sellers_own_ends_with_the_sale_as_well_and_nobody_stays(runs, home, ann):
    sell(home, ann)

    assert told_of(runs) == (WaiverStatus.ENDED, EndReason.SOLD, SOLD)
    assert db.session.scalars(select(WaiverTask)).all() == []


def test_labour_that_was_free_between_the_sale_and_its_noting_is_too_much(mothers, home, estate, ann, mei, add):
    account = db.session.scalars(select(Account)).one()
    known = {"estate_id": estate.id, "account_id": account.id, "place_id": home[0].id, "due_on": JULY, "net_fen": 0,
             "waiver_id": mothers.id, "rate_bp": 10_000, "policy_id": mothers.policy_id}  # fmt: skip
    add(Charge, kind=ChargeKind.LABOUR, gross_fen=2_000, reduced_fen=2_000, made_at=at(date(2026, 6, 3)), **known)

    sell(home, ann, noted=date(2026, 7, 20))

    assert [(one.work_fen, one.fee_fen) for one in over_granted(db.session.merge(mei), estate.id)] == [(2_000, 0)]


def test_what_was_sold_before_such_waivers_ended_by_themselves_ends_in_the_night(mothers, home, ann):
    account = db.session.scalars(select(Account)).one()
    with writing():
        db.session.get_one(Account, account.id).closed_on = SOLD

    assert [tend_waivers(at(JUNE, hour=3)) for _ in range(2)] == [1, 0]
    assert told_of(mothers) == (WaiverStatus.ENDED, EndReason.SOLD, SOLD)


def test_what_is_only_asked_for_is_looked_at_after_a_sale(home, estate, ann, now):
    own(home, estate, now)
    mother = add_resident(estate, "李秀兰", home[0], role=OccupancyRole.MEMBER)
    waits = applied(home[0], mother, by=ann, now=now)

    sell(home, ann)

    assert told_of(waits)[:2] == (WaiverStatus.VERIFIED, None)
    assert [one.kind for one in db.session.scalars(select(WaiverTask))] == [TaskKind.LOOK]


def test_what_ran_out_or_was_granted_after_the_sale_is_not_ended_by_it(mothers, home, ann, mei, now):
    with writing():
        db.session.get_one(WaiverApplication, mothers.id).until_on = MAY
    buyers = granted(home[0], mothers.beneficiary, by=ann, decider=mei, now=at(date(2026, 5, 20)))

    sell(home, ann, noted=date(2026, 5, 21))

    assert told_of(mothers) == (WaiverStatus.APPROVED, None, MAY)
    assert told_of(buyers)[:2] == (WaiverStatus.APPROVED, None)


def test_a_buyer_who_is_granted_one_of_their_own_has_it(runs, home, estate, ann, mei, now):
    bill(estate, MAY, JUNE, JULY, now=now)
    sell(home, ann)
    buyer = db.session.scalars(select(Account).where(Account.closed_on.is_(None))).one().person

    granted(db.session.merge(home[0]), buyer, by=ann, decider=mei, now=at(date(2026, 5, 20)))

    assert reductions_of([home[0].id], Scope.PROPERTY_FEE, JUNE)[home[0].id].rate_bp == 5_000


def waived_by_month(estate) -> list[tuple]:
    db.session.rollback()
    return [(one.month, one.gross_fen, one.amount_fen) for one in waived_lines(estate.id, APRIL, AUGUST)]


def line_of(month, number=0) -> Charge:
    return db.session.scalars(select(Charge).where(Charge.month == month).order_by(Charge.id)).all()[number]


def correct(month, fen, finance, now) -> None:
    with writing():
        correct_charge(line_of(month), amount_fen=fen, reason="The paper was gone", actor=finance, now=now)


def test_nobody_claims_what_a_correction_put_back(runs, estate, finance, now):
    bill(estate, APRIL, MAY, JUNE, now=now)
    correct(APRIL, 3_931, finance, now)
    correct(MAY, 2_965, finance, now)
    correct(JUNE, 1_000, finance, now)  # measured anew: less, of which nothing is a waiver's

    assert waived_by_month(estate) == [(MAY, 3_931, 966), (JUNE, 3_931, 1_966)]
    found = collected(estate.id, APRIL, JULY)
    assert (found.waived_fen, found.due_fen - found.waived_fen) == (966 + 1_966, 3_931 + 2_965 + 1_000)


@pytest.mark.parametrize("later", [False, True])
def test_of_a_month_that_was_sold_only_the_sellers_days_are_waived(home, estate, ann, mei, now, later, request):
    """15 of the 31 days of May: 19.02 whole, 9.51 waived; billed before or after the waiver was granted."""
    if later:
        bill_first(estate, MAY, JUNE, now=now)
    request.getfixturevalue("runs")
    if not later:
        bill(estate, MAY, JUNE, now=now)

    sell(home, ann)

    assert waived_by_month(estate) == [(MAY, 1_902, 951)]
    assert comes_to(line_of(MAY)) == 951
    found = collected(estate.id, MAY, JULY)
    assert (found.due_fen, found.waived_fen, found.open_fen) == (3_931 + 3_931, 951, 951 + 2_029 + 3_931)


def bill_first(estate, *months, now) -> None:
    with writing():
        open_accounts(db.session.get_one(Estate, estate.id), actor=None, now=now)
    bill(estate, *months, now=now)


def test_after_a_sale_nothing_was_billed_with_less_beyond_the_end(runs, home, estate, ann, mei, now):
    bill(estate, APRIL, MAY, JUNE, JULY, now=now)
    sell(home, ann)

    assert billed_beyond(db.session.merge(mei), estate.id) == []


def test_what_was_billed_with_less_beyond_the_end_is_told_after_corrections(runs, estate, finance, mei, now):
    bill(estate, APRIL, MAY, JUNE, JULY, now=now)
    with writing():
        row = db.session.get_one(WaiverApplication, runs.id)
        end(row, EndReason.CERTIFICATE_WITHDRAWN, since=date(2026, 5, 2), actor=mei, now=at(date(2026, 5, 3)))
    correct(JUNE, 2_965, finance, now)

    found = billed_beyond(db.session.merge(mei), estate.id)
    assert [(charge.month, fen) for charge, _place, fen in found] == [(JUNE, 966), (JULY, 1_966)]
    correct(JULY, 3_931, finance, now)
    assert [fen for _charge, _place, fen in billed_beyond(db.session.merge(mei), estate.id)] == [966]


def test_a_bill_lowered_once_is_waived_and_stands_in_the_report_by_itself(runs, home, estate, ann, person, now):
    """Five yuan of April, of which half was waived already: 19.65 less 5.00. Nobody claims it, the company bears it."""
    bill(estate, APRIL, MAY, now=now)
    boss = person("Wei", Role.OWNER)
    with writing():
        give_one_off(line_of(APRIL), amount_fen=500, reason="Water stood in the flat", actor=boss, now=now)

    assert waived_by_month(estate) == [(APRIL, 3_931, 1_966), (MAY, 3_931, 1_966)]
    found = collected(estate.id, APRIL, MAY)
    assert (found.due_fen, found.waived_fen, found.open_fen) == (3_931, 2_466, 1_465)
    told = report(db.session.merge(boss), estate.id, APRIL, MAY)
    assert (told.total.amount_fen, told.one_offs.homes, told.one_offs.amount_fen) == (1_966, 1, 500)
    (company,) = [one for one in budgets(boss, estate.id, 2026) if one.bearer is Bearer.COMPANY and not one.ground_code]
    assert company.spent_fen == 2 * 1_966 + 500


def test_what_was_lowered_once_is_parted_like_the_rest_when_the_home_is_sold(home, estate, ann, person, now):
    """Of 39.31 yuan 10.00 were given; 15 of 31 days are 19.02, of which 4.84 were given."""
    bill_first(estate, MAY, now=now)
    boss = person("Wei", Role.OWNER)
    account = db.session.scalars(select(Account)).one()
    with writing():
        give_one_off(line_of(MAY), amount_fen=1_000, reason="Water stood in the flat", actor=boss, now=now)
        close_account(db.session.merge(account), on=SOLD, person_id=None, actor=boss, now=at(SOLD))

    assert comes_to(line_of(MAY)) == 1_902 - 484
    found = collected(estate.id, MAY, JUNE)
    assert (found.due_fen, found.waived_fen) == (1_902 + 2_029, 484)
