"""Which moves a work order and a visit may make, as tables."""

from types import SimpleNamespace

import pytest

from helpdesk.core.errors import Conflict
from helpdesk.repairs.states import ENDS, NEXT, NEXT_OF_VISIT, STILL_TO_DO, Status, VisitStatus, move, move_visit

S, V = Status, VisitStatus
MOVES = {
    S.REPORTED: {S.ASSIGNED, S.ON_HOLD, S.CANCELLED},
    S.ASSIGNED: {S.ASSIGNED, S.IN_PROGRESS, S.ON_HOLD, S.DONE, S.CANCELLED},
    S.IN_PROGRESS: {S.ASSIGNED, S.IN_PROGRESS, S.ON_HOLD, S.DONE},
    S.ON_HOLD: {S.ASSIGNED, S.ON_HOLD, S.CANCELLED},
    S.DONE: {S.ASSIGNED, S.CLOSED},
    S.CLOSED: {S.ASSIGNED},
    S.CANCELLED: set(),
}
ANY_END = {V.DONE, V.NOBODY_HOME, V.FAILED, V.CANCELLED}
MOVES_OF_VISIT = {
    V.PLANNED: {V.ACCEPTED, V.ON_THE_WAY, V.ON_SITE} | ANY_END,
    V.ACCEPTED: {V.PLANNED, V.ON_THE_WAY, V.ON_SITE} | ANY_END,
    V.ON_THE_WAY: {V.PLANNED, V.ON_SITE} | ANY_END,
    V.ON_SITE: ANY_END,
    **{end: set() for end in ANY_END},
}


@pytest.fixture(autouse=True)
def words(monkeypatch):
    """The sentences of a refusal need a request to know the reader's language; here the codes will do."""
    monkeypatch.setattr("helpdesk.repairs.states.word", str)
    monkeypatch.setattr("helpdesk.repairs.states._", lambda sentence, **named: sentence % named)


@pytest.mark.proves("AC-08")
@pytest.mark.parametrize("to", S)
@pytest.mark.parametrize("old", S)
def test_a_work_order_moves_only_as_the_table_says(old, to):
    work_order = SimpleNamespace(status=old)

    if to in MOVES[old]:
        assert move(work_order, to) is old
        assert work_order.status is to
    else:
        with pytest.raises(Conflict):
            move(work_order, to)
        assert work_order.status is old


@pytest.mark.proves("AC-08")
@pytest.mark.parametrize("to", V)
@pytest.mark.parametrize("old", V)
def test_a_visit_moves_only_as_the_table_says(old, to):
    visit = SimpleNamespace(status=old)

    if to in MOVES_OF_VISIT[old]:
        assert move_visit(visit, to) is old
        assert visit.status is to
    else:
        with pytest.raises(Conflict):
            move_visit(visit, to)
        assert visit.status is old


def test_both_tables_name_every_status_and_every_visit_comes_to_an_end():
    assert set(NEXT) == set(S)
    assert set(NEXT_OF_VISIT) == set(V) == ENDS | set(STILL_TO_DO)
