"""The search in its own process: it answers, and ends when told, killed or too slow."""

import os
import signal
import subprocess
import sys

import pytest

from helpdesk.planning.runner import Failed, Search
from helpdesk.planning.search import Effort, search
from helpdesk.planning.wire import plan_from_json, problem_from_json, problem_to_json, to_json
from tests.unit.planning_days import day

LONG = Effort(seconds=60, pyvrp=False)


def test_the_process_finds_what_the_same_search_finds_here():
    problem, effort = day(12, 3, 1), Effort(rounds=10, pyvrp=False)

    with Search(problem, None, effort) as running:
        found = running.result()

    assert found == search(problem, None, effort)
    assert plan_from_json(to_json(found.plan)) == found.plan


def test_only_the_process_that_searches_loads_numpy():
    asked = "import sys, helpdesk; print({'numpy', 'pyvrp'} & set(sys.modules))"

    assert subprocess.check_output([sys.executable, "-c", asked], text=True) == "set()\n"


def test_a_problem_survives_the_way_through_json():
    problem = day(12, 3, 2)

    again = problem_from_json(problem_to_json(problem))

    assert (again.visits, again.technicians, again.reserves) == (problem.visits, problem.technicians, problem.reserves)


def test_a_cancelled_search_ends_at_once():
    with Search(day(12, 3, 1), None, LONG) as running:
        running.cancel()
        with pytest.raises(Failed, match="cancelled"):
            running.result()

    assert not running.running


def test_a_killed_search_says_so():
    with Search(day(12, 3, 1), None, LONG) as running:
        os.kill(running.pid, signal.SIGKILL)
        with pytest.raises(Failed, match="broken"):
            running.result()


def test_a_search_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr("helpdesk.planning.runner.GRACE_S", -59.9)
    with Search(day(12, 3, 1), None, LONG) as running, pytest.raises(Failed, match="too_long"):
        running.result()
