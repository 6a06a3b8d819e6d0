"""A day in the planner's words."""

from datetime import timedelta

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dispatch.day import day_sheet
from helpdesk.dispatch.problem import order_id, problem_of, visit_id
from helpdesk.estate.models import Person
from helpdesk.planning.model import Planned, Priority, Progress
from helpdesk.repairs.models import NamedWindow, Urgency
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.technicians.models import Block
from helpdesk.windows.rules import Window


def sheet_of(user, estate, now):
    return day_sheet(user, estate.id, clock.local_date(now))


def test_what_waits_may_begin_at_any_time_the_resident_named(estate, ann, work_order, now):
    day = clock.start_of_day(clock.local_date(now))
    with writing():
        db.session.add(
            NamedWindow(
                work_order_id=work_order.id, starts_at=day + timedelta(hours=14), ends_at=day + timedelta(hours=15)
            )
        )  # fmt: skip
    sheet = sheet_of(ann, estate, now)

    (visit,) = problem_of(sheet, waiting=sheet.waiting, now=now).visits

    assert visit.id == order_id(work_order)
    assert visit.windows == ((14 * 3600, 15 * 3600 - 1),)  # at three their time is over
    assert visit.duration_s == work_order.category.duration_minutes * 60


def test_a_visit_keeps_its_crew_and_its_promise(estate, ann, tao, work_order, now):
    promised = Window(now + timedelta(hours=1), now + timedelta(hours=2))
    with writing():
        visit = schedule_visit(work_order, crew=[tao], promised=promised, actor=ann, now=now)
    sheet = sheet_of(ann, estate, now)
    start = int((promised.starts_at - sheet.begins_at).total_seconds())

    (planned,) = problem_of(sheet, now=now).visits

    assert planned.id == visit_id(visit)
    assert planned.planned == Planned((tao.id,), start)
    assert planned.promised == (start, start + 3599)  # whose end is no longer inside


def test_blocks_take_time_out_of_a_technician(estate, ann, tao, work_order, now):
    day = clock.start_of_day(clock.local_date(now))
    with writing():
        db.session.add(
            Block(
                estate_id=estate.id, user_id=tao.id, words="晨会", starts_at=day + timedelta(hours=8),
                ends_at=day + timedelta(hours=9),
            )
        )  # fmt: skip
    sheet = sheet_of(ann, estate, now)

    (found,) = [one for one in problem_of(sheet, now=now).technicians if one.id == tao.id]

    assert found.shifts[0] == (9 * 3600, 17 * 3600 + 1800)


def test_who_lives_alone_comes_before_the_ordinary(estate, ann, work_order, now):
    with writing():
        work_order.reporter = Person(estate_id=estate.id, name="沈玉珍", lives_alone=True)
    sheet = sheet_of(ann, estate, now)

    (visit,) = problem_of(sheet, waiting=sheet.waiting, now=now).visits

    assert visit.priority is Priority.FRAILTY


def test_an_emergency_somebody_was_sent_to_at_once_stays_theirs(estate, ann, tao, work_order, now):
    with writing():
        work_order.urgency = Urgency.P1
        schedule_visit(work_order, crew=[tao], actor=ann, now=now)
    sheet = sheet_of(ann, estate, now)

    (visit,) = problem_of(sheet, now=now).visits

    assert (visit.progress, visit.windows) == (Progress.ON_THE_WAY, ())
