"""Homes with an area and a price, their rules and accounts, for tests about money; a little of everything in them."""

from datetime import date

from sqlalchemy import select

from helpdesk.billing import policy
from helpdesk.billing.accounts import open_accounts
from helpdesk.billing.actions import correct_charge, write_off
from helpdesk.billing.fees import lines_for, spans_after, write_lines
from helpdesk.billing.models import Account, Charge
from helpdesk.billing.payment_models import Method, Payment, TakenAt
from helpdesk.billing.payments import close_day, count_hand_in, reverse_payment, take_payment
from helpdesk.billing.runs import ask_run, finish, preview, start_run
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate, Occupancy, OccupancyRole, Person, Place, Use
from helpdesk.repairs.models import WorkOrder
from helpdesk.tariff.actions import ItemFacts, accept_quote, change_list, draft_list, make_quote, put_in_force
from helpdesk.tariff.models import Agreed, MaterialPolicy
from tests.households import add_home

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def set_rules(estate: Estate) -> None:
    with writing():
        policy.install_defaults(db.session.get_one(Estate, estate.id), valid_from=date(2020, 1, 1))


def priced_home(estate: Estate, room: str, *, area: int = 11_230, price: int | None = 3_500, use: Use = Use.OWN):
    """A home of 112.30 m² at 0.35 yuan: 39.31 yuan a month."""
    home = add_home(estate, 3, 2, room, home_no=f"9{room}")
    with writing():
        home = db.session.get_one(Place, home.id)
        home.area, home.unit_price, home.use = area, price, use
    return home


def owner(estate: Estate, place: Place, name: str, *, since: date = date(2020, 1, 1)) -> Person:
    with writing():
        person = Person(estate_id=estate.id, name=name)
        db.session.add(person)
        db.session.flush()
        db.session.add(
            Occupancy(person_id=person.id, place_id=place.id, role=OccupancyRole.OWNER, from_on=since)
        )  # fmt: skip
    return person


def account_for(place: Place, *, now, actor=None) -> Account:
    """The account of a place; opened with all the others of its estate."""
    with writing():
        open_accounts(db.session.get_one(Estate, place.estate_id), actor=actor, now=now)
    found = select(Account).where(Account.place_id == place.id, Account.closed_on.is_(None))
    return db.session.scalars(found).one()


def bill(estate: Estate, *months: date, now) -> int:
    """Make the fee lines of these months; how many there are."""
    made = 0
    for month in months:
        with writing():
            spans = spans_after(estate.id, month, after=0, limit=10_000)
            lines = lines_for(estate.id, spans, month)
            write_lines(estate.id, lines, run_id=None, actor=None, now=now)
            made += len(lines)
    return made


def something_of_everything(users, estate: Estate, place: Place, now) -> dict[str, list[int]]:
    """An account with lines, payments at desk and door, one reversed, one line corrected, one written off; runs."""
    set_rules(estate)
    with writing():
        home = db.session.get_one(Place, place.id)
        home.area, home.unit_price = 11_230, 3_500
    fen, mei, tao = users[Role.FINANCE], users[Role.MANAGER], users[Role.TECHNICIAN]
    account = account_for(place, now=now)
    with writing():
        db.session.get_one(Account, account.id).billed_from = date(2025, 11, 1)
    bill(estate, date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), now=now)
    at = {"now": now, "taken_at": TakenAt.DESK}
    with writing():
        here = db.session.get_one(Account, account.id)
        first = take_payment(here, amount_fen=1_000, method=Method.CASH, actor=fen, invoice_wanted=True, **at)
        wrong = take_payment(here, amount_fen=500, method=Method.WECHAT, actor=fen, **at)
        reverse_payment(wrong, reason="Booked twice", actor=fen, now=now)
        lines = list(db.session.scalars(select(Charge).where(Charge.account_id == account.id).order_by(Charge.id)))
        correct_charge(lines[2], amount_fen=3_000, reason="Measured again", actor=fen, now=now)
        write_off(lines[0], reason="Gone away", actor=mei, now=now)
        door = {"now": now, "taken_at": TakenAt.DOOR, "method": Method.CASH, "actor": tao}
        take_payment(here, amount_fen=200, **door)
        count_hand_in(tao, estate_id=estate.id, seen_fen=200, counted_fen=190, words="Torn", actor=fen, now=now)
        close_day(estate.id, seen_fen=1_190, counted_fen=1_180, words="Small change", actor=fen, now=now)
        take_payment(here, amount_fen=300, **door)
        found = preview(db.session.get_one(Estate, estate.id), JUNE, JULY, clock.local_date(now))
        told = {"month_from": JUNE, "month_until": JULY, "found": found, "actor": fen, "now": now}
        runs = [ask_run(db.session.get_one(Estate, estate.id), **told) for _ in range(2)]
        start_run(runs[1], actor=fen, now=now)
        ids = [run.id for run in runs]
    finish(ids[1], now)
    payments = list(db.session.scalars(select(Payment.id).order_by(Payment.id)))
    return {
        "account_id": [account.id], "charge_id": [line.id for line in lines], "run_id": ids,
        "payment_id": [first.id, *payments],
    }  # fmt: skip


def priced(users, estate: Estate, order, now) -> dict[str, list]:
    """A price list in force, a draft of the next, a quote nobody has answered and one that was agreed to."""
    mei, today = users[Role.MANAGER], clock.local_date(now)
    tap = ItemFacts("换龙头", "Change a tap", "个", "WATER_LEAK", 2_000, MaterialPolicy.COMPANY_SELLS, 3_500)
    with writing():
        first = draft_list(estate.id, actor=mei, now=now)
        change_list(first, [tap], call_out_fen=500, actor=mei, now=now)
        put_in_force(first, valid_from=today, actor=mei, now=now)
        lists = [first.id, draft_list(estate.id, actor=mei, now=now).id]
        here = db.session.get_one(WorkOrder, order.id)
        agreed = make_quote(here, [(first.items[0], 1)], with_call_out=False, actor=mei, now=now)
        accept_quote(agreed, by="王桂英", how=Agreed.AT_THE_DOOR, actor=mei, now=now)
        waits = make_quote(here, [(first.items[0], 2)], with_call_out=True, actor=mei, now=now)
        found = [{"number": here.number, "quote_id": quote.id} for quote in (waits, agreed)]
    return {"list_id": lists, "estate_id": [estate.id], "quotes": found}
