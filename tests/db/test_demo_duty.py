"""Who is on duty in the demonstration estate, and what the shifts handed over to each other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.audit.queries import verify_chain
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.demo.load import load
from helpdesk.demo.shape import FULL
from helpdesk.duty.models import NumberConsent, Post, Shift
from helpdesk.duty.queries import board, chain, published_numbers
from helpdesk.duty.rules import WEEK, Span, gaps
from helpdesk.handover.models import Handover

SMALL = replace(FULL, entrances=(3,) * 7, garages=12, history_days=30)
MORNING = datetime(2026, 11, 25, 2, 20, tzinfo=UTC)
EVENING = datetime(2026, 11, 25, 11, 50, tzinfo=UTC)


@pytest.fixture
def at(app):
    """Load the estate as at a moment; its id."""

    def _at(moment: datetime) -> int:
        load(moment, shape=SMALL)
        return db.session.scalars(select(Shift.estate_id)).first()

    return _at


def test_the_hotline_has_somebody_for_weeks_back_and_ahead(at):
    estate_id = at(MORNING)

    hotline = db.session.scalars(select(Shift).where(Shift.post == Post.HOTLINE)).all()
    whole = Span(MORNING - 3 * WEEK, MORNING + 4 * WEEK)
    assert gaps([Span(shift.starts_at, shift.ends_at) for shift in hotline], whole) == []
    assert board(estate_id, MORNING).without_hotline == []
    assert [user.username for user in chain(estate_id, MORNING)][-1] == "manager"
    assert any(shift.stands_in_for_id for shift in hotline)
    assert all(shift.version >= 0 for shift in hotline) and verify_chain() is None


def test_most_staff_let_residents_have_their_number(at):
    estate_id = at(MORNING)

    assert len(published_numbers(estate_id)) == len(list(db.session.scalars(select(NumberConsent)))) == 9


def test_this_morning_was_handed_over_and_signed_by_both(at):
    at(MORNING)

    last = db.session.scalars(select(Handover).order_by(Handover.id.desc())).first()
    assert clock.local(last.frozen_at).strftime("%m-%d %H:%M") == "11-25 08:00"
    assert (last.outgoing.username, last.incoming.username) == ("operator3", "operator")
    assert {line.section for line in last.kept_lines} >= {"emergencies"}
    assert last.version == 3


def test_in_the_evening_one_is_open(at):
    at(EVENING)

    (open_,) = db.session.scalars(select(Handover).where(Handover.frozen_at.is_(None)))
    assert (open_.outgoing.username, open_.opened_at) == ("operator2", EVENING - timedelta(minutes=1))
