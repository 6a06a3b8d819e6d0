"""What managers note about technicians, and the dispatcher's sick call. One function, one intention, one event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.core.terms import check_begins, make_room
from helpdesk.estate.models import Place
from helpdesk.technicians.models import (
    Absence,
    AbsenceReason,
    Level,
    Skill,
    TechnicianSkill,
    TechnicianWish,
    Wish,
    WorkingHours,
)
from helpdesk.technicians.queries import absences_within, hours_of, right_to_call_off
from helpdesk.technicians.rules import Spell

LONGEST = timedelta(days=370)  # of one absence
BACK = timedelta(days=31)  # how late an absence may still be noted


@dataclass(frozen=True, slots=True)
class Mastered:
    """A skill with its level; a licence with the end of its number and the day on which it expires."""

    skill: Skill
    level: Level
    licence_tail: str = ""
    expires_on: date | None = None


def add_skill(user: User, facts: Mastered, *, estate_id: int, actor: User, now: datetime) -> TechnicianSkill:
    """Note that somebody can do something. A skill that had ended is theirs again. Refused if it is theirs already."""
    require(actor, Permission.PLAN_DUTY, estate_id)
    _check_works_here(user, estate_id)
    same = (row for row in _skills(user, estate_id) if row.skill == facts.skill)
    row = next(same, None)
    if row and row.ended_on is None:
        raise Refused(_("This skill is noted already. Change it in the list."), field="skill")
    if row is None:
        row = TechnicianSkill(estate_id=estate_id, user_id=user.id, version=0)
        db.session.add(row)
    row.skill, row.ended_on = facts.skill, None
    _write(row, facts)
    record(
        "skill.added", row, actor=actor, now=now, topics=row.topics, user_id=user.id, skill=facts.skill,
        level=facts.level,
    )  # fmt: skip
    return row


def change_skill(row: TechnicianSkill, facts: Mastered, *, actor: User, now: datetime) -> None:
    """Another level, or a renewed licence. Conflict once it has ended."""
    require(actor, Permission.PLAN_DUTY, row.estate_id)
    _check_held(row)
    _write(row, facts)
    record("skill.changed", row, actor=actor, now=now, topics=row.topics, level=facts.level)


def end_skill(row: TechnicianSkill, *, actor: User, now: datetime) -> None:
    """From today on it no longer counts; the row stays. Conflict once it has ended."""
    require(actor, Permission.PLAN_DUTY, row.estate_id)
    _check_held(row)
    row.ended_on = clock.local_date(now)
    record("skill.ended", row, actor=actor, now=now, topics=row.topics)


def set_hours(
    user: User, week: Sequence[tuple[int, int, int]], *, valid_from: date, estate_id: int, actor: User, now: datetime
) -> None:
    """Let somebody work these weekly hours from a day on; what was planned for later goes.

    `week` holds (weekday, from, until) in minutes after midnight. Refused without any, or for a day that is past.
    """
    require(actor, Permission.PLAN_DUTY, estate_id)
    _check_works_here(user, estate_id)
    check_begins(valid_from, clock.local_date(now))
    if not week:
        raise Refused(_("Tick at least one half-day. For time off, note an absence."), field="mornings")
    make_room(hours_of(user.id, estate_id), valid_from)
    rows = [
        WorkingHours(
            estate_id=estate_id, user_id=user.id, weekday=weekday, from_minute=begins, until_minute=ends,
            valid_from=valid_from,
        )
        for weekday, begins, ends in week
    ]  # fmt: skip
    db.session.add_all(rows)
    first, *_others = rows
    record(
        "hours.set", user, actor=actor, now=now, topics=first.topics, raises_version=False,
        estate_id=estate_id, valid_from=clock.start_of_day(valid_from),
        minutes=sum(ends - begins for _day, begins, ends in week),
    )  # fmt: skip


def note_absence(
    user: User, *, reason: AbsenceReason, spell: Spell, estate_id: int, actor: User, now: datetime
) -> Absence:  # fmt: skip
    """Note that somebody is away. Refused for times too far off, and where an absence is noted already."""
    require(actor, Permission.PLAN_DUTY, estate_id)
    return _away(user, reason, spell, estate_id, actor, now)


def report_sick(user: User, *, spell: Spell, estate_id: int, actor: User, now: datetime) -> Absence:
    """Somebody rang in sick: they are away for this time, or what is left of it from now on. Refused if it is over."""
    require(actor, Permission.DISPATCH, estate_id)
    starts_at, ends_at = spell
    if ends_at <= now:
        raise Refused(_("This time is over. Choose today or a later day."), field="last_on")
    return _away(user, AbsenceReason.SICK, (max(now, starts_at), ends_at), estate_id, actor, now)


def call_off_absence(absence: Absence, *, actor: User, now: datetime) -> None:
    """They work after all: an absence to come is called off, one that runs ends now. Conflict once it is over.

    Whoever noted it may: a sick call under a wrong name is noticed at once.
    """
    require(actor, right_to_call_off(absence, actor), absence.estate_id)
    if absence.called_off_at is not None or absence.ends_at <= now:
        raise Conflict(_("This absence is over or called off. Look at it again."))
    if absence.starts_at < now:
        absence.ends_at = now
    else:
        absence.called_off_at = now
    record("absence.called_off", absence, actor=actor, now=now, topics=absence.topics, ends_at=absence.ends_at)


def set_wish(place: Place, *, user: User, wish: Wish | None, actor: User, now: datetime) -> None:
    """A home would like somebody to come, or rather not; None takes it back. Refused if nothing changes."""
    require(actor, Permission.EDIT_REGISTER, place.estate_id)
    _check_works_here(user, place.estate_id)
    row = db.session.get(TechnicianWish, (place.id, user.id))
    if (row.wish if row else None) is wish:
        raise Refused(_("This is noted already; nothing changes."), field="wish")
    if row and wish is None:
        db.session.delete(row)
    elif row:
        row.wish = wish
    else:
        db.session.add(TechnicianWish(place_id=place.id, user_id=user.id, wish=wish))
    record("place.wish_set", place, actor=actor, now=now, user_id=user.id, wish=wish)


def _away(
    user: User, reason: AbsenceReason, spell: Spell, estate_id: int, actor: User, now: datetime
) -> Absence:  # fmt: skip
    _check_works_here(user, estate_id)
    starts_at, ends_at = spell
    if ends_at - starts_at > LONGEST or not now - BACK <= starts_at <= now + LONGEST:
        raise Refused(_("Choose days within a year; a month back at most."), field="first_on")
    if absences_within(user.id, starts_at, ends_at):
        raise Refused(_("They are away then already. Call that absence off first."), field="first_on")
    absence = Absence(
        estate_id=estate_id, user=user, reason=reason, starts_at=starts_at, ends_at=ends_at, noted_at=now,
        noted_by_id=actor.id, version=0,
    )  # fmt: skip
    db.session.add(absence)
    record(
        "absence.noted", absence, actor=actor, now=now, topics=absence.topics, user_id=user.id, starts_at=starts_at,
        ends_at=ends_at,
    )  # fmt: skip
    return absence


def _check_works_here(user: User, estate_id: int) -> None:
    if not can(user, Permission.DO_VISITS, estate_id):
        raise Refused(_("Choose a technician of this estate."))


def _check_held(row: TechnicianSkill) -> None:
    if row.ended_on is not None:
        raise Conflict(_("This skill has ended. Add it again if they have it."))


def _skills(user: User, estate_id: int) -> list[TechnicianSkill]:
    return list(db.session.query(TechnicianSkill).filter_by(estate_id=estate_id, user_id=user.id))


def _write(row: TechnicianSkill, facts: Mastered) -> None:
    if facts.level is Level.LICENSED and facts.expires_on is None:
        raise Refused(_("Say when the licence expires."), field="expires_on")
    row.level = facts.level
    row.licence_tail = facts.licence_tail if facts.level is Level.LICENSED else ""
    row.expires_on = facts.expires_on
