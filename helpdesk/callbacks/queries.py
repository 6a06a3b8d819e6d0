"""Finding whom to ring. Every query starts from what this user may see."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, lazyload, load_only, selectinload

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import holding
from helpdesk.callbacks.lists import CallList, of_a_list, unfinished_lists
from helpdesk.callbacks.models import Answer, Attempt, Callback, Reason
from helpdesk.callbacks.rules import TRIES
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core import clock
from helpdesk.core.access import Permission, estates, roles_with
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Phone, Place
from helpdesk.estate.queries import phones_of_place, residents_of
from helpdesk.estate.ringing import departures
from helpdesk.parties.queries import count_chases_due
from helpdesk.repairs.models import Urgency, WorkOrder
from helpdesk.repairs.states import OPEN

ROWS = 200
ENDED = 60
IN_REGION = 3
OF_ORDER = (load_only(WorkOrder.number, WorkOrder.urgency, WorkOrder.status), lazyload("*"))
AS_ROW = (
    joinedload(Callback.place).load_only(Place.address), joinedload(Callback.person).load_only(Person.name),
    joinedload(Callback.owner).load_only(User.name), joinedload(Callback.work_order).options(*OF_ORDER),
    selectinload(Callback.attempts).joinedload(Attempt.by).load_only(User.name),
)  # fmt: skip


def visible_callbacks(user) -> Select[tuple[Callback]]:
    """Call-backs of the estates whose hotline this user works."""
    return select(Callback).where(Callback.estate_id.in_(estates(user, Permission.WORK_HOTLINE)))


def open_callbacks(user) -> Select[tuple[Callback]]:
    """Those still to be rung, the one due first on top."""
    return visible_callbacks(user).where(Callback.status == CallbackStatus.OPEN).order_by(Callback.due_at, Callback.id)


def single_callbacks(user) -> Select[tuple[Callback]]:
    """The open ones that stand by themselves: the others are rung from their list."""
    return open_callbacks(user).where(~of_a_list())


def get_callback(user, callback_id: int, *, seen_version: int | None = None) -> Callback:
    """One call-back; 404 if there is none for this user, Conflict if it changed since they looked."""
    callback = db.session.scalar(visible_callbacks(user).where(Callback.id == callback_id)) or abort(404)
    if seen_version is not None and seen_version != callback.version:
        raise Conflict(_("Someone changed this call-back while you were looking at it. Check, then save again."))
    return callback


def listed(user, *, reason: Reason | None, ended: bool) -> list[Callback]:
    """The open ones that are on no list, overdue first; or those that ended last."""
    if ended:
        over = visible_callbacks(user).where(Callback.status != CallbackStatus.OPEN)
        found = over.order_by(Callback.ended_at.desc(), Callback.id.desc()).limit(ENDED)
    else:
        found = single_callbacks(user).limit(ROWS)
    if reason:
        found = found.where(Callback.reason == reason)
    return list(db.session.scalars(found.options(*AS_ROW)))


def next_to_ring(user, but_not: Callback) -> Callback | None:
    """Whom this user rings after that: due first, theirs or nobody's."""
    mine = or_(Callback.owner_id.is_(None), Callback.owner_id == user.id)
    found = open_callbacks(user).where(mine, Callback.id != but_not.id)
    return db.session.scalar(found.limit(1).options(*AS_ROW))


def about(
    user, *, place: Place | None = None, person: Person | None = None, work_order: WorkOrder | None = None
) -> list[Callback]:
    """The newest call-backs to a home or a person, or about an order, with every attempt."""
    things = ((Callback.place_id, place), (Callback.person_id, person), (Callback.work_order_id, work_order))
    which = or_(*(column == thing.id for column, thing in things if thing is not None))
    found = visible_callbacks(user).where(which).order_by(Callback.id.desc()).limit(20)
    return list(db.session.scalars(found.options(*AS_ROW)))


def owed_to(user, *, place: Place | None, person: Person | None, phone: Phone | None) -> list[Callback]:
    """Whom we owe a call among these: asked for on the caller card, while they ring themselves."""
    which = [Callback.place_id == place.id] if place else []
    which += [Callback.person_id == person.id] if person else []
    which += [Callback.number == phone.digits] if phone else []
    if not which:
        return []
    return list(db.session.scalars(open_callbacks(user).where(or_(*which)).limit(5).options(*AS_ROW)))


@dataclass(frozen=True)
class Owed:
    """What the console says of call-backs: how many there are to do, a list counting as one; how many people are rung
    late or in vain, those of the lists too; the lists, the next few others; and who is to be chased.
    """

    estate_ids: list[int]
    count: int
    late: int
    undecided: int  # rung in vain again and again
    rows: list[Callback]
    chases: int
    lists: list[CallList]


def owed(user, now: datetime) -> Owed:
    still, single = open_callbacks(user).order_by(None), single_callbacks(user)
    lists = unfinished_lists(user)
    count = db.session.scalar(single.order_by(None).with_only_columns(func.count(Callback.id)))
    late = db.session.scalar(still.where(Callback.due_at < now).with_only_columns(func.count(Callback.id)))
    rows = list(db.session.scalars(single.limit(IN_REGION).options(*AS_ROW))) if count else []
    undecided = db.session.scalar(still.where(_rung_in_vain()).with_only_columns(func.count(Callback.id)))
    chases = count_chases_due(user, clock.day_range(clock.local_date(now))[1])
    mine = sorted(estates(user, Permission.WORK_HOTLINE))
    return Owed(mine, count + len(lists), late, undecided, rows, chases, lists)


def _rung_in_vain() -> ColumnElement[bool]:
    """`rules.needs_a_decision` as a condition."""
    in_vain = select(Attempt.callback_id).where(Attempt.answer != Answer.ANSWERED).group_by(Attempt.callback_id)
    mine = in_vain.where(Attempt.callback_id == Callback.id).having(func.count() >= TRIES)
    return mine.correlate(Callback).exists()


def is_urgent(callback: Callback) -> bool:
    """Whether somebody is rung at night too: about a danger or an emergency, or to ask whether they are well."""
    order = callback.work_order
    hurries = order is not None and order.urgency in (Urgency.P0, Urgency.P1) and order.status in OPEN
    return hurries or callback.reason is Reason.CHECK


def open_about(work_order_id: int, reason: Reason) -> Callback | None:
    """The call-back about an order that is still owed for this reason, whoever looks; the last, if there are several.

    For acts on the order: they may have been asked for by somebody who does not work the hotline.
    """
    about = (Callback.work_order_id == work_order_id, Callback.reason == reason)
    found = select(Callback).where(*about, Callback.status == CallbackStatus.OPEN)
    return db.session.scalar(found.order_by(Callback.id.desc()).limit(1))


@dataclass(frozen=True)
class NumberToRing:
    """A number to ring, and whose it is."""

    digits: str
    whose: str


def numbers_to_ring(callback: Callback, on: date) -> list[NumberToRing]:
    """Where to ring: the number that was noted, then what the register knows of the person and the home.

    Nobody who died or moved away is rung: of them not even the number that was noted, unless others share it.
    """
    person, place = callback.person, callback.place
    gone = departures(on, people=[person] if person else []).gone(person)
    noted = db.session.scalar(
        select(Phone).where(Phone.estate_id == callback.estate_id, Phone.digits == callback.number)
    )
    rang_on = clock.local_date(callback.asked_at) if callback.reason is Reason.MISSED else None
    rings = noted is None or departures(on, phones=[noted]).rings(noted, rang_on=rang_on)
    whose = person.name if person and not gone else ""
    found = [NumberToRing(callback.number, whose)] if callback.number and rings else []
    if person and not gone:
        found += [NumberToRing(phone.digits, person.name) for phone in person.phones]
    if place:
        at_home = residents_of([place.id], on=on)
        found += [NumberToRing(phone.digits, lives.person.name) for lives in at_home for phone in lives.person.phones]
        known = list(phones_of_place(place))
        found += [
            NumberToRing(p.digits, place.address) for p in departures(on, phones=known).only(known, place_id=place.id)
        ]
    return list({line.digits: line for line in reversed(found)}.values())[::-1]


def hotline_staff(estate_id: int) -> list[User]:
    """Who works the hotline of an estate, by name; disabled accounts are left out."""
    return list(db.session.scalars(_hotline_staff(estate_id).order_by(User.name, User.id)))


def get_hotline_staff(user_id: int, *, estate_id: int) -> User | None:
    return db.session.scalar(_hotline_staff(estate_id).where(User.id == user_id))


def _hotline_staff(estate_id: int) -> Select[tuple[User]]:
    return holding(roles_with(Permission.WORK_HOTLINE), [estate_id])
