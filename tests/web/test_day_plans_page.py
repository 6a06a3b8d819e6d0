"""The pages on which a day is planned."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.core import clock, processes
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dayplans import making
from helpdesk.dayplans.actions import begin_run, fail_plan
from helpdesk.dayplans.models import DayPlan
from helpdesk.dayplans.states import UNDER_WAY, PlanStatus
from helpdesk.repairs.models import WorkOrder
from helpdesk.technicians.models import Absence
from tests.conftest import HTMX
from tests.dayplans import a_plan, a_visit, an_order, can_do


@pytest.fixture
def started(monkeypatch):
    ids = []
    monkeypatch.setattr(making, "start", ids.append)
    return ids


@pytest.fixture
def day(now):
    return clock.local_date(now) + timedelta(days=1)


@pytest.fixture
def waiting(estate, place, category, ann, tao, now):
    leak = category("WATER_LEAK")
    with writing():
        db.session.add_all(can_do(estate, tao, leak.skill))
        return an_order(place, leak, actor=ann, now=now)


@pytest.fixture
def ready(waiting, estate, day, ann, now):
    return a_plan(estate, day, actor=ann, now=now)


def ask(day, **more):
    return {"request_key": str(uuid4()), "day": day.isoformat(), **more}


def accept(plan, *chosen):
    return {"version": plan.version, "chosen": [str(one) for one in chosen]}


def test_a_plan_is_asked_for_once_and_a_process_begins_it(waiting, day, ann, as_user, started):
    body = ask(day)

    answers = [as_user(ann).post("/schedule/plans", data=body) for _n in range(2)]

    plan = db.session.scalars(select(DayPlan)).one()
    assert [one.location for one in answers] == [f"/schedule/plans/{plan.id}"] * 2
    assert set(started) == {plan.id}
    page = as_user(ann).get(answers[0].location)
    assert 'hx-trigger="every 1s"' in page.text and "Cancel" in page.text


def test_a_second_dispatcher_is_told_that_a_plan_is_being_made(waiting, day, ann, mei, as_user, started):
    as_user(ann).post("/schedule/plans", data=ask(day))

    answer = as_user(mei).post("/schedule/plans", data=ask(day))

    assert answer.status_code == 409 and "being made just now" in answer.text


def test_a_day_that_is_over_is_refused_in_the_form(waiting, day, ann, as_user, started):
    answer = as_user(ann).post("/schedule/plans", data=ask(day - timedelta(days=9)))

    assert answer.status_code == 422 and "Choose today" in answer.text and started == []
    assert as_user(ann).get("/schedule/plans?day=nonsense").status_code == 404


def test_progress_is_shown_and_a_plan_can_be_cancelled(waiting, day, ann, as_user, started, now):
    as_user(ann).post("/schedule/plans", data=ask(day))
    plan = db.session.scalars(select(DayPlan)).one()
    with writing():
        begin_run(plan, run="here", now=now)
        plan.progress = {**plan.progress, "done": 0.4}

    shown = as_user(ann).get(f"/schedule/plans/{plan.id}", headers=HTMX)
    answer = as_user(ann).post(f"/schedule/plans/{plan.id}/cancel", data={"version": 0}, headers=HTMX)

    assert 'value="0.4"' in shown.text
    assert "Nothing was changed." in answer.text and plan.status is PlanStatus.CANCELLED


def test_a_plan_reads_as_changes_with_who_when_and_why(ready, waiting, ann, as_user):
    page = as_user(ann).get(f"/schedule/plans/{ready.id}").text

    assert "3-2-501" in page and "Tao" in page and "first visit" in page
    assert f'name="chosen" value="{waiting.id}" checked' in page


def test_accepting_from_the_page_sends_somebody(ready, waiting, ann, as_user):
    answer = as_user(ann).post(f"/schedule/plans/{ready.id}/accept", data=accept(ready, waiting.id), headers=HTMX)

    assert answer.status_code == 200 and "Accepted" in answer.text
    assert [user.name for user in waiting.visits[-1].crew] == ["Tao"]


def test_nothing_ticked_is_said_and_the_plan_stays(ready, ann, as_user):
    answer = as_user(ann).post(f"/schedule/plans/{ready.id}/accept", data=accept(ready), headers=HTMX)

    assert answer.status_code == 422 and "Tick at least one change" in answer.text
    assert ready.status is PlanStatus.READY


def test_a_stale_plan_is_refused_whole_and_offers_to_plan_again(
    ready, waiting, place, category, day, ann, tao, mei, as_user, started, now
):
    nine = clock.start_of_day(day) + timedelta(hours=9)
    with writing():
        a_visit(place, category("WATER_LEAK"), [tao], at=nine, actor=mei, now=now)

    answer = as_user(ann).post(f"/schedule/plans/{ready.id}/accept", data=accept(ready, waiting.id), headers=HTMX)
    again = as_user(ann).post(f"/schedule/plans/{ready.id}/again", data={"request_key": str(uuid4())})

    assert answer.status_code == 409 and "has changed since" in answer.text and "Plan again" in answer.text
    assert waiting.visits == [] and ready.status is PlanStatus.STALE
    assert again.status_code == 303 and started


def test_two_dispatchers_accept_the_same_plan_and_one_of_them_does(ready, waiting, ann, at_once):
    answers = at_once(ann, f"/schedule/plans/{ready.id}/accept", accept(ready, waiting.id), times=2)

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(db.session.get_one(WorkOrder, waiting.id).visits) == 1


def test_leaving_a_plan_changes_nothing(ready, waiting, ann, as_user):
    as_user(ann).post(f"/schedule/plans/{ready.id}/dismiss", data={"version": ready.version})

    assert ready.status is PlanStatus.DISMISSED and waiting.visits == []


def test_who_may_not_dispatch_sees_a_plan_and_decides_nothing(ready, waiting, person, tao, as_user):
    from helpdesk.core.access import Role

    owner = person("Oli", Role.OWNER)

    assert 'name="chosen"' not in as_user(owner).get(f"/schedule/plans/{ready.id}").text
    answer = as_user(owner).post(f"/schedule/plans/{ready.id}/accept", data=accept(ready, waiting.id))
    assert answer.status_code == 403
    assert as_user(tao).get(f"/schedule/plans/{ready.id}").status_code == 403


def test_a_plan_of_another_estate_is_not_found(ready, new_estate, person, as_user):
    from helpdesk.core.access import Role

    other = person("Una", Role.OPERATOR, at=new_estate("别处"))

    assert as_user(other).get(f"/schedule/plans/{ready.id}").status_code == 404


def test_a_failed_plan_says_why(waiting, day, ann, as_user, started, now):
    as_user(ann).post("/schedule/plans", data=ask(day))
    plan = db.session.scalars(select(DayPlan)).one()
    with writing():
        fail_plan(plan, fault="nobody_there", now=now)

    assert "Nobody is on shift" in as_user(ann).get(f"/schedule/plans/{plan.id}").text


def test_a_sick_call_asks_for_a_plan_of_one_persons_visits(
    waiting, place, category, day, ann, tao, as_user, started, now
):
    page = as_user(ann).get(f"/schedule/sick?day={day}&technician={tao.id}")
    with writing():
        nine = clock.start_of_day(day) + timedelta(hours=9)
        a_visit(place, category("WATER_LEAK"), [tao], at=nine, actor=ann, now=now)
    body = ask(day, technician=tao.id, part="morning")
    answer, again = (as_user(ann).post("/schedule/sick", data=body) for _n in range(2))

    assert f'value="{tao.id}" checked' in page.text and 'type="radio" value="morning"' in page.text
    plan = db.session.scalars(select(DayPlan)).one()
    assert answer.status_code == 303 and plan.asked == {"away": tao.id} and again.location == answer.location
    assert "Tao is not there" in as_user(ann).get(answer.location).text
    gone = db.session.scalars(select(Absence)).one()
    assert (gone.user_id, gone.starts_at, gone.ends_at) == (
        tao.id, clock.start_of_day(day), clock.start_of_day(day) + timedelta(hours=12, minutes=30),
    )  # fmt: skip


def test_a_sick_call_that_leaves_no_visit_is_noted_and_whoever_noted_it_takes_it_back(
    waiting, day, ann, tao, person, as_user, started, now
):
    browser = as_user(ann)
    none = browser.post("/schedule/sick", data=ask(day, technician=tao.id))
    gone = db.session.scalars(select(Absence)).one()
    other = as_user(person("Oda", Role.OPERATOR)).post(
        f"/technicians/absences/{gone.id}/calling-off", data={"version": 1}
    )
    back = browser.post(f"/technicians/absences/{gone.id}/calling-off", data={"version": gone.version})

    assert none.status_code == 303 and f"/technicians/{tao.id}" in none.location and started == []
    assert "No visit is affected." not in browser.get(none.location).text  # called off since
    assert db.session.scalar(select(func.count()).select_from(DayPlan)) == 0
    assert (other.status_code, back.status_code) == (404, 303)
    assert gone.called_off_at == now


def test_a_sick_call_for_later_today_is_said_on_the_page_it_leads_to(waiting, ann, tao, as_user, started, now):
    body = ask(clock.local_date(now), technician=tao.id, part="afternoon")
    answer = as_user(ann).post("/schedule/sick", data=body)

    assert "No visit is affected." in as_user(ann).get(answer.location).text


@pytest.mark.parametrize("wrong", [{"part": "hours"}, {"technician": "999"}, {"day": "2026-03-01"}])
def test_a_sick_call_that_cannot_be_is_refused_in_the_form(wrong, waiting, day, ann, tao, as_user, started):
    answer = as_user(ann).post("/schedule/sick", data=ask(day, technician=tao.id) | wrong)

    assert answer.status_code == 422
    assert started == [] and db.session.scalar(select(func.count()).select_from(Absence)) == 0


def test_the_number_of_queries_does_not_grow_with_the_changes(
    ready, estate, place, category, day, ann, as_user, count_queries, now
):
    browser = as_user(ann)
    with count_queries() as one:
        browser.get(f"/schedule/plans/{ready.id}")
    with writing():
        for _n in range(2):
            an_order(place, category("WATER_LEAK"), actor=ann, now=now)
    more = a_plan(estate, day, actor=ann, now=now)
    assert len(more.changes) == 3
    with count_queries() as three:
        browser.get(f"/schedule/plans/{more.id}")

    assert three.count <= one.count


def test_the_real_command_makes_a_plan(waiting, day, ann, as_user, real_processes):
    answer = as_user(ann).post("/schedule/plans", data=ask(day))
    assert processes.children[-1].wait(timeout=120) == 0
    db.session.rollback()

    plan = db.session.scalars(select(DayPlan)).one()
    assert plan.status is PlanStatus.READY
    assert "first visit" in as_user(ann).get(answer.location).text


def test_a_runner_that_is_killed_is_begun_again_by_the_worker(waiting, day, ann, as_user, now, real_processes):
    as_user(ann).post("/schedule/plans", data=ask(day))
    processes.children[-1].kill()
    processes.children[-1].wait(timeout=60)
    db.session.rollback()
    plan = db.session.scalars(select(DayPlan)).one()
    assert plan.status in UNDER_WAY and plan.changes == [] and waiting.visits == []

    making.tend_plans(now + timedelta(minutes=1))
    assert processes.children[-1].wait(timeout=120) == 0
    db.session.rollback()

    assert plan.status is PlanStatus.READY and waiting.visits == []


def test_an_emergency_is_sent_from_its_page(waiting, ann, tao, place, as_user, set_now, now):
    ten = set_now(clock.start_of_day(clock.local_date(now)) + timedelta(hours=13))
    browser, url = as_user(ann), f"/schedule/emergency/{waiting.number}"
    page = browser.get(url).text
    fields = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("version", "key", "seen", "at")}

    old = browser.post(url, data=fields | {"at": (ten - timedelta(hours=1)).isoformat()})
    answer = browser.post(url, data=fields)

    assert "Tao" in page
    assert old.status_code == 409
    assert answer.status_code == 303 and [user.name for user in waiting.visits[-1].crew] == ["Tao"]
    assert db.session.scalar(select(func.count()).select_from(WorkOrder)) == 1
