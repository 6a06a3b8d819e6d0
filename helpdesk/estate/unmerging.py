"""Undoing a merge: everything that followed goes back, and what somebody changed since stays as they left it."""

from datetime import date, datetime, timedelta

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Date, String, and_, delete, insert, select, tuple_, update
from sqlalchemy.orm import joinedload

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, estates, require
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.indexing import index_person, index_phone
from helpdesk.estate.merge_traces import facts_of, homes_of
from helpdesk.estate.models import Occupancy, Person, Phone, PhoneNote, PreferredChannel, RegisterMerge

KEPT = timedelta(days=30)
ROWS = 50


def visible_merges(user, now: datetime):
    """Merges that can still be undone, the latest first."""
    mine = RegisterMerge.estate_id.in_(estates(user, Permission.MERGE_REGISTER))
    recent = RegisterMerge.merged_at >= now - KEPT
    return select(RegisterMerge).where(mine, recent).order_by(RegisterMerge.id.desc())


def get_merge(user, merge_id: int, *, now: datetime) -> RegisterMerge:
    return db.session.scalar(visible_merges(user, now).where(RegisterMerge.id == merge_id)) or abort(404)


def latest_merges(user, now: datetime) -> list[tuple[RegisterMerge, Person | Phone, Person | Phone]]:
    """Each with the kept record and the one that was merged into it."""
    asked = visible_merges(user, now).limit(ROWS).options(joinedload(RegisterMerge.merged_by))
    merges = db.session.scalars(asked).all()
    known = {}
    for model, of_people in ((Person, True), (Phone, False)):
        ids = {i for merge in merges if merge.of_people is of_people for i in (merge.kept_id, merge.merged_id)}
        known[of_people] = {one.id: one for one in db.session.scalars(select(model).where(model.id.in_(ids)))}
    pairs = [(merge, known[merge.of_people]) for merge in merges]
    return [(merge, found[merge.kept_id], found[merge.merged_id]) for merge, found in pairs]


def unmerge(merge: RegisterMerge, *, actor: User, now: datetime) -> Person | Phone:
    """Let two records be two again; returns the one that was kept. Conflict if a later merge has to go back first."""
    require(actor, Permission.MERGE_REGISTER, merge.estate_id)
    model = Person if merge.of_people else Phone
    kept, merged = db.session.get_one(model, merge.kept_id), db.session.get_one(model, merge.merged_id)
    _check(merge, kept, merged)
    moved = sum(_move_back(one, kept, merged) for one in merge.moves)
    for table, values in merge.before["links"]:
        _link_again(db.metadata.tables[table], values)
    if merge.of_people:
        merged.note.became_id = None
        _house_again(merge)
        _forget_facts(kept, merge)
    else:
        db.session.execute(delete(PhoneNote).where(PhoneNote.phone_id == merged.id))
    db.session.flush()
    db.session.expire_all()
    for one in (kept, merged):
        index_person(one) if merge.of_people else index_phone(one)
    kind = "person.unmerged" if merge.of_people else "phone.unmerged"
    record(kind, kept, actor=actor, now=now, merged_id=merged.id, moved=moved)
    db.session.delete(merge)
    return kept


def forget_merges(now: datetime) -> int:
    """What was merged thirty days ago stays merged; the worker calls it."""
    with writing():
        return db.session.execute(delete(RegisterMerge).where(RegisterMerge.merged_at < now - KEPT)).rowcount


def _check(merge: RegisterMerge, kept: Person | Phone, merged: Person | Phone) -> None:
    if merge.of_people:
        there, gone = merged.note.became_id == kept.id, bool(kept.note and kept.note.became_id)
    else:
        pointer = db.session.get(PhoneNote, merged.id)
        there, gone = bool(pointer and pointer.became_id == kept.id), db.session.get(PhoneNote, kept.id) is not None
    if gone:
        raise Conflict(_("The record that was kept was itself merged later. Undo that merge first."))
    later = select(RegisterMerge.id).where(
        RegisterMerge.of_people == merge.of_people, RegisterMerge.kept_id == kept.id, RegisterMerge.id > merge.id
    )
    if db.session.scalar(later.limit(1)):
        raise Conflict(_("Another record was merged into this one later. Undo that merge first."))
    if not there:
        raise Conflict(_("These two are separate already."))


def _move_back(one: list, kept: Person | Phone, merged: Person | Phone) -> int:
    """Point rows back, where they still point to the kept record."""
    table, name, keys, rows = one
    table = db.metadata.tables[table]
    text = isinstance(table.c[name].type, String)
    ours, theirs = (kept.digits, merged.digits) if text else (kept.id, merged.id)
    here = [table.c[name] == ours] + ([tuple_(*(table.c[key] for key in keys)).in_(rows)] if keys else [])
    return db.session.execute(update(table).where(*here).values({name: theirs})).rowcount


def _link_again(table, values: dict) -> None:
    """A link that both had, if what it leads to is still there."""
    here = and_(*(table.c[name] == value for name, value in values.items()))
    leads = [
        db.session.scalar(select(key.column).where(key.column == values[key.parent.name])) is not None
        for key in table.foreign_keys
    ]
    if all(leads) and db.session.execute(select(table).where(here)).first() is None:
        db.session.execute(insert(table).values(values))


def _house_again(merge: RegisterMerge) -> None:
    """Homes that became one are two again; one that was changed or given up since stays as it is."""
    before, after, table = merge.before["homes"], merge.after["homes"], Occupancy.__table__
    now = homes_of(merge.kept_id, merge.merged_id)
    for key, was in before.items():
        values = {name: _typed(table.c[name], value) for name, value in was.items()}
        if key not in after:
            db.session.execute(insert(table).values(values))
        elif key in now and {**now[key], "person_id": 0} == {**after[key], "person_id": 0}:
            db.session.execute(update(table).where(table.c.id == was["id"]).values(values))


def _forget_facts(kept: Person, merge: RegisterMerge) -> None:
    """What the kept record took over goes, unless somebody changed it since."""
    before, after, now = merge.before["facts"], merge.after["facts"], facts_of(kept)
    for name, was in before.items():
        if was == after[name] or now[name] != after[name]:
            continue
        if name == "channel":
            kept.note.channel = was and PreferredChannel(was)
        else:
            setattr(kept, name, was)


def _typed(column, value):
    return date.fromisoformat(value) if value is not None and isinstance(column.type, Date) else value
