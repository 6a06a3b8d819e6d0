"""Changes of a day that is under way: who is priced to stay, who may move, and where an emergency goes."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from helpdesk.planning.diff import Move, diff
from helpdesk.planning.evaluate import crews, evaluate
from helpdesk.planning.insertion import first_plan, insert_all
from helpdesk.planning.model import (
    Cost,
    Id,
    Lock,
    Plan,
    Planned,
    Priority,
    Problem,
    Progress,
    Technician,
    Unserved,
    Visit,
)
from helpdesk.planning.ready import Ready, has_begun, prepare, with_visit
from helpdesk.planning.reasons import reason
from helpdesk.planning.remedies import remedy
from helpdesk.planning.state import State
from helpdesk.planning.tables import Tables


def as_planned(problem: Problem, plan: Plan) -> Problem:
    """Return the problem in which every visit is planned as the plan has it, so that each change has its price."""
    served = crews(plan)

    def settle(visit: Visit) -> Visit:
        if has_begun(visit) or visit.id not in served:
            return visit
        start, technicians = served[visit.id]
        return replace(visit, planned=Planned(technicians, start))

    return replace(problem, visits=tuple(settle(visit) for visit in problem.visits))


def only(problem: Problem, plan: Plan, chosen: Collection[Id]) -> Problem:
    """Return the problem in which only the chosen visits are planned anew; of the others, what is in the plan stays."""
    served = crews(plan)
    visits = []
    for visit in as_planned(problem, plan).visits:
        if visit.id in chosen:
            visits.append(visit)
        elif visit.id in served:
            visits.append(visit if has_begun(visit) else replace(visit, lock=Lock.BOTH))
    return replace(problem, visits=tuple(visits))


def release(problem: Problem, plan: Plan, technician: Id, handed_out: Collection[Id] | None = None) -> Problem:
    """Return the problem in which only this technician's visits are handed out again; the others keep their people.

    Of theirs, `handed_out` are those, None is all. Their order may change, at its price. Whether the technician still
    works is said by their shifts in the problem.
    """
    visits = []
    for visit in as_planned(problem, plan).visits:
        mine = visit.planned and technician in visit.planned.technicians
        if mine and not has_begun(visit) and (handed_out is None or visit.id in handed_out):
            stays = Lock.NONE if visit.lock in (Lock.TECHNICIAN, Lock.NONE) else Lock.WINDOW
            visits.append(replace(visit, lock=Lock.TIME if visit.lock is Lock.TIME else stays))
        elif visit.planned and visit.lock in (Lock.NONE, Lock.WINDOW) and not has_begun(visit):
            visits.append(replace(visit, lock=Lock.TECHNICIAN))
        else:
            visits.append(visit)
    return replace(problem, visits=tuple(visits))


def why_not(problem: Problem, plan: Plan, visit: Visit) -> Unserved | None:
    """Return why a visit does not fit into the plan as it stands, and what would help; None if it fits."""
    state = _state(_with(problem, visit), plan)
    node = state.tables.ready.numbers[visit.id]
    insert_all(state, [node] if node in state.absent else [])
    return None if state.where[node] else remedy(state, reason(state, node))


class When(StrEnum):
    """When somebody sets out for an emergency."""

    NOW = "now"
    AFTER_CURRENT = "after_current"
    INTERRUPTING = "interrupting"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could take an emergency: when they arrive, what they leave, and whom it moves."""

    technicians: tuple[Id, ...]
    arrives: int
    when: When
    interrupts: Id | None
    moves: tuple[Move, ...]
    plan: Plan
    cost: Cost


def emergency(problem: Problem, plan: Plan, visit: Visit, now: int) -> list[Candidate]:
    """Return who could go to an emergency, the best for the whole day first. Empty if nobody can: see `why_not`.

    Running work is interrupted only if it is neither an emergency nor of somebody frail. Each candidate carries the
    whole plan with it, so that what is shown is what is done.
    """
    urgent = replace(
        visit, priority=Priority.EMERGENCY, windows=visit.windows or ((now, 30 * 3600),), lock=Lock.NONE, planned=None,
        progress=Progress.NOT_STARTED,  # whoever was sent to it at once may not be the one who goes
    )  # fmt: skip
    base = replace(_with(as_planned(problem, plan), urgent), now=now)
    ready, found = prepare(base), []
    for technician in problem.technicians:
        if not urgent.skills <= technician.skills:
            continue
        found.extend(_going(ready, plan, urgent, technician, None))
        if running := _interruptible(base, technician, now):
            rest = prepare(_interrupted(base, running, technician, now))
            found.extend(_going(rest, plan, urgent, technician, running))
    return sorted(found, key=lambda candidate: (candidate.cost.total, candidate.arrives))


def _with(problem: Problem, visit: Visit) -> Problem:
    return replace(problem, visits=(*(other for other in problem.visits if other.id != visit.id), visit))


def _state(problem: Problem, plan: Plan) -> State:
    state = State(Tables(prepare(problem)))
    state.load_plan(plan)
    return state


def _interruptible(problem: Problem, technician: Technician, now: int) -> Visit | None:
    for visit in problem.visits:
        if has_begun(visit) and technician.id in visit.planned.technicians and len(visit.planned.technicians) == 1:
            running = visit.planned.start + (visit.duration_s or 0) > now
            if running and visit.priority in (Priority.NORMAL, Priority.OVERDUE):
                return visit
    return None


def _interrupted(problem: Problem, running: Visit, technician: Technician, now: int) -> Problem:
    """Return the problem in which the running visit is finished later by the same person, who sets out from there."""
    done = max(0, now - running.planned.start) if running.progress is Progress.ON_SITE else 0
    rest = replace(
        running,
        progress=Progress.NOT_STARTED,
        lock=Lock.TECHNICIAN,
        windows=(),
        promised=None,
        duration_s=max(300, (running.duration_s or 0) - done),
        planned=Planned(running.planned.technicians, max(now, running.planned.start)),
    )
    place = running.place if running.progress is Progress.ON_SITE else technician.start_place
    moved = replace(technician, start_place=place)
    people = tuple(moved if other.id == technician.id else other for other in problem.technicians)
    return replace(_with(problem, rest), technicians=people)


def _going(
    whole: Ready, plan: Plan, urgent: Visit, technician: Technician, interrupts: Visit | None
) -> Iterator[Candidate]:
    """Yield the plan in which this technician goes as soon as can be, and what is pushed out finds another place."""
    locked = replace(urgent, lock=Lock.TECHNICIAN, planned=Planned((technician.id,), whole.problem.now))
    alone = urgent.crew_size == 1
    state = State(Tables(with_visit(whole, locked) if alone else whole))
    state.load_plan(plan)
    ready = state.tables.ready
    node = ready.numbers[urgent.id]
    begun = {number for number, visit in enumerate(ready.visits) if has_begun(visit)}
    mine = [n for n, shift in enumerate(ready.shifts) if shift.technician.id == technician.id]
    pushed = {v for n in mine for v in state.lines[n].nodes if v >= 0 and v not in begun}
    state.remove(pushed | ({node} if state.where[node] else set()))
    insert_all(state, [node])
    if not state.where[node] or not set(state.where[node]) & set(mine):
        return
    first = state.lines[state.where[node][0]]
    start = first.start[first.nodes.index(node)]
    state.bind(node, start)  # nobody is put before it
    insert_all(state, sorted(pushed, key=lambda v: _planned_start(ready.visits[v])))
    first_plan(state)
    line = state.lines[state.where[node][0]]
    arrives = line.start[line.nodes.index(node)]
    after = state.plan()
    busy = not interrupts and any(v in begun for n in mine for v in state.lines[n].nodes)
    when = When.INTERRUPTING if interrupts else When.AFTER_CURRENT if busy else When.NOW
    stays = {urgent.id, *(ready.visits[number].id for number in begun)}
    moves = tuple(m for m in diff(plan, after) if m.visit in ready.numbers and m.visit not in stays)
    crew = crews(after)[urgent.id][1]
    cost = evaluate(whole.problem, after, whole)
    yield Candidate(crew, arrives, when, interrupts and interrupts.id, moves, after, cost)


def _planned_start(visit: Visit) -> int:
    return visit.planned.start if visit.planned else 10**9
