"""Outages: opened with their orders, given callers, and ended together; or nothing happened at all."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.callbacks.actions import note_attempt
from helpdesk.callbacks.models import Answer, Callback, Reason
from helpdesk.callbacks.rules import ring_many_by
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.hotline.actions import Typed, save_call
from helpdesk.hotline.models import Call, Outcome
from helpdesk.outages.actions import (
    Facts,
    add_order,
    begin_outage,
    cancel_outage,
    change_outage,
    open_outage,
    take_out_order,
)
from helpdesk.outages.closing import end_outage, reopen_outage
from helpdesk.outages.models import Caller, Outage
from helpdesk.outages.near import Nearness, near
from helpdesk.outages.queries import callers_of, is_affected, orders_in, outage_of, standing_outages
from helpdesk.outages.states import OutageStatus
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import CancelReason, Urgency
from helpdesk.repairs.states import Status, Step
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling.actions import finish_visit, take_step
from tests.households import add_home, add_person

HOUR = timedelta(hours=1)


@pytest.fixture
def facts(category, stairwell, now):
    def _facts(**more):
        return Facts(**{"category": category("NO_WATER"), "places": [stairwell], "starts_at": now} | more)

    return _facts


@pytest.fixture
def outage(facts, estate, work_order, ann, now):
    with writing():
        return open_outage(facts(), estate_id=estate.id, orders=[work_order], actor=ann, now=now)


@pytest.fixture
def rings(estate, ann, now):
    """Somebody rings about what is known: `rings(outage, place, number="12000000001")`."""

    def _rings(joins, place=None, *, number="", person=None, outcome=None):
        typed = Typed(
            request_key=str(uuid4()), estate_id=estate.id, caller_number=number, words="我家也是", place=place,
            person=person, joins=joins, outcome=outcome,
        )  # fmt: skip
        with writing():
            return save_call(typed, call=None, actor=ann, now=now)

    return _rings


def kinds(model) -> list[str]:
    about = Event.subject_type == model.__tablename__, Event.subject_id == model.id
    return list(db.session.scalars(select(Event.kind).where(*about).order_by(Event.seq)))


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_an_outage_is_opened_with_its_orders_in_one_event(outage, work_order, estate, ann):
    assert (outage.status, outage.version, orders_in(outage)) == (OutageStatus.RUNNING, 1, [work_order])
    assert kinds(outage) == ["outage.opened"] and outage_of(work_order) is outage
    event = db.session.scalars(select(Event).where(Event.kind == "outage.opened")).one()
    assert event.topics == sorted([f"orders:{estate.id}", f"outages:{estate.id}"])
    assert event.data["orders"] == [work_order.id]


def test_one_that_begins_later_is_planned_and_begins_when_somebody_says_so(facts, estate, ann, now):
    with writing():
        planned = open_outage(facts(starts_at=now + HOUR), estate_id=estate.id, actor=ann, now=now)
    before = planned.status
    with writing():
        begin_outage(planned, actor=ann, now=now + HOUR / 2)

    assert (before, planned.status) == (OutageStatus.PLANNED, OutageStatus.RUNNING)
    assert planned.starts_at == now + HOUR / 2  # earlier than it was planned


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"places": []}, "where"), ({"ends_at": 0}, "ends_at"), ({"ends_at": -1}, "ends_at")],
    ids=["no place", "ends as it begins", "ends before"],
)
def test_an_outage_without_places_or_with_an_early_end_is_refused(wrong, field, facts, estate, ann, now):
    wrong = {name: now + value * HOUR if name == "ends_at" else value for name, value in wrong.items()}

    with pytest.raises(Refused) as no, writing():
        open_outage(facts(**wrong), estate_id=estate.id, actor=ann, now=now)

    assert (no.value.field, count(Outage)) == (field, 0)


def test_what_belongs_to_another_estate_is_refused(facts, new_estate, estate, category, ann, now):
    other = new_estate("康宁苑")

    with pytest.raises(Refused), writing():
        open_outage(facts(category=category("NO_WATER", other)), estate_id=estate.id, actor=ann, now=now)
    with pytest.raises(NotAllowed), writing():
        open_outage(facts(), estate_id=other.id, actor=ann, now=now)
    assert count(Outage) == 0


def test_an_order_is_part_of_one_outage_only(outage, facts, work_order, estate, ann, now):
    with pytest.raises(Conflict), writing():
        open_outage(facts(), estate_id=estate.id, orders=[work_order], actor=ann, now=now)
    with pytest.raises(Conflict), writing():
        add_order(outage, work_order, actor=ann, now=now)

    assert count(Outage) == 1


def test_a_technician_changes_no_outage(outage, facts, tao, now):
    acts = (
        lambda: change_outage(outage, facts(), actor=tao, now=now),
        lambda: end_outage(outage, words="", actor=tao, now=now),
        lambda: cancel_outage(outage, actor=tao, now=now),
        lambda: reopen_outage(outage, actor=tao, now=now),
    )
    for act in acts:
        with pytest.raises(NotAllowed), writing():
            act()

    assert kinds(outage) == ["outage.opened"]


def test_a_caller_is_added_to_an_order_and_no_second_one_is_opened(work_order, place, rings):
    call = rings(work_order, place, number="12000000001")

    caller = db.session.scalars(select(Caller)).one()
    assert (caller.work_order, caller.place, caller.number, caller.call_id) == (
        work_order, place, "12000000001", call.id,
    )  # fmt: skip
    assert (call.outcome, call.work_order, call.words) == (Outcome.REPAIR, work_order, "我家也是")
    assert kinds(work_order) == ["work_order.opened", "work_order.caller_added"] and work_order.version == 2


def test_what_somebody_says_of_the_call_stays(outage, place, rings):
    assert rings(outage, place, outcome=Outcome.COMPLAINT).outcome is Outcome.COMPLAINT


def test_asking_about_what_is_announced_is_an_enquiry(facts, estate, place, rings, ann, now):
    with writing():
        planned = open_outage(facts(starts_at=now + HOUR), estate_id=estate.id, actor=ann, now=now)

    assert rings(planned, place).outcome is Outcome.ENQUIRY


def test_the_event_names_nobody(outage, estate, place, rings):
    wang = add_person(estate, "王桂英", place)

    rings(outage, place, number="12000000001", person=wang)

    event = db.session.scalars(select(Event).where(Event.kind == "outage.caller_added")).one()
    assert event.data == {"call_id": db.session.scalar(select(Call.id)), "place_id": place.id}


def test_a_place_that_is_not_affected_is_taken_as_well(outage, estate, rings):
    elsewhere = add_home(estate, 9, 1, "101")

    rings(outage, elsewhere)

    assert not is_affected(outage, elsewhere) and [caller.place for caller in callers_of(outage)] == [elsewhere]


def test_nobody_is_added_to_what_has_ended(outage, work_order, place, rings, ann, now):
    with writing():
        end_outage(outage, words="", actor=ann, now=now)
    for ended in (outage, work_order):
        with pytest.raises(Conflict):
            rings(ended, place)

    assert (count(Caller), count(Call)) == (0, 0)


def test_when_it_is_over_its_orders_end_and_each_household_is_to_be_rung_once(
    outage, work_order, place, estate, category, rings, ann, tao, now
):
    with writing():
        done = open_work_order(
            place=place, category=category("NO_WATER"), urgency=Urgency.P1, summary="x", actor=ann, now=now
        )
        add_order(outage, done, actor=ann, now=now)
        visit = schedule_visit(done, crew=[tao], actor=ann, now=now)
        finish_visit(visit, work_done="x", no_photo_reason="x", actor=tao, now=now)
    neighbours = [add_home(estate, 3, 2, f"{floor}02") for floor in range(1, 4)]
    for number, home in enumerate(neighbours):
        rings(outage, home, number=f"1200000010{number}")
    rings(work_order, neighbours[0], number="12000000999")  # the same household again
    rings(outage, None, number="12000000777")
    rings(outage, None)  # left nothing

    with writing():
        end_outage(outage, words="又有水了", actor=ann, now=now)

    asked = list(db.session.scalars(select(Callback).order_by(Callback.id)))
    assert [(callback.place, callback.number) for callback in asked] == [
        (place, ""), *((home, f"1200000010{number}") for number, home in enumerate(neighbours)), (None, "12000000777"),
    ]  # fmt: skip
    by = ring_many_by(now)
    assert {(one.reason, one.due_at, one.words) for one in asked} == {(Reason.OUTAGE_OVER, by, "又有水了")}
    assert (outage.status, outage.over_at) == (OutageStatus.OVER, now)
    assert (work_order.status, work_order.cancel_reason) == (Status.CANCELLED, CancelReason.DUPLICATE)
    assert done.status is Status.CLOSED and kinds(outage)[-1] == "outage.over"
    assert verify_chain() is None


def test_an_order_that_is_taken_out_goes_on(outage, work_order, ann, now):
    with writing():
        end_outage(outage, taken_out=[work_order.number], words="", actor=ann, now=now)

    assert (work_order.status, outage_of(work_order), count(Callback)) == (Status.REPORTED, None, 0)
    assert kinds(outage) == ["outage.opened", "outage.order_taken_out", "outage.over"]


def test_while_somebody_is_at_work_nothing_ends(outage, work_order, place, rings, ann, tao, now):
    rings(outage, place)
    with writing():
        take_step(schedule_visit(work_order, crew=[tao], actor=ann, now=now), Step.ARRIVE, actor=tao, now=now)
    with pytest.raises(Conflict) as no, writing():
        end_outage(outage, words="", actor=ann, now=now)

    assert work_order.number in no.value.message
    assert (outage.status, work_order.status, count(Callback)) == (OutageStatus.RUNNING, Status.IN_PROGRESS, 0)


def test_it_was_not_over_as_long_as_nobody_was_rung(outage, place, rings, ann, now):
    rings(outage, place)
    with writing():
        end_outage(outage, words="", actor=ann, now=now)
    with writing():
        reopen_outage(outage, actor=ann, now=now)

    assert (outage.status, outage.over_at) == (OutageStatus.RUNNING, None)
    assert list(db.session.scalars(select(Callback.status))) == [CallbackStatus.GIVEN_UP]
    with writing():
        end_outage(outage, words="", actor=ann, now=now)
    assert list(db.session.scalars(select(Callback.status).order_by(Callback.id))) == [
        CallbackStatus.GIVEN_UP, CallbackStatus.OPEN,
    ]  # fmt: skip


def test_once_somebody_was_rung_it_stays_over(outage, place, rings, ann, now):
    rings(outage, place)
    with writing():
        (callback,) = end_outage(outage, words="", actor=ann, now=now)
    with writing():
        note_attempt(callback, answer=Answer.NO_ANSWER, actor=ann, now=now)
    with pytest.raises(Conflict), writing():
        reopen_outage(outage, actor=ann, now=now)

    assert (outage.status, callback.status) == (OutageStatus.OVER, CallbackStatus.OPEN)


def test_one_that_is_called_off_lets_its_orders_go_on(outage, work_order, ann, now):
    with writing():
        cancel_outage(outage, actor=ann, now=now)

    assert (outage.status, outage_of(work_order), work_order.status) == (OutageStatus.CANCELLED, None, Status.REPORTED)
    with pytest.raises(Conflict), writing():
        take_out_order(outage, work_order, actor=ann, now=now)


def test_what_runs_stands_before_what_is_planned(facts, estate, ann, mei, tao, now):
    with writing():
        later, soon, older, newer = (
            open_outage(facts(starts_at=now + hours * HOUR), estate_id=estate.id, actor=ann, now=now)
            for hours in (9, 2, -5, -1)
        )

    assert standing_outages(mei) == [newer, older, soon, later]
    assert standing_outages(tao) == []


@pytest.fixture
def look(estate, mei, now):
    def _look(place, category, *, user=None):
        return near(user or mei, estate_id=estate.id, place=place, category=category, now=now)

    return _look


def test_orders_are_found_from_the_home_outwards(look, work_order, place, add, estate, category, ann, now):
    beside = add_home(estate, 3, 2, "301", stairwell_id=place.stairwell_id)
    there = [beside, add_home(estate, 3, 1, "101"), add_home(estate, 4, 1, "101")]
    leak, light = category("WATER_LEAK"), category("STAIR_LIGHT")
    with writing():
        orders = [
            open_work_order(place=home, category=leak, urgency=leak.urgency, summary="x", actor=ann, now=now)
            for home in there
        ]

    lines = look(place, leak).orders

    assert [(line.order, line.nearness) for line in lines] == [
        (work_order, Nearness.HOME), (orders[0], Nearness.STAIRWELL), (orders[1], Nearness.BUILDING),
    ]  # fmt: skip
    assert [line.order for line in look(place, light).orders] == [work_order]  # of the home, whatever it is
    assert [line.order for line in look(place, None).orders] == [work_order]
    assert not look(None, None)


@pytest.mark.parametrize(
    ("open_above", "told_below", "offered"),
    [
        ("WATER_BURST", "WATER_LEAK", True),
        ("WATER_BURST", "UPSTAIRS_LEAK", True),
        ("UPSTAIRS_LEAK", "WATER_BURST", True),
        ("DRAIN_BLOCK", "UPSTAIRS_LEAK", True),
        ("POWER_OUT_HOME", "POWER_OUT_STAIR", True),
        ("WATER_BURST", "POWER_OUT_HOME", False),
        ("HOME_DOOR_LOCK", "WATER_LEAK", False),
    ],
)  # fmt: skip
def test_water_above_is_offered_for_water_below(
    look, open_above, told_below, offered, place, estate, category, ann, now
):
    above, kind = add_home(estate, 3, 2, "601", stairwell_id=place.stairwell_id), category(open_above)
    with writing():
        order = open_work_order(place=above, category=kind, urgency=kind.urgency, summary="x", actor=ann, now=now)

    found = look(place, category(told_below))

    assert [line.order for line in found.orders] == ([order] if offered else [])
    assert found.first == (f"order:{order.number}" if offered else "")


def test_all_that_is_open_at_home_stays_below_what_fits(look, place, estate, category, ann, now):
    above = [add_home(estate, 3, 2, f"{floor}02", stairwell_id=place.stairwell_id) for floor in range(1, 7)]
    lock, burst = category("HOME_DOOR_LOCK"), category("WATER_BURST")
    with writing():
        own = [
            open_work_order(place=place, category=lock, urgency=lock.urgency, summary="x", actor=ann, now=now)
            for _ in range(6)
        ]
        wet = [
            open_work_order(place=home, category=burst, urgency=burst.urgency, summary="x", actor=ann, now=now)
            for home in above
        ]

    found = look(place, category("UPSTAIRS_LEAK"))

    assert [line.order for line in found.orders] == [*wet[:1:-1], *own[::-1]]
    assert found.first == f"order:{wet[-1].number}"  # one key adds to what fits, not to the lock
    assert look(place, lock).first == f"order:{own[-1].number}"


def test_a_seepage_below_is_offered_the_outage_of_the_burst_main(look, place, estate, category, ann, now):
    with writing():
        burst = open_outage(
            Facts(category=category("WATER_BURST"), buildings=[3], starts_at=now), estate_id=estate.id, orders=[],
            actor=ann, now=now,
        )  # fmt: skip
        for building in (7, 8, 9):
            open_outage(
                Facts(category=category("WATER_BURST"), buildings=[building], starts_at=now), estate_id=estate.id,
                orders=[], actor=ann, now=now,
            )  # fmt: skip

    seepage, water = look(place, category("UPSTAIRS_LEAK")), look(place, category("WATER_LEAK"))

    assert ([line.outage for line in seepage.outages], seepage.elsewhere) == ([burst], [])
    assert ([line.outage for line in water.outages], len(water.elsewhere)) == ([burst], 2)


def test_what_is_somebodys_own_behind_other_stairs_is_left_out(look, place, estate, category, ann, now):
    other = add_home(estate, 3, 1, "101")
    out, socket, lamp = category("POWER_OUT_HOME"), category("SOCKET_LIGHT"), category("STAIR_LIGHT")
    with writing():
        dark, _socket, shared = (
            open_work_order(place=other, category=one, urgency=one.urgency, summary="x", actor=ann, now=now)
            for one in (out, socket, lamp)
        )

    assert [line.order for line in look(place, out).orders] == [shared, dark]


def test_an_outage_of_the_place_comes_first_and_holds_its_orders(look, outage, work_order, place, estate, category):
    no_water, light = category("NO_WATER"), category("STAIR_LIGHT")
    elsewhere = add_home(estate, 9, 1, "101")

    here = look(place, no_water)
    assert ([(line.outage, line.affected) for line in here.outages], here.orders) == ([(outage, True)], [])
    assert here.first == f"outage:{outage.id}"
    assert [line.outage for line in look(place, None).outages] == [outage]  # the kind is not known yet
    assert look(place, light).outages == []
    there = look(elsewhere, no_water)
    assert ([(line.outage, line.affected) for line in there.elsewhere], there.outages) == ([(outage, False)], [])
    assert there.first == ""  # one key must not add to what is elsewhere


def test_three_orders_within_an_hour_are_proposed_as_one_outage(look, place, estate, category, ann, now):
    out = category("POWER_OUT_HOME")
    homes = [add_home(estate, 3, 2, f"{n}01", stairwell_id=place.stairwell_id) for n in (1, 2, 3)]
    with writing():
        orders = [
            open_work_order(
                place=home, category=out, urgency=Urgency.P1, summary="x", actor=ann, now=now - n * HOUR / 3
            )
            for n, home in enumerate(homes)
        ]

    assert look(place, out).together == [orders[2], orders[1], orders[0]]
    with writing():
        open_outage(
            Facts(category=out, buildings=[3], starts_at=now), estate_id=estate.id, orders=orders[:1], actor=ann,
            now=now,
        )  # fmt: skip
    assert look(place, out).together == []  # two are left


def test_who_does_not_see_the_orders_sees_nothing_near(look, work_order, place, category, tao, person):
    assert not look(place, category("WATER_LEAK"), user=tao)
