"""Trying a visit in constant time says the same as building the whole line anew."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.planning.evaluate import evaluate, faults
from helpdesk.planning.insertion import first_plan
from helpdesk.planning.line import Line, Unfit
from helpdesk.planning.model import Plan, Unserved
from helpdesk.planning.ready import prepare
from helpdesk.planning.state import State
from helpdesk.planning.tables import Tables
from tests.unit.planning_days import day, days


def filled(problem, reason="full"):
    state = State(Tables(prepare(problem)))
    first_plan(state)
    return state


def finished(state) -> Plan:
    ready = state.tables.ready
    absent = [v.id for n, v in enumerate(ready.visits) if not state.where[n]]
    return Plan(state.plan().routes, tuple(Unserved(visit, "full") for visit in absent))


@settings(max_examples=60, deadline=None)
@given(days, st.randoms(use_true_random=False))
def test_a_visit_fits_where_the_line_built_anew_says_so(problem, chance):
    state = filled(problem)
    tables = state.tables
    served = [node for node, where in enumerate(state.where) if where]
    state.remove(set(chance.sample(served, len(served) // 3)))

    for line in state.lines:
        for node in state.absent:
            quick = {at: (added, start) for added, at, start in line.places_for(node, tables)}
            naive = {}
            for at in range(1, len(line.nodes)):
                try:
                    anew = Line(line.shift, [*line.nodes[:at], node, *line.nodes[at:]], tables)
                except Unfit:
                    continue
                naive[at] = sum(anew.legs) - sum(line.legs), anew.start[at]
            assert quick == naive


@settings(max_examples=60, deadline=None)
@given(days)
def test_the_first_plan_keeps_every_rule_and_costs_what_the_judge_says(problem):
    state = filled(problem)

    assert faults(problem, finished(state)) == []
    assert state.total() == evaluate(problem, finished(state)).total


@settings(max_examples=30, deadline=None)
@given(days, st.randoms(use_true_random=False))
def test_taking_back_leaves_no_trace(problem, chance):
    state = filled(problem)
    before, plan = state.total(), state.plan()
    saved = state.saved()
    served = [node for node, where in enumerate(state.where) if where]
    state.remove(set(chance.sample(served, len(served) // 2)))
    first_plan(state)
    state.restore(saved)

    assert (state.total(), state.plan()) == (before, plan)


@settings(max_examples=30, deadline=None)
@given(days)
def test_a_plan_that_is_read_back_is_the_same(problem):
    plan = finished(filled(problem))
    again = State(Tables(prepare(problem)))
    again.load_plan(plan)

    assert evaluate(problem, finished(again)).total == evaluate(problem, plan).total


@pytest.mark.parametrize("seed", range(3))
def test_what_fits_is_served(seed):
    problem = day(12, 4, seed, reserve=0)

    assert len(filled(problem).absent) <= 3
