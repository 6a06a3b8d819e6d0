"""What people do about plans of a day: ask for one, call it off, accept it whole or in part, or leave it."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.audit.kinds import Code
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.dayplans.models import DayPlan
from helpdesk.dayplans.question import to_hand_out
from helpdesk.dayplans.states import UNDER_WAY, PlanStatus, move
from helpdesk.dayplans.taking import check_no_overlap, is_stale, take
from helpdesk.dispatch.day import day_sheet
from helpdesk.technicians.actions import report_sick
from helpdesk.technicians.queries import absences_within
from helpdesk.technicians.rules import Spell, without

FURTHEST = timedelta(days=60)


def ask_plan(*, estate_id: int, day: date, asked: dict, actor: User, now: datetime) -> DayPlan:
    """Let the planner look at a day. `asked` says which orders (`orders`, ids) or who is away (`away`, an id).

    Refused for a day that is over or far away; Conflict while somebody's plan of the same day is being made.
    """
    require(actor, Permission.DISPATCH, estate_id)
    today = clock.local_date(now)
    if not today <= day <= today + FURTHEST:
        raise Refused(_("Choose today or a day of the next two months."), field="day")
    running = select(DayPlan).where(DayPlan.estate_id == estate_id, DayPlan.day == day, DayPlan.status.in_(UNDER_WAY))
    if db.session.scalar(running.limit(1)):
        raise Conflict(_("A plan of this day is being made just now. Wait for it, or cancel it first."))
    plan = DayPlan(
        estate_id=estate_id, day=day, asked=asked, asked_by=actor, asked_at=now, status=PlanStatus.QUEUED, version=0,
        progress={"seen_at": now.isoformat(), "tries": 1},
    )  # fmt: skip
    db.session.add(plan)
    record("plan.asked", plan, actor=actor, now=now, topics=plan.topics, orders=len(asked.get("orders", ())))
    return plan


def take_sick_call(
    user: User, *, day: date, spell: Spell, estate_id: int, actor: User, now: datetime
) -> DayPlan | None:  # fmt: skip
    """Somebody rang in sick for a day or half of it: they are away, and a plan is asked of who takes their visits.

    What is noted of the time already stays. None if no visit is affected. Refused for a time that is over.
    """
    require(actor, Permission.DISPATCH, estate_id)
    starts_at, ends_at = max(now, spell[0]), spell[1]
    if ends_at <= now:
        raise Refused(_("This time is over. Choose today or a later day."), field="day")
    noted = [(gap.starts_at, gap.ends_at) for gap in absences_within(user.id, starts_at, ends_at)]
    for gap in without([(starts_at, ends_at)], noted):
        report_sick(user, spell=gap, estate_id=estate_id, actor=actor, now=now)
    if not to_hand_out(day_sheet(actor, estate_id, day), user.id, now):
        return None
    return ask_plan(estate_id=estate_id, day=day, asked={"away": user.id}, actor=actor, now=now)


def plan_again(plan: DayPlan, *, actor: User, now: datetime) -> DayPlan:
    """Ask the same of the day as it is now; a plan that waits for somebody to decide is left."""
    if plan.status is PlanStatus.READY:
        dismiss_plan(plan, actor=actor, now=now)
    return ask_plan(estate_id=plan.estate_id, day=plan.day, asked=plan.asked, actor=actor, now=now)


def cancel_plan(plan: DayPlan, *, actor: User, now: datetime) -> None:
    """Stop looking for a plan. Conflict once it is there."""
    require(actor, Permission.DISPATCH, plan.estate_id)
    move(plan, PlanStatus.CANCELLED)
    plan.ended_at = now
    record("plan.cancelled", plan, actor=actor, now=now, topics=plan.topics)


def dismiss_plan(plan: DayPlan, *, actor: User, now: datetime) -> None:
    """Take nothing of a plan. Conflict unless it waits for a decision."""
    require(actor, Permission.DISPATCH, plan.estate_id)
    move(plan, PlanStatus.DISMISSED)
    plan.ended_at = now
    record("plan.dismissed", plan, actor=actor, now=now, topics=plan.topics)


def accept_plan(plan: DayPlan, *, chosen: Collection[int], actor: User, now: datetime) -> bool:
    """Do what a plan says for the chosen orders, all or nothing; who was told otherwise is to be rung.

    False, and the plan is stale, if what it was made from has changed: nothing of it happens then. Refused for no
    changes, or for some that only fit together with others.
    """
    require(actor, Permission.DISPATCH, plan.estate_id)
    taken = [change for change in plan.changes if change.work_order_id in chosen]
    if not taken:
        raise Refused(_("Tick at least one change, or leave the plan."))
    if plan.status is not PlanStatus.READY:
        move(plan, PlanStatus.ACCEPTED)  # says why it cannot be
    if is_stale(plan, taken, actor, now):
        move(plan, PlanStatus.STALE)
        plan.ended_at = now
        record("plan.stale", plan, actor=actor, now=now, topics=plan.topics)
        return False
    check_no_overlap(plan, taken, actor)
    calls = [owed for change in taken if (owed := take(change, actor=actor, now=now))]
    move(plan, PlanStatus.ACCEPTED)
    plan.ended_at = now
    record(
        "plan.accepted", plan, actor=actor, now=now, topics=plan.topics, taken=len(taken),
        left=len(plan.changes) - len(taken), call_backs=len(calls),
    )  # fmt: skip
    return True


def begin_run(plan: DayPlan, *, run: str, now: datetime) -> None:
    """A runner begins with a plan. Conflict if it is no longer waiting for one."""
    move(plan, PlanStatus.RUNNING)
    plan.progress = {**plan.progress, "done": 0, "run": run, "seen_at": now.isoformat()}


def end_run(plan: DayPlan, *, now: datetime) -> None:
    """A plan is there, with its rows, and waits for somebody to decide."""
    move(plan, PlanStatus.READY)
    db.session.flush()
    record(
        "plan.ready", plan, actor=None, now=now, topics=plan.topics, changes=len(plan.changes),
        unserved=len(plan.unserved),
    )  # fmt: skip


def fail_plan(plan: DayPlan, *, fault: str, now: datetime) -> None:
    """A plan came to nothing; `fault` is a code of why."""
    move(plan, PlanStatus.FAILED)
    plan.fault, plan.ended_at = fault, now
    record("plan.failed", plan, actor=None, now=now, topics=plan.topics, fault=Code(fault))


def queue_again(plan: DayPlan, *, now: datetime) -> None:
    """The runner of a plan died: another begins from the start."""
    if plan.status is PlanStatus.RUNNING:
        move(plan, PlanStatus.QUEUED)
    plan.progress = {"seen_at": now.isoformat(), "tries": plan.progress.get("tries", 1) + 1}
