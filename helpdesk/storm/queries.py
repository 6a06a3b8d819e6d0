"""Which visits a day has that could be moved, and who is at risk. Each starts from what this user may see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import abort
from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.accounts.models import User
from helpdesk.callbacks.lists import SOURCES, CallList, Source
from helpdesk.callbacks.models import Callback, Reason
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core import clock
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.estate.models import Occupancy, Person, Place, PlaceKind
from helpdesk.estate.queries import lives_there, visible_people
from helpdesk.repairs.models import Urgency, Visit, WorkOrder
from helpdesk.repairs.queries import visible_work_orders
from helpdesk.repairs.states import NOT_SET_OUT
from helpdesk.storm.models import PostponedOrder, Postponement, Round, RoundPerson
from helpdesk.storm.rules import Whom, is_asked
from helpdesk.storm.words import round_said

MOST = 300
SHOWN = 10


def movable_visits(user: User, estate_id: int, day: date, *, building: int | None = None) -> list[Visit]:
    """Visits of a local date nobody has set out for, of an estate in which this user dispatches; never a danger."""
    begins, ends = clock.day_range(day)
    here = WorkOrder.estate_id.in_(estates(user, Permission.DISPATCH) & {estate_id})
    orders = visible_work_orders(user).where(here, WorkOrder.urgency != Urgency.P0)
    if building:
        orders = orders.where(WorkOrder.place_id.in_(select(Place.id).where(Place.building_no == building)))
    planned = (Visit.status.in_(NOT_SET_OUT), Visit.planned_at >= begins, Visit.planned_at < ends)
    of_them = Visit.work_order_id.in_(orders.with_only_columns(WorkOrder.id).order_by(None))
    with_all = joinedload(Visit.work_order).options(joinedload(WorkOrder.reporter), joinedload(WorkOrder.phone))
    found = select(Visit).where(of_them, *planned).options(with_all).order_by(Visit.planned_at, Visit.id)
    return list(db.session.scalars(found.limit(MOST)).unique())


def visible_postponements(user: User) -> Select[tuple[Postponement]]:
    return select(Postponement).where(Postponement.estate_id.in_(estates(user, Permission.WORK_HOTLINE)))


def get_postponement(user: User, postponement_id: int) -> Postponement:
    with_all = selectinload(Postponement.orders).options(
        joinedload(PostponedOrder.work_order), joinedload(PostponedOrder.callback).selectinload(Callback.attempts)
    )
    found = visible_postponements(user).where(Postponement.id == postponement_id)
    return db.session.scalar(found.options(with_all)) or abort(404)


def visible_rounds(user: User) -> Select[tuple[Round]]:
    return select(Round).where(Round.estate_id.in_(estates(user, Permission.WORK_HOTLINE)))


def get_round(user: User, round_id: int) -> Round:
    people = selectinload(Round.people)
    with_all = (
        people.joinedload(RoundPerson.person).selectinload(Person.phones),
        people.joinedload(RoundPerson.place), people.joinedload(RoundPerson.work_order),
        people.joinedload(RoundPerson.callback).selectinload(Callback.attempts),
    )  # fmt: skip
    return db.session.scalar(visible_rounds(user).where(Round.id == round_id).options(*with_all)) or abort(404)


def get_round_person(user: User, round_id: int, row_id: int) -> RoundPerson:
    """Somebody of a round this user may see; 404 otherwise."""
    mine = visible_rounds(user).with_only_columns(Round.id).where(Round.id == round_id)
    found = select(RoundPerson).where(RoundPerson.id == row_id, RoundPerson.round_id.in_(mine))
    return db.session.scalar(found) or abort(404)


@dataclass(frozen=True)
class AtRisk:
    """Somebody to be rung, and the home they are rung about."""

    person: Person
    place: Place


def people_at_risk(user: User, estate_id: int, whom: Collection[Whom], *, youngest: int, on: date) -> list[AtRisk]:
    """Who lives in an estate and may need help, by address; each person once. Nobody who moved away or died."""
    flagged = or_(Person.lives_alone, Person.mobility, Person.birth_year <= on.year - youngest)
    homes = and_(lives_there(on), Occupancy.person_id == Person.id)
    found = db.session.execute(
        visible_people(user)
        .add_columns(Place)
        .join(Occupancy, homes)
        .join(Place, Occupancy.place_id == Place.id)
        .where(Person.estate_id == estate_id, flagged, Place.kind != PlaceKind.COMMON_AREA)
        .options(selectinload(Person.phones))
        .order_by(Place.building_no, Place.unit_no, Place.floor_no, Place.id, Person.id)
    )
    at_risk: dict[int, AtRisk] = {}
    for person, place in found:
        age = on.year - person.birth_year if person.birth_year else None
        asked = is_asked(whom, age=age, youngest=youngest, lives_alone=person.lives_alone, mobility=person.mobility)
        if asked and (person.id not in at_risk or place.kind is PlaceKind.DWELLING):
            at_risk[person.id] = AtRisk(person, place)
    return list(at_risk.values())


@dataclass(frozen=True)
class Progress:
    """How far a list is: how many are on it, and for how many something is still to do."""

    all: int = 0
    waiting: int = 0


def newest_postponements(user: User, estate_id: int) -> list[tuple[Postponement, Progress]]:
    """The newest of an estate, each with how many of its households are still to be told."""
    here = visible_postponements(user).where(Postponement.estate_id == estate_id)
    waits = case((Callback.status == CallbackStatus.OPEN, Callback.id))
    counts = select(PostponedOrder.postponement_id, func.count(Callback.id.distinct()), func.count(waits.distinct()))
    joined = counts.join(Callback, Callback.id == PostponedOrder.callback_id)
    return _with_progress(here, Postponement.id, joined, PostponedOrder.postponement_id)


def newest_rounds(user: User, estate_id: int) -> list[tuple[Round, Progress]]:
    """The newest of an estate, each with how many of its people have given no sign yet and nobody is sent to."""
    here = visible_rounds(user).where(Round.estate_id == estate_id)
    no_sign = or_(RoundPerson.callback_id.is_(None), Callback.status != CallbackStatus.REACHED)
    waits = func.count().filter(RoundPerson.work_order_id.is_(None), no_sign)
    counts = select(RoundPerson.round_id, func.count(), waits).outerjoin(
        Callback, Callback.id == RoundPerson.callback_id
    )
    return _with_progress(here, Round.id, counts, RoundPerson.round_id)


def unfinished_rounds(user: User) -> list[CallList]:
    """The rounds in which somebody is still to be rung, or gave no sign and nobody went: each is one line."""
    rung = Callback.status == CallbackStatus.OPEN
    gave_no_sign = and_(
        RoundPerson.work_order_id.is_(None),
        or_(RoundPerson.callback_id.is_(None), Callback.status != CallbackStatus.REACHED),
    )
    waiting = func.count().filter(or_(rung, gave_no_sign))
    reached = func.count().filter(Callback.status == CallbackStatus.REACHED)
    found = db.session.execute(
        visible_rounds(user)
        .add_columns(func.count(), reached, waiting, func.min(Callback.due_at).filter(rung))
        .join(RoundPerson, RoundPerson.round_id == Round.id)
        .outerjoin(Callback, Callback.id == RoundPerson.callback_id)
        .group_by(Round.id)
        .having(waiting > 0)
    )
    return [
        CallList(
            id=one.id, estate_id=one.estate_id, reason=Reason.CHECK, path=f"/storm/rounds/{one.id}",
            said=partial(round_said, one.cause, people, reached, waiting), waiting=waiting, due_at=due_at or one.due_at,
        )
        for one, people, reached, waiting, due_at in found
    ]  # fmt: skip


SOURCES.append(Source(unfinished_rounds, select(RoundPerson.callback_id).where(RoundPerson.callback_id.is_not(None))))


def _with_progress(visible: Select, key, counts: Select, of) -> list:
    found = list(db.session.scalars(visible.order_by(key.desc()).limit(SHOWN)))
    told = db.session.execute(counts.where(of.in_([one.id for one in found])).group_by(of))
    progress = {list_id: Progress(all_, waiting) for list_id, all_, waiting in told}
    return [(one, progress.get(one.id, Progress())) for one in found]


def storm_act_behind(user: User, callback: Callback) -> Postponement | Round | None:
    """The act of a storm day that asked for a call-back."""
    moved = select(PostponedOrder.postponement_id).where(PostponedOrder.callback_id == callback.id)
    asked = select(RoundPerson.round_id).where(RoundPerson.callback_id == callback.id)
    found = db.session.scalar(visible_postponements(user).where(Postponement.id.in_(moved)))
    return found or db.session.scalar(visible_rounds(user).where(Round.id.in_(asked)))
