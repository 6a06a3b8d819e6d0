"""A day as planning sees it."""

from datetime import date, timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dispatch.day import day_sheet
from helpdesk.technicians.models import Absence, AbsenceReason, TechnicianSkill, WorkingHours
from helpdesk.technicians.queries import days_of
from helpdesk.windows.queries import grid_on

MONDAY = date(2026, 3, 2)


def at(day, hour, minute=0):
    return clock.start_of_day(day) + timedelta(hours=hour, minutes=minute)


def test_a_technician_without_hours_of_their_own_works_the_usual_ones(estate, tao):
    (found,) = [one for one in days_of(estate.id, [MONDAY])[MONDAY] if one.user.id == tao.id]

    assert found.works == [(at(MONDAY, 8), at(MONDAY, 17, 30))]
    assert found.masters("plumber", 2) is True
    assert found.masters("electrician", 3) is False


@pytest.mark.parametrize(("expires_on", "masters"), [(date(2026, 3, 3), True), (MONDAY, None)])
def test_a_licence_counts_until_the_day_before_it_expires(estate, tao, expires_on, masters):
    with writing():
        db.session.add(
            TechnicianSkill(
                estate_id=estate.id, user_id=tao.id, skill="electrician", level=3, licence_tail="7301",
                expires_on=expires_on,
            )
        )  # fmt: skip

    (found,) = [one for one in days_of(estate.id, [MONDAY])[MONDAY] if one.user.id == tao.id]

    assert found.masters("electrician", 3) is masters


def test_absences_are_cut_out_of_the_hours(estate, tao, now):
    with writing():
        db.session.add(
            WorkingHours(
                estate_id=estate.id, user_id=tao.id, weekday=0, from_minute=480, until_minute=720, valid_from=MONDAY
            )
        )
        db.session.add(
            Absence(
                estate_id=estate.id, user_id=tao.id, reason=AbsenceReason.SICK, starts_at=at(MONDAY, 9),
                ends_at=at(MONDAY, 10), noted_at=now, noted_by_id=tao.id,
            )
        )  # fmt: skip

    (found,) = [one for one in days_of(estate.id, [MONDAY])[MONDAY] if one.user.id == tao.id]

    assert found.works == [(at(MONDAY, 8), at(MONDAY, 9)), (at(MONDAY, 10), at(MONDAY, 12))]


def test_an_estate_without_windows_of_its_own_has_the_shipped_ones(estate):
    windows = grid_on(estate.id, [MONDAY])[MONDAY]

    shown = [f"{clock.local(one.starts_at):%H:%M}-{clock.local(one.ends_at):%H:%M}" for one in windows]
    assert shown == ["08:30-10:00", "10:00-12:00", "14:00-15:30", "15:30-17:00"]


def test_a_day_shows_what_is_planned_for_it_and_what_waits(estate, ann, tao, work_order, now):
    day = clock.local_date(now)

    sheet = day_sheet(ann, estate.id, day)

    assert [order.number for order in sheet.waiting] == [work_order.number]
    assert sheet.visits == []
    assert day_sheet(tao, estate.id, day).waiting == []
