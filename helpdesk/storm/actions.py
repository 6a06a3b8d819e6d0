"""Moving many visits at once, ringing everybody at risk, and going to whoever gives no sign."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.callbacks.actions import ask_to_ring, give_up, note_attempt
from helpdesk.callbacks.models import Answer, Callback, Reason
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person
from helpdesk.repairs.actions import hold_work_order, open_work_order
from helpdesk.repairs.models import Category, HoldReason, Urgency, Visit, WorkOrder
from helpdesk.repairs.queries import reach_of
from helpdesk.repairs.rules import promised_window
from helpdesk.repairs.states import NOT_SET_OUT
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.storm.models import Cause, PostponedOrder, Postponement, Round, RoundPerson
from helpdesk.storm.queries import AtRisk
from helpdesk.storm.rules import ASKED, NO_SIGN, Whom, moved, moved_moment, ring_by, said_of_moved, said_time


def postpone_visits(
    visits: Sequence[Visit], *, cause: Cause, day: date, moved_to: date | None, actor: User, now: datetime
) -> Postponement:
    """Move visits of a day to the same hours of another, or (None) let their orders wait for a new appointment.

    Every household is owed one call, however many of its visits are moved. All of it happens, or nothing: Conflict if
    somebody has set out meanwhile, Refused for a day that is not later, for no visits or for several estates.
    """
    if not visits:
        raise Refused(_("Choose at least one visit."), field="chosen")
    estate_ids = {visit.work_order.estate_id for visit in visits}
    if len(estate_ids) > 1:
        raise Refused(_("Choose visits of one estate."), field="chosen")
    (estate_id,) = estate_ids
    require(actor, Permission.DISPATCH, estate_id)
    if moved_to and moved_to <= clock.local_date(now):
        raise Refused(_("Choose a later day."), field="moved_to")
    postponement = Postponement(
        estate_id=estate_id, cause=cause, day=day, moved_to=moved_to, decided_at=now, decided_by=actor, version=0
    )
    db.session.add(postponement)
    rows = [_move(visit, postponement, actor, now) for visit in list(visits)]  # an order's own list grows meanwhile
    for owed in _households(rows, now):
        _owe_a_call(owed, cause, actor, now)
    record(
        "visits.postponed", postponement, actor=actor, now=now, topics=postponement.topics, cause=cause,
        orders=len(rows), calls=len({id(row.callback) for row in rows if row.callback}),
    )  # fmt: skip
    return postponement


def begin_round(
    people: Iterable[AtRisk], *, estate_id: int, cause: Cause, whom: Sequence[Whom], youngest: int, due_at: datetime,
    actor: User, now: datetime,
) -> Round:  # fmt: skip
    """Let everybody of a list be rung by a moment. Refused without anybody, or for a moment that is over.

    Who has no number is on the list all the same: somebody has to knock.
    """
    require(actor, Permission.WORK_HOTLINE, estate_id)
    asked = [one for one in people if one.person.estate_id == estate_id]
    if not asked:
        raise Refused(_("Nobody in the register is meant by this."), field="whom")
    if due_at <= now:
        raise Refused(_("This time is already over. Choose a later one."), field="hours")
    ringing = Round(
        estate_id=estate_id, cause=cause, whom=",".join(whom), youngest=youngest, due_at=due_at, begun_at=now,
        begun_by=actor, version=0,
    )  # fmt: skip
    db.session.add(ringing)
    owed: dict[str, Callback] = {}  # a couple on one number is rung once
    for one in asked:
        row = RoundPerson(round=ringing, person=one.person, place=one.place)
        db.session.add(row)
        if one.person.phones:
            number = one.person.phones[0].digits
            owed[number] = row.callback = owed.get(number) or _ask_after(row, cause, due_at, actor, now)
    record(
        "round.begun", ringing, actor=actor, now=now, topics=ringing.topics, cause=cause, people=len(asked),
        due_at=due_at,
    )  # fmt: skip
    return ringing


def note_sign(row: RoundPerson, *, answer: Answer, seen_tries: int, actor: User, now: datetime) -> None:
    """What came of ringing somebody of a round once. Conflict if a colleague rang meanwhile."""
    if row.callback is None:
        raise Refused(_("No number is known: somebody has to knock."))
    if len(row.callback.attempts) != seen_tries:
        raise Conflict(_("A colleague rang them meanwhile. Look at the list again."))
    note_attempt(row.callback, answer=answer, actor=actor, now=now)


def send_somebody(row: RoundPerson, *, category: Category, actor: User, now: datetime) -> WorkOrder:
    """Nobody answers: open a 险情 for the home, so that two people go there. Conflict if that was done before."""
    if row.work_order_id:
        raise Conflict(_("Somebody is sent there already."))
    if row.callback and row.callback.status is CallbackStatus.REACHED:
        raise Conflict(_("They were reached meanwhile. Look at the list again."))
    row.work_order = open_work_order(
        place=row.place, category=category, urgency=Urgency.P0, summary=NO_SIGN,
        reporter=row.person, actor=actor, now=now,
    )  # fmt: skip
    if row.callback and row.callback.status is CallbackStatus.OPEN:
        give_up(row.callback, because=row.work_order.number, actor=actor, now=now)
    record(
        "round.somebody_sent", row.round, actor=actor, now=now, topics=row.round.topics,
        work_order_id=row.work_order.id,
    )  # fmt: skip
    return row.work_order


def _move(visit: Visit, postponement: Postponement, actor: User, now: datetime) -> PostponedOrder:
    """Move one visit; what its household had been told is kept beside it."""
    if visit.status not in NOT_SET_OUT:
        raise Conflict(_("Somebody has set out for one of these visits meanwhile. Look at the list again."))
    work_order, told, to = visit.work_order, promised_window(visit), postponement.moved_to
    row = PostponedOrder(
        work_order=work_order, promised_from=told.starts_at if told else visit.planned_at,
        promised_until=told.ends_at if told else None,
    )  # fmt: skip
    postponement.orders.append(row)
    if to is None:
        hold_work_order(work_order, reason=HoldReason.APPOINTMENT, actor=actor, now=now)
    else:
        crew, planned_at = list(visit.crew), moved_moment(visit.planned_at, to)
        window = moved(told, to) if told else None
        schedule_visit(work_order, crew=crew, planned_at=planned_at, promised=window, actor=actor, now=now)
    return row


def _number_of(order: WorkOrder, now: datetime) -> str:
    """Whom to ring about it, if anybody is left who answers."""
    phones = reach_of(order, today=clock.local_date(now)).phones
    return phones[0].digits if phones else ""


def _households(rows: list[PostponedOrder], now: datetime) -> list[list[PostponedOrder]]:
    """Rows that one call serves: of one number, or else of one person. Where nobody can be rung, there is no call."""
    groups: dict[object, list[PostponedOrder]] = {}
    for row in rows:
        order, number = row.work_order, _number_of(row.work_order, now)
        if number or order.reporter_id:
            groups.setdefault(number or order.reporter_id, []).append(row)
    return list(groups.values())


def _owe_a_call(rows: list[PostponedOrder], cause: Cause, actor: User, now: datetime) -> None:
    first = rows[0].work_order
    callback = ask_to_ring(
        estate_id=first.estate_id, reason=Reason.POSTPONED, due_at=ring_by(now, min(row.promised_from for row in rows)),
        number=_number_of(first, now), person=first.reporter,
        place=first.place, work_order=first, words="\n".join(_told(row, cause) for row in rows), actor=actor, now=now,
    )  # fmt: skip
    for row in rows:
        row.callback = callback


def _told(row: PostponedOrder, cause: Cause) -> str:
    visit = row.work_order.visits[-1]
    new = visit if visit.status in NOT_SET_OUT else None
    after = said_time(new.promised_from or new.planned_at, new.promised_until) if new else ""
    return said_of_moved(row.work_order.place.address, said_time(row.promised_from, row.promised_until), after, cause)


def _ask_after(row: RoundPerson, cause: Cause, due_at: datetime, actor: User, now: datetime) -> Callback:
    person: Person = row.person
    return ask_to_ring(
        estate_id=person.estate_id, reason=Reason.CHECK, due_at=due_at, number=person.phones[0].digits, person=person,
        place=row.place, words=ASKED[cause], actor=actor, now=now,
    )  # fmt: skip
