"""The one judge of plans: what a plan costs, and which hard rules it breaks. Slow, plain, and trusted.

It looks at the finished plan only and shares nothing with the search but `ready.py`, which says what each visit allows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from helpdesk.planning.model import Cost, Id, Plan, Priority, Problem, Route, Visit, Window
from helpdesk.planning.ready import Ready, Shift, has_begun, prepare


class Broken(StrEnum):
    """The hard rules."""

    UNKNOWN = "unknown"  # names a visit, technician or shift that is not in the problem
    SHIFT = "shift"
    TRAVEL = "travel"  # begins before one can be there
    DURATION = "duration"
    WINDOW = "window"
    SKILL = "skill"
    CREW = "crew"  # not as many as needed, or not together
    LOCK = "lock"
    LUNCH = "lunch"
    CAPACITY = "capacity"
    TWICE = "twice"
    FORGOTTEN = "forgotten"  # neither served nor named as unserved


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule, and where."""

    rule: Broken
    technician: Id | None = None
    visit: Id | None = None


def evaluate(problem: Problem, plan: Plan, ready: Ready | None = None) -> Cost:
    """Return what the plan costs. The lower total is the better plan, if neither has faults.

    `ready` spares whoever compares many plans of one problem to have it made ready each time.
    """
    weights = problem.weights
    served = crews(plan)
    ready = ready or prepare(problem)
    changes = promises = waiting = unserved = 0
    for visit in problem.visits:
        if visit.id not in served:
            unserved += unserved_points(problem, visit)
            continue
        start, technicians = served[visit.id]
        changes += change_points(problem, visit, technicians, start)
        if visit.promised and not visit.promised[0] <= start <= visit.promised[1]:
            promises += weights.promise
        if visit.priority is Priority.EMERGENCY:
            waiting += weights.emergency_second * max(0, start - ready.since(visit.id))
    travel_s = sum(stop.travel_s for route in plan.routes for stop in route.stops) + sum(r.back_s for r in plan.routes)
    return Cost(
        unserved=unserved,
        travel=weights.travel * travel_s,
        change=changes,
        promise=promises,
        waiting=waiting,
        reserve=weights.reserve_second * sum(reserve_short(problem, plan, ready)),
        served=len(served),
        travel_s=travel_s,
    )


def crews(plan: Plan) -> dict[Id, tuple[int, tuple[Id, ...]]]:
    """Return for each served visit when it begins and who goes."""
    found: dict[Id, tuple[int, tuple[Id, ...]]] = {}
    for route in plan.routes:
        for stop in route.stops:
            if stop.visit is not None:
                start, technicians = found.get(stop.visit, (stop.start, ()))
                found[stop.visit] = (start, (*technicians, route.technician))
    return found


def unserved_points(problem: Problem, visit: Visit) -> int:
    """What it costs not to serve this visit."""
    weights = problem.weights
    points = weights.unserved[visit.priority] + weights.unserved_second * max(0, visit.duration_s or 0)
    if visit.planned:
        points += weights.dropped
    return points + (weights.lock_broken if visit.lock != "none" or visit.progress != "not_started" else 0)


def change_points(problem: Problem, visit: Visit, technicians: tuple[Id, ...], start: int) -> int:
    """What it costs to serve a planned visit by others, or at another time."""
    if not visit.planned or has_begun(visit):
        return 0
    weights = problem.weights
    others = len(set(technicians) - set(visit.planned.technicians))
    moved = max(0, abs(start - visit.planned.start) - weights.move_free_s)
    return weights.technician * others + weights.move_second * moved


def reserve_short(problem: Problem, plan: Plan, ready: Ready | None = None) -> list[int]:
    """Return for each reserve by how many seconds it is short."""
    ready = ready or prepare(problem)
    routes = {(route.technician, route.shift): route for route in plan.routes}
    short = []
    for reserve in problem.reserves:
        free = sum(
            free_seconds(shift, routes.get((shift.technician.id, shift.number)), reserve.period)
            for shift in ready.shifts
            if reserve.skill in shift.technician.skills
        )
        short.append(max(0, reserve.seconds - free))
    return short


def free_seconds(shift: Shift, route: Route | None, period: Window) -> int:
    """Return how much of a period a shift has neither way nor work nor lunch. The way back is not counted as busy."""
    free = overlap((shift.start, shift.until), period)
    for stop in route.stops if route else ():
        free -= overlap((max(shift.start, stop.start - stop.travel_s), stop.until), period)
    return free


def overlap(one: Window, other: Window) -> int:
    """Return for how many seconds two spans overlap."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def faults(problem: Problem, plan: Plan) -> list[Fault]:
    """Return every hard rule that the plan breaks."""
    ready = prepare(problem)
    found = []
    shifts = {(shift.technician.id, shift.number): shift for shift in ready.shifts}
    for route in plan.routes:
        shift = shifts.get((route.technician, route.shift))
        if not shift:
            found.append(Fault(Broken.UNKNOWN, route.technician))
            continue
        found.extend(Fault(rule, route.technician, visit) for rule, visit in _route_faults(ready, shift, route))
    return found + list(_crew_faults(problem, ready, plan))


def _route_faults(ready: Ready, shift: Shift, route: Route) -> Iterator[tuple[Broken, Id | None]]:
    place, free_at, load, lunches = shift.start_place, shift.start, 0, 0
    for stop in route.stops:
        if stop.visit is None:
            lunches += 1
            yield from _lunch_faults(shift, stop, free_at)
        elif (number := ready.numbers.get(stop.visit)) is None:
            yield Broken.UNKNOWN, stop.visit
        else:
            there = ready.visits[number].place
            way = ready.seconds(shift, place, there)
            if way is None or stop.travel_s != way or stop.start < free_at + way:
                yield Broken.TRAVEL, stop.visit
            if stop.until - stop.start != ready.visits[number].duration_s:
                yield Broken.DURATION, stop.visit
            place, load = there, load + ready.visits[number].load
        free_at = stop.until
    back = ready.seconds(shift, place, shift.end_place)
    if back is None or back != route.back_s or free_at + back > shift.until:
        yield Broken.SHIFT, None
    if lunches != (1 if shift.lunch else 0):
        yield Broken.LUNCH, None
    if shift.technician.capacity is not None and load > shift.technician.capacity:
        yield Broken.CAPACITY, None


def _lunch_faults(shift: Shift, stop, free_at: int) -> Iterator[tuple[Broken, None]]:
    lunch = shift.lunch
    if not lunch or not lunch.earliest <= stop.start <= lunch.latest:
        yield Broken.LUNCH, None
    elif stop.start < free_at or stop.until - stop.start != lunch.duration_s or stop.travel_s:
        yield Broken.LUNCH, None


def _crew_faults(problem: Problem, ready: Ready, plan: Plan) -> Iterator[Fault]:
    times = defaultdict(set)
    for route in plan.routes:
        for stop in route.stops:
            times[stop.visit].add(stop.start)
    named = Counter(unserved.visit for unserved in plan.unserved)
    served = crews(plan)
    for number, visit in enumerate(ready.visits):
        if visit.id not in served:
            if named[visit.id] != 1:
                yield Fault(Broken.FORGOTTEN, visit=visit.id)
            continue
        start, technicians = served[visit.id]
        if named[visit.id] or len(set(technicians)) != len(technicians):
            yield Fault(Broken.TWICE, visit=visit.id)
        if len(technicians) != visit.crew_size or len(times[visit.id]) != 1:
            yield Fault(Broken.CREW, visit=visit.id)
        if not any(first <= start <= last for first, last in ready.windows[number]):
            yield Fault(Broken.WINDOW, visit=visit.id)
        if not any(visit.skills <= ready.technicians[who].skills for who in technicians):
            yield Fault(Broken.SKILL, visit=visit.id)
        crew = ready.crew_locked(number)
        if crew and set(technicians) != set(crew):
            yield Fault(Broken.LOCK, visit=visit.id)
