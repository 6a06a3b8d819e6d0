"""Problems and plans as JSON: lists in the order of the fields, so that ids stay what they were."""

from dataclasses import fields

from helpdesk.planning.model import (
    Cost,
    Help,
    Lock,
    Lunch,
    Plan,
    Planned,
    Priority,
    Problem,
    Progress,
    Reason,
    Remedy,
    Reserve,
    Route,
    Stop,
    Technician,
    Unserved,
    Visit,
    Weights,
)


def to_json(value):
    """Return any of our values as what `json.dumps` takes."""
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return [to_json(getattr(value, field.name)) for field in fields(value)]
    return value


def problem_to_json(problem: Problem) -> dict:
    """Return a problem as JSON. Travel tables are large and plain already."""
    return {
        "technicians": to_json(problem.technicians),
        "visits": to_json(problem.visits),
        "travel": {mode: [list(row) for row in table] for mode, table in problem.travel.items()},
        "reserves": to_json(problem.reserves),
        "weights": to_json(problem.weights),
        "now": problem.now,
        "day": problem.day,
    }


def problem_from_json(given: dict) -> Problem:
    """Return the problem that `problem_to_json` was given."""
    (*weights,) = given["weights"]
    weights[1] = tuple(weights[1])
    return Problem(
        tuple(_technician(*row) for row in given["technicians"]),
        tuple(_visit(*row) for row in given["visits"]),
        given["travel"],
        tuple(Reserve(skill, tuple(period), seconds) for skill, period, seconds in given["reserves"]),
        Weights(*weights),
        given["now"],
        given["day"],
    )


def _technician(id, skills, shifts, lunch, *rest) -> Technician:
    return Technician(id, frozenset(skills), _pairs(shifts), Lunch(*lunch) if lunch else None, *rest)


def _visit(id, place, duration, windows, skills, crew, priority, lock, planned, promised, progress, load) -> Visit:
    return Visit(
        id,
        place,
        duration,
        _pairs(windows),
        frozenset(skills),
        crew,
        Priority(priority),
        Lock(lock),
        Planned(tuple(planned[0]), planned[1]) if planned else None,
        tuple(promised) if promised else None,
        Progress(progress),
        load,
    )


def _pairs(rows) -> tuple:
    return tuple((first, last) for first, last in rows)


def plan_from_json(given: list) -> Plan:
    """Return the plan that `to_json` was given."""
    routes, unserved = given
    return Plan(
        tuple(Route(who, shift, tuple(Stop(*stop) for stop in stops), back) for who, shift, stops, back in routes),
        tuple(_unserved(*row) for row in unserved),
    )


def _unserved(visit, reason, amount, other, helps) -> Unserved:
    return Unserved(visit, Reason(reason), amount, other, tuple(_help(*row) for row in helps))


def _help(remedy, technician, window, *rest) -> Help:
    return Help(Remedy(remedy), technician, tuple(window) if window else None, *rest)


def cost_from_json(given: list) -> Cost:
    """Return the cost that `to_json` was given."""
    return Cost(*given)
