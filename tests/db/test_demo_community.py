"""The demonstration has a register that is looked after: leads, grids, guarantees, and something to tidy up."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.demo.load import load
from helpdesk.estate import phone_numbers
from helpdesk.estate.community import Grid, Guarantee, Lead, LeadRole
from helpdesk.estate.duplicates import likely_numbers, likely_people
from helpdesk.estate.models import FloodMark, Occupancy, OccupancyEnd, PersonNote, Place, PlaceKind

AS_OF = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)
TODAY = clock.local_date(AS_OF)


@pytest.fixture(scope="module")
def estate(blank):
    app, copies = blank
    with app.app_context():
        db.engine.dispose()
        copies.renew()
        yield load(AS_OF)
        db.session.remove()
        db.engine.dispose()


def test_every_stairwell_has_a_lead_who_lives_there_and_every_grid_its_worker(estate):
    stairs = select(Place.id).where(Place.kind == PlaceKind.COMMON_AREA, Place.unit_no.is_not(None))
    leads = db.session.scalars(select(Lead).where(Lead.role == LeadRole.STAIR_LEAD)).all()
    workers = db.session.scalars(select(Lead).where(Lead.role == LeadRole.GRID_WORKER)).all()

    assert {lead.place_id for lead in leads} == set(db.session.scalars(stairs)) and len(leads) == 52
    assert all(any(h.place.stairwell_id == lead.place_id for h in lead.person.occupancies) for lead in leads)
    assert [grid.buildings for grid in db.session.scalars(select(Grid).order_by(Grid.id))] == [
        list(range(1, 10)), list(range(10, 19)),
    ]  # fmt: skip
    assert all(worker.grid and phone_numbers.is_demo(worker.number) for worker in workers) and len(workers) == 2


def test_some_guarantees_run_and_some_are_over(estate):
    found = db.session.scalars(select(Guarantee)).all()

    assert {one.last_on >= TODAY for one in found} == {True, False}
    assert all(phone_numbers.is_demo(one.number) for one in found)
    assert len(db.session.scalars(select(FloodMark)).all()) > 5


def test_whoever_died_is_known_to_have_died(estate):
    dead = set(db.session.scalars(select(Occupancy.person_id).where(Occupancy.end_reason == OccupancyEnd.DIED)))

    assert set(db.session.scalars(select(PersonNote.person_id).where(PersonNote.died_on.is_not(None)))) == dead


def test_somebody_noted_twice_and_a_number_written_twice_wait_to_be_merged(estate):
    manager = db.session.scalars(select(User).where(User.username == "manager")).one()

    people, numbers = likely_people(manager), likely_numbers(manager)

    assert all(pair.one.name == pair.other.name for pair in people)
    assert len([pair for pair in people if pair.other.occupancies == []]) == 1
    assert len([pair for pair in numbers if pair.one.people == pair.other.people]) == 1
