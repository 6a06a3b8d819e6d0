"""The day as it stands, as a plan: what is planned by hand is compared and improved like any other plan."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from helpdesk.planning.model import Lunch, Plan, Problem, Route, Stop, Technician, Visit

MINUTE_S = 60


def as_it_stands(problem: Problem) -> Plan:
    """Return the plan that the visits of a problem are in already, with lunch where it delays least.

    It may break rules: two visits at once, nobody on shift. It is what people planned, not what is possible.
    """
    routes = []
    for technician in problem.technicians:
        shifts: dict[int, list[Visit]] = defaultdict(list)
        for visit in problem.visits:
            if visit.planned and technician.id in visit.planned.technicians:
                shifts[_shift_of(technician, visit.planned.start)].append(visit)
        routes.extend(_route(problem, technician, number, visits) for number, visits in sorted(shifts.items()))
    return Plan(tuple(routes))


def clashes(problem: Problem, plan: Plan) -> int:
    """Return how often somebody would have to be at a door before they can be."""
    durations = {visit.id: visit.duration_s or 0 for visit in problem.visits}
    found = 0
    for route in plan.routes:
        stops = [stop for stop in route.stops if stop.visit is not None]
        for one, other in zip(stops, stops[1:], strict=False):
            found += one.start + durations[one.visit] + other.travel_s >= other.start + MINUTE_S
    return found


def _shift_of(technician: Technician, start: int) -> int:
    begun = [number for number, (begins, _until) in enumerate(technician.shifts) if begins <= start]
    return begun[-1] if begun else 0


def _route(problem: Problem, technician: Technician, number: int, visits: Iterable[Visit]) -> Route:
    ways, here, stops = problem.travel[technician.mode], technician.start_place, []
    for visit in sorted(visits, key=lambda visit: visit.planned.start):
        way = ways[here][visit.place] or 0
        start = visit.planned.start
        stops.append(Stop(visit.id, start, start + (visit.duration_s or 0), way))
        here = visit.place
    back = 0 if technician.end_place is None else ways[here][technician.end_place] or 0
    return Route(technician.id, number, tuple(_with_lunch(stops, technician.lunch)), back)


def _with_lunch(stops: Sequence[Stop], lunch: Lunch | None) -> list[Stop]:
    if lunch is None:
        return list(stops)
    places = []
    for at in range(len(stops) + 1):
        start = max(lunch.earliest, stops[at - 1].until if at else 0)
        if start <= lunch.latest:
            after = stops[at] if at < len(stops) else None
            delay = max(0, start + lunch.duration_s + after.travel_s - after.start) if after else 0
            places.append((delay, -at, start))
    if not places:
        return list(stops)
    _delay, at, start = min(places)
    return [*stops[:-at], Stop(None, start, start + lunch.duration_s), *stops[-at:]] if at else [
        Stop(None, start, start + lunch.duration_s), *stops,
    ]  # fmt: skip
