"""Billing runs: what the preview says is what is made, once, whatever interrupts it."""

from datetime import date

import pytest
from sqlalchemy import func, select

from helpdesk.billing import runs
from helpdesk.billing.models import BillingRun, Charge
from helpdesk.billing.runs import ask_run, drop_run, finish, go_on, preview, start_run, tend_runs
from helpdesk.billing.states import RunStatus
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate, OpeningPosition, Use
from tests.money import priced_home, set_rules

MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)


@pytest.fixture
def fen(person):
    return person("Fen", Role.FINANCE)


@pytest.fixture
def homes(estate, add, now):
    """One as usual, one paid in advance, one of which the area is not known."""
    set_rules(estate)
    found = [priced_home(estate, room) for room in ("501", "502")] + [priced_home(estate, "503", area=0, use=Use.LET)]
    add(OpeningPosition, place_id=found[1].id, paid_until=date(2026, 4, 15), arrears_fen=0, as_of=date(2026, 2, 20))
    return found


@pytest.fixture
def ask(estate, homes, fen, now):
    def _ask(since=MARCH, until=JUNE, actor=None):
        found = preview(estate, since, until, clock.local_date(now))
        with writing():
            here = db.session.get_one(Estate, estate.id)
            run = ask_run(here, month_from=since, month_until=until, found=found, actor=actor or fen, now=now)
        return run

    return _ask


def start(run, actor, now):
    with writing():
        start_run(db.session.get_one(BillingRun, run.id), actor=actor, now=now)


def lines() -> list[tuple]:
    asked = select(Charge.place_id, Charge.month, Charge.net_fen).order_by(Charge.month, Charge.place_id)
    return [tuple(row) for row in db.session.execute(asked)]


def test_the_preview_is_what_is_made(homes, ask, fen, now):
    run = ask()
    assert lines() == []
    assert (run.preview["lines"], run.preview["net_fen"]) == (6, 6 * 3_931)
    assert (run.preview["accounts"], run.preview["without_area"]) == (2, 1)

    start(run, fen, now)
    finish(run.id, now)

    run = db.session.get_one(BillingRun, run.id)
    assert (run.status, run.lines, run.gross_fen, run.reduced_fen) == (RunStatus.DONE, 6, 6 * 3_931, 0)
    assert [fen_ for _place, _month, fen_ in lines()] == [3_931] * 6


def test_the_same_months_again_make_nothing(ask, fen, now):
    for expected in (6, 0):
        run = ask()
        assert run.preview["lines"] == expected
        start(run, fen, now)
        tend_runs(now)

    assert len(lines()) == 6


def test_a_run_that_was_interrupted_goes_on(ask, fen, now, monkeypatch):
    monkeypatch.setattr(runs, "PIECE", 1)
    run = ask()
    start(run, fen, now)

    def broken(*_args, **_more):
        raise RuntimeError

    for _ in range(3):
        go_on(run.id, now)
    so_far = lines()
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(runs, "write_lines", broken)
        go_on(run.id, now)
    assert lines() == so_far
    finish(run.id, now)

    run = db.session.get_one(BillingRun, run.id)
    assert len(lines()) == 6 == len(set(lines())) == run.lines
    assert run.gross_fen == db.session.scalar(select(func.sum(Charge.gross_fen)))


def test_a_run_starts_once_and_can_be_dropped_before(ask, fen, now):
    run, other = ask(), ask()
    start(run, fen, now)
    with pytest.raises(Conflict):
        start(run, fen, now)
    with writing():
        drop_run(db.session.get_one(BillingRun, other.id), actor=fen, now=now)
    with pytest.raises(Conflict):
        start(other, fen, now)
    assert not go_on(other.id, now)


@pytest.mark.parametrize(
    ("since", "until"),
    [(JUNE, MARCH), (MARCH, MARCH), (date(2020, 1, 1), date(2026, 1, 1)), (date(2028, 1, 1), date(2028, 2, 1))],
)
def test_months_that_make_no_sense_are_refused(ask, since, until):
    with pytest.raises(Refused):
        ask(since, until)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TECHNICIAN, Role.OWNER, Role.AUDITOR, Role.OFFICER, Role.ADMIN])
def test_who_may_not_bill(ask, person, role):
    with pytest.raises(NotAllowed):
        ask(actor=person("Kim", role))


def test_months_before_any_rule_are_refused(ask):
    with pytest.raises(Refused):
        ask(date(2019, 1, 1), date(2019, 2, 1))
