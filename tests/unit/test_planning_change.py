"""Offers on the telephone, a technician who drops out, an emergency, and what is different afterwards."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.dispatch.standing import as_it_stands
from helpdesk.planning.change import When, as_planned, emergency, only, release, why_not
from helpdesk.planning.diff import Kind, apply, diff
from helpdesk.planning.evaluate import crews, evaluate, faults
from helpdesk.planning.model import (
    Lock,
    Plan,
    Planned,
    Priority,
    Problem,
    Progress,
    Reason,
    Remedy,
    Reserve,
    Technician,
    Visit,
)
from helpdesk.planning.offers import offers
from helpdesk.planning.ready import has_begun
from helpdesk.planning.search import Effort, search
from tests.unit.planning_days import HOUR, day, days

QUICK = Effort(rounds=15, pyvrp=False)
WAYS = {"walk": ((0, 300, 600), (300, 0, 300), (600, 300, 0))}
ANN = Technician("ann", frozenset({"water"}), ((8 * HOUR, 12 * HOUR),))
TAO = Technician("tao", frozenset({"water", "power"}), ((8 * HOUR, 12 * HOUR),))
MORNING, NOON, DAY = (8 * HOUR, 10 * HOUR), (10 * HOUR, 12 * HOUR), (8 * HOUR, 12 * HOUR)


def tap(number, **more):
    return Visit(number, more.pop("place", 1), more.pop("duration_s", HOUR), skills=frozenset({"water"}), **more)


@settings(max_examples=25, deadline=None)
@given(days)
def test_every_plan_is_feasible_and_costs_what_the_judge_says(problem):
    found = search(problem, None, QUICK)

    assert faults(problem, found.plan) == []
    assert found.cost == evaluate(problem, found.plan)


def test_the_same_seed_gives_the_same_plan():
    problem = day(25, 4, 3)

    assert search(problem, None, Effort(rounds=60, pyvrp=False)) == search(
        problem, None, Effort(rounds=60, pyvrp=False)
    )


def test_pyvrp_keeps_the_rules_too():
    problem = day(25, 4, 7)
    pytest.importorskip("pyvrp")

    found = search(problem, None, Effort(rounds=200))

    assert faults(problem, found.plan) == []
    assert found.cost.total <= search(problem, None, Effort(rounds=0, pyvrp=False)).cost.total


@settings(max_examples=20, deadline=None)
@given(days)
def test_moves_lead_from_one_plan_to_the_other(problem):
    before = search(problem, None, Effort(rounds=0, pyvrp=False)).plan
    after = search(problem, None, Effort(rounds=25, seed=9, pyvrp=False)).plan

    moved = apply(crews(before), diff(before, after))

    assert {v: (s, set(c)) for v, (s, c) in moved.items()} == {v: (s, set(c)) for v, (s, c) in crews(after).items()}


def test_locked_visits_stay():
    problem = day(20, 4, 11)
    plan = search(problem, None, QUICK).plan
    served = crews(plan)

    locked = only(problem, plan, chosen=())
    again = search(locked, plan, QUICK).plan

    assert {v: (s, set(c)) for v, (s, c) in crews(again).items()} == {v: (s, set(c)) for v, (s, c) in served.items()}


def test_only_the_visits_of_who_drops_out_are_handed_out_again():
    problem = day(20, 4, 12, reserve=0)
    plan = search(problem, None, QUICK).plan
    gone = next(technician.id for technician in problem.technicians)
    rest = tuple(replace(t, shifts=()) if t.id == gone else t for t in problem.technicians)

    released = replace(release(problem, plan, gone), technicians=rest)
    after = search(released, plan, QUICK).plan

    before = crews(plan)
    assert faults(released, after) == []
    for visit, (_start, crew) in crews(after).items():
        if visit in before and gone not in before[visit][1]:
            assert set(crew) == set(before[visit][1])


def test_offers_are_ranked_and_leave_the_reserve():
    kept = Reserve("water", (10 * HOUR, 12 * HOUR), 2 * HOUR)
    problem = Problem((ANN,), (tap(1, windows=(MORNING,)),), WAYS)
    plan = search(problem, None, QUICK).plan

    free = offers(problem, plan, tap(2, place=2), [MORNING, NOON])
    kept_free = offers(replace(problem, reserves=(kept,)), plan, tap(2, place=2), [MORNING, NOON])

    assert {offer.window for offer in free} == {MORNING, NOON}
    assert [offer.window for offer in kept_free] == [MORNING]
    assert (free[0].technicians, free[0].before) == (("ann",), 1)


def test_an_emergency_finds_who_is_nearest_and_who_could_stop():
    running = tap(1, progress=Progress.ON_SITE, planned=Planned(("ann",), 8 * HOUR), duration_s=2 * HOUR)
    later = tap(2, place=2, windows=(NOON,))
    problem = Problem((ANN, TAO), (running, later), WAYS, now=9 * HOUR)
    plan = search(problem, None, QUICK).plan

    found = emergency(problem, plan, tap(9, place=2), 9 * HOUR)

    options = {(c.technicians, c.when): c for c in found}
    assert options[("tao",), When.NOW].arrives == 9 * HOUR + 600
    assert options[("ann",), When.AFTER_CURRENT].arrives == 10 * HOUR + 300
    assert options[("ann",), When.INTERRUPTING].arrives == 9 * HOUR + 300
    assert options[("ann",), When.INTERRUPTING].interrupts == 1
    assert all(crews(c.plan)[9][0] == c.arrives for c in found)


def test_an_emergency_leaves_who_is_on_site_although_a_visit_before_it_was_never_begun():
    overdue = tap(1, place=2, planned=Planned(("ann",), 8 * HOUR + 1800), duration_s=1800)
    running = tap(2, progress=Progress.ON_SITE, planned=Planned(("ann",), 9 * HOUR), priority=Priority.FRAILTY)
    problem = Problem((ANN,), (overdue, running), WAYS, now=9 * HOUR + 1860)

    found = emergency(problem, as_it_stands(problem), tap(9, place=2), 9 * HOUR + 1860)

    assert [(c.when, c.arrives) for c in found] == [(When.AFTER_CURRENT, 10 * HOUR + 300)]
    assert crews(found[0].plan)[2] == (9 * HOUR, ("ann",))
    assert 2 not in {move.visit for move in found[0].moves}


def test_an_emergency_somebody_was_sent_to_is_planned_like_any_other():
    running = tap(1, progress=Progress.ON_SITE, planned=Planned(("ann",), 9 * HOUR), priority=Priority.FRAILTY)
    sent = tap(9, place=2, progress=Progress.ON_THE_WAY, planned=Planned(("tao",), 9 * HOUR), lock=Lock.BOTH)
    problem = Problem((ANN, TAO), (running,), WAYS, now=9 * HOUR + 60)

    found = emergency(problem, as_it_stands(problem), sent, 9 * HOUR + 60)

    assert {(c.technicians, c.when, c.arrives) for c in found} == {
        (("tao",), When.NOW, 9 * HOUR + 660), (("ann",), When.AFTER_CURRENT, 10 * HOUR + 300),
    }  # fmt: skip


@pytest.mark.parametrize("pyvrp", [False, True])
def test_no_emergency_is_worth_what_has_begun(pyvrp):
    running = tap(1, progress=Progress.ON_SITE, planned=Planned(("ann",), 9 * HOUR))
    urgent = tap(2, place=2, windows=((9 * HOUR, 9 * HOUR + 900),), priority=Priority.EMERGENCY)
    problem = Problem((ANN,), (running, urgent), WAYS, now=9 * HOUR)

    plan = search(problem, as_it_stands(problem), Effort(rounds=200, pyvrp=pyvrp)).plan

    assert crews(plan) == {1: (9 * HOUR, ("ann",))}


@settings(max_examples=60, deadline=None)
@given(days, st.lists(st.tuples(st.integers(0, 3), st.integers(6 * HOUR, 18 * HOUR)), max_size=8), st.integers(7, 17))
def test_what_has_begun_is_never_dropped_whenever_and_wherever_it_began(problem, begun, hour):
    """Also two at once, outside the shift, behind what was never begun, or by somebody whose shift is over."""
    visits = tuple(
        replace(visit, progress=Progress.ON_SITE, planned=Planned((f"t{begun[n][0]}",), begun[n][1]), crew_size=1)
        if n < len(begun) else visit
        for n, visit in enumerate(problem.visits)
    )  # fmt: skip
    ways = tuple(tuple(way or 120 for way in row) for row in problem.travel["walk"])  # also to the next door
    problem = replace(problem, visits=visits, now=hour * HOUR, travel={"walk": ways, "ebike": ways})
    there = {technician.id for technician in problem.technicians}
    kept = {v.id for v in visits if has_begun(v) and set(v.planned.technicians) <= there}
    standing = as_it_stands(problem)

    after = search(problem, standing, QUICK).plan
    found = emergency(problem, standing, Visit("e", 1, HOUR), hour * HOUR)

    assert faults(problem, after) == [] and kept <= set(crews(after))
    for one in found:
        assert kept - {one.interrupts} <= set(crews(one.plan))
        assert not (kept - {one.interrupts}) & {move.visit for move in one.moves}


@pytest.mark.parametrize(
    ("visit", "reason", "remedy"),
    [
        (tap(1, duration_s=None), Reason.NO_DURATION, Remedy.SET_DURATION),
        (tap(1, place=77), Reason.NO_PLACE, Remedy.SET_PLACE),
        (tap(1, crew_size=0), Reason.BAD_CREW, Remedy.NONE),
        (tap(1, crew_size=3), Reason.CREW_SHORT, Remedy.SECOND_PERSON),
        (Visit(1, 1, HOUR, skills=frozenset({"gas"})), Reason.NO_SKILL, Remedy.FIND_SKILL),
        (tap(1, windows=((6 * HOUR, 7 * HOUR),)), Reason.NO_SHIFT, Remedy.MOVE_WINDOW),
        (tap(1, duration_s=5 * HOUR), Reason.NO_SHIFT, Remedy.EXTEND_SHIFT),
        (tap(1, windows=((5, 4),)), Reason.WINDOW_PAST, Remedy.MOVE_WINDOW),
        (tap(1, lock=Lock.BOTH, planned=Planned(("nobody",), 9 * HOUR)), Reason.LOCK_IMPOSSIBLE, Remedy.RELEASE_LOCK),
    ],
)
def test_nonsense_and_the_impossible_are_explained(visit, reason, remedy):
    plan = search(Problem((ANN, TAO), (visit,), WAYS), None, QUICK).plan

    assert [(u.reason, u.help.remedy) for u in plan.unserved] == [(reason, remedy)]


def test_full_says_by_how_much_and_what_helps():
    visits = tuple(tap(n, windows=(DAY,), duration_s=9000, promised=DAY) for n in range(2))
    problem = Problem((ANN,), visits, WAYS)

    plan = search(problem, None, QUICK).plan

    (unserved,) = plan.unserved
    assert (unserved.reason, unserved.help.remedy, unserved.help.technician) == (
        Reason.FULL,
        Remedy.EXTEND_SHIFT,
        "ann",
    )
    assert unserved.help.overtime_s > 0 and unserved.amount_s > 0
    assert why_not(problem, plan, visits[unserved.visit]).reason is Reason.FULL


def test_locks_that_exclude_each_other_name_each_other():
    both = {"lock": Lock.BOTH, "planned": Planned(("ann",), 9 * HOUR)}
    problem = Problem((ANN,), (tap(1, **both), tap(2, **both)), WAYS)

    (unserved,) = search(problem, None, QUICK).plan.unserved

    assert (unserved.reason, {unserved.visit, unserved.other}) == (Reason.LOCKS_CLASH, {1, 2})


def test_empty_days_and_empty_tables_are_no_error():
    assert search(Problem((), (), {}), None, QUICK).plan.routes == ()
    assert search(Problem((), (tap(1),), {}), None, QUICK).plan.unserved[0].reason is Reason.NO_SKILL
    assert search(Problem((replace(ANN, shifts=((5, 5),)),), (tap(1),), WAYS), None, QUICK).cost.served == 0


def test_as_planned_prices_a_change():
    problem = Problem((ANN, TAO), (tap(1, priority=Priority.NORMAL),), WAYS)
    plan = search(problem, None, QUICK).plan
    who = plan.routes[0].technician if plan.routes[0].stops else plan.routes[1].technician
    other = tuple(t for t in problem.technicians if t.id != who)

    changed = search(replace(as_planned(problem, plan), technicians=other), plan, QUICK)

    assert changed.cost.change == problem.weights.technician
    assert [move.kind for move in diff(plan, changed.plan)] == [Kind.HANDED_OVER]


def test_each_thing_that_helps_has_its_price_and_the_cheapest_stands_first():
    visits = tuple(tap(n, windows=(DAY,), duration_s=9000, promised=DAY) for n in range(2))
    later = tap(2, windows=(DAY, (12 * HOUR, 13 * HOUR)), duration_s=7200, promised=DAY)
    lone = search(Problem((ANN,), visits, WAYS), None, QUICK).plan.unserved[0]
    free = replace(ANN, shifts=((8 * HOUR, 12 * HOUR), (12 * HOUR, 14 * HOUR + 1800)))
    full = Problem((free,), (visits[0], later), WAYS)

    (unserved,) = search(full, None, QUICK).plan.unserved

    assert [(h.remedy, h.overtime_s > 0, h.people) for h in lone.helps] == [
        (Remedy.EXTEND_SHIFT, True, 0), (Remedy.DROP_VISIT, False, 1),
    ]  # fmt: skip
    assert (unserved.help.remedy, unserved.help.window) == (Remedy.NAMED_WINDOW, (12 * HOUR, 13 * HOUR))
    assert unserved.help.people == 1 and unserved.help.points == min(h.points for h in unserved.helps)


def test_a_crew_of_two_leaves_the_reserve_to_emergencies_too():
    kept = Reserve("water", MORNING, 4 * HOUR)  # all that Ann and Tao have
    problem = Problem((ANN, TAO), (), WAYS, reserves=(kept,))
    asked = tap(1, crew_size=2)

    found = offers(problem, Plan(), asked, [MORNING, NOON])
    urgent = offers(problem, Plan(), replace(asked, priority=Priority.EMERGENCY), [MORNING, NOON])

    assert {offer.window for offer in found} == {NOON}
    assert {offer.window for offer in urgent} == {MORNING, NOON}


def test_of_a_crew_whoever_the_reserve_does_not_need_goes_along():
    eve = Technician("eve", frozenset({"power"}), ((8 * HOUR, 12 * HOUR),))
    kept = Reserve("water", MORNING, 2 * HOUR)  # of the four hours of Ann and Tao: one of them may go
    problem = Problem((ANN, TAO, eve), (), WAYS, reserves=(kept,))

    (offer,) = offers(problem, Plan(), tap(1, crew_size=2), [(8 * HOUR, 8 * HOUR + 1800)])

    assert "eve" in offer.technicians and len(offer.technicians) == 2
