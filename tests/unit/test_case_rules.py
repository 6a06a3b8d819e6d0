"""Which promise a case is given, what a date on a sheet means, how a reply stands, and which moves are allowed."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest

from helpdesk.cases import lists
from helpdesk.cases.lists import Asked, Group
from helpdesk.cases.models import CaseKind
from helpdesk.cases.rules import Level, due_of, level_of, standing_of
from helpdesk.cases.states import NEXT, CaseStatus, move
from helpdesk.core.errors import Conflict
from helpdesk.repairs.deadlines import Standing

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "is_complex", "level"),
    [
        (CaseKind.COMPLAINT, False, Level.COMPLAINT),
        (CaseKind.COMPLAINT, True, Level.COMPLEX),
        (CaseKind.HELP, False, Level.COMPLAINT),
        (CaseKind.WAIVER_ENQUIRY, False, Level.COMPLEX),
        (CaseKind.CASE_12345, False, Level.SHEET),
        (CaseKind.COMMUNITY_SHEET, True, Level.SHEET),
    ],
)
def test_each_kind_is_promised_by_its_row_of_the_service_levels(kind, is_complex, level):
    assert level_of(kind, is_complex=is_complex) is level


@pytest.mark.parametrize(
    ("day", "at", "moment"),
    [
        (date(2026, 3, 5), None, datetime(2026, 3, 5, 9, 30, tzinfo=UTC)),  # 17:30 in Shanghai
        (date(2026, 3, 5), time(12), datetime(2026, 3, 5, 4, 0, tzinfo=UTC)),
        (date(2026, 3, 5), time(0), datetime(2026, 3, 4, 16, 0, tzinfo=UTC)),
    ],
)
def test_a_date_on_a_sheet_means_the_end_of_that_day_unless_a_time_stands_there(day, at, moment):
    assert due_of(day, at) == moment


@pytest.mark.parametrize(
    ("kind", "now", "standing"),
    [
        (CaseKind.COMPLAINT, NOON, Standing.ON_TIME),
        (CaseKind.COMPLAINT, NOON + 19 * HOUR, Standing.AT_RISK),  # in the last quarter of 24 hours
        (CaseKind.COMPLAINT, NOON + 24 * HOUR, Standing.AT_RISK),  # its own moment is still in time
        (CaseKind.COMPLAINT, NOON + 24 * HOUR + timedelta(seconds=1), Standing.LATE),
        (CaseKind.CASE_12345, NOON, Standing.AT_RISK),  # a sheet from the day before
    ],
)
def test_a_reply_is_at_risk_and_then_late(kind, now, standing):
    case = SimpleNamespace(kind=kind, counted_from=NOON, reply_by=NOON + 24 * HOUR)

    assert standing_of(case, now) is standing


def test_a_sheet_that_came_after_its_date_is_late_at_once():
    case = SimpleNamespace(kind=CaseKind.CASE_12345, counted_from=NOON, reply_by=NOON - 24 * HOUR)

    assert standing_of(case, NOON) is Standing.LATE


@pytest.mark.proves("AC-08")
@pytest.mark.parametrize("old", CaseStatus)
@pytest.mark.parametrize("new", CaseStatus)
def test_only_the_moves_of_the_table_are_made(old, new, app):
    case = SimpleNamespace(status=old)

    if new in NEXT[old]:
        assert (move(case, new), case.status) == (old, new)
    else:
        with pytest.raises(Conflict):
            move(case, new)
        assert case.status is old


def test_nothing_is_closed_that_was_not_answered():
    assert [old for old, after in NEXT.items() if CaseStatus.CLOSED in after] == [CaseStatus.ANSWERED]


@pytest.mark.parametrize(
    "args", [{"group": "x", "kind": "y", "after": "z"}, {"after": "9" * 16 + "~1"}, {"after": "1~0"}, {"words": "\x00"}]
)
def test_what_is_not_known_in_an_address_is_passed_over(args):
    assert lists.read(args) == Asked()


def test_a_filter_comes_back_from_its_own_address():
    asked = Asked(group=Group.LATE, kind=CaseKind.COMPLAINT, words="门", after=(NOON, 7))

    assert lists.read(asked.query(after=asked.after)) == asked
