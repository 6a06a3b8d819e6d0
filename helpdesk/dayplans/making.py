"""Making a plan, in a process of its own: `flask dayplans run ID`, started by the page or by the worker.

The search itself runs in yet another process, which knows no database and can be ended at any moment. What it found is
kept in one transaction; until then nothing but its progress is written, and nothing of the day changes.
"""

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from helpdesk.core import processes
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dayplans.actions import begin_run, end_run, fail_plan, queue_again
from helpdesk.dayplans.answer import keep_answer
from helpdesk.dayplans.models import DayPlan
from helpdesk.dayplans.question import Question, question
from helpdesk.dayplans.states import UNDER_WAY, PlanStatus
from helpdesk.planning.runner import Failed, Search
from helpdesk.planning.search import Effort, Found

LOOK_S = 0.5
LEAST_S, MOST_S, EACH_S = 2.0, 10.0, 0.06  # of searching; for each visit
SILENT = timedelta(seconds=20)  # without a sign of life: the runner was killed
TRIES = 2

Now = Callable[[], datetime]


def run(plan_id: int, now: Now) -> None:
    """Make a plan that waits for a runner; does nothing if another runner was faster."""
    mine = secrets.token_hex(8)
    with writing():
        plan = db.session.get(DayPlan, plan_id)
        if plan is None or plan.status is not PlanStatus.QUEUED:
            return
        begin_run(plan, run=mine, now=now())
    try:
        asked = _asked(plan_id, now())
        fault = _cannot(asked)
        found = None if fault else _searched(plan_id, mine, asked, now)
    except Failed as failed:
        fault, found = failed.why, None
    except BaseException:
        db.session.rollback()
        _end(plan_id, mine, None, None, "broken", now())
        raise
    _end(plan_id, mine, asked if found else None, found, fault, now())


def tend_plans(now: datetime) -> None:
    """Begin what nobody began and what a runner that died left; the worker calls it. Never waits for a search."""
    due = [plan.id for plan in db.session.scalars(_under_way()) if _is_silent(plan, now)]
    db.session.rollback()
    for plan_id in due:
        if _try_again(plan_id, now):
            start(plan_id)


def start(plan_id: int) -> None:
    """Let a process of its own make a plan."""
    processes.start("dayplans", "run", str(plan_id))


def _try_again(plan_id: int, now: datetime) -> bool:
    with writing():
        plan = db.session.get(DayPlan, plan_id)
        if plan.status not in UNDER_WAY or not _is_silent(plan, now):
            return False
        if plan.progress.get("tries", 1) >= TRIES:
            fail_plan(plan, fault="runner_died", now=now)
            return False
        queue_again(plan, now=now)
    return True


def _under_way():
    return select(DayPlan).where(DayPlan.status.in_(UNDER_WAY)).order_by(DayPlan.id)


def _is_silent(plan: DayPlan, now: datetime) -> bool:
    seen_at = datetime.fromisoformat(plan.progress["seen_at"])
    return not timedelta(0) <= now - seen_at <= SILENT


def _asked(plan_id: int, now: datetime) -> Question:
    plan = db.session.get_one(DayPlan, plan_id)
    return question(plan.asked_by, plan.estate_id, plan.day, plan.asked, now)


def _cannot(asked: Question) -> str:
    """Why there is nothing to search for, as a code; nothing if there is."""
    if not asked.problem.visits:
        return "no_visits"
    return "" if any(one.shifts for one in asked.problem.technicians) else "nobody_there"


def _searched(plan_id: int, mine: str, asked: Question, now: Now) -> Found | None:
    """Search, and say how far it is; None once somebody cancelled it, or the plan is another runner's."""
    seconds = min(MOST_S, max(LEAST_S, EACH_S * len(asked.problem.visits)))
    waiting = threading.Event()
    with Search(asked.problem, asked.standing, Effort(seconds=seconds)) as search:
        while search.running:
            if not _told(plan_id, mine, search.done, now()):
                return None
            waiting.wait(LOOK_S)
        return search.result()


def _told(plan_id: int, mine: str, done: float, now: datetime) -> bool:
    with suppress(OperationalError), writing():  # a busy database delays only what is shown
        plan = db.session.get(DayPlan, plan_id)
        if not _is_ours(plan, mine):
            return False
        plan.progress = {**plan.progress, "done": done, "seen_at": now.isoformat()}
    return True


def _is_ours(plan: DayPlan, mine: str) -> bool:
    return plan.status is PlanStatus.RUNNING and plan.progress.get("run") == mine


def _end(
    plan_id: int, mine: str, asked: Question | None, found: Found | None, fault: str | None, now: datetime
) -> None:
    """Keep what was found, or why nothing was; nothing at all for a plan that is no longer ours."""
    with writing():
        plan = db.session.get(DayPlan, plan_id)
        if not _is_ours(plan, mine):
            return
        if found:
            keep_answer(plan, asked, found)
            end_run(plan, now=now)
        elif fault:
            fail_plan(plan, fault=fault, now=now)
