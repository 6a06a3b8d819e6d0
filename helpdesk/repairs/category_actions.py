"""What a kind of work takes and asks for, from a day on."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import inspect

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.terms import check_begins, counts, make_room
from helpdesk.repairs.models import Category
from helpdesk.repairs.queries import category_terms
from helpdesk.technicians.models import Level, Skill


@dataclass(frozen=True, slots=True)
class Takes:
    """How long it takes on site, which skill at which level, and how many people."""

    duration_minutes: int
    skill: Skill
    skill_level: Level
    crew_size: int


def change_category(category: Category, takes: Takes, *, valid_from: date, actor: User, now: datetime) -> Category:
    """Plan with other values from a day on; visits that are arranged keep theirs. Returns the row of the new term.

    What began on that very day is changed itself; what was planned for later goes. Refused if nothing changes.
    """
    require(actor, Permission.SET_CATEGORIES, category.estate_id)
    check_begins(valid_from, clock.local_date(now))
    terms = category_terms(category.estate_id, category.code)
    before = next((term for term in terms if counts(term, valid_from)), category)
    if before.valid_until is None and _takes(before) == _values(takes):
        raise Refused(_("It is so already; nothing changes."), field="duration_minutes")
    if before.valid_from == valid_from:
        changed = before
        make_room([term for term in terms if term.valid_from > valid_from], valid_from)
        changed.valid_until = None
    else:
        changed = _copy(before, valid_from)
        make_room(terms, valid_from)
        db.session.add(changed)
    changed.duration_minutes, changed.skill, changed.skill_level, changed.crew_size = _values(takes)
    record(
        "category.changed", changed, actor=actor, now=now, topics=changed.topics,
        valid_from=clock.start_of_day(valid_from), duration_minutes=takes.duration_minutes, skill=takes.skill,
        level=takes.skill_level, crew_size=takes.crew_size,
    )  # fmt: skip
    return changed


def _values(takes: Takes) -> tuple:
    return takes.duration_minutes, takes.skill, takes.skill_level, takes.crew_size


def _takes(category: Category) -> tuple:
    return category.duration_minutes, category.skill, category.skill_level, category.crew_size


def _copy(category: Category, valid_from: date) -> Category:
    kept = [column.key for column in inspect(Category).column_attrs if column.key not in ("id", "valid_until")]
    return Category(**{key: getattr(category, key) for key in kept} | {"valid_from": valid_from})
