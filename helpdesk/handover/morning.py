"""The morning sheet: the night, today's visits, whom to ring, what is late, on one page."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only, selectinload

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.words import clock_time, day_name, word
from helpdesk.duty.models import Post, Shift
from helpdesk.duty.queries import on_duty
from helpdesk.estate.models import Estate, Occupancy, Person, Place
from helpdesk.estate.pinyin import DOUBLE_SURNAMES
from helpdesk.estate.queries import lives_there, visible_people
from helpdesk.handover.rules import OLD, age_on, cut, family_name_of, is_turn, out_of_office
from helpdesk.handover.sections import SectionRow, listed
from helpdesk.hotline.models import Call
from helpdesk.hotline.queries import visible_hotline_calls
from helpdesk.repairs.models import Category, Urgency, Visit, WorkOrder
from helpdesk.repairs.queries import visible_work_orders
from helpdesk.repairs.states import STILL_TO_DO
from helpdesk.repairs.words import category_name

CALLS, ELDERS, LATE, TO_RING, VISITS = 9, 9, 6, 6, 7  # lines of each that fit on one page; visits of one technician

TELLS_WHO_IS_ALONE = "ELDER_CHECK"


@dataclass(frozen=True, slots=True)
class Elder:
    person: Person
    place: Place
    age: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Each list comes with how many more there are than the page holds."""

    day: date
    now: datetime
    estate: Estate
    on: list[Shift]
    calls: tuple[list[Call], int]
    visits: dict[User | None, tuple[list[Visit], int]]
    elders: tuple[list[Elder], int]
    urgent: list[SectionRow]
    late: tuple[list[SectionRow], int]
    unsent: int
    to_ring: tuple[list[SectionRow], int]

    def counted(self, name: str) -> int:
        rows, more = getattr(self, name)
        return len(rows) + more

    @property
    def visit_count(self) -> int:
        return sum(len(rows) + more for rows, more in self.visits.values())


def sheet_for(user, estate: Estate, now: datetime) -> Sheet:
    """As of now, for today; a fixed number of queries."""
    day = clock.local_date(now)
    open_ = listed(user, estate.id, now)
    return Sheet(
        day=day, now=now, estate=estate, on=on_duty(estate.id, now), calls=cut(_night_calls(user, estate, day), CALLS),
        visits=_visits(user, estate, day), elders=cut(_elders(user, estate, day), ELDERS),
        urgent=open_["emergencies"], late=cut(open_["late"], LATE), unsent=len(open_["unsent"]),
        to_ring=cut(open_["callbacks"], TO_RING),
    )  # fmt: skip


def _night_calls(user, estate: Estate, day: date) -> list[Call]:
    since, until = out_of_office(day)
    of_night = visible_hotline_calls(user).where(
        Call.estate_id == estate.id, Call.happened_at >= since, Call.happened_at < until, Call.saved_at.is_not(None)
    )
    names = (
        joinedload(Call.category).load_only(Category.code, Category.urgency, Category.name_zh, Category.name_en),
        joinedload(Call.place).load_only(Place.address),
    )
    return list(db.session.scalars(of_night.order_by(Call.happened_at, Call.id).options(*names)))


def _visits(user, estate: Estate, day: date) -> dict[User | None, tuple[list[Visit], int]]:
    """What is still to be done today, by who goes; a crew's visit stands with each of them."""
    starts, ends = clock.day_range(day)
    mine = (
        visible_work_orders(user).with_only_columns(WorkOrder.id).order_by(None).where(WorkOrder.estate_id == estate.id)
    )
    found = db.session.scalars(
        select(Visit)
        .where(Visit.status.in_(STILL_TO_DO), Visit.planned_at < ends, Visit.work_order_id.in_(mine))
        .order_by(Visit.planned_at, Visit.id)
        .options(selectinload(Visit.crew).load_only(User.name), joinedload(Visit.work_order).lazyload(WorkOrder.visits))
    )
    by_technician: dict[User | None, list[Visit]] = {}
    for visit in found:
        for technician in visit.crew or [None]:
            by_technician.setdefault(technician, []).append(visit)
    in_order = sorted(by_technician.items(), key=lambda pair: pair[0].id if pair[0] else 0)
    return {technician: cut(visits, VISITS) for technician, visits in in_order}


def _elders(user, estate: Estate, day: date) -> list[Elder]:
    """Whose turn it is today among those of eighty and more who live alone; the oldest first. Never anything else:
    who is poor is no reason that stands on a sheet of paper.
    """
    alone = visible_people(user).where(
        Person.estate_id == estate.id, Person.lives_alone, Person.birth_year <= day.year - OLD
    )
    homes = db.session.execute(
        alone.add_columns(Place)
        .join(Occupancy, Occupancy.person_id == Person.id)
        .join(Place, Place.id == Occupancy.place_id)
        .where(lives_there(day), Place.home_no.is_not(None))
        .order_by(Person.birth_year, Person.id, Place.id)
        .options(load_only(Place.address), selectinload(Person.phones))
    )
    homes_of: dict[int, Elder] = {}
    for person, place in homes:
        if is_turn(person.id, day):
            homes_of.setdefault(person.id, Elder(person, place, age_on(person.birth_year, day)))
    return list(homes_of.values())


def to_copy(sheet: Sheet) -> str:
    """The sheet for a chat of the staff: no resident's name, number, words or home of somebody who lives alone."""
    lines = [
        _("%(estate)s, %(day)s, morning sheet", estate=sheet.estate.name, day=day_name(sheet.day)),
        _("On duty: %(names)s", names=_names(sheet, Post.HOTLINE)),
        _("On call for repairs: %(names)s", names=_names(sheet, Post.ON_CALL)),
        _("Calls in the night: %(count)d", count=sheet.counted("calls")),
    ]  # fmt: skip
    lines += [f"  {_call(call)}" for call in sheet.calls[0] if call.category]
    lines.append(_("Under way, danger and emergencies: %(count)d", count=len(sheet.urgent)))
    lines += [f"  {word(Urgency(line.urgency))} {line.place}" for line in sheet.urgent]
    lines.append(_("Visits today: %(count)d", count=sheet.visit_count))
    for technician, (visits, more) in sheet.visits.items():
        places = "、".join(f"{clock_time(_when(visit))} {visit.work_order.place.address}" for visit in visits)
        left = " " + _("and %(count)d more", count=more) if more else ""
        who = _("Technician %(name)s", name=family_name(technician.name)) if technician else _("nobody")
        lines.append(f"  {who}: {places}{left}")
    lines += [
        _("Late: %(late)d, nobody sent: %(unsent)d", late=sheet.counted("late"), unsent=sheet.unsent),
        _("To ring back: %(count)d", count=sheet.counted("to_ring")),
        _("Elders living alone to ring: %(count)d (see the sheet)", count=sheet.counted("elders")),
    ]  # fmt: skip
    return "\n".join(lines)


def family_name(name: str) -> str:
    return family_name_of(name, DOUBLE_SURNAMES)


def _call(call: Call) -> str:
    """Without what it is about where that tells that somebody lives alone."""
    if call.category.code == TELLS_WHO_IS_ALONE:
        return f"{clock_time(call.happened_at)} {word(call.category.urgency)}"
    return f"{clock_time(call.happened_at)} {call.place.address if call.place else ''} {category_name(call.category)}"


def _when(visit: Visit) -> datetime:
    return visit.promised_from or visit.planned_at


def _names(sheet: Sheet, post: Post) -> str:
    people = dict.fromkeys(family_name(shift.user.name) for shift in sheet.on if shift.post is post)
    return "、".join(people) or _("nobody")
