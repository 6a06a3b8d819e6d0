"""Which times can be offered on the telephone: each really fits, with who would come and what it costs the day.

The day is read and made ready once for each local date; nothing is kept between two calls, so nothing can be stale.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from helpdesk.core import clock
from helpdesk.dispatch.day import DaySheet, building_of, day_sheets
from helpdesk.dispatch.problem import EMERGENCIES, moment, order_id, problem_of, skill_named, visit_id, window_of
from helpdesk.dispatch.standing import as_it_stands
from helpdesk.estate.models import Place
from helpdesk.planning import model
from helpdesk.planning.change import why_not
from helpdesk.planning.offers import Offer as Found
from helpdesk.planning.offers import offers as fitting
from helpdesk.repairs.models import Category, Urgency, WorkOrder
from helpdesk.repairs.rules import promised_window
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
    """The best windows first, all that fit and all that were looked at; without any, a code of why not."""

    best: list[Offer]
    fitting: frozenset[Window]
    asked: frozenset[Window]
    reason: model.Reason | None = None


def offers_for(
    user, place: Place, category: Category, urgency: Urgency, *, now: datetime, days: int = DAYS, most: int = MOST
) -> Offers:
    """The best windows of today and the days after it for work that is not reported yet.

    What was promised counts, although nobody is chosen for it yet: a place is offered once.
    """
    today = clock.local_date(now)
    sheets = day_sheets(user, place.estate_id, [today + timedelta(days=ahead) for ahead in range(days)])
    waiting = sheets[today].waiting
    ranked, reason, open_ones = [], None, set()
    for day, sheet in sheets.items():
        asked = _Asked(sheet, _told(waiting, day), place, category, urgency, now)
        open_ones.update(_open(sheet, now))
        windows = [window_of(sheet, one.starts_at, one.ends_at) for one in _open(sheet, now)]
        for found in fitting(asked.problem, asked.standing, asked.visit, windows) if windows else ():
            ranked.append((found.added_s - min(found.slack_s, 1800) // 6, day, found.start, asked.told(found)))
        if not ranked and reason is None:
            no = why_not(asked.problem, asked.standing, replace(asked.visit, windows=tuple(windows)))
            reason = no.reason if no else None
    ranked.sort(key=lambda offer: (_later(offer[1], today, urgency), *offer[:3]))
    told = [offer[3] for offer in ranked]
    fits = frozenset(offer.window for offer in told)
    return Offers(told[:most], fits, frozenset(open_ones), None if ranked else reason or model.Reason.FULL)


class _Asked:
    """One day, with what is asked for as the planner takes it."""

    def __init__(
        self, sheet: DaySheet, told: list[WorkOrder], place: Place, category: Category, urgency: Urgency, now: datetime
    ):  # fmt: skip
        self.sheet, self.place = sheet, place
        day = problem_of(sheet, waiting=told, now=now)
        self.addresses = {visit_id(visit): visit.work_order.place.address for visit in sheet.visits}
        self.addresses |= {order_id(order): order.place.address for order in told}
        skill = skill_named(category.skill, category.skill_level)
        able = {one.user.id for one in sheet.technicians if one.masters(category.skill, category.skill_level)}
        people = tuple(replace(one, skills=one.skills | {skill}) if one.id in able else one for one in day.technicians)
        tables = {mode.value: _with_place(sheet, told, day, mode, place) for mode in Mode}
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
        begin, end = (moment(self.sheet, at) for at in (found.window[0], found.window[1] + 1))
        return Offer(
            Window(begin, end), moment(self.sheet, found.start),
            [names[user_id] for user_id in found.technicians], -(-max(0, found.added_s) // 60),
            self.addresses.get(found.before, ""),
        )  # fmt: skip


def _with_place(
    sheet: DaySheet, told: list[WorkOrder], day: model.Problem, mode: Mode, place: Place
) -> model.Matrix:  # fmt: skip
    """The ways of a day with one more place at the end of its table, wherever that is."""
    records = [*(visit.work_order for visit in sheet.visits if visit.status in STILL_TO_DO), *told]
    known = sorted({number for order in records if (number := building_of(order.place)) is not None})
    buildings = [OFFICE, *known, None]
    ways, here = sheet.travel[mode], building_of(place)
    rows = [[*row, ways.seconds(number, here)] for number, row in zip(buildings, day.travel[mode.value], strict=True)]
    return (*map(tuple, rows), tuple(ways.seconds(here, number) for number in [*buildings, here]))


def _told(waiting: Iterable[WorkOrder], day: date) -> list[WorkOrder]:
    """Orders that were promised a window of this day, and that nobody is sent to yet."""
    promised = [(order, promised_window(order)) for order in waiting]
    return [order for order, window in promised if window and clock.local_date(window.starts_at) == day]


def _open(sheet: DaySheet, now: datetime) -> Sequence[Window]:
    return [window for window in sheet.grid if window.ends_at >= now + LEAST_LEFT]


def _later(day: date, today: date, urgency: Urgency) -> int:
    """What hurries is offered day by day; what may wait, by what it costs."""
    return (day - today).days if urgency in EMERGENCIES else 0
