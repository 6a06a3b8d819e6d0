"""OR-Tools' routing solver on one of our days, for comparison only. Crews stay at the moment insertion gave them."""

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from helpdesk.planning.line import LUNCH
from helpdesk.planning.state import State

HORIZON = 86_400


def improve(state: State, seconds: float) -> bool:
    """Let OR-Tools plan from nothing and take its plan, if our lines can hold it."""
    tables, ready = state.tables, state.tables.ready
    jobs = [(n, None) for n, reason in enumerate(ready.reasons) if reason is None and tables.alone[n]]
    jobs += [(n, line) for n in state.pins for line in state.where[n]]
    count, lines = len(jobs), len(ready.shifts)
    starts = list(range(count, count + lines))
    manager = pywrapcp.RoutingIndexManager(count + lines, lines, starts, starts)
    routing = pywrapcp.RoutingModel(manager)
    place = [tables.place[n] for n, _line in jobs] + [shift.start_place for shift in ready.shifts]
    work = [tables.duration[n] for n, _line in jobs] + [0] * lines
    ways, times = [], []
    for shift in ready.shifts:
        cost = [[shift.out[a][b] for b in place] for a in place]
        ways.append(routing.RegisterTransitMatrix(cost))
        times.append(routing.RegisterTransitMatrix([[w + work[a] for w in row] for a, row in enumerate(cost)]))
        routing.SetArcCostEvaluatorOfVehicle(ways[-1], len(ways) - 1)
    routing.AddDimensionWithVehicleTransits(times, HORIZON, HORIZON, False, "time")
    clock = routing.GetDimensionOrDie("time")
    for number, (node, only) in enumerate(jobs):
        _job(state, routing, clock, manager.NodeToIndex(number), node, only)
    for number, shift in enumerate(ready.shifts):
        for end in (routing.Start(number), routing.End(number)):
            clock.CumulVar(end).SetRange(shift.start, shift.until)
        _lunch(routing, clock, manager, number, shift, work)
    asked = pywrapcp.DefaultRoutingSearchParameters()
    asked.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    asked.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    asked.time_limit.FromMilliseconds(int(seconds * 1000))
    solution = routing.SolveWithParameters(asked)
    return bool(solution) and state.adopt(_orders(state, routing, manager, solution, clock, jobs))


def _job(state: State, routing, clock, index: int, node: int, only: int | None) -> None:
    tables = state.tables
    windows = tables.windows[node]
    time = clock.CumulVar(index)
    time.SetRange(max(0, windows[0][0]), min(HORIZON, windows[-1][1]))
    for (_a, end), (begin, _b) in zip(windows, windows[1:], strict=False):
        time.RemoveInterval(end + 1, begin - 1)
    if only is None:
        routing.AddDisjunction([index], tables.penalty[node])
    routing.VehicleVar(index).SetValues([-1, *(tables.ready.leads[node] if only is None else [only])])
    if only is not None:
        routing.VehicleVar(index).SetValue(only)


def _lunch(routing, clock, manager, number: int, shift, work: list[int]) -> None:
    if shift.lunch:
        solver = routing.solver()
        name = f"lunch {number}"
        lunch = solver.FixedDurationIntervalVar(
            shift.lunch.earliest, shift.lunch.latest, shift.lunch.duration_s, False, name
        )
        clock.SetBreakIntervalsOfVehicle([lunch], number, [*work, *[0] * routing.vehicles()])


def _orders(state: State, routing, manager, solution, clock, jobs) -> dict[int, list[int]]:
    held = solution.IntervalVarContainer()
    found = [held.Element(number) for number in range(held.Size())]
    breaks = {each.Var().Name(): each.StartValue() for each in found if each.PerformedValue()}
    orders = {}
    for number, line in enumerate(state.lines):
        index, stops = solution.Value(routing.NextVar(routing.Start(number))), []
        while not routing.IsEnd(index):
            stops.append((solution.Min(clock.CumulVar(index)), jobs[manager.IndexToNode(index)][0]))
            index = solution.Value(routing.NextVar(index))
        if line.shift.lunch:
            stops.append((breaks.get(f"lunch {number}", line.shift.lunch.earliest), LUNCH))
        orders[number] = [node for _time, node in sorted(stops)]
    return orders
