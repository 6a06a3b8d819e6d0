"""Which times can be offered on the telephone: each really fits, with who would come and what it costs the day.

The day is read and made ready once for each local date; nothing is kept between two calls, so nothing can be stale.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from helpdesk.core import clock
from helpdesk.dispatch.day import DaySheet, building_of, day_sheets
from helpdesk.dispatch.problem import EMERGENCIES, problem_of, seconds, skill_named
from helpdesk.dispatch.standing import as_it_stands
from helpdesk.estate.models import Place
from helpdesk.planning import model
from helpdesk.planning.change import why_not
from helpdesk.planning.offers import Offer as Found
from helpdesk.planning.offers import offers as fitting
from helpdesk.repairs.models import Category, Urgency
from helpdesk.repairs.states import STILL_TO_DO
from helpdesk.travel.models import Mode
from helpdesk.travel.rules import OFFICE
from helpdesk.windows.rules import Window

ASKED = "asked"  # how the planner knows what is asked for
DAYS = 3
MOST = 4
LEAST_LEFT = timedelta(minutes=30)  # of a window that is still offered


@dataclass(frozen=True)
class Offer:
    """A window that fits: when they would be there, who, how much way it adds, and where they are before."""

    window: Window
    starts_at: datetime
    names: list[str]
    added_minutes: int
    before: str  # the address they come from, or nothing: from the office


@dataclass(frozen=True)
class Offers:
    """The best windows, the best first; if there are none, a code of why not."""

    best: list[Offer]
    reason: model.Reason | None = None


def offers_for(
    user, place: Place, category: Category, urgency: Urgency, *, now: datetime, days: int = DAYS, most: int = MOST
) -> Offers:
    """The best windows of today and the days after it for work that is not reported yet."""
    today = clock.local_date(now)
    sheets = day_sheets(user, place.estate_id, [today + timedelta(days=ahead) for ahead in range(days)])
    ranked, reason = [], None
    for day, sheet in sheets.items():
        asked = _Asked(sheet, place, category, urgency, now)
        windows = _windows(sheet, now)
        for found in fitting(asked.problem, asked.standing, asked.visit, windows) if windows else ():
            ranked.append((found.added_s - min(found.slack_s, 1800) // 6, day, found.start, asked.told(found)))
        if not ranked and reason is None:
            no = why_not(asked.problem, asked.standing, replace(asked.visit, windows=tuple(windows)))
            reason = no.reason if no else None
    ranked.sort(key=lambda offer: (_later(offer[1], today, urgency), *offer[:3]))
    return Offers([offer[3] for offer in ranked[:most]], None if ranked else reason or model.Reason.FULL)


class _Asked:
    """One day, with what is asked for as the planner takes it."""

    def __init__(self, sheet: DaySheet, place: Place, category: Category, urgency: Urgency, now: datetime):
        self.sheet, self.place = sheet, place
        day = problem_of(sheet, now=now)
        self.addresses = {f"visit-{visit.id}": visit.work_order.place.address for visit in sheet.visits}
        skill = skill_named(category.skill, category.skill_level)
        able = {one.user.id for one in sheet.technicians if one.masters(category.skill, category.skill_level)}
        people = tuple(replace(one, skills=one.skills | {skill}) if one.id in able else one for one in day.technicians)
        tables = {mode.value: _with_place(sheet, day, mode, place) for mode in Mode}
        self.problem = replace(day, technicians=people, travel=tables)
        self.standing = as_it_stands(self.problem)
        priority = model.Priority.EMERGENCY if urgency in EMERGENCIES else model.Priority.NORMAL
        self.visit = model.Visit(
            id=ASKED, place=len(next(iter(tables.values()))) - 1, duration_s=category.duration_minutes * 60,
            skills=frozenset({skill}), crew_size=category.crew_size, priority=priority,
        )  # fmt: skip

    def told(self, found: Found) -> Offer:
        """An offer in words of the house."""
        names = {one.user.id: one.user.name for one in self.sheet.technicians}
        begin, end = (self.sheet.begins_at + timedelta(seconds=at) for at in found.window)
        return Offer(
            Window(begin, end), self.sheet.begins_at + timedelta(seconds=found.start),
            [names[user_id] for user_id in found.technicians], -(-max(0, found.added_s) // 60),
            self.addresses.get(found.before, ""),
        )  # fmt: skip


def _with_place(sheet: DaySheet, day: model.Problem, mode: Mode, place: Place) -> model.Matrix:
    """The ways of a day with one more place at the end of its table, wherever that is."""
    known = sorted({number for visit in _to_do(sheet) if (number := building_of(visit.work_order.place)) is not None})
    buildings = [OFFICE, *known, None]
    ways, here = sheet.travel[mode], building_of(place)
    rows = [[*row, ways.seconds(number, here)] for number, row in zip(buildings, day.travel[mode.value], strict=True)]
    return (*map(tuple, rows), tuple(ways.seconds(here, number) for number in [*buildings, here]))


def _to_do(sheet: DaySheet):
    return (visit for visit in sheet.visits if visit.status in STILL_TO_DO)


def _windows(sheet: DaySheet, now: datetime) -> Sequence[model.Window]:
    open_ones = [window for window in sheet.grid if window.ends_at >= now + LEAST_LEFT]
    return [(seconds(sheet, window.starts_at), seconds(sheet, window.ends_at)) for window in open_ones]


def _later(day: date, today: date, urgency: Urgency) -> int:
    """What hurries is offered day by day; what may wait, by what it costs."""
    return (day - today).days if urgency in EMERGENCIES else 0
