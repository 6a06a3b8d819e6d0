"""A day with something to plan: two technicians, visits planned badly, an order that waits."""

from datetime import timedelta

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dayplans.actions import ask_plan, begin_run, end_run, fail_plan
from helpdesk.dayplans.answer import keep_answer
from helpdesk.dayplans.question import question
from helpdesk.planning.search import Effort, search
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.technicians.actions import report_sick
from helpdesk.technicians.models import TechnicianSkill
from helpdesk.technicians.queries import absences_within, technicians_of

QUICK = Effort(rounds=60, pyvrp=False)


def can_do(estate, user, *skills, level=2):
    """Skills for a technician; to be added inside `writing()`."""
    return [TechnicianSkill(estate_id=estate.id, user_id=user.id, skill=skill, level=level) for skill in skills]


def an_order(place, category, *, actor, now, **more):
    return open_work_order(
        place=place, category=category, urgency=category.urgency, summary="It drips", actor=actor, now=now, **more
    )  # fmt: skip


def a_visit(place, category, crew, *, at, actor, now, promised=None, **more):
    order = an_order(place, category, actor=actor, now=now, **more)
    return schedule_visit(order, crew=crew, planned_at=at, promised=promised, actor=actor, now=now)


def away(user, day, *, estate, actor, now):
    """Somebody is not there on a whole day, if that is not noted yet; inside `writing()`."""
    if not absences_within(user.id, *clock.day_range(day)):
        report_sick(user, spell=clock.day_range(day), estate_id=estate.id, actor=actor, now=now)


def a_plan(estate, day, *, actor, now, asked=None):
    """A plan that waits for a decision, made here and not in a process."""
    with writing():
        plan = ask_plan(estate_id=estate.id, day=day, asked=asked or {}, actor=actor, now=now)
    found_for = question(actor, estate.id, day, asked or {}, now)
    found = search(found_for.problem, found_for.standing, QUICK)
    with writing():
        begin_run(plan, run="here", now=now)
        keep_answer(plan, found_for, found)
        end_run(plan, now=now)
    return plan


def something_of_everything(desk, estate, place, category, now) -> list[int]:
    """A plan to be decided, one that has begun, one that failed, and one for somebody who is away."""
    day = clock.local_date(now) + timedelta(days=1)
    nine = clock.start_of_day(day) + timedelta(hours=9)
    with writing():
        people = technicians_of(estate.id)
        visit = a_visit(place, category("DRAIN_BLOCK"), people[:1], at=nine, actor=desk, now=now)
        an_order(place, category("POWER_OUT_HOME"), actor=desk, now=now)
        away(people[0], day, estate=estate, actor=desk, now=now)
    gone = a_plan(estate, day, actor=desk, now=now, asked={"away": people[0].id})
    with writing():
        failed = ask_plan(estate_id=estate.id, day=day + timedelta(days=1), asked={}, actor=desk, now=now)
        fail_plan(failed, fault="nobody_there", now=now)
        begun = ask_plan(estate_id=estate.id, day=day + timedelta(days=2), asked={}, actor=desk, now=now)
        begin_run(begun, run="here", now=now)
        db.session.add_all(can_do(estate, people[0], visit.work_order.category.skill))
    ready = a_plan(estate, day, actor=desk, now=now)
    return [ready.id, begun.id, failed.id, gone.id]
