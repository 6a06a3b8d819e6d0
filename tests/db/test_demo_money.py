"""The invented books: they add up, and are as well paid as the specification says."""

from sqlalchemy import func, select

from helpdesk.billing.ledger import arrears
from helpdesk.billing.models import Account
from helpdesk.billing.payment_models import DayClosing
from helpdesk.billing.verifying import problems
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.demo import money
from helpdesk.demo.bulk import Rows
from helpdesk.demo.shape import chance
from tests.money import priced_home, set_rules


def test_the_invented_books_add_up_and_some_homes_owe(estate, mei, now):
    set_rules(estate)
    for number in range(60):
        priced_home(estate, f"{number // 10 + 1}{number % 10:02d}")
    rows = Rows()
    with writing():
        money.write(rows, estate.id, mei.id, now, chance(now, "money"))
        rows.flush()
        rows.catch_up_sequences()

    found, accounts = problems()

    assert (found, accounts) == ([], 60)
    counted = db.session.scalars(select(DayClosing).order_by(DayClosing.id)).all()
    assert [one.counted_fen - one.expected_fen for one in counted][:2] == [0, 0] and len(counted) == 3
    assert all(bool(one.words) == (one.counted_fen != one.expected_fen) for one in counted)
    late = arrears(estate.id, clock.local_date(now))
    assert 3 <= len(late) <= 20
    assert db.session.scalar(select(func.count()).select_from(Account)) == 60
