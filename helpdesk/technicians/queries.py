"""Finding technicians, and what each of them is on one local date."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select

from helpdesk.accounts.models import User, UserRole
from helpdesk.core import clock
from helpdesk.core.access import GRANTS, Permission
from helpdesk.core.extensions import db
from helpdesk.technicians.models import Absence, Block, TechnicianSkill, TechnicianWish, Wish, WorkingHours
from helpdesk.technicians.rules import USUAL_MINUTES, Spell, masters, without

SENT = [role for role, granted in GRANTS.items() if Permission.DO_VISITS in granted]


@dataclass
class TechnicianDay:
    """One technician on one local date: their hours, what takes time out of them, and what they can do.

    `works` are the hours with absences cut out; blocks are not cut out, they are shown and planned around.
    """

    user: User
    day: date
    hours: list[Spell] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    skills: list[TechnicianSkill] = field(default_factory=list)

    @property
    def works(self) -> list[Spell]:
        return without(self.hours, ((gap.starts_at, gap.ends_at) for gap in self.absences))

    def masters(self, skill: str, level: int) -> bool | None:
        """Whether they can do it on this day; None if they could, were their licence not out of date."""
        return masters(self.skills, skill, level, self.day)


def technicians_of(estate_id: int) -> list[User]:
    """Those who can be sent in an estate, by name; without disabled accounts."""
    holds = User.roles.any((UserRole.estate_id == estate_id) & UserRole.role.in_(SENT))
    return list(db.session.scalars(select(User).where(holds, User.active).order_by(User.id)))


def days_of(estate_id: int, days: Collection[date]) -> dict[date, list[TechnicianDay]]:
    """Every technician of an estate on each of some local dates, the days in order; five queries, however many days."""
    people = technicians_of(estate_id)
    ids = [user.id for user in people]
    begins_at, ends_at = clock.start_of_day(min(days)), clock.start_of_day(max(days) + timedelta(days=1))
    hours = _hours(estate_id, ids)
    absences = _by_user(_in_time(Absence, estate_id, ids, begins_at, ends_at))
    blocks = _by_user(_in_time(Block, estate_id, ids, begins_at, ends_at))
    skills = _by_user(db.session.scalars(select(TechnicianSkill).where(TechnicianSkill.estate_id == estate_id)))
    found: dict[date, list[TechnicianDay]] = {}
    for day in sorted(days):
        begin, end = clock.day_range(day)
        found[day] = [
            TechnicianDay(
                user, day, _spells(hours.get(user.id), day),
                [gap for gap in absences[user.id] if gap.starts_at < end and gap.ends_at > begin],
                [block for block in blocks[user.id] if block.starts_at < end and block.ends_at > begin],
                skills[user.id],
            )
            for user in people
        ]  # fmt: skip
    return found


def wishes_of(place_ids: Iterable[int]) -> dict[tuple[int, int], Wish]:
    """What homes want of technicians, by (place, technician)."""
    rows = db.session.scalars(select(TechnicianWish).where(TechnicianWish.place_id.in_(list(place_ids))))
    return {(row.place_id, row.user_id): row.wish for row in rows}


def _hours(estate_id: int, ids: list[int]) -> dict[int, list[WorkingHours]]:
    rows = select(WorkingHours).where(WorkingHours.estate_id == estate_id, WorkingHours.user_id.in_(ids))
    return _by_user(db.session.scalars(rows.order_by(WorkingHours.from_minute)))


def _spells(rows: list[WorkingHours] | None, day: date) -> list[Spell]:
    """The hours of one person on a day; of whoever never had any, the usual ones."""
    midnight = clock.start_of_day(day)
    if rows:
        valid = [row for row in rows if row.valid_from <= day and (row.valid_until is None or row.valid_until > day)]
        minutes = [(row.weekday, row.from_minute, row.until_minute) for row in valid]
    else:
        minutes = list(USUAL_MINUTES)
    return [
        (midnight + timedelta(minutes=begin), midnight + timedelta(minutes=end))
        for weekday, begin, end in minutes
        if weekday == day.weekday()
    ]


def _in_time(model, estate_id: int, ids: list[int], begins_at: datetime, ends_at: datetime):
    touching = (model.starts_at < ends_at, model.ends_at > begins_at, model.called_off_at.is_(None))
    return db.session.scalars(
        select(model).where(model.estate_id == estate_id, model.user_id.in_(ids), *touching).order_by(model.starts_at)
    )


def _by_user(rows) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    for row in rows:
        found[row.user_id].append(row)
    return found
