"""Records that are probably one: the same name on one number or in one home, and numbers that look alike."""

from typing import NamedTuple

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased, selectinload

from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.estate.models import Occupancy, Person, Phone, phone_person, phone_place
from helpdesk.estate.queries import not_merged, visible_phones
from helpdesk.estate.rules import YEARS_APART, Contradiction, contradictions, look_alike

ROWS = 100
LOOKED_AT = 20_000  # pairs of numbers behind one person or home


class Pair(NamedTuple):
    one: Person | Phone
    other: Person | Phone
    against: tuple[Contradiction, ...] = ()  # what speaks against it


def likely_people(user) -> list[Pair]:
    """Two people of the same name who share a number, or a home of now or then; the oldest records first.

    Father and son may share all three: with other years of birth they are two. What else speaks against it is told,
    and such pairs come last.
    """
    one, other = aliased(Person), aliased(Person)
    n1, n2 = phone_person.alias(), phone_person.alias()
    h1, h2 = aliased(Occupancy), aliased(Occupancy)
    number = exists().where(n1.c.phone_id == n2.c.phone_id, n1.c.person_id == one.id, n2.c.person_id == other.id)
    home = exists().where(h1.place_id == h2.place_id, h1.person_id == one.id, h2.person_id == other.id)
    pairs = (
        select(one.id, other.id)
        .join(other, and_(other.estate_id == one.estate_id, other.name == one.name, other.id > one.id))
        .where(one.estate_id.in_(estates(user, Permission.MERGE_REGISTER)), number | home)
        .where(not_merged(one), not_merged(other))
        .where(or_(func.abs(one.birth_year - other.birth_year) <= YEARS_APART, *_unknown(one, other)))
        .order_by(one.id, other.id)
        .limit(ROWS)
    )
    ids = db.session.execute(pairs).all()
    more = (selectinload(Person.phones), selectinload(Person.occupancies).joinedload(Occupancy.place))
    pairs = _pairs(ids, select(Person).options(*more), Person.id)
    return sorted((pair._replace(against=contradictions(pair.one, pair.other)) for pair in pairs), key=_doubtful)


def _unknown(one, other) -> list:
    return [one.birth_year.is_(None), other.birth_year.is_(None)]


def _doubtful(pair: Pair) -> bool:
    return bool(pair.against)


def likely_numbers(user) -> list[Pair]:
    """Two numbers of one person, or of one home where one of them is nobody's, that differ by a slip of the hand."""
    ids: list[tuple[int, int]] = []
    for link, shared in ((phone_person, "person_id"), (phone_place, "place_id")):
        l1, l2, one, other = link.alias(), link.alias(), aliased(Phone), aliased(Phone)
        pairs = (
            select(one.id, one.digits, other.id, other.digits)
            .join(l1, l1.c.phone_id == one.id)
            .join(l2, and_(l2.c[shared] == l1.c[shared], l2.c.phone_id > l1.c.phone_id))
            .join(other, other.id == l2.c.phone_id)
            .where(one.estate_id.in_(estates(user, Permission.MERGE_REGISTER)))
            .order_by(one.id, other.id)
            .limit(LOOKED_AT)
        )
        if link is phone_place:
            nobody = [~exists().where(phone_person.c.phone_id == phone.id) for phone in (one, other)]
            pairs = pairs.where(nobody[0] | nobody[1])
        ids += [(row[0], row[2]) for row in db.session.execute(pairs) if look_alike(row[1], row[3])]
    more = (selectinload(Phone.people), selectinload(Phone.places))
    return _pairs(list(dict.fromkeys(ids))[:ROWS], visible_phones(user).options(*more), Phone.id)


def _pairs(ids, found, key) -> list[Pair]:
    if not ids:
        return []
    known = {one.id: one for one in db.session.scalars(found.where(key.in_({i for pair in ids for i in pair})))}
    return [Pair(known[a], known[b]) for a, b in ids if a in known and b in known]
