"""What the reports of a telephone system add up to, in whatever order they come."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.telephony.models import Direction, ReportKind
from helpdesk.telephony.rules import Known, Told, fold, read

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
NEW, ANSWER, HANGUP = ReportKind


def told(kind, **values):
    return Told(kind, "c1", **values)


def after(*reports):
    """What is known once these were heard, ten seconds apart."""
    known = Known()
    for place, report in enumerate(reports):
        known = fold(known, report, AT + timedelta(seconds=10 * place))
    return known


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"event": "newCall", "callId": "7", "direction": "in", "from": "13800001234", "to": "052384001234"},
         Told(NEW, "7", number="13800001234")),
        ({"event": "answer", "call_id": 7, "from": "13800001234", "user": ["Ann", "Bo"]},
         Told(ANSWER, "7", number="13800001234", extension="Ann")),
        ({"event": "answer", "callId": "7", "user": "Ann", "answeringNumber": "8001"},
         Told(ANSWER, "7", extension="8001")),
        ({"event": "hangup", "callId": "7", "cause": "normalClearing"}, Told(HANGUP, "7", cause="normalclearing")),
        ({"event": "newCall", "callId": "7", "direction": "out", "from": "8001", "to": "13800001234"},
         Told(NEW, "7", Direction.OUT, number="13800001234")),
        ({"event": "new_call", "callId": " 7 \u0000\n"}, Told(NEW, "7")),
    ],
)  # fmt: skip
def test_a_report_is_read_in_the_ways_systems_write_it(sent, expected):
    assert read(sent) == expected


@pytest.mark.parametrize(
    "sent",
    [{}, {"event": "newCall"}, {"callId": "7"}, {"event": "dance", "callId": "7"}, {"event": "newCall", "callId": True},
     {"event": ["newCall"], "callId": {"a": 1}}, {"event": None, "callId": []}],
)  # fmt: skip
def test_what_is_no_report_is_none(sent):
    assert read(sent) is None


def test_a_very_long_name_of_a_call_stays_unlike_another():
    one, other = (read({"event": "newCall", "callId": "x" * 100 + end}) for end in "ab")

    assert one.call_id != other.call_id and len(one.call_id) == 64


def test_an_answered_call_has_its_waiting_time():
    known = after(told(NEW), told(ANSWER), told(HANGUP))

    assert known == Known(AT, True, AT + timedelta(seconds=10), AT + timedelta(seconds=20), False)


def test_nobody_answered():
    assert after(told(NEW), told(HANGUP, cause="cancel")).missed


@pytest.mark.parametrize("order", list(permutations((NEW, ANSWER, HANGUP))))
def test_an_answered_call_is_never_missed_in_the_end_and_no_time_is_invented(order):
    known = after(*map(told, order))

    assert known.answered and not known.missed and known.ended_at
    in_order = order.index(NEW) < order.index(ANSWER) < order.index(HANGUP)
    has_wait = known.began_at is not None and known.answered_at is not None
    assert has_wait == in_order


@given(st.lists(st.sampled_from(ReportKind), max_size=8))
def test_reports_that_come_again_change_nothing(kinds):
    reports = [told(kind) for kind in kinds]
    once = after(*reports)

    assert [fold(once, report, AT + timedelta(hours=9)) for report in reports] == [once] * len(reports)


def test_our_own_calls_and_those_that_went_on_elsewhere_are_not_missed():
    assert not after(told(NEW, direction=Direction.OUT), told(HANGUP, direction=Direction.OUT)).missed
    assert not after(told(NEW), told(HANGUP, cause="forwarded")).missed
