"""The day as it stands, as a plan: what is planned by hand is compared and improved like any other plan."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from helpdesk.planning.evaluate import crews
from helpdesk.planning.model import Lunch, Plan, Problem, Route, Stop, Technician, Visit
from helpdesk.planning.ready import has_begun, shift_of

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
                shifts[shift_of(technician, visit.planned.start)].append(visit)
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


def as_little_moved(problem: Problem, before: Plan, after: Plan) -> Plan:
    """Return a plan in which whoever keeps their people keeps their time, too, where everything behind it still fits.

    A search begins everything as early as it can; residents would rather have the time they know.
    """
    known = crews(before)
    return replace(after, routes=tuple(_kept_times(problem, known, route) for route in after.routes))


def _kept_times(problem: Problem, known: dict, route: Route) -> Route:
    """Return a route with the known times, or as it was if one stop would then be late."""
    visits = {visit.id: visit for visit in problem.visits}
    technician = next(one for one in problem.technicians if one.id == route.technician)
    stops, free_at = [], 0
    for stop in route.stops:
        start = max(stop.start, free_at + stop.travel_s, _known_start(known, stop, route.technician))
        if not _may_begin(visits.get(stop.visit), stop, start, technician.lunch):
            return route
        free_at = start + stop.until - stop.start
        stops.append(Stop(stop.visit, start, free_at, stop.travel_s))
    late = stops and technician.shifts and free_at + route.back_s > technician.shifts[route.shift][1]
    return route if late else replace(route, stops=tuple(stops))


def _known_start(known: dict, stop: Stop, technician) -> int:
    start, crew = known.get(stop.visit, (0, ()))
    return start if crew == (technician,) else 0


def _may_begin(visit: Visit | None, stop: Stop, start: int, lunch: Lunch | None) -> bool:
    if start == stop.start:
        return True
    if visit is None:
        return lunch is not None and start <= lunch.latest
    if visit.crew_size > 1 or has_begun(visit):
        return False
    return not visit.windows or any(first <= start <= last for first, last in visit.windows)
