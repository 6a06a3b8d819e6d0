"""June 2026 of eight homes that differ, reckoned by hand: bills, what is waived, and the sum of the estate."""

from datetime import date, datetime, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from helpdesk.billing.explained import why
from helpdesk.billing.ledger import balance_of, collected
from helpdesk.billing.models import Account, Charge
from helpdesk.billing.queries import rows_of
from helpdesk.billing.rules import collected_bp
from helpdesk.billing.verifying import problems
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Occupancy, OccupancyEnd, OccupancyRole, Place
from helpdesk.estate.people_actions import add_person, change_occupancy
from helpdesk.waivers.amounts import waived_lines
from helpdesk.waivers.deciding import approve
from helpdesk.waivers.life_actions import suspend
from helpdesk.waivers.models import WaiverApplication
from tests.money import JULY, JUNE, account_for, bill, set_rules
from tests.waivers import a_home, applied, seen, verified

SOLD = date(2026, 6, 16)

# Room, area in 0.01 m² (at 0.35 yuan), ground, and what the decider made of half the fee; then the lines of June in
# fen: whole, less, to pay.
HOMES = {
    "101": (11_230, None, None, [(3_931, 0, 3_931)]),  # 39.305, half a fen rounds up
    "201": (11_230, "LOW_INCOME_EDGE", None, [(3_931, 1_966, 1_965)]),  # half of it is 19.655
    "301": (11_230, "VETERAN_FAMILY", None, [(3_931, 1_179, 2_752)]),  # 30 % are 11.793
    "401": (6_800, "MIN_LIVING", None, [(2_380, 2_380, 0)]),
    "501": (5_055, "VETERAN_FAMILY", None, [(1_769, 531, 1_238)]),  # 17.6925, of which 5.307
    "601": (8_888, "LOW_INCOME_EDGE", 2_000, [(3_111, 622, 2_489)]),  # 31.108; 20 % instead of half are 6.222
    "701": (11_230, "LOW_INCOME_EDGE", None, [(1_965, 983, 982), (1_965, 0, 1_965)]),  # sold: 15 days of 30 each
    "801": (11_230, "LOW_INCOME_EDGE", None, [(3_931, 0, 3_931)]),  # rests since May
}
WHOLE, WAIVED, TO_PAY = 26_914, 7_661, 19_253


@pytest.fixture
def homes(estate, ann, mei, now):
    """The eight homes, granted on 2 March, one resting since May, one sold on 16 June."""
    set_rules(estate)
    found = {}
    for room, (area, ground, rate, _lines) in HOMES.items():
        home, person = a_home(estate, room, area=area, name=f"住户{room}")
        held = select(Occupancy).where(Occupancy.person_id == person.id)
        with writing():
            db.session.scalars(held).one().role = OccupancyRole.OWNER
        account_for(home, now=now)
        found[room] = (home, person, grant(home, person, ground, rate, ann, mei, now) if ground else None)
    with writing():
        rests = db.session.get_one(WaiverApplication, found["801"][2])
        suspend(rests, reason="In hospital", actor=mei, now=at(date(2026, 4, 20)))
    sell(*found["701"][:2], ann)
    return {room: home for room, (home, _person, _waiver) in found.items()}


def grant(home, person, ground, rate, ann, mei, now) -> int:
    application = applied(home, person, by=ann, now=now, ground=ground)
    verified(application, by=ann, now=now)
    shown = seen(db.session.get_one(WaiverApplication, application.id, populate_existing=True), now)
    with writing():
        row = db.session.get_one(WaiverApplication, application.id)
        approve(
            row, seen=shown, reason="As the policy says", property_fee_bp=rate, proved=True, actor=mei, now=now
        )  # fmt: skip
    return application.id


def sell(home, person, by) -> None:
    said = {"actor": by, "now": at(SOLD)}
    with writing():
        add_person(db.session.get_one(Place, home.id), name="买主", role=OccupancyRole.OWNER, from_on=SOLD, **said)
        held = db.session.scalars(select(Occupancy).where(Occupancy.person_id == person.id)).one()
        change_occupancy(
            held, role=held.role, from_on=held.from_on, until_on=SOLD, reason=OccupancyEnd.SOLD, **said
        )  # fmt: skip


def at(day: date) -> datetime:
    return clock.start_of_day(day) + timedelta(hours=12)


def june_of(home) -> list[tuple]:
    asked = select(Charge.gross_fen, Charge.reduced_fen, Charge.net_fen).where(Charge.place_id == home.id)
    return [tuple(row) for row in db.session.execute(asked.where(Charge.month == JUNE).order_by(Charge.account_id))]


def test_june_of_eight_homes_is_right_to_the_fen_line_by_line_and_in_all(homes, estate):
    assert bill(estate, JUNE, now=at(JULY)) == 9

    assert {room: june_of(home) for room, home in homes.items()} == {room: told[3] for room, told in HOMES.items()}
    found = collected(estate.id, JUNE, JULY)
    assert (found.due_fen, found.waived_fen, found.open_fen, found.paid_fen) == (WHOLE, WAIVED, TO_PAY, 0)
    assert sum(line.amount_fen for line in waived_lines(estate.id, JUNE, JULY)) == WAIVED
    assert collected_bp(TO_PAY, found.due_fen, found.waived_fen) == 10_000
    assert problems()[0] == []


def test_the_same_if_june_was_billed_before_the_home_was_sold(estate, ann, mei, now):
    """The seller has 15 days of what was waived, to the fen what a run after the sale gives."""
    set_rules(estate)
    home, person = a_home(estate, "701", name="住户701")
    with writing():
        db.session.scalars(select(Occupancy).where(Occupancy.person_id == person.id)).one().role = OccupancyRole.OWNER
    account_for(home, now=now)
    grant(home, person, "LOW_INCOME_EDGE", None, ann, mei, now)
    bill(estate, JUNE, now=now)

    sell(home, person, ann)

    accounts = db.session.scalars(select(Account).where(Account.place_id == home.id).order_by(Account.id)).all()
    assert [balance_of(one).balance_fen for one in accounts] == [982, 1_965]
    assert [line.amount_fen for line in waived_lines(estate.id, JUNE, JULY)] == [983]
    found = collected(estate.id, JUNE, JULY)
    assert (found.due_fen, found.waived_fen) == (3_930, 983)


def test_the_bill_says_why_it_is_27_52(homes, estate):
    bill(estate, JUNE, now=at(JULY))
    account = db.session.scalars(select(Account).where(Account.place_id == homes["301"].id)).one()

    (row,) = rows_of(account, balance_of(account))

    with force_locale("en"):
        told = why(row)
    assert told == ["112.30 m² × 0.35 yuan = 39.31 yuan.", "Less: 11.79 yuan.", "To pay: 27.52 yuan."]
