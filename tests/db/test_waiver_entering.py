"""Entering an application: when it counts from, who asked for it, and what is only a warning."""

from datetime import date, datetime

import pytest

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Occupancy, OccupancyEnd, OccupancyRole, Place, PlaceKind
from helpdesk.waivers.applying import begin_application, submit, write_draft
from helpdesk.waivers.codes import Channel
from helpdesk.waivers.deciding import approve
from helpdesk.waivers.facts import facts_of
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.queries import owns_elsewhere
from helpdesk.waivers.rules import Step, Warning
from tests.households import add_home
from tests.waivers import a_home, applied, seen, told

TODAY = date(2026, 3, 2)


@pytest.fixture
def home(estate):
    return a_home(estate)


def again(application) -> WaiverApplication:
    return db.session.get_one(WaiverApplication, application.id, populate_existing=True)


def at_night(day: int, month: int, hour: int, minute: int) -> datetime:
    return clock.from_local(datetime(2026, month, day, hour, minute))


@pytest.mark.parametrize(
    ("begun", "handed_in", "applied_on", "fee_from"),
    [
        (at_night(31, 3, 23, 59), at_night(1, 4, 0, 0), date(2026, 3, 31), date(2026, 4, 1)),
        (at_night(1, 4, 0, 0), at_night(1, 4, 0, 1), date(2026, 4, 1), date(2026, 5, 1)),
        (at_night(31, 3, 23, 59), at_night(2, 5, 9, 0), date(2026, 3, 31), date(2026, 4, 1)),
    ],
)
def test_at_midnight_of_the_first_the_day_it_was_begun_counts(begun, handed_in, applied_on, fee_from, home, ann):
    """The day in China, and the draft's: how long we take costs nobody a month."""
    with writing():
        draft = begin_application(place=home[0], channel=Channel.PHONE, actor=ann, now=begun)
        write_draft(draft, told(home[1]), actor=ann, now=begun)
    with writing():
        submit(again(draft), actor=ann, now=handed_in)

    row = again(draft)
    assert (row.applied_on, facts_of(row, applied_on).fee_from) == (applied_on, fee_from)


def test_who_only_mentioned_it_asked_for_nothing_and_may_decide(home, ann, mei, now):
    tip = applied(*home, by=ann, now=now, tip_by_name=mei.name)
    assert (tip.requester_id, tip.asked_by_name, tip.tip_by_name) == (None, "", mei.name)

    shown = seen(again(tip), now)
    with writing():
        step = approve(again(tip), seen=shown, reason="As the policy says", actor=mei, now=now)

    assert step is Step.COUNTS


def owns(person, place, *, until=None) -> None:
    with writing():
        db.session.add(Occupancy(person_id=person.id, place_id=place.id, role=OccupancyRole.OWNER,
                                 from_on=date(2020, 1, 1), until_on=until,
                                 end_reason=OccupancyEnd.SOLD if until else None))  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "until", "elsewhere"),
    [
        (PlaceKind.DWELLING, None, True),
        (PlaceKind.DWELLING, date(2026, 3, 3), True),  # sold from tomorrow on
        (PlaceKind.DWELLING, TODAY, False),
        (PlaceKind.GARAGE, None, False),
    ],
)
def test_another_flat_of_their_own_is_a_warning_and_no_wall(kind, until, elsewhere, home, estate, ann, mei, now):
    other = add_home(estate, 4, 1, "101")
    with writing():
        db.session.get_one(Place, other.id).kind = kind
    owns(home[1], home[0])  # the one it is for says nothing
    owns(home[1], other, until=until)
    waits = applied(*home, by=ann, now=now)

    assert owns_elsewhere(home[1].id, home[0].id, TODAY) is elsewhere
    assert (Warning.OWNS_ELSEWHERE in facts_of(waits, TODAY).warnings) is elsewhere
    shown = seen(again(waits), now)
    with writing():
        assert approve(again(waits), seen=shown, reason="Lives here", actor=mei, now=now) is Step.COUNTS
