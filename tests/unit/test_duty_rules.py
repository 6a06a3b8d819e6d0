"""The arithmetic of the roster: hours without anybody, two at once, parts of a shift, patterns."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core import clock
from helpdesk.duty.rules import (
    WEEK,
    Pattern,
    Span,
    Turn,
    doubled,
    gaps,
    laid_out,
    merged,
    overlap,
    pieces,
    week_of,
)
from helpdesk.handover.rules import age_on, cut, is_turn, out_of_office

MIDNIGHT = datetime(2026, 3, 1, 16, tzinfo=UTC)  # Monday, 2 March, in Shanghai
DAY = timedelta(days=1)
CHANGES = (time(8), time(14), time(20))
hours = st.integers(0, 24)
spans = st.lists(
    st.tuples(hours, hours).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: span(*pair)), max_size=8
)


def span(start, end) -> Span:
    return Span(MIDNIGHT + timedelta(hours=start), MIDNIGHT + timedelta(hours=end))


def covered(found) -> list[int]:
    """How many of the spans cover each hour of the day."""
    whole = [MIDNIGHT + timedelta(hours=hour) for hour in range(24)]
    return [sum(one.starts_at <= moment < one.ends_at for one in found) for moment in whole]


@pytest.mark.parametrize(
    ("on", "nobody"),
    [
        ([], [(0, 24)]),
        ([(0, 24)], []),
        ([(0, 8), (8, 24)], []),  # what follows at once leaves no gap
        ([(2, 8), (14, 20)], [(0, 2), (8, 14), (20, 24)]),
        ([(0, 20), (3, 5)], [(20, 24)]),  # a short shift within a long one
    ],
)
def test_hours_without_anybody(on, nobody):
    assert gaps([span(*one) for one in on], span(0, 24)) == [span(*one) for one in nobody]


@pytest.mark.parametrize(
    ("on", "twice"),
    [
        ([(0, 8), (8, 24)], []),
        ([(0, 8), (7, 24)], [(7, 8)]),
        ([(0, 20), (3, 5), (4, 6)], [(3, 6)]),
    ],
)
def test_hours_with_two_at_once(on, twice):
    assert doubled(span(*one) for one in on) == [span(*one) for one in twice]


@given(spans)
def test_every_hour_is_a_gap_or_covered(on):
    counts, nobody = covered(on), covered(gaps(on, span(0, 24)))

    assert [hour for hour in range(24) if nobody[hour]] == [hour for hour in range(24) if not counts[hour]]
    assert [bool(twice) for twice in covered(doubled(on))] == [count > 1 for count in counts]
    assert [bool(once) for once in covered(merged(on))] == [count > 0 for count in counts]


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ((20, 24), (None, None)),
        ((20, 22), (None, (22, 24))),
        ((22, 24), ((20, 22), None)),
        ((21, 22), ((20, 21), (22, 24))),
    ],
)
def test_what_is_left_of_a_shift_when_somebody_takes_a_part(part, left):
    assert pieces(span(20, 24), span(*part)) == tuple(one and span(*one) for one in left)


@pytest.mark.parametrize("part", [(19, 22), (21, 25), (22, 22), (23, 22)])
def test_a_stand_in_lies_within_the_shift(part):
    with pytest.raises(ValueError, match="not a part"):
        pieces(span(20, 24), span(*part))


def test_shifts_that_only_touch_do_not_overlap():
    assert not overlap(span(0, 8), span(8, 16))
    assert overlap(span(0, 9), span(8, 16))


def test_three_shifts_cover_every_hour_of_their_weeks():
    turns = laid_out(Pattern.THREE_SHIFTS, date(2026, 3, 2), weeks=2, people=3, changes=CHANGES, rotates=False)

    begins = clock.from_local(datetime(2026, 3, 2, 8))
    assert len(turns) == 42
    assert turns[:3] == [
        Turn(0, Span(begins, begins + timedelta(hours=6))),
        Turn(1, Span(begins + timedelta(hours=6), begins + timedelta(hours=12))),
        Turn(2, Span(begins + timedelta(hours=12), begins + DAY)),
    ]
    assert gaps([turn.span for turn in turns], Span(begins, begins + 2 * WEEK)) == []
    assert doubled(turn.span for turn in turns) == []


def test_with_rotation_everybody_moves_one_shift_on_each_week():
    turns = laid_out(Pattern.THREE_SHIFTS, date(2026, 3, 2), weeks=3, people=3, changes=CHANGES, rotates=True)

    assert [[turn.person for turn in turns[week * 21 : week * 21 + 3]] for week in range(3)] == [
        [0, 1, 2], [2, 0, 1], [1, 2, 0],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "people"), [(Pattern.DAY_EACH, [0, 1, 2] * 4 + [0, 1]), (Pattern.WEEK_EACH, [0, 1])]
)
def test_people_take_turns_by_day_or_week(pattern, people):
    turns = laid_out(pattern, date(2026, 3, 2), weeks=2, people=3, changes=CHANGES, rotates=False)

    begins = clock.from_local(datetime(2026, 3, 2, 8))
    assert [turn.person for turn in turns] == people
    assert gaps([turn.span for turn in turns], Span(begins, begins + 2 * WEEK)) == []


@pytest.mark.parametrize(("day", "monday"), [((2026, 3, 2), (2026, 3, 2)), ((2026, 3, 8), (2026, 3, 2))])
def test_a_week_begins_on_monday(day, monday):
    assert week_of(date(*day)) == date(*monday)


def test_the_night_begins_when_the_office_closes():
    since, until = out_of_office(date(2026, 3, 2))

    assert clock.local(since).replace(tzinfo=None) == datetime(2026, 3, 1, 17, 30)
    assert clock.local(until).replace(tzinfo=None) == datetime(2026, 3, 2, 12)


@given(st.integers(1, 10**9))
def test_everybody_is_rung_once_a_week(person_id):
    week = [date(2026, 3, 2) + timedelta(days=number) for number in range(7)]

    assert sum(is_turn(person_id, day) for day in week) == 1


def test_an_age_is_the_one_reached_this_year():
    assert age_on(1946, date(2026, 1, 1)) == 80


@pytest.mark.parametrize(("count", "shown", "left"), [(0, 0, 0), (5, 5, 0), (6, 4, 2)])
def test_a_list_that_is_too_long_says_how_many_are_left_out(count, shown, left):
    rows, more = cut(list(range(count)), 5)

    assert (len(rows), more) == (shown, left)
