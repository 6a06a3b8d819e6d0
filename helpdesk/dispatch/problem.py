"""A day in the planner's words. The planner counts seconds since local midnight, and knows people and visits by id."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from helpdesk.core import clock
from helpdesk.dispatch.day import DaySheet, building_of, starts_at
from helpdesk.planning import model
from helpdesk.repairs.models import Urgency, Visit, WorkOrder
from helpdesk.repairs.rules import promised_window
from helpdesk.repairs.states import NOT_SET_OUT, STILL_TO_DO, VisitStatus
from helpdesk.technicians.queries import TechnicianDay
from helpdesk.technicians.rules import without
from helpdesk.travel.models import Mode
from helpdesk.travel.rules import OFFICE
from helpdesk.windows.models import Half

EMERGENCIES = (Urgency.P0, Urgency.P1)
DAY_S = 86_400
FRAIL_AGE = 80
PROGRESS = {VisitStatus.ON_THE_WAY: model.Progress.ON_THE_WAY, VisitStatus.ON_SITE: model.Progress.ON_SITE}


def problem_of(sheet: DaySheet, *, waiting: Iterable[WorkOrder] = (), now: datetime) -> model.Problem:
    """The day as the planner takes it: its visits that are still to do, and the given orders nobody is sent to yet.

    A visit is known as `visit_id(…)`, an order as `order_id(…)`. Blocks are time nobody can be planned in.
    """
    visits = [visit for visit in sheet.visits if visit.status in STILL_TO_DO]
    orders = list(waiting)
    records = [*(visit.work_order for visit in visits), *orders]
    buildings = [OFFICE, *sorted({number for order in records if (number := building_of(order.place)) is not None})]
    index = {number: at for at, number in enumerate([*buildings, None])}
    skills = {(order.category.skill, order.category.skill_level) for order in records}
    today = clock.local_date(now) == sheet.day
    return model.Problem(
        technicians=tuple(_technician(sheet, one, skills) for one in sheet.technicians),
        visits=(
            *(_visit(sheet, visit, index[building_of(visit.work_order.place)], now) for visit in visits),
            *(_order(sheet, order, index[building_of(order.place)], now) for order in orders),
        ),
        travel={mode.value: _table(sheet, [*buildings, None], mode) for mode in Mode},
        reserves=_reserves(sheet),
        now=seconds(sheet, now) if today else None,
        day=sheet.day.isoformat(),
    )


def visit_id(visit: Visit) -> str:
    return f"visit-{visit.id}"


def order_id(order: WorkOrder) -> str:
    return f"order-{order.id}"


def seconds(sheet: DaySheet, moment: datetime) -> int:
    """Whole seconds of a moment since the day began; negative before it."""
    return int((moment - sheet.begins_at).total_seconds())


def moment(sheet: DaySheet, second: int) -> datetime:
    """The moment of a second of the day."""
    return sheet.begins_at + timedelta(seconds=second)


def skill_named(skill: str, level: int) -> str:
    """How the planner knows a skill with the level that is asked for."""
    return f"{skill}:{level}"


def _technician(sheet: DaySheet, one: TechnicianDay, asked: Iterable[tuple[str, int]]) -> model.Technician:
    free = without(one.works, ((block.starts_at, block.ends_at) for block in one.blocks))
    shifts = ((max(0, seconds(sheet, begin)), min(DAY_S, seconds(sheet, end))) for begin, end in free)
    policy = sheet.policy
    latest = policy.lunch_until_minute - policy.lunch_minutes
    lunch = model.Lunch(policy.lunch_from_minute * 60, latest * 60, policy.lunch_minutes * 60)
    return model.Technician(
        id=one.user.id,
        skills=frozenset(skill_named(*skill) for skill in asked if one.masters(*skill)),
        shifts=tuple(shift for shift in shifts if shift[0] < shift[1]),
        lunch=lunch if policy.lunch_minutes else None,
        mode=sheet.modes.get(one.user.id, Mode.WALK).value,
    )


def _visit(sheet: DaySheet, visit: Visit, place: int, now: datetime) -> model.Visit:
    """Whoever was sent to an emergency at once is as good as on the way: no plan takes it from them, not at night.

    Work begins when they arrived; who is not there yet, arrives now at the earliest.
    """
    promised = promised_window(visit)
    lock = model.Lock(visit.lock.value)
    at_once = visit.work_order.urgency in EMERGENCIES and visit.planned_at <= now
    settled = at_once or visit.status not in NOT_SET_OUT
    begins_at = max(visit.planned_at, now) if settled and visit.arrived_at is None else starts_at(visit)
    planned = model.Planned(tuple(user.id for user in visit.crew), seconds(sheet, begins_at))
    return model.Visit(
        id=visit_id(visit), place=place, duration_s=visit.duration_minutes * 60,
        windows=() if settled else _windows(sheet, visit.work_order, promised),
        skills=_skills(visit.work_order), crew_size=max(visit.crew_size, 1),
        priority=priority_of(visit.work_order, now), lock=lock, planned=planned,
        promised=window_of(sheet, promised.starts_at, promised.ends_at) if promised else None,
        progress=PROGRESS.get(visit.status, model.Progress.ON_THE_WAY if at_once else model.Progress.NOT_STARTED),
    )  # fmt: skip


def _order(sheet: DaySheet, order: WorkOrder, place: int, now: datetime) -> model.Visit:
    promised = promised_window(order)
    return model.Visit(
        id=order_id(order), place=place, duration_s=order.category.duration_minutes * 60,
        windows=_windows(sheet, order, promised), skills=_skills(order), crew_size=order.category.crew_size,
        priority=priority_of(order, now),
        promised=window_of(sheet, promised.starts_at, promised.ends_at) if promised else None,
    )  # fmt: skip


def _windows(sheet: DaySheet, order: WorkOrder, promised) -> tuple[model.Window, ...]:
    """When a visit may begin: as promised, or as the resident also said; at any time if nothing was said."""
    named = [(one.starts_at, one.ends_at) for one in order.named_windows]
    told = [(promised.starts_at, promised.ends_at)] if promised else []
    spans = sorted({window_of(sheet, *one) for one in [*told, *named]})
    return tuple(span for span in spans if span[1] > 0 and span[0] < DAY_S)


def window_of(sheet: DaySheet, starts_at: datetime, ends_at: datetime) -> model.Window:
    """A window as the planner takes it: its last second is inside, while our windows end before their end."""
    return seconds(sheet, starts_at), seconds(sheet, ends_at) - 1


def _skills(order: WorkOrder) -> frozenset[str]:
    return frozenset({skill_named(order.category.skill, order.category.skill_level)})


def priority_of(order: WorkOrder, now: datetime) -> model.Priority:
    """Emergency before frailty before overdue before the rest; never who is poor."""
    if order.urgency in EMERGENCIES:
        return model.Priority.EMERGENCY
    person = order.reporter
    if person and (
        person.lives_alone or person.hearing or person.mobility
        or (person.birth_year and clock.local_date(now).year - person.birth_year >= FRAIL_AGE)
    ):  # fmt: skip
        return model.Priority.FRAILTY
    late = order.arrived_at is None and order.arrive_by is not None and order.arrive_by < now
    return model.Priority.OVERDUE if late else model.Priority.NORMAL


def _table(sheet: DaySheet, buildings: Sequence[int | None], mode: Mode) -> tuple[tuple[int, ...], ...]:
    ways = sheet.travel[mode]
    return tuple(tuple(ways.seconds(a, b) for b in buildings) for a in buildings)


def _reserves(sheet: DaySheet) -> tuple[model.Reserve, ...]:
    noon = sheet.policy.noon_minute * 60
    halves = {Half.MORNING: (0, noon), Half.AFTERNOON: (noon, DAY_S)}
    return tuple(
        model.Reserve(skill_named(skill, 2), halves[half], minutes * 60)
        for (skill, half), minutes in sorted(sheet.reserves.items())
    )
