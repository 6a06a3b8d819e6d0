"""What an estate still lacks before its telephone may ring, as the database has it; nothing once all is there."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.accounts.models import User, UserRole
from helpdesk.core.access import Permission, Role, can
from helpdesk.core.extensions import db
from helpdesk.core.words import word
from helpdesk.duty.models import Shift
from helpdesk.estate.models import Estate, Occupancy, Place, PlaceKind

NEEDED = (Role.MANAGER, Role.OPERATOR, Role.TECHNICIAN)


@dataclass(frozen=True, slots=True)
class Step:
    """`url` is empty where somebody else has to do it."""

    words: str
    url: str


def steps_left(user: User, estate_id: int, now: datetime) -> list[Step]:
    """In the order in which they are best done; two questions to the database."""
    here = Place.estate_id == estate_id
    homes = select(Place.id).where(here, Place.kind == PlaceKind.DWELLING)
    residents = select(Occupancy.id).join(Occupancy.place).where(here)
    shifts = select(Shift.id).where(Shift.estate_id == estate_id, Shift.ends_at > now, Shift.called_off_at.is_(None))
    asked = select(Estate.hotline, homes.exists(), residents.exists(), shifts.exists()).where(Estate.id == estate_id)
    hotline, has_homes, has_residents, has_roster = db.session.execute(asked).one()
    found = [
        None if has_homes else Step(_("Set up the buildings and their homes"), url_for("estate.build")),
        None if has_residents else Step(_("Bring in who lives where, from a spreadsheet"), url_for("imports.index")),
        *_of_people(estate_id),
        None if has_roster else Step(*_roster(user, estate_id)),
        None if hotline else Step(_("Say which number residents ring"), url_for("telephony.lines")),
    ]
    return [step for step in found if step]


def _of_people(estate_id: int) -> list[Step]:
    held = select(UserRole.role, func.count(User.id)).join(User).where(UserRole.estate_id == estate_id, User.active)
    counted, add = dict(db.session.execute(held.group_by(UserRole.role)).all()), url_for("admin.users", _anchor="add")
    missing = [word(role) for role in NEEDED if role not in counted]
    found = [Step(_("Add accounts: %(roles)s", roles=_(", ").join(missing)), add)] if missing else []
    if counted.get(Role.ADMIN, 0) < 2:
        found.append(Step(_("Add a second administrator, who helps when one lost their phone"), add))
    return found


def _roster(user: User, estate_id: int) -> tuple[str, str]:
    if can(user, Permission.PLAN_DUTY, estate_id):
        return _("Write down who is on duty"), url_for("duty.index")
    return _("A manager writes down who is on duty, under Duty roster"), ""
