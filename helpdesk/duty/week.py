"""A week of the roster as the page shows it: by day and post, with the hours nobody covers and who is on twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from helpdesk.core import clock
from helpdesk.duty.models import Post, Shift
from helpdesk.duty.queries import shifts_between
from helpdesk.duty.rules import WEEK, Span, doubled, gaps, overlap


@dataclass(frozen=True, slots=True)
class Cell:
    """One post on one day. `nobody` and `twice` are cut at midnight; only the hotline must never be empty."""

    post: Post
    shifts: list[Shift]
    nobody: list[Span]
    twice: list[Span]

    @property
    def must_be_filled(self) -> bool:
        return self.post is Post.HOTLINE


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Week:
    monday: date
    days: list[Day]
    shifts: list[Shift]

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def before(self) -> date:
        return self.monday - WEEK

    @property
    def after(self) -> date:
        return self.monday + WEEK

    @property
    def without_hotline(self) -> list[Span]:
        return [span for day in self.days for cell in day.cells if cell.must_be_filled for span in cell.nobody]

    @property
    def at_two_posts(self) -> list[tuple[Shift, Shift]]:
        """Pairs of shifts in which one person is at two posts at once: allowed, and said."""
        by_person: dict[int, list[Shift]] = {}
        for shift in self.shifts:
            by_person.setdefault(shift.user_id, []).append(shift)
        return [
            (one, other)
            for mine in by_person.values()
            for number, one in enumerate(mine)
            for other in mine[number + 1 :]
            if one.post is not other.post and overlap(_span(one), _span(other))
        ]


def week_at(user, estate_id: int, monday: date) -> Week:
    """One query, whatever the week holds. Whose account is disabled stays in the list, and covers nothing."""
    whole = Span(clock.start_of_day(monday), clock.start_of_day(monday + WEEK))
    shifts = shifts_between(user, estate_id, whole)
    days = [_day(monday + timedelta(days=number), shifts) for number in range(7)]
    return Week(monday, days, shifts)


def begins_in(week: Week) -> list[Shift]:
    """The shifts that belong to this week, for filling others: those that begin in it."""
    starts = clock.start_of_day(week.monday)
    return [shift for shift in week.shifts if shift.starts_at >= starts]


def _day(day: date, shifts: Iterable[Shift]) -> Day:
    whole = Span(*clock.day_range(day))
    here = [shift for shift in shifts if overlap(_span(shift), whole)]
    return Day(day, [_cell(post, [shift for shift in here if shift.post is post], whole) for post in Post])


def _cell(post: Post, shifts: list[Shift], whole: Span) -> Cell:
    on = [shift for shift in shifts if shift.user.active]
    cut = {shift: Span(max(shift.starts_at, whole.starts_at), min(shift.ends_at, whole.ends_at)) for shift in on}
    positions = {shift.position for shift in on}
    twice = [span for at in positions for span in doubled(cut[shift] for shift in on if shift.position == at)]
    return Cell(post, shifts, gaps(cut.values(), whole), sorted(twice))


def _span(shift: Shift) -> Span:
    return Span(shift.starts_at, shift.ends_at)
