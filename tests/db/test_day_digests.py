"""What makes a plan stale, in short: only the day of whoever is concerned changes."""

from datetime import timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dayplans.digests import digest_of, digests_of
from helpdesk.dispatch.day import day_sheet
from helpdesk.repairs.models import Lock
from helpdesk.repairs.visit_actions import rearrange_visit
from helpdesk.technicians.models import Block
from tests.dayplans import a_visit


@pytest.fixture
def visit(place, category, ann, tao, now):
    with writing():
        return a_visit(place, category("WATER_LEAK"), [tao], at=now + timedelta(hours=1), actor=ann, now=now)


def digests(user, estate, now):
    return digests_of(day_sheet(user, estate.id, clock.local_date(now)))


@pytest.mark.parametrize("change", [{"minutes": 45}, {"lock": Lock.TIME}, {"later": timedelta(minutes=5)}])
def test_a_visit_that_changes_changes_its_order_and_the_day_of_its_technician_only(
    change, visit, estate, ann, tao, bo, now
):
    before, order = digests(ann, estate, now), digest_of(visit.work_order, visit)
    at = visit.planned_at + change.pop("later", timedelta(0))

    with writing():
        rearrange_visit(visit, crew=[tao], planned_at=at, **change, actor=ann, now=now)

    after = digests(ann, estate, now)
    assert digest_of(visit.work_order, visit) != order
    assert after[str(tao.id)] != before[str(tao.id)] and after[str(bo.id)] == before[str(bo.id)]


def test_time_that_is_taken_changes_a_day_and_nothing_changes_by_looking(visit, estate, ann, tao, now):
    before = digests(ann, estate, now)
    assert digests(ann, estate, now) == before

    with writing():
        db.session.add(
            Block(estate_id=estate.id, user_id=tao.id, words="晨会", starts_at=now, ends_at=now + timedelta(minutes=30))
        )

    assert digests(ann, estate, now)[str(tao.id)] != before[str(tao.id)]
