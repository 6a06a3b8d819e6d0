"""Building the whole demonstration: the office, the register, two years day by day, and today."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import bindparam, func, select, update

from helpdesk.accounts.models import User, UserRole
from helpdesk.billing import policy as billing
from helpdesk.cases.rules import Level as CaseLevel
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.demo import (
    alarm,
    catalogue,
    community,
    cribs,
    duty,
    exports,
    homes,
    mercy,
    money,
    neighbours,
    outages,
    paperwork,
    people,
    planning,
    plans,
    routines,
    scenes,
    today,
    volume,
    waiting,
)
from helpdesk.demo import waivers as given
from helpdesk.demo.bulk import Rows
from helpdesk.demo.casework import Casework
from helpdesk.demo.desk import Desk, Numbers
from helpdesk.demo.journal import Journal
from helpdesk.demo.lines import HOTLINE
from helpdesk.demo.people import Register
from helpdesk.demo.shape import FULL, Shape, chance
from helpdesk.demo.staff import Office, Staff
from helpdesk.demo.stage import Stage
from helpdesk.demo.stories import Teller
from helpdesk.demo.switchboard import Switchboard
from helpdesk.escalation import policy as escalation
from helpdesk.estate.models import Estate
from helpdesk.repairs import policy as repairs
from helpdesk.repairs.deadlines import Clock
from helpdesk.repairs.models import Category, ServiceLevel, Urgency, WorkOrder
from helpdesk.waivers import policy as waivers
from helpdesk.windows import queries as windows
from helpdesk.workdays.models import CalendarDay
from helpdesk.workdays.rules import is_workday

NAMES = ("德裕苑", "康宁苑", "滨江苑", "福泰苑", "和顺苑", "安澜苑", "润禾苑", "江畔苑")
CHUNK = 100_000  # rows that are kept in memory before they are written
IN_ONE_PIECE = 3  # estates; more, or a million calls, are committed chunk by chunk


class AlreadyThere(Exception):
    """There is an estate already; nothing of it may be mixed with invented people."""


@dataclass(frozen=True, slots=True)
class Level:
    """A service level, free of the session it was read in."""

    id: int
    clock: Clock
    respond_minutes: int | None
    arrive_minutes: int | None
    arrive_days: int | None
    done_minutes: int | None
    done_days: int | None


@dataclass(slots=True)
class House:
    """One estate while its history is told."""

    board: Switchboard
    counts: list[int]
    rng: Random


def load(as_of: datetime, *, scale: int = 1, shape: Shape = FULL) -> dict[str, int]:
    """Fill an empty installation; returns how many rows of each table there are.

    Raises AlreadyThere if it has an estate. Ordinary sizes are loaded whole or not at all.
    """
    rows = Rows()
    steps = _build(rows, as_of.replace(second=0, microsecond=0), scale, shape)
    if scale <= IN_ONE_PIECE and shape.calls is None:
        with writing():
            for _ in steps:
                pass
    else:
        unfinished = True
        while unfinished:
            with writing():
                unfinished = next(steps, None) is not None
    return dict(rows.written)


def _build(rows: Rows, now: datetime, scale: int, shape: Shape) -> Iterator[int]:
    """Everything in order; at each `yield` what was made so far may be committed."""
    if db.session.scalar(select(func.count()).select_from(Estate)):
        raise AlreadyThere
    journal, numbers, today_on = Journal(rows), Numbers({}), clock.local_date(now)
    first_day = today_on - timedelta(days=shape.history_days)
    office = Office(rows, journal, clock.start_of_day(first_day) - timedelta(hours=8))
    days = [first_day + timedelta(days=number) for number in range(shape.history_days + 1)]
    houses, case_numbers, managers, settled = [], {}, {}, []
    for number in range(1, scale + 1):
        estate_id = _add_estate(number, first_day, office)
        staff = office.staff_of_first(estate_id) if number == 1 else office.staff_of_another(estate_id, number)
        register = _register(rows, estate_id, shape, now)
        own_shape = shape if number == 1 else shape.with_calls(None)
        desk = _desk(estate_id, rows, journal, numbers, now)
        community.write(rows, journal, register, staff, first_day, now)
        planning.write(rows, estate_id, staff, shape, first_day, today_on, register.lived_in)
        if number == 1 and shape.history_days > 7:
            exports.write(rows, journal, estate_id, staff.manager, now)
        if shape.history_days > 30:
            routines.write(rows, journal, register, staff, _categories(estate_id), now)
        if number == 1 and shape.history_days > 30:
            settled = given.write(rows, journal, register, staff, first_day, now)
        houses.append(_house(desk, staff, register, days, own_shape, case_numbers))
        managers[estate_id] = staff.manager
    rows.flush()
    given.settle(settled)  # before the bills, which are lower by what is granted
    for estate_id, manager in managers.items() if shape.calls is None and shape.history_days > 30 else ():
        money.write(rows, estate_id, _cashier(estate_id) or manager, now, chance(now, "money", estate_id))
    rows.flush()
    yield from _tell(rows, journal, houses, days, now)
    for day, last in numbers.last.items():
        rows.add("order_number", day=day, last=last)
    for day, last in case_numbers.items():
        rows.add("case_number", day=day, last=last)
    rows.flush()
    _count_chases(houses)
    rows.catch_up_sequences()
    if settled:
        mercy.add(houses[0].board.register.estate_id, houses[0].board.teller.staff, now)
    plans.propose(houses[0].board.register.estate_id, houses[0].board.teller.staff, now)


def _add_estate(number: int, first_day: date, office: Office) -> int:
    name = NAMES[number - 1] if number <= len(NAMES) else f"{NAMES[number % len(NAMES)]}{number}"
    estate = Estate(name=name, subdistrict="城南办事处", community="康兴新村社区", hotline=HOTLINE, area_code="0523")
    db.session.add(estate)
    db.session.flush()
    for feature in (repairs, escalation, windows, billing, waivers):
        feature.install_defaults(estate, valid_from=first_day)
    office.journal.note(office.opened_at, None, "estate.added", "estate", estate.id, [], {})
    return estate.id


def _cashier(estate_id: int) -> int | None:
    """Who takes the money of an estate."""
    found = select(UserRole.user_id).where(UserRole.estate_id == estate_id, UserRole.role == Role.FINANCE)
    return db.session.scalar(found.order_by(UserRole.user_id))


def _register(rows: Rows, estate_id: int, shape: Shape, now: datetime) -> Register:
    places = homes.build(rows, estate_id, shape, chance(now, "places", estate_id))
    register = people.settle(rows, places, now)
    cribs.write(rows, register, chance(now, "cribs", estate_id))
    return register


def _categories(estate_id: int) -> dict[str, int]:
    found = select(Category.code, Category.id).where(Category.estate_id == estate_id)
    return {code: category_id for code, category_id in db.session.execute(found)}


def _desk(estate_id: int, rows: Rows, journal: Journal, numbers: Numbers, now: datetime) -> Desk:
    kinds = _calendar()
    known: dict[date, bool] = {}

    def worked(day: date) -> bool:
        if day not in known:
            known[day] = is_workday(day, kinds)
        return known[day]

    return Desk(estate_id, rows, journal, numbers, _levels(estate_id, Urgency), _usual_times(estate_id), worked, now)


def _house(
    desk: Desk, staff: Staff, register: Register, days: list[date], shape: Shape, case_numbers: dict[date, int]
) -> House:
    rng = chance(desk.now, "history", desk.estate_id)
    teller = Teller(desk, staff, catalogue.load(), rng, clock.start_of_day(days[-1]))
    categories = _categories(desk.estate_id)
    levels, chances = _levels(desk.estate_id, CaseLevel), chance(desk.now, "cases", desk.estate_id)
    board = Switchboard(register, teller, categories, rng, Casework(desk, staff, levels, case_numbers, chances))
    kinds = _calendar()
    counts = volume.calls_of_days(days[:-1], kinds, shape, rng)
    return House(board, [*counts, volume.poisson(volume.mean(days[-1], kinds, shape), rng)], rng)


def _tell(rows: Rows, journal: Journal, houses: list[House], days: list[date], now: datetime) -> Iterator[int]:
    """Day by day, all estates together, each call when it was saved: so the numbers of orders count through."""
    on_stage = _scenes(houses, now)
    for position, day in enumerate(days):
        happens = on_stage.pop(day, [])
        for house in houses:
            happens += _calls(house, day, house.counts[position], now)
        for _, tell in sorted(happens, key=lambda happening: happening[0]):
            tell()
        journal.write_until(clock.start_of_day(day + timedelta(days=1)))
        if rows.size > CHUNK:
            rows.flush()
            yield position
    journal.write_until()
    rows.flush()
    yield len(days)


def _scenes(houses: list[House], now: datetime) -> dict[date, list[tuple[datetime, Callable[[], None]]]]:
    """Every estate has its named scenes and its living day."""
    by_day = defaultdict(list)
    names = {user_id: name for user_id, name in db.session.execute(select(User.id, User.name))}
    for house in houses:
        stage = Stage(house.board, now, chance(now, "scenes", house.board.register.estate_id))
        paper = Stage(house.board, now, chance(now, "paperwork", house.board.register.estate_id))
        duty.roster(stage)
        told = (scenes.scenes, today.today, outages.scenes, neighbours.scenes, waiting.waiting, alarm.alarms)
        happens = [one for tells in told for one in tells(stage)]
        for at, tell in (*happens, *paperwork.paperwork(paper), *duty.handovers(stage, names)):
            by_day[clock.local_date(at)].append((at, tell))
    return by_day


def _calls(house: House, day: date, count: int, now: datetime) -> list[tuple[datetime, Callable[[], None]]]:
    storm = volume.is_stormy(day, house.rng)
    return [
        (saved_at, lambda at=at, saved_at=saved_at: house.board.answer(at, saved_at, storm))
        for saved_at, at in volume.moments(day, count, house.rng)
        if saved_at <= now
    ]


def _count_chases(houses: list[House]) -> None:
    """Each chase is an act on an order whose row was written before it."""
    times = [{"order": order, "times": count} for h in houses for order, count in h.board.casework.chased.items()]
    orders = WorkOrder.__table__
    if times:
        more = update(orders).where(orders.c.id == bindparam("order"))
        db.session.connection().execute(more.values(version=orders.c.version + bindparam("times")), times)


def _levels(estate_id: int, codes: type[Urgency] | type[CaseLevel]) -> Mapping[Any, Any]:
    found = db.session.scalars(select(ServiceLevel).where(ServiceLevel.estate_id == estate_id))
    known = {level.applies_to: level for level in found}
    names = ("id", "clock", "respond_minutes", "arrive_minutes", "arrive_days", "done_minutes", "done_days")
    return {code: Level(*(getattr(known[code.value], name) for name in names)) for code in codes}


def _usual_times(estate_id: int) -> dict[int, timedelta]:
    found = select(Category.id, Category.duration_minutes).where(Category.estate_id == estate_id)
    return {category_id: timedelta(minutes=duration) for category_id, duration in db.session.execute(found)}


def _calendar() -> dict[date, str]:
    return {day: kind for day, kind in db.session.execute(select(CalendarDay.day, CalendarDay.kind))}
