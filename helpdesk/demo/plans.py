"""Plans of a day in the demonstration: one made yesterday evening and taken, and one for tomorrow that waits."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.dayplans.actions import ask_plan, begin_run, end_run
from helpdesk.dayplans.answer import Reason, keep_answer
from helpdesk.dayplans.question import question
from helpdesk.dayplans.states import PlanStatus
from helpdesk.demo.desk import Order, Visit
from helpdesk.demo.staff import Staff
from helpdesk.demo.stage import MINUTE, Scene, Stage
from helpdesk.demo.stories import at_local
from helpdesk.planning.search import Effort, search

MADE_AT, TAKEN_AFTER = time(19, 35), timedelta(minutes=4)
SAVED_WAY = 11  # minutes
QUICK = Effort(rounds=40, pyvrp=False)  # rounds, not seconds: the same plan on every machine


@dataclass(slots=True)
class Taken:
    """What yesterday's plan moved, while today's rounds are told."""

    moves: list[tuple[Order, Visit, datetime, datetime]] = field(default_factory=list)

    def move(self, stage: Stage, order: Order, visit: Visit, to_at: datetime) -> None:
        self.moves.append((order, visit, visit.planned_at, to_at))
        actor, at = decided_by(stage.staff), made_at(stage) + TAKEN_AFTER
        stage.desk.replan(order, visit, at, planned_at=to_at, actor=actor)


def made_at(stage: Stage) -> datetime:
    return at_local(stage.now, MADE_AT, -1)


def decided_by(staff: Staff) -> int:
    return staff.operators[1]


def taken(stage: Stage, plan: Taken) -> Scene:
    """Told when everything it moved has been told."""
    return made_at(stage), lambda: _taken(stage, plan)


def _taken(stage: Stage, plan: Taken) -> None:
    rows, journal, estate_id = stage.desk.rows, stage.desk.journal, stage.desk.estate_id
    asked_at, day, actor = made_at(stage), clock.local_date(stage.now), decided_by(stage.staff)
    number, topics, moved = rows.next_id("day_plan"), [f"orders:{estate_id}"], len(plan.moves)
    ready_at, taken_at = asked_at + MINUTE / 6, asked_at + TAKEN_AFTER
    figures = {"served": 14, "travel_minutes": 58, "late": 0, "clashes": 0}
    rows.add(
        "day_plan", id=number, estate_id=estate_id, day=day, status=PlanStatus.ACCEPTED, asked={}, asked_by_id=actor,
        asked_at=asked_at, base={}, engine="", progress={"seen_at": ready_at.isoformat(), "tries": 1, "done": 1},
        costs={"before": figures, "after": figures | {"travel_minutes": figures["travel_minutes"] - SAVED_WAY}},
        ended_at=taken_at, fault="", version=3,
    )  # fmt: skip
    for order, visit, from_at, to_at in plan.moves:
        rows.add(
            "plan_change", id=rows.next_id("plan_change"), plan_id=number, work_order_id=order.id, visit_id=visit.id,
            visit_digest="", from_crew=visit.crew, from_at=from_at, to_crew=visit.crew, to_at=to_at,
            why=[Reason.BEFORE], taken_at=taken_at,
        )  # fmt: skip
    for at, by, kind, data in (
        (asked_at, actor, "plan.asked", {"orders": 0}),
        (ready_at, None, "plan.ready", {"changes": moved, "unserved": 0}),
        (taken_at, actor, "plan.accepted", {"taken": moved, "left": 0, "call_backs": 0}),
    ):
        journal.note(at, by, kind, "day_plan", number, topics, data)


def propose(estate_id: int, staff: Staff, now: datetime) -> None:
    """Let the planner look at the next day on which there is something to do; the plan waits for a decision."""
    actor = db.session.scalars(select(User).where(User.id == decided_by(staff))).one()
    for ahead in range(1, 4):
        if _proposed(estate_id, clock.local_date(now) + timedelta(days=ahead), actor, now):
            return


def _proposed(estate_id: int, day: date, actor: User, now: datetime) -> bool:
    asked = question(actor, estate_id, day, {}, now)
    if not asked.problem.visits or not any(one.shifts for one in asked.problem.technicians):
        return False
    plan = ask_plan(estate_id=estate_id, day=day, asked={}, actor=actor, now=now)
    begin_run(plan, run="demo", now=now)
    keep_answer(plan, asked, search(asked.problem, asked.standing, QUICK))
    end_run(plan, now=now)
    return True
