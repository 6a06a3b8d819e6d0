"""Lists of money: what is overdue, and what was collected. Who pays, and their number, only when asked for."""

from collections.abc import Iterator

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.billing.ledger import arrears, collected_by_month
from helpdesk.billing.queries import year_of
from helpdesk.billing.rules import collected_bp, first_of, next_month
from helpdesk.core import clock
from helpdesk.core.money import exact_yuan
from helpdesk.core.spreadsheets import Cell
from helpdesk.estate.models import phone_person
from helpdesk.exports.numbers import numbers_of


def overdue(_user: User, wish) -> tuple[list[str], None, Iterator[list[Cell]], int]:
    """One row for each account with something overdue, the most owed first; of who pays nothing unless asked for."""
    titles = [
        _("Address"), _("Home number"), _("Account"), _("Overdue since"), _("Up to 90 days"), _("Up to a year"),
        _("Up to three years"), _("Older"), _("In all"),
    ]  # fmt: skip
    titles += [_("Payer"), _("Phone")] * wish.phones
    found = arrears(wish.estate_id, clock.local_date(wish.now))
    people = [one.account.person_id for one in found if one.account.person_id]
    numbers = numbers_of(phone_person.c.person_id, people) if wish.phones else {}

    def rows() -> Iterator[list[Cell]]:
        for one in found:
            account = one.account
            whose = _("former owner") if account.closed_on else _("owner now")
            told = [account.place.address, account.place.home_no, whose, one.oldest_on]
            told += [exact_yuan(fen) for fen in (*one.ages, one.total_fen)]
            yield told + [account.payer_name, numbers.get(account.person_id, "")] * wish.phones

    return titles, None, rows(), len(found)


def collection(_user: User, wish) -> tuple[list[str], None, Iterator[list[Cell]], int]:
    """One row for each month of fees, the last twelve unless other dates are asked for; no home and nobody in it."""
    titles = [_("Month"), _("Due"), _("Waived in all"), _("Paid"), _("Written off"), _("Still open"),
              _("Collected of what was not waived, in percent")]  # fmt: skip
    first, last = year_of(clock.local_date(wish.now))
    first = first_of(wish.from_on) if wish.from_on else first
    until = next_month(first_of(wish.until_on)) if wish.until_on else last
    found = collected_by_month(wish.estate_id, first, until)

    def rows() -> Iterator[list[Cell]]:
        for month, one in sorted(found.items()):
            sums = (one.due_fen, one.waived_fen, one.paid_fen, one.dropped_fen, one.open_fen)
            rate = collected_bp(one.paid_fen, one.due_fen, one.waived_fen)
            yield [f"{month:%Y-%m}", *map(exact_yuan, sums), None if rate is None else exact_yuan(rate)]

    return titles, None, rows(), len(found)
