"""Residents who left every home long ago and with whom nothing is open any more."""

from datetime import date

from sqlalchemy import Select, func, not_, select

from helpdesk.billing.models import Account
from helpdesk.core.extensions import db
from helpdesk.estate.models import Occupancy, Person, PersonNote
from helpdesk.retention import holding
from helpdesk.retention.persons import FORGOTTEN, why_not_yet


def gone_people(day: date, today: date) -> Select:
    """Whose last home ended on or before a local day; records that were merged into another follow that one."""
    last = (
        select(Occupancy.person_id)
        .group_by(Occupancy.person_id)
        .having(func.count(Occupancy.id) == func.count(Occupancy.until_on), func.max(Occupancy.until_on) <= day)
    )
    pays = select(Account.person_id).where(Account.person_id.is_not(None), Account.closed_on.is_(None))
    merged = select(PersonNote.person_id).where(PersonNote.became_id.is_not(None))
    known = not_(Person.name.startswith(FORGOTTEN))
    return select(Person.id).where(
        Person.id.in_(last), Person.id.not_in(pays), Person.id.not_in(merged), known,
        holding.free(today, person=Person.id),
    )  # fmt: skip


def may_go(person_id: int, today: date) -> bool:
    """The slow questions, for one at a time: nothing is open, and nothing of theirs is held back."""
    return not why_not_yet(db.session.get_one(Person, person_id), today)
