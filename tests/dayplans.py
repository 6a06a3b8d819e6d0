"""A day with something to plan: two technicians, visits planned badly, an order that waits."""

from datetime import timedelta

from helpdesk.core.transactions import writing
from helpdesk.dayplans.actions import ask_plan, begin_run, end_run
from helpdesk.dayplans.answer import keep_answer
from helpdesk.dayplans.question import question
from helpdesk.planning.search import Effort, search
from helpdesk.repairs.actions import open_work_order, schedule_visit
from helpdesk.technicians.models import TechnicianSkill

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


TOMORROW = timedelta(days=1)
