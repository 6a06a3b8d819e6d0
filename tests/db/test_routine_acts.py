"""What comes round: opened in time, once; and what came of it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Person
from helpdesk.repairs.models import Urgency, WorkOrder, WorkOrderKind
from helpdesk.repairs.states import Setback, Status
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.routines.actions import Rhythm, begin_routine, change_routine, end_routine, note_outcome
from helpdesk.routines.models import Basis, Outcome, Routine, Turn, Unit
from helpdesk.routines.opening import open_due_turns
from helpdesk.scheduling.actions import fail_visit, finish_visit

TOMORROW = date(2026, 3, 3)  # `now` is Monday 2 March 2026, noon
WEEKLY = Rhythm(1, Unit.WEEK, Basis.COMPLETION, TOMORROW, 1)
MONTHLY = Rhythm(1, Unit.MONTH, Basis.DUE, TOMORROW, 1)


@pytest.fixture
def elder(add, estate):
    return add(Person, estate_id=estate.id, name="沈玉珍", birth_year=1944, lives_alone=True)


@pytest.fixture
def begin(place, ann, category, now):
    def _begin(rhythm=WEEKLY, person=None, kind=WorkOrderKind.INSPECTION, code="HANDRAIL"):
        with writing():
            return begin_routine(
                kind=kind, title="看看扶手", steps="扶手\n踏步", place=place, person=person, category=category(code),
                rhythm=rhythm, actor=ann, now=now,
            )  # fmt: skip

    return _begin


@pytest.fixture
def care(begin, elder):
    return begin(person=elder, kind=WorkOrderKind.CARE, code="ELDER_CHECK")


def turn_after(now):
    open_due_turns(now)
    return db.session.scalars(select(Turn).order_by(Turn.id.desc())).first()


def test_a_turn_is_opened_a_day_ahead_and_only_once(begin, now):
    routine = begin()

    assert (open_due_turns(now), open_due_turns(now)) == (1, 0)

    (turn,) = db.session.scalars(select(Turn))
    assert turn.due_on == TOMORROW
    assert turn.work_order.kind is WorkOrderKind.INSPECTION
    assert turn.work_order.summary == "看看扶手\n扶手\n踏步"
    assert turn.work_order.arrive_by == clock.start_of_day(TOMORROW + timedelta(days=1))
    assert db.session.get(Routine, routine.id).next_on == TOMORROW + timedelta(days=7)


def test_what_was_missed_while_the_server_was_down_is_one_turn(begin, now):
    begin(Rhythm(1, Unit.DAY, Basis.DUE, TOMORROW, 0))

    assert open_due_turns(now + timedelta(days=10)) == 1
    assert open_due_turns(now + timedelta(days=10)) == 0


def test_the_next_turn_counts_from_the_day_it_was_done(begin, ann, now):
    begin()
    turn = turn_after(now)

    with writing():
        note_outcome(turn, Outcome.WELL, actor=ann, now=now + timedelta(days=4))

    assert turn.routine.next_on == clock.local_date(now) + timedelta(days=11)


def test_by_the_calendar_it_stays_on_its_days(begin, ann, now):
    begin(MONTHLY)
    turn = turn_after(now)

    with writing():
        note_outcome(turn, Outcome.WELL, actor=ann, now=now + timedelta(days=9))

    assert turn.routine.next_on == date(2026, 4, 3)


@pytest.mark.parametrize("basis", Basis)
def test_what_is_wanted_on_the_31st_comes_back_to_it_after_a_short_month(begin, ann, basis):
    routine = begin(Rhythm(1, Unit.MONTH, basis, date(2026, 3, 31), 0))
    due = []

    for _turn in range(3):
        due.append(routine.next_on)
        on_that_day = clock.start_of_day(routine.next_on) + timedelta(hours=10)
        turn = turn_after(on_that_day)
        with writing():
            note_outcome(turn, Outcome.WELL, actor=ann, now=on_that_day)

    assert due == [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


def test_a_change_that_leaves_the_date_leaves_the_day_of_the_month(begin, ann, now):
    routine = begin(Rhythm(1, Unit.MONTH, Basis.DUE, date(2026, 3, 31), 0))
    march = clock.start_of_day(date(2026, 3, 31))
    open_due_turns(march)

    with writing():
        rhythm = Rhythm(1, Unit.MONTH, Basis.DUE, date(2026, 4, 30), 1)
        change_routine(routine, title="看看扶手", steps="", rhythm=rhythm, actor=ann, now=march)
    open_due_turns(clock.start_of_day(date(2026, 4, 30)))

    assert routine.next_on == date(2026, 5, 31)


def test_no_contact_on_a_care_round_is_a_danger(care, ann, now):
    turn = turn_after(now)

    with writing():
        note_outcome(turn, Outcome.NO_CONTACT, words="敲门没人应", actor=ann, now=now)

    assert turn.follow_up.urgency is Urgency.P0
    assert turn.follow_up.category.code == "ELDER_CHECK"
    assert turn.follow_up.status is Status.REPORTED


def test_nobody_home_on_the_technicians_phone_is_no_contact(care, ann, tao, now):
    turn = turn_after(now)
    with writing():
        visit = schedule_visit(turn.work_order, crew=[tao], actor=ann, now=now)

    with writing():
        fail_visit(visit, reason=Setback.NOBODY_HOME, no_photo_reason="Dark", actor=tao, now=now)

    assert (turn.outcome, turn.follow_up.urgency) == (Outcome.NO_CONTACT, Urgency.P0)


def test_done_on_the_technicians_phone_is_well(care, ann, tao, now):
    turn = turn_after(now)
    with writing():
        visit = schedule_visit(turn.work_order, crew=[tao], actor=ann, now=now)

    with writing():
        finish_visit(visit, work_done="人好，药够", no_photo_reason="other", actor=tao, now=now)

    assert (turn.outcome, turn.words, turn.follow_up) == (Outcome.WELL, "人好，药够", None)


def test_a_concern_opens_a_work_order_for_what_was_found(begin, ann, category, now):
    begin()
    turn = turn_after(now)

    with writing():
        note_outcome(turn, Outcome.CONCERN, words="三楼扶手松了", found=category("HANDRAIL"), actor=ann, now=now)

    assert (turn.follow_up.kind, turn.follow_up.summary) == (WorkOrderKind.REPAIR, "三楼扶手松了")


@pytest.mark.parametrize("outcome", [Outcome.CONCERN, Outcome.SKIPPED])
def test_what_is_not_well_needs_words(begin, ann, now, outcome):
    begin()
    turn = turn_after(now)

    with pytest.raises(Refused), writing():
        note_outcome(turn, outcome, actor=ann, now=now)

    assert turn.outcome is None


def test_an_outcome_is_said_once(begin, ann, now):
    begin()
    turn = turn_after(now)
    with writing():
        note_outcome(turn, Outcome.WELL, actor=ann, now=now)

    with pytest.raises(Conflict), writing():
        note_outcome(turn, Outcome.SKIPPED, words="下雨", actor=ann, now=now)


def test_a_technician_who_was_not_sent_may_not_say_what_came_of_it(begin, tao, now):
    begin()
    turn = turn_after(now)

    with pytest.raises(NotAllowed), writing():
        note_outcome(turn, Outcome.WELL, actor=tao, now=now)


def test_nobody_visits_who_has_died(care, elder, now):
    from helpdesk.estate.models import PersonNote

    with writing():
        db.session.add(PersonNote(person_id=elder.id, died_on=clock.local_date(now)))

    assert open_due_turns(now) == 0
    assert db.session.get(Routine, care.id).ended_on == clock.local_date(now)


def test_what_has_ended_neither_comes_nor_changes(begin, ann, now):
    routine = begin()
    with writing():
        end_routine(routine, actor=ann, now=now)

    assert open_due_turns(now) == 0
    with pytest.raises(Conflict), writing():
        change_routine(routine, title="x", steps="", rhythm=WEEKLY, actor=ann, now=now)


def test_a_care_round_is_for_somebody(begin):
    with pytest.raises(Refused):
        begin(kind=WorkOrderKind.CARE)


def test_finance_begins_nothing(place, person, category, now):
    fei = person("Fei", Role.FINANCE)

    with pytest.raises(NotAllowed), writing():
        begin_routine(
            kind=WorkOrderKind.INSPECTION, title="x", steps="", place=place, person=None,
            category=category("HANDRAIL"), rhythm=WEEKLY, actor=fei, now=now,
        )  # fmt: skip
    assert db.session.scalars(select(WorkOrder)).all() == []
