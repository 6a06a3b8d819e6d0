"""The policy as it stands, what is held back, and how much is old enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from helpdesk.cases.models import Case
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Place
from helpdesk.retention.classes import PIECES, ends_of
from helpdesk.retention.gone import gone_people
from helpdesk.retention.models import DataClass, Held, LegalHold, RetentionRule
from helpdesk.retention.rules import SHIPPED, last_old_day
from helpdesk.waivers.models import WaiverApplication

ROWS = 100
NAMED = {  # by which id, and under which word, staff know what may be held back
    Held.PERSON: (Person.id, Person.name),
    Held.PLACE: (Place.id, Place.address),
    Held.CASE: (Case.id, Case.number),
    Held.WAIVER: (WaiverApplication.id, WaiverApplication.number),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One class: for how long, up to which day that is over, and how much would go now."""

    data_class: DataClass
    months: int
    version: int
    day: date
    count: int


def rules_now() -> dict[DataClass, RetentionRule]:
    return {row.data_class: row for row in db.session.scalars(select(RetentionRule))}


def months_of(data_class: DataClass) -> int:
    found = db.session.scalar(select(RetentionRule.months).where(RetentionRule.data_class == data_class))
    return found or SHIPPED[data_class]


def dry_run(today: date) -> list[Kept]:
    """What the next night would forget, class by class; changes nothing."""
    rows, found = rules_now(), []
    for data_class, shipped in SHIPPED.items():
        row = rows.get(data_class)
        months = row.months if row else shipped
        day = last_old_day(today, months)
        asked = [piece.over(day, ends_of(day), today) for piece in PIECES.get(data_class, ())]
        asked = asked or [gone_people(day, today)]
        count = sum(db.session.scalar(select(func.count()).select_from(one.subquery())) for one in asked)
        found.append(Kept(data_class, months, row.version if row else 0, day, count))
    return found


def visible_holds(user) -> Select[tuple[LegalHold]]:
    mine = estates(user, Permission.CONSENT_TO_ERASURE) | estates(user, Permission.SET_RETENTION)
    return select(LegalHold).where(LegalHold.estate_id.in_(mine)).order_by(LegalHold.id.desc())


def newest_holds(user, estate_id: int) -> Sequence[LegalHold]:
    found = visible_holds(user).where(LegalHold.estate_id == estate_id).options(joinedload(LegalHold.set_by))
    return db.session.scalars(found.limit(ROWS)).all()


def names_of(user, holds: Sequence[LegalHold]) -> dict[tuple[Held, int], str]:
    """What people call what is held back, for whoever may decide of it; nothing where it is gone."""
    mine, found = estates(user, Permission.CONSENT_TO_ERASURE), {}
    for what, (subject, called) in NAMED.items():
        ids = {one.subject_id for one in holds if one.what is what and one.estate_id in mine}
        rows = db.session.execute(select(subject, called).where(subject.in_(ids))) if ids else ()
        found |= {(what, row_id): words for row_id, words in rows}
    return found


def get_hold(user, hold_id: int) -> LegalHold:
    return db.session.scalar(visible_holds(user).where(LegalHold.id == hold_id)) or abort(404)
