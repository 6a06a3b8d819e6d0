"""Finding what comes round. Every query starts from the routines this person may see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, and_, exists, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Occupancy, Person, Place, PlaceKind
from helpdesk.estate.queries import lives_there, visible_people
from helpdesk.repairs.models import Category, Visit, WorkOrder, WorkOrderKind
from helpdesk.repairs.queries import categories_of
from helpdesk.routines.models import Routine, Turn

MOST = 1_000


@dataclass(frozen=True)
class Subject:
    """Whom a routine can be for, and where; without a person it is for the place."""

    place: Place
    person: Person | None = None

    @property
    def id(self) -> int:
        return self.person.id if self.person else self.place.id


def visible_routines(user: User) -> Select[tuple[Routine]]:
    return select(Routine).where(Routine.estate_id.in_(estates(user, Permission.SEE_WORK_ORDERS)))


def routines_of(user: User, *, kind: WorkOrderKind | None = None) -> list[Routine]:
    """What comes round and has not ended, the soonest first."""
    found = visible_routines(user).where(Routine.ended_on.is_(None))
    if kind:
        found = found.where(Routine.kind == kind)
    with_all = (joinedload(Routine.place), joinedload(Routine.person))
    return list(db.session.scalars(found.options(*with_all).order_by(Routine.next_on, Routine.id).limit(MOST)))


def open_turns(user: User) -> list[Turn]:
    """Turns of which nobody has said what came of them, the longest due first."""
    mine = visible_routines(user).with_only_columns(Routine.id).order_by(None)
    with_all = (
        joinedload(Turn.routine).options(joinedload(Routine.place), joinedload(Routine.person)),
        joinedload(Turn.work_order).selectinload(WorkOrder.visits).selectinload(Visit.crew),
    )
    found = select(Turn).where(Turn.outcome.is_(None), Turn.routine_id.in_(mine)).options(*with_all)
    return list(db.session.scalars(found.order_by(Turn.due_on, Turn.id).limit(MOST)))


def get_routine(user: User, routine_id: int, *, seen_version: int | None = None) -> Routine:
    """One routine with its turns; 404 if there is none for this user, Conflict if it changed since they looked."""
    with_turns = selectinload(Routine.turns).options(joinedload(Turn.work_order), joinedload(Turn.follow_up))
    found = visible_routines(user).where(Routine.id == routine_id).options(with_turns)
    routine = db.session.scalar(found) or abort(404)
    if seen_version is not None and seen_version != routine.version:
        raise Conflict(_("Somebody changed this meanwhile. Check, then save again."))
    return routine


def get_turn(user: User, routine_id: int, turn_id: int) -> Turn:
    """A turn of a routine this user may see; 404 otherwise."""
    routine = get_routine(user, routine_id)
    return next((turn for turn in routine.turns if turn.id == turn_id), None) or abort(404)


def turn_of(work_order: WorkOrder) -> Turn | None:
    """The turn a work order was opened for, if it was."""
    return db.session.scalar(select(Turn).where(Turn.work_order_id == work_order.id))


def subjects_of(
    user: User, kind: WorkOrderKind, *, on: date, chosen: Collection[int | None] | None = None
) -> list[Subject]:
    """Whom, or what, a new routine of this kind can be for, by address; `chosen` keeps those of these ids.

    Care: residents who live alone and are on no care round. Inspections: what all share.
    """
    found = _alone(user, on) if kind is WorkOrderKind.CARE else _shared(user)
    return found if chosen is None else [one for one in found if one.id in chosen]


def _alone(user: User, on: date) -> list[Subject]:
    has_one = exists().where(
        Routine.person_id == Person.id, Routine.kind == WorkOrderKind.CARE, Routine.ended_on.is_(None)
    )
    homes = and_(lives_there(on), Occupancy.person_id == Person.id)
    here = Person.estate_id.in_(estates(user, Permission.DISPATCH))
    found = (
        visible_people(user)
        .add_columns(Place)
        .join(Occupancy, homes)
        .join(Place, Occupancy.place_id == Place.id)
        .where(Person.lives_alone, ~has_one, Place.kind != PlaceKind.COMMON_AREA, here)
        .order_by(Place.building_no, Place.unit_no, Place.floor_no, Place.id, Person.id)
    )
    each: dict[int, Subject] = {}
    for person, place in db.session.execute(found):
        each.setdefault(person.id, Subject(place, person))
    return list(each.values())


def _shared(user: User) -> list[Subject]:
    here = Place.estate_id.in_(estates(user, Permission.DISPATCH))
    order = (Place.building_no, Place.unit_no, Place.address)
    found = select(Place).where(Place.kind == PlaceKind.COMMON_AREA, here).order_by(*order).limit(MOST)
    return [Subject(place) for place in db.session.scalars(found)]


def same_category(category: Category, estate_id: int, on: date) -> Category:
    """The category of the same code in an estate. Refused where there is none."""
    if category.estate_id == estate_id:
        return category
    found = next((one for one in categories_of(estate_id, on=on) if one.code == category.code), None)
    if found is None:
        raise Refused(_("This belongs to another estate."))
    return found
