"""Homes with an area and a price, their rules and accounts, for tests about money."""

from datetime import date

from sqlalchemy import select

from helpdesk.billing import policy
from helpdesk.billing.accounts import open_accounts
from helpdesk.billing.fees import lines_for, spans_after, write_lines
from helpdesk.billing.models import Account
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate, Occupancy, OccupancyRole, Person, Place, Use
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
