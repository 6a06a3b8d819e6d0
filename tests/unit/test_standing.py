"""The day as people planned it, as a plan, and a plan that leaves everybody the time they know."""

from dataclasses import replace

from helpdesk.dispatch.standing import as_it_stands, as_little_moved, clashes
from helpdesk.planning.evaluate import crews
from helpdesk.planning.model import Lunch, Plan, Planned, Problem, Route, Stop, Technician, Visit
from tests.unit.planning_days import HOUR

WAYS = {"walk": ((0, 300), (300, 0))}
ANN = Technician("ann", shifts=((8 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR)))


def door(number, start, **more):
    return Visit(number, 1, HOUR, planned=Planned(("ann",), start), **more)


def test_every_planned_visit_stands_in_its_shift_in_order_of_time():
    problem = Problem((ANN,), (door(2, 14 * HOUR), door(1, 9 * HOUR), Visit(3, 1, HOUR)), WAYS)

    plan = as_it_stands(problem)

    assert [(r.shift, [s.visit for s in r.stops]) for r in plan.routes] == [(0, [1]), (1, [2])]
    assert plan.routes[0].stops == (Stop(1, 9 * HOUR, 10 * HOUR, 300),)


def test_two_doors_at_once_are_one_clash_and_a_minute_is_none():
    at_once = Problem((ANN,), (door(1, 9 * HOUR), door(2, 9 * HOUR + 1800)), WAYS)
    tight = Problem((ANN,), (door(1, 9 * HOUR), door(2, 10 * HOUR + 30)), WAYS)

    assert [clashes(one, as_it_stands(one)) for one in (at_once, tight)] == [1, 0]


def test_lunch_is_put_where_it_delays_least():
    eater = replace(ANN, shifts=((8 * HOUR, 17 * HOUR),), lunch=Lunch(11 * HOUR, 13 * HOUR, HOUR))
    problem = Problem((eater,), (door(1, 10 * HOUR), door(2, 13 * HOUR)), WAYS)

    (route,) = as_it_stands(problem).routes

    assert [stop.visit for stop in route.stops] == [1, None, 2] and route.stops[1].start == 11 * HOUR


def test_whoever_keeps_their_people_keeps_the_time_they_know_if_it_fits():
    problem = Problem((ANN,), (door(1, 9 * HOUR), door(2, 10 * HOUR + 600)), WAYS)
    first, second = Stop(1, 8 * HOUR + 300, 9 * HOUR + 300, 300), Stop(2, 9 * HOUR + 300, 10 * HOUR + 300)
    early = Plan((Route("ann", 0, (first, second)),))

    kept = as_little_moved(problem, as_it_stands(problem), early)

    assert {visit: start for visit, (start, _crew) in crews(kept).items()} == {1: 9 * HOUR, 2: 10 * HOUR + 600}
