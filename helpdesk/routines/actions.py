"""What comes round: begin it, change it, end it; open its turns, and say what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Place
from helpdesk.repairs.actions import open_by_consequence
from helpdesk.repairs.models import Category, Urgency, Visit, WorkOrder, WorkOrderKind
from helpdesk.repairs.queries import check_category
from helpdesk.repairs.states import Setback, VisitStatus
from helpdesk.routines.models import Basis, Outcome, Routine, Turn, Unit
from helpdesk.routines.queries import Subject, same_category, turn_of
from helpdesk.routines.rules import next_due, spread, wanted_day


@dataclass(frozen=True)
class Rhythm:
    """How often something comes round, from when on, and how many days before it is due its work order is opened."""

    every: int
    unit: Unit
    basis: Basis
    first_on: date
    ahead_days: int


def begin_routine(
    *, kind: WorkOrderKind, title: str, steps: str, place: Place, person: Person | None, category: Category,
    rhythm: Rhythm, actor: User, now: datetime,
) -> Routine:  # fmt: skip
    """Let something come round at a place. A care round is for somebody, an inspection for nobody.

    Refused for a first date that is over, or for somebody of another estate.
    """
    require(actor, Permission.DISPATCH, place.estate_id)
    _check(place, person, category)
    _not_over(rhythm.first_on, now)
    if kind is WorkOrderKind.CARE and person is None:
        raise Refused(_("A care round is for somebody: choose the resident."), field="person_id")
    routine = Routine(
        estate_id=place.estate_id, kind=kind, title=title, steps=steps, place=place, category=category, person=person,
        every=rhythm.every, unit=rhythm.unit, basis=rhythm.basis, ahead_days=rhythm.ahead_days,
        next_on=rhythm.first_on, month_day=rhythm.first_on.day, version=0,
    )  # fmt: skip
    db.session.add(routine)
    db.session.flush()
    record("routine.begun", routine, actor=actor, now=now, topics=routine.topics, **_told(routine))
    return routine


def change_routine(routine: Routine, *, title: str, steps: str, rhythm: Rhythm, actor: User, now: datetime) -> None:
    """Change how often it comes, and what is looked at; what was opened already stays. Conflict once ended."""
    require(actor, Permission.DISPATCH, routine.estate_id)
    _still_runs(routine)
    if rhythm.first_on != routine.next_on:
        _not_over(rhythm.first_on, now)
        routine.month_day = rhythm.first_on.day
    if any(turn.due_on == rhythm.first_on for turn in routine.turns):
        raise Refused(_("There is a turn on this day already. Choose another one."), field="first_on")
    routine.title, routine.steps = title, steps
    routine.every, routine.unit, routine.basis = rhythm.every, rhythm.unit, rhythm.basis
    routine.next_on, routine.ahead_days = rhythm.first_on, rhythm.ahead_days
    record("routine.changed", routine, actor=actor, now=now, topics=routine.topics, **_told(routine))


def end_routine(routine: Routine, *, actor: User, now: datetime) -> None:
    """It comes round no more; a turn that is open is still to be done. Conflict if it ended before."""
    require(actor, Permission.DISPATCH, routine.estate_id)
    _still_runs(routine)
    _end(routine, actor, now)


def end_by_itself(routine: Routine, *, now: datetime) -> None:
    """The resident a care round was for has died: nobody rings or knocks any more. Done by the worker."""
    _end(routine, None, now)


def open_turn(routine: Routine, *, now: datetime) -> Turn:
    """The next turn, with its work order; done by the worker, nobody's act. What was missed is not opened in heaps."""
    due_on, today = routine.next_on, clock.local_date(now)
    order = open_by_consequence(
        place=routine.place, category=routine.category, urgency=Urgency.P3, summary=_summary(routine),
        reporter=routine.person, kind=routine.kind, actor=None, now=now,
    )  # fmt: skip
    order.arrive_by = max(clock.day_range(due_on)[1], now)
    order.done_by = order.arrive_by
    turn = Turn(routine=routine, due_on=due_on, work_order=order)
    db.session.add(turn)
    routine.next_on = next_due(
        due_on=due_on, ended_on=max(due_on, today), every=routine.every, unit=routine.unit, basis=Basis.DUE,
        wanted=routine.month_day,
    )  # fmt: skip
    db.session.flush()
    record(
        "routine.turn_opened", routine, actor=None, now=now, topics=routine.topics | order.topics, turn_id=turn.id,
        work_order_id=order.id, due_at=clock.start_of_day(due_on),
    )  # fmt: skip
    return turn


def note_outcome(
    turn: Turn, outcome: Outcome, *, words: str = "", found: Category | None = None, actor: User, now: datetime
) -> None:
    """Say what came of a turn: the desk, or whoever was sent. The next turn is counted from it where the rule says so.

    No contact with somebody a care round is for becomes a danger at once, and whoever is on call is rung. A concern
    opens a work order if `found` says what is wrong. Refused without words for a concern or a skipped turn; Conflict
    if its outcome is known.
    """
    routine = turn.routine
    _may_note(turn, actor)
    if turn.outcome is not None:
        raise Conflict(_("What came of this turn was noted before. Look at it again."))
    if outcome in (Outcome.CONCERN, Outcome.SKIPPED) and not words:
        raise Refused(_("Say in a few words what was found, or why it was skipped."), field="words")
    if outcome is Outcome.NO_CONTACT and routine.kind is not WorkOrderKind.CARE:
        raise Refused(_("Only a care round can end without contact."), field="outcome")
    turn.outcome, turn.words, turn.ended_at, turn.ended_by_id = outcome, words, now, actor.id
    turn.follow_up = _follow_up(turn, outcome, found, actor, now)
    if routine.basis is Basis.COMPLETION:
        dates = {"due_on": turn.due_on, "ended_on": clock.local_date(now), "basis": routine.basis}
        routine.month_day = wanted_day(routine.month_day, **dates)
        routine.next_on = next_due(**dates, every=routine.every, unit=routine.unit, wanted=routine.month_day)
    record(
        "routine.turn_ended", routine, actor=actor, now=now, topics=routine.topics, turn_id=turn.id, outcome=outcome,
        follow_up_id=turn.follow_up.id if turn.follow_up else None,
    )  # fmt: skip


def visit_ended(visit: Visit, *, setback: Setback | None, actor: User, now: datetime) -> None:
    """A visit of a turn ended on the technician's phone: seen and well, or nobody there. See `reactions.py`.

    Nobody home on a care round is no contact. On an inspection it is an attempt like any other.
    """
    turn = turn_of(visit.work_order)
    if turn is None or turn.outcome is not None:
        return
    if visit.status is VisitStatus.DONE:
        note_outcome(turn, Outcome.WELL, words=visit.work_done, actor=actor, now=now)
    elif setback is Setback.NOBODY_HOME and turn.routine.kind is WorkOrderKind.CARE:
        note_outcome(turn, Outcome.NO_CONTACT, words=visit.fail_note, actor=actor, now=now)


def begin_routines(
    kind: WorkOrderKind, subjects: Sequence[Subject], *, title: str, steps: str, category: Category, rhythm: Rhythm,
    spread_days: int, actor: User, now: datetime,
) -> list[Routine]:  # fmt: skip
    """One routine for each resident or place, their first dates spread over some days from the first on.

    The category is that of the same code in the estate of each. Refused for nobody.
    """
    if not subjects:
        raise Refused(_("Choose at least one."), field="chosen")
    _not_over(rhythm.first_on, now)
    dates = spread(len(subjects), first=rhythm.first_on, days=spread_days)
    return [
        begin_routine(
            kind=kind, title=title, steps=steps, place=one.place, person=one.person,
            category=same_category(category, one.place.estate_id, clock.local_date(now)),
            rhythm=replace(rhythm, first_on=first_on), actor=actor, now=now,
        )
        for one, first_on in zip(subjects, dates, strict=True)
    ]  # fmt: skip


def _end(routine: Routine, actor: User | None, now: datetime) -> None:
    routine.ended_on = clock.local_date(now)
    record("routine.ended", routine, actor=actor, now=now, topics=routine.topics)


def _follow_up(turn: Turn, outcome: Outcome, found: Category | None, actor: User, now: datetime) -> WorkOrder | None:
    routine = turn.routine
    if outcome is Outcome.NO_CONTACT:
        category, urgency, kind = check_category(routine.estate_id, clock.local_date(now)), Urgency.P0, routine.kind
        summary = _("No contact on a care round: %(title)s", title=routine.title)
    elif outcome is Outcome.CONCERN and found is not None:
        category, urgency, summary, kind = found, found.urgency, turn.words, WorkOrderKind.REPAIR
    else:
        return None
    return open_by_consequence(
        place=routine.place, category=category, urgency=urgency, summary=summary, reporter=routine.person, kind=kind,
        actor=actor, now=now,
    )  # fmt: skip


def _may_note(turn: Turn, actor: User) -> None:
    order = turn.work_order
    was_sent = order is not None and any(actor in visit.crew for visit in order.visits)
    if was_sent and can(actor, Permission.DO_VISITS, turn.routine.estate_id):
        return
    require(actor, Permission.DISPATCH, turn.routine.estate_id)


def _check(place: Place, person: Person | None, category: Category) -> None:
    if any(thing is not None and thing.estate_id != place.estate_id for thing in (person, category)):
        raise Refused(_("This belongs to another estate."))
    if person is not None and person.died_on is not None:
        raise NotAllowed(_("This resident has died."))


def _not_over(first_on: date, now: datetime) -> None:
    if first_on < clock.local_date(now):
        raise Refused(_("This day is over. Choose a later one."), field="first_on")


def _still_runs(routine: Routine) -> None:
    if routine.ended_on is not None:
        raise Conflict(_("This routine has ended. Begin a new one."))


def _summary(routine: Routine) -> str:
    return "\n".join(filter(None, [routine.title, routine.steps]))


def _told(routine: Routine) -> dict:
    return {
        "every": routine.every, "unit": routine.unit, "basis": routine.basis,
        "next_at": clock.start_of_day(routine.next_on),
    }  # fmt: skip
