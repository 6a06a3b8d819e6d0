"""How well promises were kept, on plain records."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from helpdesk.dispatch.figures import Share, figures_of
from helpdesk.repairs.states import VisitStatus

NINE = datetime(2026, 3, 2, 1, tzinfo=UTC)


def visit(*, arrived=None, left=None, departed=None, promised=True, crew=1, status=VisitStatus.DONE):
    def at(minutes):
        return None if minutes is None else NINE + timedelta(minutes=minutes)

    return SimpleNamespace(
        promised_from=NINE if promised else None, promised_until=at(60) if promised else None, arrived_at=at(arrived),
        ended_at=at(left), departed_at=at(departed), crew=[object()] * crew, status=status,
    )  # fmt: skip


def order(*visits, reopened=0):
    return SimpleNamespace(visits=list(visits), reopened=reopened)


def test_too_early_and_too_late_are_not_in_the_window_and_unknown_is_left_out():
    visits = [visit(arrived=0), visit(arrived=60), visit(arrived=61), visit(arrived=-1), visit()]

    assert figures_of(visits, [], worked=timedelta()).on_time == Share(2, 4, 1)


def test_a_second_visit_or_a_reopening_is_no_first_time_fix():
    called_off = visit(status=VisitStatus.CANCELLED)
    orders = [order(visit()), order(called_off, visit()), order(visit(), visit()), order(visit(), reopened=1)]

    assert figures_of([], orders, worked=timedelta()).first_time == Share(2, 4)


def test_travel_is_a_share_of_travel_and_work_and_forgotten_taps_do_not_count():
    visits = [visit(departed=-10, arrived=0, left=30), visit(departed=-600, arrived=0, left=30)]

    assert figures_of(visits, [], worked=timedelta()).travel == Share(10, 70, 1)


def test_working_time_used_counts_every_head():
    visits = [visit(arrived=0, left=30, crew=2), visit(arrived=0)]

    assert figures_of(visits, [], worked=timedelta(hours=2)).used == Share(60, 120, 1)


def test_of_nothing_there_is_no_percentage():
    assert Share(0, 0).percent is None
    assert Share(1, 3).percent == 33
