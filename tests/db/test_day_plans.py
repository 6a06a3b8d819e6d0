"""Plans of a day: what they say, accepting them whole or in part, and that nothing of a stale one happens."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.callbacks.models import Callback
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dayplans import making
from helpdesk.dayplans.actions import accept_plan, ask_plan, begin_run, cancel_plan, plan_again, take_sick_call
from helpdesk.dayplans.models import DayPlan
from helpdesk.dayplans.queries import helps_of
from helpdesk.dayplans.question import question, to_hand_out
from helpdesk.dayplans.states import PlanStatus
from helpdesk.dispatch.day import day_sheet
from helpdesk.dispatch.offers import offers_for
from helpdesk.repairs.actions import hold_work_order
from helpdesk.repairs.models import HoldReason, Lock, Urgency
from helpdesk.repairs.staffing import visits_while_away
from helpdesk.repairs.states import Status, Step
from helpdesk.repairs.visit_actions import rearrange_visit
from helpdesk.scheduling.actions import take_step
from helpdesk.technicians.actions import call_off_absence, note_absence
from helpdesk.technicians.models import Absence, AbsenceReason
from helpdesk.windows.rules import Window
from tests.dayplans import a_plan, a_visit, an_order, away, can_do


@pytest.fixture
def day(now):
    return clock.local_date(now) + timedelta(days=1)


@pytest.fixture
def at(day):
    """A moment of the day to plan: `at(9, 30)`."""
    return lambda hour, minute=0: clock.start_of_day(day) + timedelta(hours=hour, minutes=minute)


@pytest.fixture
def badly(estate, place, category, ann, tao, bo, now, at):
    """Two visits of Tao at the same time, though Bo could go; and an order that waits."""
    leak = category("WATER_LEAK")
    with writing():
        db.session.add_all([*can_do(estate, tao, leak.skill), *can_do(estate, bo, leak.skill)])
        promised = Window(at(9), at(10))
        visits = [
            a_visit(place, leak, [tao], at=at(9), promised=promised, phone=None, actor=ann, now=now) for _n in range(2)
        ]
        waiting = an_order(place, leak, actor=ann, now=now)
    return visits, waiting


def seqs():
    return db.session.scalar(select(func.count()).select_from(Event))


def test_a_plan_takes_two_doors_at_once_apart_and_sends_somebody_to_what_waits(
    badly, estate, day, ann, tao, bo, now
):  # fmt: skip
    visits, waiting = badly

    plan = a_plan(estate, day, actor=ann, now=now)

    assert plan.status is PlanStatus.READY
    assert (plan.costs["before"]["clashes"], plan.costs["after"]["clashes"]) == (1, 0)
    assert (plan.costs["before"]["served"], plan.costs["after"]["served"]) == (2, 3)
    changes = {change.work_order_id: change for change in plan.changes}
    assert changes[waiting.id].why == ["new_visit"] and changes[waiting.id].visit_id is None
    moved = [changes[visit.work_order_id] for visit in visits if visit.work_order_id in changes]
    assert moved and all("clash_gone" in change.why for change in moved)
    assert plan.unserved == []


def test_accepting_all_moves_visits_sends_somebody_and_lets_whoever_was_told_be_rung(
    badly, estate, day, ann, person, phone_of, now
):
    visits, waiting = badly
    with writing():
        for visit in visits:
            visit.work_order.phone = phone_of()
    plan = a_plan(estate, day, actor=ann, now=now)
    changes = {change.work_order_id: (change.to_crew, change.to_at) for change in plan.changes}

    with writing():
        assert accept_plan(plan, chosen=set(changes), actor=ann, now=now)

    assert plan.status is PlanStatus.ACCEPTED
    for visit in visits:
        if visit.work_order_id in changes:
            assert ([user.id for user in visit.crew], visit.planned_at) == changes[visit.work_order_id]
            assert visit.promised_from is not None
    assert waiting.status is Status.ASSIGNED
    assert ([user.id for user in waiting.visits[-1].crew], waiting.visits[-1].planned_at) == changes[waiting.id]
    others = [visit for visit in visits if visit.work_order_id in changes and visit.crew != [visits[0].crew[0]]]
    rung = set(db.session.scalars(select(Callback.work_order_id)))
    assert rung <= {visit.work_order_id for visit in visits} and len(rung) >= min(1, len(others))
    assert all(change.taken_at == now for change in plan.changes)


def test_a_visit_that_moves_to_somebody_else_and_another_time_is_one_event(badly, estate, day, ann, now):
    visits, _waiting = badly
    plan = a_plan(estate, day, actor=ann, now=now)
    moved = {one.visit_id: one for one in plan.changes if one.visit_id}
    for visit in visits:
        if visit.id in moved:
            moved[visit.id].to_at += timedelta(minutes=7)

    with writing():
        accept_plan(plan, chosen={one.work_order_id for one in plan.changes}, actor=ann, now=now)

    told = db.session.scalars(select(Event).where(Event.kind.in_(("visit.moved", "visit.reassigned")))).all()
    assert moved and sorted(event.data["visit_id"] for event in told) == sorted(moved)
    for event in told:
        change = moved[event.data["visit_id"]]
        assert (event.data["crew"], event.data["to_at"]) == (change.to_crew, change.to_at.isoformat())


@pytest.fixture
def phone_of(estate):
    from helpdesk.estate.models import Phone

    numbers = iter(range(12000000001, 12000000099))

    def _phone():
        return Phone(estate_id=estate.id, digits=str(next(numbers)))

    return _phone


def test_accepting_some_leaves_the_others_as_they_were(badly, estate, day, ann, now):
    visits, waiting = badly
    plan = a_plan(estate, day, actor=ann, now=now)
    taken = next(one for one in plan.changes if one.visit_id)
    (moved,) = [visit for visit in visits if visit.id == taken.visit_id]
    (other,) = [visit for visit in visits if visit.id != taken.visit_id]
    before = other.planned_at, list(other.crew)

    with writing():
        assert accept_plan(plan, chosen={moved.work_order_id}, actor=ann, now=now)

    assert (moved.planned_at, [user.id for user in moved.crew]) == (taken.to_at, taken.to_crew)
    assert (other.planned_at, list(other.crew)) == before
    assert waiting.id in {one.work_order_id for one in plan.changes} and waiting.status is Status.REPORTED
    assert waiting.visits == [] and [one.id for one in plan.changes if one.taken_at] == [taken.id]


def test_a_plan_is_stale_as_a_whole_when_a_call_came_in_for_somebody_it_moves(
    badly, estate, place, category, day, at, ann, bo, tao, now
):
    visits, waiting = badly
    plan = a_plan(estate, day, actor=ann, now=now)
    before = [(visit.planned_at, list(visit.crew)) for visit in visits]
    with writing():
        for technician in (tao, bo):
            a_visit(place, category("WATER_LEAK"), [technician], at=at(15), actor=ann, now=now)

    with writing():
        assert not accept_plan(plan, chosen={one.work_order_id for one in plan.changes}, actor=ann, now=now)

    assert plan.status is PlanStatus.STALE
    assert [(visit.planned_at, list(visit.crew)) for visit in visits] == before
    assert waiting.status is Status.REPORTED and db.session.scalar(select(func.count()).select_from(Callback)) == 0


def test_a_plan_is_stale_when_an_order_of_it_was_held_or_its_technician_set_out(badly, estate, day, ann, tao, now):
    visits, waiting = badly
    plan = a_plan(estate, day, actor=ann, now=now)
    with writing():
        hold_work_order(waiting, reason=HoldReason.PARTS, actor=ann, now=now)

    with writing():
        assert not accept_plan(plan, chosen={waiting.id}, actor=ann, now=now)

    with writing():
        other = plan_again(plan, actor=ann, now=now)
        cancel_plan(other, actor=ann, now=now)
    fresh = a_plan(estate, day, actor=ann, now=now)
    with writing():
        take_step(visits[0], Step.DEPART, actor=tao, now=now)
    with writing():
        assert not accept_plan(fresh, chosen={one.work_order_id for one in fresh.changes}, actor=ann, now=now)


def test_a_plan_whose_times_are_over_is_stale(badly, estate, day, ann, now):
    plan = a_plan(estate, day, actor=ann, now=now)

    with writing():
        late = now + timedelta(days=2)
        assert not accept_plan(plan, chosen={one.work_order_id for one in plan.changes}, actor=ann, now=late)


def test_nothing_ticked_is_refused_and_a_plan_is_decided_once(badly, estate, day, ann, mei, tao, now):
    plan = a_plan(estate, day, actor=ann, now=now)
    everything = {one.work_order_id for one in plan.changes}

    with pytest.raises(Refused), writing():
        accept_plan(plan, chosen=set(), actor=ann, now=now)
    with pytest.raises(NotAllowed), writing():
        accept_plan(plan, chosen=everything, actor=tao, now=now)
    with writing():
        accept_plan(plan, chosen=everything, actor=ann, now=now)
    with pytest.raises(Conflict), writing():
        accept_plan(plan, chosen=everything, actor=mei, now=now)


def test_only_chosen_orders_move(badly, estate, day, ann, now):
    visits, waiting = badly

    plan = a_plan(estate, day, actor=ann, now=now, asked={"orders": [waiting.id]})

    assert {one.work_order_id for one in plan.changes} <= {waiting.id}
    assert {one.work_order_id for one in plan.unserved} <= {waiting.id}


def test_a_sick_call_hands_out_only_that_persons_visits(badly, estate, place, category, day, at, ann, tao, bo, now):
    visits, waiting = badly
    with writing():
        his = a_visit(place, category("WATER_LEAK"), [bo], at=at(11), actor=ann, now=now)
        away(tao, day, estate=estate, actor=ann, now=now)

    plan = a_plan(estate, day, actor=ann, now=now, asked={"away": tao.id})

    handed = {one.work_order_id: one for one in plan.changes}
    assert waiting.id not in handed
    assert all(tao.id not in one.to_crew for one in plan.changes)
    named = set(handed) | {one.work_order_id for one in plan.unserved}
    assert {visit.work_order_id for visit in visits} <= named
    assert his.work_order_id not in handed or handed[his.work_order_id].to_crew == [bo.id]


@pytest.mark.parametrize(("lock", "left"), [(Lock.TECHNICIAN, Lock.NONE), (Lock.BOTH, Lock.WINDOW)])
def test_what_was_fixed_to_somebody_who_is_away_is_handed_out_and_fixed_to_nobody(
    lock, left, badly, estate, day, at, ann, tao, bo, now
):
    (visit, _other), _waiting = badly
    with writing():
        rearrange_visit(visit, crew=[tao], planned_at=at(9), lock=lock, actor=ann, now=now)
        away(tao, day, estate=estate, actor=ann, now=now)
    plan = a_plan(estate, day, actor=ann, now=now, asked={"away": tao.id})

    with writing():
        accept_plan(plan, chosen={visit.work_order_id}, actor=ann, now=now)

    assert [user.id for user in visit.crew] == [bo.id] and visit.lock is left


def test_an_absence_of_the_afternoon_does_not_count_the_visits_of_the_morning(badly, estate, at, ann, mei, tao, now):
    with writing():
        note_absence(tao, reason=AbsenceReason.HOLIDAY, spell=(at(12), at(17)), estate_id=estate.id, actor=mei, now=now)
    (gap,) = db.session.scalars(select(Absence))

    assert visits_while_away(ann, [gap], now) == {gap.id: 0}
    assert visits_while_away(ann, [gap], at(12)) == {gap.id: 2}  # it runs, and nobody began them


def test_a_sick_call_is_one_act_that_the_offers_and_the_board_know_of(
    badly, estate, place, category, day, at, ann, tao, bo, now
):
    before = offers_for(ann, place, category("WATER_LEAK"), Urgency.P2, now=at(7), days=1)

    with writing():
        plan = take_sick_call(tao, day=day, spell=clock.day_range(day), estate_id=estate.id, actor=ann, now=now)

    gone = db.session.scalars(select(Absence)).one()
    assert (gone.user_id, gone.reason, gone.starts_at, gone.ends_at) == (
        tao.id, AbsenceReason.SICK, *clock.day_range(day),
    )  # fmt: skip
    assert (plan.asked, plan.status) == ({"away": tao.id}, PlanStatus.QUEUED)
    after = offers_for(ann, place, category("WATER_LEAK"), Urgency.P2, now=at(7), days=1)
    assert any("Tao" in one.names for one in before.best) and not any("Tao" in one.names for one in after.best)
    assert day_sheet(ann, estate.id, day).technician(tao.id).works == []


def test_a_sick_call_of_today_begins_now_and_of_half_a_day_leaves_the_other(
    estate, place, category, day, at, ann, tao, bo, now
):
    today = clock.local_date(now)
    with writing():
        early, late = (a_visit(place, category("WATER_LEAK"), [tao], at=at(h), actor=ann, now=now) for h in (9, 15))
        take_sick_call(bo, day=today, spell=clock.day_range(today), estate_id=estate.id, actor=ann, now=now)
        afternoon = (at(12, 30), clock.day_range(day)[1])
        plan = take_sick_call(tao, day=day, spell=afternoon, estate_id=estate.id, actor=ann, now=now)

    (first, second) = db.session.scalars(select(Absence).order_by(Absence.id))
    assert (first.starts_at, first.ends_at) == (now, clock.day_range(today)[1])
    assert (second.starts_at, second.ends_at) == afternoon
    asked = question(ann, estate.id, day, plan.asked, now)
    (tao_s,) = (one for one in asked.problem.technicians if one.id == tao.id)
    assert all(until <= (12 * 60 + 30) * 60 for _start, until in tao_s.shifts) and tao_s.shifts
    locks = {visit.id: visit.lock for visit in asked.problem.visits}
    assert locks == {f"visit-{early.id}": "technician", f"visit-{late.id}": "none"}


def test_what_was_planned_before_a_sick_call_and_not_begun_is_handed_out_too(
    estate, place, category, day, ann, tao, now
):
    with writing():
        visit = a_visit(place, category("WATER_LEAK"), [tao], at=now, actor=ann, now=now)

    later, today = now + timedelta(hours=2), clock.local_date(now)
    with writing():
        plan = take_sick_call(tao, day=today, spell=clock.day_range(today), estate_id=estate.id, actor=ann, now=later)

    assert plan is not None
    assert [one.id for one in to_hand_out(day_sheet(ann, estate.id, today), tao.id, later)] == [visit.id]


def test_a_sick_call_is_undone_by_taking_the_absence_back_and_its_plan_is_stale(badly, estate, day, ann, tao, now):
    with writing():
        take_sick_call(tao, day=day, spell=clock.day_range(day), estate_id=estate.id, actor=ann, now=now)
        cancel_plan(db.session.scalars(select(DayPlan)).one(), actor=ann, now=now)
    plan = a_plan(estate, day, actor=ann, now=now, asked={"away": tao.id})
    chosen = {one.work_order_id for one in plan.changes}

    with writing():
        call_off_absence(db.session.scalars(select(Absence)).one(), actor=ann, now=now)
        taken = accept_plan(plan, chosen=chosen, actor=ann, now=now)

    assert chosen and not taken and plan.status is PlanStatus.STALE
    assert day_sheet(ann, estate.id, day).technician(tao.id).works != []


def test_a_sick_call_that_no_plan_may_be_asked_for_notes_nothing(badly, estate, day, ann, tao, now):
    spell, said = clock.day_range(day), {"estate_id": estate.id, "actor": ann, "now": now}
    with writing():
        ask_plan(day=day, asked={}, **said)

    with pytest.raises(Conflict), writing():
        take_sick_call(tao, day=day, spell=spell, **said)
    with pytest.raises(Refused), writing():
        yesterday = day - timedelta(days=2)
        take_sick_call(tao, day=yesterday, spell=clock.day_range(yesterday), **said)
    with pytest.raises(NotAllowed), writing():
        take_sick_call(tao, day=day, spell=spell, **said | {"actor": tao})
    assert db.session.scalar(select(func.count()).select_from(Absence)) == 0


def test_what_is_noted_of_an_absence_already_stays(badly, estate, day, at, ann, mei, tao, now):
    with writing():
        note_absence(tao, reason=AbsenceReason.HOLIDAY, spell=(at(0), at(12)), estate_id=estate.id, actor=mei, now=now)
        take_sick_call(tao, day=day, spell=clock.day_range(day), estate_id=estate.id, actor=ann, now=now)

    assert [(gap.reason, gap.starts_at) for gap in db.session.scalars(select(Absence).order_by(Absence.id))] == [
        (AbsenceReason.HOLIDAY, at(0)), (AbsenceReason.SICK, at(12)),
    ]  # fmt: skip


def test_whoever_cannot_be_served_is_named_with_a_reason_and_what_would_help(
    estate, place, category, day, ann, tao, now
):
    with writing():
        db.session.add_all(can_do(estate, tao, "general"))
        order = an_order(place, category("WATER_LEAK"), actor=ann, now=now)

    plan = a_plan(estate, day, actor=ann, now=now)

    (one,) = plan.unserved
    assert (one.work_order_id, one.reason["code"], one.remedy["code"]) == (order.id, "no_skill", "find_skill")


def test_whoever_finds_no_time_is_offered_the_next_day_with_who_is_free_then(
    estate, place, category, day, ann, tao, now
):  # fmt: skip
    leak = category("WATER_LEAK")
    with writing():
        db.session.add_all(can_do(estate, tao, leak.skill))
        away(tao, day, estate=estate, actor=ann, now=now)
        an_order(place, leak, actor=ann, now=now)

    (one,) = a_plan(estate, day, actor=ann, now=now).unserved

    helps = next(helps for helps in helps_of(one) if helps["code"] == "next_day")
    assert (helps["technician"], helps["people"]) == (tao.id, 1)
    assert clock.local_date(datetime.fromisoformat(helps["window"][0])) == day + timedelta(days=1)


def test_a_day_that_is_over_is_refused_and_only_one_plan_of_a_day_is_made_at_a_time(estate, day, ann, mei, now):
    with pytest.raises(Refused), writing():
        ask_plan(estate_id=estate.id, day=day - timedelta(days=2), asked={}, actor=ann, now=now)
    with writing():
        ask_plan(estate_id=estate.id, day=day, asked={}, actor=ann, now=now)
    with pytest.raises(Conflict), writing():
        ask_plan(estate_id=estate.id, day=day, asked={}, actor=mei, now=now)


def test_a_runner_that_died_is_begun_again_once_and_then_given_up(estate, day, ann, now, monkeypatch):
    started = []
    monkeypatch.setattr(making, "start", started.append)
    with writing():
        plan = ask_plan(estate_id=estate.id, day=day, asked={}, actor=ann, now=now)
        begin_run(plan, run="died", now=now)

    making.tend_plans(now + timedelta(seconds=5))
    assert started == []

    later = now + timedelta(minutes=1)
    making.tend_plans(later)
    assert (started, plan.status) == ([plan.id], PlanStatus.QUEUED)

    with writing():
        begin_run(plan, run="died, too", now=later)
    making.tend_plans(later + timedelta(minutes=1))
    assert (started, plan.status, plan.fault) == ([plan.id], PlanStatus.FAILED, "runner_died")


def test_a_day_without_visits_or_people_says_so(estate, day, ann, work_order, now):
    with writing():
        plan = ask_plan(estate_id=estate.id, day=day, asked={}, actor=ann, now=now)

    making.run(plan.id, lambda: now)

    assert (plan.status, plan.fault) == (PlanStatus.FAILED, "nobody_there")


def test_a_real_process_finds_a_plan_and_changes_nothing_else(badly, estate, day, ann, now, monkeypatch):
    monkeypatch.setattr(making, "LEAST_S", 0.5)
    visits, waiting = badly
    with writing():
        plan = ask_plan(estate_id=estate.id, day=day, asked={}, actor=ann, now=now)
    before = [(visit.planned_at, list(visit.crew)) for visit in visits]

    making.run(plan.id, lambda: now)

    assert plan.status is PlanStatus.READY and plan.changes
    assert [(visit.planned_at, list(visit.crew)) for visit in visits] == before
    assert waiting.status is Status.REPORTED


def test_a_search_that_is_killed_half_way_fails_and_leaves_nothing(badly, estate, day, ann, now, monkeypatch):
    class Killed(making.Search):
        """Its process is ended as soon as it runs."""

        def __init__(self, *args):
            super().__init__(*args)
            self._child.kill()

    monkeypatch.setattr(making, "Search", Killed)
    with writing():
        plan = ask_plan(estate_id=estate.id, day=day, asked={}, actor=ann, now=now)

    making.run(plan.id, lambda: now)

    assert (plan.status, plan.fault, plan.changes, plan.unserved) == (PlanStatus.FAILED, "broken", [], [])


def test_a_plan_that_is_cancelled_while_it_is_made_stays_cancelled(badly, estate, day, ann, now, monkeypatch):
    class Cancelled(making.Search):
        """Somebody cancels the plan just after the search began."""

        def __init__(self, *args):
            super().__init__(*args)
            with writing():
                cancel_plan(db.session.get(DayPlan, plan.id), actor=ann, now=now)

    monkeypatch.setattr(making, "Search", Cancelled)
    with writing():
        plan = ask_plan(estate_id=estate.id, day=day, asked={}, actor=ann, now=now)

    making.run(plan.id, lambda: now)

    assert (plan.status, plan.changes) == (PlanStatus.CANCELLED, [])
