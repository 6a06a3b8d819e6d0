"""Finding technicians, and what each of them is on one local date."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import technicians
from helpdesk.core import clock
from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.core.terms import counts
from helpdesk.estate.models import Place
from helpdesk.technicians.models import Absence, Block, TechnicianSkill, TechnicianWish, WorkingHours
from helpdesk.technicians.rules import USUAL_MINUTES, Spell, masters, without


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
    """Those who can be sent in an estate, the oldest account first; without disabled accounts."""
    return technicians([estate_id])


def days_of(estate_id: int, days: Collection[date]) -> dict[date, list[TechnicianDay]]:
    """Every technician of an estate on each of some local dates, the days in order; five queries, however many days."""
    people = technicians_of(estate_id)
    ids = [user.id for user in people]
    begins_at, ends_at = clock.start_of_day(min(days)), clock.start_of_day(max(days) + timedelta(days=1))
    hours = _hours(estate_id, ids)
    absences = _by_user(_in_time(Absence, ids, begins_at, ends_at))
    blocks = _by_user(_in_time(Block, ids, begins_at, ends_at, Block.estate_id == estate_id))
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


def get_technician(user_id: int, *, estate_id: int) -> User:
    """Somebody who can be sent in an estate the caller may see; 404 for anybody else."""
    return next((user for user in technicians_of(estate_id) if user.id == user_id), None) or abort(404)


def get_skill(user, skill_id: int, *, seen_version: int | None = None) -> TechnicianSkill:
    """One skill of somebody in an estate this user plans; 404 otherwise, Conflict if it changed meanwhile."""
    return _get(TechnicianSkill, user, skill_id, seen_version)


def get_absence(user, absence_id: int, *, seen_version: int | None = None) -> Absence:
    """One absence of an estate this user plans, or that they noted; 404 otherwise, Conflict if it changed meanwhile."""
    own = and_(Absence.noted_by_id == user.id, Absence.estate_id.in_(estates(user, Permission.DISPATCH)))
    return _get(Absence, user, absence_id, seen_version, own)


def right_to_call_off(absence: Absence, user) -> Permission:
    """What somebody needs to call an absence off: who noted it themselves needs less."""
    return Permission.DISPATCH if absence.noted_by_id == user.id else Permission.PLAN_DUTY


def skills_of(user_id: int, estate_id: int) -> list[TechnicianSkill]:
    """What somebody can do in an estate, and at the end what they no longer do."""
    mine = select(TechnicianSkill).where(TechnicianSkill.user_id == user_id, TechnicianSkill.estate_id == estate_id)
    ordered = mine.order_by(TechnicianSkill.ended_on.is_not(None), TechnicianSkill.level.desc(), TechnicianSkill.id)
    return list(db.session.scalars(ordered))


def licences_of(estate_id: int) -> list[TechnicianSkill]:
    """The licences of an estate that count or did until they expired, the first to expire first."""
    found = (
        select(TechnicianSkill)
        .where(TechnicianSkill.estate_id == estate_id, TechnicianSkill.ended_on.is_(None))
        .where(TechnicianSkill.expires_on.is_not(None), TechnicianSkill.user.has(User.active))
        .options(joinedload(TechnicianSkill.user))
    )
    return list(db.session.scalars(found.order_by(TechnicianSkill.expires_on, TechnicianSkill.id)))


def hours_of(user_id: int, estate_id: int) -> list[WorkingHours]:
    """All weekly hours of somebody in an estate, of every term, the latest term first."""
    mine = select(WorkingHours).where(WorkingHours.user_id == user_id, WorkingHours.estate_id == estate_id)
    in_order = (WorkingHours.valid_from.desc(), WorkingHours.weekday, WorkingHours.from_minute)
    return list(db.session.scalars(mine.order_by(*in_order)))


def absences_of(user_id: int, *, since: datetime) -> list[Absence]:
    """The absences of somebody that are not long over, the latest first, those called off with them."""
    mine = select(Absence).where(Absence.user_id == user_id, Absence.ends_at > since)
    return list(db.session.scalars(mine.order_by(Absence.starts_at.desc(), Absence.id)))


def absences_within(user_id: int, begins_at: datetime, ends_at: datetime) -> list[Absence]:
    """What is noted of somebody in a time, in whichever estate; without what was called off."""
    return list(_in_time(Absence, [user_id], begins_at, ends_at))


def wishes_at(place: Place) -> list[TechnicianWish]:
    """What one home wants of technicians."""
    found = select(TechnicianWish).where(TechnicianWish.place_id == place.id).options(joinedload(TechnicianWish.user))
    return list(db.session.scalars(found.order_by(TechnicianWish.user_id)))


def homes_wishing(user_id: int, estate_id: int) -> list[TechnicianWish]:
    """The homes of an estate that want somebody to come, or rather not."""
    here = TechnicianWish.place.has(Place.estate_id == estate_id)
    found = select(TechnicianWish).where(TechnicianWish.user_id == user_id, here)
    return list(db.session.scalars(found.options(joinedload(TechnicianWish.place)).order_by(TechnicianWish.place_id)))


def _hours(estate_id: int, ids: list[int]) -> dict[int, list[WorkingHours]]:
    rows = select(WorkingHours).where(WorkingHours.estate_id == estate_id, WorkingHours.user_id.in_(ids))
    return _by_user(db.session.scalars(rows.order_by(WorkingHours.from_minute)))


def _spells(rows: list[WorkingHours] | None, day: date) -> list[Spell]:
    """The hours of one person on a day; before anybody noted some, the usual ones."""
    midnight = clock.start_of_day(day)
    if any(row.valid_from <= day for row in rows or ()):
        minutes = [(row.weekday, row.from_minute, row.until_minute) for row in rows if counts(row, day)]
    else:
        minutes = list(USUAL_MINUTES)
    return [
        (midnight + timedelta(minutes=begin), midnight + timedelta(minutes=end))
        for weekday, begin, end in minutes
        if weekday == day.weekday()
    ]


def _in_time(model, ids: Collection[int], begins_at: datetime, ends_at: datetime, *where):
    """What takes time out of these people; who is away in one estate is away in all of them."""
    touching = (model.starts_at < ends_at, model.ends_at > begins_at, model.called_off_at.is_(None))
    return db.session.scalars(select(model).where(model.user_id.in_(ids), *touching, *where).order_by(model.starts_at))


def _by_user(rows) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    for row in rows:
        found[row.user_id].append(row)
    return found


def _get(model, user, record_id: int, seen_version: int | None, *more):
    mine = or_(model.estate_id.in_(estates(user, Permission.PLAN_DUTY)), *more)
    found = db.session.scalar(select(model).where(model.id == record_id, mine)) or abort(404)
    if seen_version is not None and seen_version != found.version:
        raise Conflict(_("Someone changed this while you were looking at it. Check, then save again."))
    return found
