"""What the planner found, as rows that people read: who, when and why; who is not served, and what would help."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.dayplans.models import DayPlan, PlanChange, Unserved
from helpdesk.dayplans.question import Question
from helpdesk.dispatch.standing import as_little_moved, clashes
from helpdesk.planning.diff import Kind, Move, diff
from helpdesk.planning.evaluate import crews, evaluate
from helpdesk.planning.model import Help, Plan, Visit
from helpdesk.planning.model import Reason as Never
from helpdesk.planning.ready import has_begun
from helpdesk.planning.search import Found

DAY_S = 86_400
NEVER_HELPED = (Never.NO_DURATION, Never.NO_PLACE, Never.BAD_CREW)  # by another day
LEAST_MOVE_S = 60  # what is less shows as the same time


class Reason(StrEnum):
    """Why a plan changes a visit, as far as the two days show it."""

    NEW = "new_visit"
    GONE = "technician_gone"
    SKILL = "skill_missing"
    PROMISE = "promise_kept"
    CLASH = "clash_gone"
    LESS_WAY = "less_way"
    BEFORE = "before_it"  # what comes before it changed


@dataclass(frozen=True)
class Figures:
    """A day in plain figures. `late` begin after what was promised, or not that day; `clashes`: two doors at once."""

    served: int
    travel_minutes: int
    late: int
    clashes: int


def keep_answer(plan: DayPlan, asked: Question, found: Found) -> None:
    """Add the rows of a plan: every change, everybody not served, and the day before and after in figures."""
    before, after = asked.standing, as_little_moved(asked.problem, asked.standing, found.plan)
    known = {visit.id: visit for visit in asked.problem.visits}
    for move in diff(before, after):
        if _counts(move, asked) and move.kind is not Kind.DROPPED and not has_begun(known[move.visit]):
            db.session.add(_change(plan, asked, move, known[move.visit], after))
    for one in after.unserved:
        if not has_begun(known[one.visit]) and _asked_for(plan, asked, one.visit):
            db.session.add(_unserved(plan, asked, one))
    plan.base = asked.base
    plan.costs = {"before": asdict(figures(asked, before)), "after": asdict(figures(asked, after))}


def figures(asked: Question, plan: Plan) -> Figures:
    """What the one evaluator, and the clock, say of a plan."""
    cost = evaluate(asked.problem, plan)
    served, late = crews(plan), 0
    for visit in asked.problem.visits:
        until = asked.known[visit.id].until
        begins_at = asked.moment(served[visit.id][0] if visit.id in served else DAY_S)
        late += until is not None and begins_at > until
    return Figures(cost.served, cost.travel_s // 60, late, clashes(asked.problem, plan))


def _counts(move: Move, asked: Question) -> bool:
    """Tell whether a change is one that people would see."""
    same_crew = set(move.technicians_before) == set(move.technicians_after)
    if not same_crew or move.start_before is None or move.start_after is None:
        return True
    shown = [f"{clock.local(asked.moment(at)):%H:%M}" for at in (move.start_before, move.start_after)]
    return shown[0] != shown[1] and abs(move.start_after - move.start_before) >= LEAST_MOVE_S


def _asked_for(plan: DayPlan, asked: Question, one) -> bool:
    chosen = plan.asked.get("orders")
    return not chosen or asked.known[one].order_id in chosen


def _change(plan: DayPlan, asked: Question, move: Move, visit: Visit, after: Plan) -> PlanChange:
    known = asked.known[move.visit]
    return PlanChange(
        plan=plan, work_order_id=known.order_id, visit_id=known.visit_id, visit_digest=known.digest,
        from_crew=sorted(move.technicians_before), from_at=known.planned_at,
        to_crew=sorted(move.technicians_after), to_at=asked.moment(move.start_after),
        why=[str(why) for why in _why(asked, move, visit)],
    )  # fmt: skip


def _why(asked: Question, move: Move, visit: Visit) -> list[Reason]:
    """The causes that can be seen, the strongest first; the way is one only if nothing else is."""
    if move.kind is Kind.ADDED:
        return [Reason.NEW]
    people = {one.id: one for one in asked.problem.technicians}
    had = [people[one] for one in move.technicians_before if one in people]
    others = set(move.technicians_before) != set(move.technicians_after)
    found = []
    start, end = move.start_before, move.start_before + (visit.duration_s or 0)
    if others and not any(a <= start and end <= b for one in had for a, b in one.shifts):
        found.append(Reason.GONE)
    elif others and not any(visit.skills <= one.skills for one in had):
        found.append(Reason.SKILL)
    if visit.promised and not _inside(start, visit.promised) and _inside(move.start_after, visit.promised):
        found.append(Reason.PROMISE)
    if _clashed(asked, visit.id):
        found.append(Reason.CLASH)
    return found or [Reason.LESS_WAY if others else Reason.BEFORE]


def _inside(start: int, window: tuple[int, int]) -> bool:
    return window[0] <= start <= window[1]


def _clashed(asked: Question, one) -> bool:
    """Tell whether somebody of its crew would have had to be somewhere else at that time."""
    durations = {visit.id: visit.duration_s or 0 for visit in asked.problem.visits}
    for route in asked.standing.routes:
        stops = [stop for stop in route.stops if stop.visit is not None]
        for first, second in zip(stops, stops[1:], strict=False):
            if one in (first.visit, second.visit) and first.start + durations[first.visit] > second.start:
                return True
    return False


def _unserved(plan: DayPlan, asked: Question, one) -> Unserved:
    known = asked.known[one.visit]
    other = asked.known[one.other].order_id if one.other in asked.known else None
    return Unserved(
        plan=plan, work_order_id=known.order_id, visit_id=known.visit_id,
        reason={"code": str(one.reason), "minutes": _minutes(one.amount_s), "other": other},
        remedy=_remedy(asked, one, known.order_id),
    )  # fmt: skip


def _remedy(asked: Question, one, order: int) -> dict:
    """The cheapest that helps, and as `others` whatever helps, too; the day after where the work can be done at all."""
    then = asked.next_day.help_for(order) if one.reason not in NEVER_HELPED else None
    found = [help for help in (*one.helps, then) if help]
    first, *rest = sorted(found, key=lambda help: help.points) or [one.help]
    return {**_help(asked, first), "others": [_help(asked, help) for help in rest]}


def _help(asked: Question, help: Help) -> dict:
    """With a window that begins on another day than the plan's, the planner means the day after."""
    window = help.window and [asked.moment(at).isoformat() for at in (help.window[0], help.window[1] + 1)]
    other = asked.known[help.other].order_id if help.other in asked.known else None
    return {
        "code": str(help.remedy), "technician": help.technician, "window": window, "other": other,
        "minutes": _minutes(help.overtime_s), "people": help.people,
    }  # fmt: skip


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)
