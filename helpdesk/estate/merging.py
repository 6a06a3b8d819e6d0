"""Two records of one person, or one number written in two ways, become one; nothing that points to them is lost.

Whatever refers to a person or a number follows, whichever feature it belongs to: it is found by the foreign keys of
the tables, so a table that is added later follows too.
"""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import Column, String, Table, UniqueConstraint, and_, delete, exists, func, or_, select, update

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.indexing import forget, index_person, index_phone
from helpdesk.estate.merge_traces import Trace
from helpdesk.estate.models import Occupancy, OccupancyRole, Person, PersonNote, Phone, PhoneNote, SearchKey

OWN = {SearchKey.__tablename__: "", PersonNote.__tablename__: "person_id", PhoneNote.__tablename__: "phone_id"}
STRONGER = (OccupancyRole.OWNER, OccupancyRole.HEAD, OccupancyRole.TENANT, OccupancyRole.MEMBER)
LONGEST_CONTACT = 120


@dataclass(frozen=True)
class Moving:
    """How many rows of one table will point to the record that is kept."""

    table: str
    rows: int


def preview(merged: Person | Phone) -> list[Moving]:
    """What will move, by table; nothing is changed."""
    counts: dict[str, int] = {}
    for column, here in _following(merged):
        rows = db.session.scalar(select(func.count()).select_from(column.table).where(here))
        counts[column.table.name] = counts.get(column.table.name, 0) + rows
    return [Moving(table, rows) for table, rows in sorted(counts.items()) if rows]


def merge_people(kept: Person, merged: Person, *, actor: User, now: datetime) -> None:
    """Let everything of `merged` belong to `kept`, and let its address lead there.

    Refused for people of two estates, or if only one of them has died.
    """
    _check(kept, merged, actor)
    if bool(kept.died_on) != bool(merged.died_on):
        raise Refused(_("Only one of the two has died here. Correct that first."))
    trace = Trace.of_people(kept, merged)
    _fill(kept, merged)
    moved = _move_all(merged, kept, trace)
    _fold(kept.occupancies)
    merged.note = merged.note or PersonNote()
    merged.note.became_id = kept.id
    forget(merged)
    index_person(kept)
    trace.keep(kept, merged, actor=actor, now=now)
    record("person.merged", kept, actor=actor, now=now, merged_id=merged.id, moved=moved)


def merge_numbers(kept: Phone, merged: Phone, *, actor: User, now: datetime) -> None:
    """Let `merged` have been a wrong way of writing `kept`: whom it reached and where it rang from follow.

    Refused for numbers of two estates.
    """
    _check(kept, merged, actor)
    trace = Trace()
    moved = _move_all(merged, kept, trace)
    db.session.add(PhoneNote(phone_id=merged.id, became_id=kept.id))
    forget(merged)
    index_phone(kept)
    trace.keep(kept, merged, actor=actor, now=now)
    record("phone.merged", kept, actor=actor, now=now, merged_id=merged.id, moved=moved)


def _check(kept, merged, actor: User) -> None:
    require(actor, Permission.MERGE_REGISTER, kept.estate_id)
    if kept.estate_id != merged.estate_id:
        raise Refused(_("These belong to two estates; they cannot become one."))
    if kept.id == merged.id:
        raise Refused(_("Choose two different ones."))
    notes, own = (PersonNote, PersonNote.person_id) if isinstance(kept, Person) else (PhoneNote, PhoneNote.phone_id)
    gone = select(own).where(own.in_((kept.id, merged.id)), notes.became_id.is_not(None))
    if db.session.scalar(gone.limit(1)):
        raise Conflict(_("One of the two was merged meanwhile. Look at the list again."))


def _fill(kept: Person, merged: Person) -> None:
    """What only the other record knew; where both say something, the one that is kept is right."""
    kept.birth_year = kept.birth_year or merged.birth_year
    for flag in ("hearing", "mobility", "dialect", "lives_alone"):
        setattr(kept, flag, getattr(kept, flag) or getattr(merged, flag))
    contacts = list(dict.fromkeys(filter(None, (kept.emergency_contact, merged.emergency_contact))))
    kept.emergency_contact = ";".join(contacts)
    if len(kept.emergency_contact) > LONGEST_CONTACT:
        raise Refused(_("Their emergency contacts are too long together. Shorten one of them first."))
    if merged.note and merged.note.channel and not (kept.note and kept.note.channel):
        kept.note = kept.note or PersonNote()
        kept.note.channel = merged.note.channel


def _move_all(merged, kept, trace: Trace) -> int:
    """Point everything to the record that is kept; how many rows that were."""
    db.session.flush()
    moved = 0
    for column, here in _following(merged):
        value = kept.digits if isinstance(column.type, String) else kept.id
        clash = _clash(column, value)
        if clash is not None:
            moved += _drop_doubles(column.table, and_(here, clash), trace)
        trace.follow(column, here)
        moved += db.session.execute(update(column.table).where(here).values({column.name: value})).rowcount
    db.session.expire_all()
    return moved


def _following(merged: Person | Phone) -> list[tuple[Column, object]]:
    """Every column that refers to this record, with the condition of the rows that do.

    Digits kept as text (`number`) follow a number while what they are for has not ended.
    """
    own_key = merged.__table__.c.id
    found = []
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            refers = any(key.column is own_key for key in column.foreign_keys)
            if refers and OWN.get(table.name) not in ("", column.name):
                found.append((column, column == merged.id))
        holds_numbers = "estate_id" in table.c and isinstance(table.c.get("number", table.c.estate_id).type, String)
        if isinstance(merged, Phone) and holds_numbers:
            found.append((table.c.number, _written(table, merged)))
    return found


def _written(table: Table, phone: Phone):
    """Rows in which the digits of a number are written down, and still needed."""
    here = and_(table.c.estate_id == phone.estate_id, table.c.number == phone.digits)
    return and_(here, table.c.ended_at.is_(None)) if "ended_at" in table.c else here


def _clash(column: Column, value):
    """The condition of rows that would stand twice where each may stand once; None if that cannot be."""
    table, twin = column.table, column.table.alias()
    uniques = [tuple(table.primary_key.columns)]
    uniques += [tuple(rule.columns) for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    uniques += [tuple(index.columns) for index in table.indexes if index.unique]
    twice = [
        exists().where(twin.c[column.name] == value, *(twin.c[c.name] == c for c in unique if c is not column))
        for unique in uniques
        if column in unique
    ]
    return or_(*twice) if twice else None


def _drop_doubles(table: Table, doubles, trace: Trace) -> int:
    """A link that both had is one link. Of anything else both rows are needed, and a person must decide."""
    if db.session.scalar(select(func.count()).select_from(table).where(doubles)) == 0:
        return 0
    if set(table.columns) != set(table.primary_key.columns):
        raise Refused(_("Both have something of which there can be only one. Settle that first."))
    trace.drop(table, doubles)
    return db.session.execute(delete(table).where(doubles)).rowcount


def _fold(occupancies: list[Occupancy]) -> None:
    """The same home at the same time, twice, is once: since the earlier day, as the stronger."""
    kept: list[Occupancy] = []
    for held in sorted(occupancies, key=lambda held: (held.from_on, held.id)):
        same = next((one for one in kept if one.place_id == held.place_id and _ends(one) >= held.from_on), None)
        if same is None:
            kept.append(held)
            continue
        same.role = min(same.role, held.role, key=STRONGER.index)
        if _ends(held) > _ends(same):
            same.until_on, same.end_reason = held.until_on, held.end_reason
        db.session.delete(held)
    db.session.flush()


def _ends(held: Occupancy) -> date:
    return held.until_on or date.max
