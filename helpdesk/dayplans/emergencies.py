"""Who could go to an emergency now: when they would be there, what they leave, whom it moves, and doing it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.core.words import clock_time
from helpdesk.dayplans.digests import digests_of
from helpdesk.dispatch.day import DaySheet, day_sheet
from helpdesk.dispatch.problem import moment, order_id, problem_of, seconds, visit_id
from helpdesk.dispatch.standing import as_it_stands, as_little_moved
from helpdesk.dispatch.telling import owe_a_call, ring
from helpdesk.planning import model
from helpdesk.planning.change import Candidate, When, emergency, why_not
from helpdesk.planning.diff import diff
from helpdesk.planning.ready import has_begun
from helpdesk.repairs.actions import hold_work_order
from helpdesk.repairs.models import HoldReason, Visit, WorkOrder
from helpdesk.repairs.queries import running_visit
from helpdesk.repairs.states import NOT_SET_OUT, OPEN
from helpdesk.repairs.visit_actions import rearrange_visit, schedule_visit

LEAST_MOVE_S = 60
SHOWN_FOR = timedelta(minutes=5)  # what was shown longer ago is worked out anew
MOST = 6


@dataclass(frozen=True)
class Moved:
    """What an emergency does to one visit; without `to_at` no place is left for it today."""

    visit_id: int
    address: str
    from_at: datetime
    to_at: datetime | None
    to_crew: list[int]
    names: list[str]  # of who comes now, if they are others

    @property
    def minutes(self) -> int:
        return int((self.to_at - self.from_at).total_seconds() // 60) if self.to_at else 0


@dataclass(frozen=True)
class Way:
    """One way to answer an emergency, in plain values."""

    key: str
    crew: list[int]
    names: list[str]
    arrives_at: datetime
    when: When
    interrupts: Moved | None
    moved: list[Moved]


@dataclass(frozen=True)
class Answer:
    """All ways, the best first; without one, a code of why not. `seen` is a digest of the day they were made from."""

    ways: list[Way]
    seen: str
    reason: model.Reason | None = None


def ways_to_go(user, order: WorkOrder, *, at: datetime) -> Answer:
    """Who could go at a moment, and what it does to the rest of the day. Conflict if somebody goes already."""
    visit = running_visit(order)
    if order.status not in OPEN or (visit and visit.status not in NOT_SET_OUT):
        raise Conflict(_("Somebody is on the way already, or the order is over."))
    sheet = day_sheet(user, order.estate_id, clock.local_date(at))
    here = next((one for one in sheet.visits if visit and one.id == visit.id), None)
    problem = problem_of(sheet, waiting=[] if here else [order], now=at)
    known = visit_id(here) if here else order_id(order)
    asked = next(one for one in problem.visits if one.id == known)
    asked = replace(asked, windows=(), promised=None, planned=None, lock=model.Lock.NONE)
    rest = replace(problem, visits=tuple(one for one in problem.visits if one.id != known))
    standing, now_s = as_it_stands(rest), seconds(sheet, at)
    found = emergency(rest, standing, asked, now_s)[:MOST]
    ways = [_way(sheet, rest, standing, one, known) for one in found]
    no = None if ways else why_not(replace(rest, now=now_s), standing, replace(asked, windows=((now_s, 108_000),)))
    return Answer(ways, _seen(sheet), (no.reason if no else model.Reason.NO_SHIFT) if not ways else None)


def send_now(order: WorkOrder, way: Way, *, seen: str, actor: User, now: datetime) -> Visit:
    """Do one way: all of it, or nothing. Conflict if the day changed since it was worked out.

    Who is interrupted leaves, which ends that visit, and comes back later; for whom no place is left waits for a new
    appointment. Everybody who was promised otherwise is to be rung.
    """
    require(actor, Permission.DISPATCH, order.estate_id)
    if _seen(day_sheet(actor, order.estate_id, clock.local_date(now))) != seen:
        raise Conflict(_("The day changed while you were looking. Look at it again."))
    if way.interrupts:
        _interrupt(way.interrupts, actor, now)
    for moved in way.moved:
        _move(db.session.get_one(Visit, moved.visit_id), moved, actor, now)
    return schedule_visit(order, crew=_people(way.crew), planned_at=max(now, way.arrives_at), actor=actor, now=now)


def _interrupt(moved: Moved, actor: User, now: datetime) -> None:
    """End a running visit as an attempt, and plan the next."""
    visit = db.session.get_one(Visit, moved.visit_id)
    order, crew = visit.work_order, list(visit.crew)
    hold_work_order(order, reason=HoldReason.APPOINTMENT, actor=actor, now=now)
    with force_locale("zh"):
        if moved.to_at:
            schedule_visit(order, crew=crew, planned_at=moved.to_at, actor=actor, now=now)
            words = _("We had to leave for an emergency, and come back at about %(at)s.", at=clock_time(moved.to_at))
        else:
            words = _("We had to leave for an emergency. Agree on a new time.")
    ring(order, words=words, before=moved.to_at or now + timedelta(hours=1), actor=actor, now=now)


def _move(visit: Visit, moved: Moved, actor: User, now: datetime) -> None:
    if moved.to_at is None:
        hold_work_order(visit.work_order, reason=HoldReason.APPOINTMENT, actor=actor, now=now)
        with force_locale("zh"):
            words = _("An emergency comes first: nobody can come today as agreed. Agree on a new time.")
        ring(visit.work_order, words=words, before=visit.planned_at, actor=actor, now=now)
        return
    others = sorted(user.id for user in visit.crew) != moved.to_crew
    rearrange_visit(visit, crew=_people(moved.to_crew), planned_at=moved.to_at, actor=actor, now=now)
    owe_a_call(visit, others=others, actor=actor, now=now)


def _people(ids: list[int]) -> list[User]:
    return list(db.session.scalars(select(User).where(User.id.in_(ids))))


def _seen(sheet: DaySheet) -> str:
    return "".join(one[:4] for _user_id, one in sorted(digests_of(sheet).items()))


def _way(sheet: DaySheet, problem: model.Problem, standing: model.Plan, found: Candidate, known: str) -> Way:
    names = {one.user.id: one.user.name for one in sheet.technicians}
    after = as_little_moved(problem, standing, found.plan)
    stays = {known, *(one.id for one in problem.visits if has_begun(one) and one.id != found.interrupts)}
    moves = [move for move in diff(standing, after) if move.visit not in stays and move.visit in _ids(sheet)]
    touched = _touched(set(found.technicians), moves)
    moved = {one.visit: _moved(sheet, one, names) for one in moves if set(one.technicians_before) <= touched}
    interrupts = moved.pop(found.interrupts, None) if found.interrupts else None
    return Way(
        key=f"{'-'.join(str(user_id) for user_id in found.technicians)}-{found.when}", crew=list(found.technicians),
        names=[names[user_id] for user_id in found.technicians], arrives_at=moment(sheet, found.arrives),
        when=found.when, interrupts=interrupts, moved=[one for one in moved.values() if _is_felt(one)],
    )  # fmt: skip


def _touched(going: set[int], moves: list) -> set[int]:
    """Whose day an emergency changes: whoever goes, and whoever takes on what they leave.

    Where others were planned impossibly before, that is not this emergency's doing, and stays.
    """
    left = [move for move in moves if set(move.technicians_before) & going]
    return going.union(*(move.technicians_after for move in left))


def _ids(sheet: DaySheet) -> set[str]:
    return {visit_id(visit) for visit in sheet.visits}


def _moved(sheet: DaySheet, move, names: dict[int, str]) -> Moved:
    visit = next(one for one in sheet.visits if visit_id(one) == move.visit)
    others = set(move.technicians_before) != set(move.technicians_after)
    return Moved(
        visit.id, visit.work_order.place.address, visit.planned_at,
        None if move.start_after is None else moment(sheet, move.start_after), sorted(move.technicians_after),
        [names[user_id] for user_id in move.technicians_after] if others else [],
    )  # fmt: skip


def _is_felt(one: Moved) -> bool:
    return one.to_at is None or bool(one.names) or abs((one.to_at - one.from_at).total_seconds()) >= LEAST_MOVE_S
