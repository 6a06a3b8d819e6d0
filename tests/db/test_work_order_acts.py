"""What people at the desk do to work orders, and that nothing happens when they are refused."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.audit.queries import history_of, verify_chain
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Place, PlaceKind
from helpdesk.repairs.actions import (
    add_remark,
    cancel_work_order,
    change_urgency,
    close_work_order,
    hold_work_order,
    open_work_order,
    promise_window,
)
from helpdesk.repairs.models import CancelReason, HoldReason, Remark, Urgency, WorkOrder
from helpdesk.repairs.queries import (
    get_work_order,
    open_orders,
    open_orders_at,
    visible_categories,
    visible_work_orders,
)
from helpdesk.repairs.states import Status, VisitStatus, move, move_visit
from helpdesk.repairs.visit_actions import hand_over_visit, schedule_visit
from helpdesk.windows.rules import Window

HOUR = timedelta(hours=1)
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def in_a_request(app):
    """Refusals are sentences in the reader's language, and a reader comes with a request."""
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


@pytest.fixture
def opened(place, ann, category, now):
    """Open one more work order: `opened("STAIR_LIGHT", at=later)`."""

    def _open(code="WATER_LEAK", at=now, urgency=None, where=place):
        found = category(code)
        values = {"category": found, "urgency": urgency or found.urgency, "summary": "Broken"}
        with writing():
            return open_work_order(place=where, **values, actor=ann, now=at)

    return _open


@pytest.fixture
def scheduled(work_order, tao, ann, now):
    with writing():
        return schedule_visit(work_order, crew=[tao], actor=ann, now=now)


def go_to(visit, *steps, order=None):
    """Let a visit and its order stand where a technician's taps would have brought them."""
    with writing():
        for step in steps:
            move_visit(visit, step)
        if order:
            move(visit.work_order, order)


def events_of(work_order):
    return [event.kind for event in history_of(work_order)]


def last_event():
    return db.session.scalars(select(Event).order_by(Event.seq.desc()).limit(1)).one()


# ── opening, and its number ──


def test_an_order_is_opened_with_the_first_number_of_the_day(work_order, ann):
    assert work_order.number == "GD20260302-0001"
    assert (work_order.status, work_order.version) == (Status.REPORTED, 1)
    assert events_of(work_order) == ["work_order.opened"]
    assert last_event().topics == [f"orders:{work_order.estate_id}"]


@pytest.mark.proves("RE-04")
def test_twenty_orders_opened_at_once_get_numbers_without_gap_or_twin(app, place, ann, category, now):
    place_id, ann_id, category_id = place.id, ann.id, category("STAIR_LIGHT").id
    failures = []

    def open_some(count):
        from helpdesk.accounts.models import User
        from helpdesk.repairs.models import Category

        with app.app_context(), app.test_request_context():
            for _ in range(count):
                try:
                    with writing():
                        open_work_order(
                            place=db.session.get(Place, place_id), category=db.session.get(Category, category_id),
                            urgency=Urgency.P2, summary="Dark", actor=db.session.get(User, ann_id), now=now,
                        )  # fmt: skip
                except Exception as failure:  # noqa: BLE001 a thread tells nobody
                    failures.append(failure)

    threads = [threading.Thread(target=open_some, args=(count,)) for count in (3, 3, 3, 3, 2, 2, 2, 2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    db.session.rollback()
    numbers = sorted(db.session.scalars(select(WorkOrder.number)))
    assert failures == []
    assert numbers == [f"GD20260302-{number:04}" for number in range(1, 21)]
    assert verify_chain() is None


@pytest.mark.proves("RE-07")
def test_the_number_begins_anew_at_midnight_in_shanghai(opened):
    before = opened(at=datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC))
    after = opened(at=datetime(2026, 3, 2, 16, 0, tzinfo=UTC))

    assert [before.number, after.number] == ["GD20260302-0001", "GD20260303-0001"]


def test_the_number_grows_beyond_four_digits(opened, work_order, now):
    from helpdesk.repairs.models import OrderNumber

    with writing():
        db.session.get(OrderNumber, datetime(2026, 3, 2).date()).last = 9_999

    assert opened().number == "GD20260302-10000"


@pytest.mark.proves("RE-04")
def test_a_refused_order_uses_up_no_number(place, ann, category, new_estate, opened, now):
    foreign = category("WATER_LEAK", at=new_estate("景苑"))

    with pytest.raises(Refused), writing():
        open_work_order(place=place, category=foreign, urgency=Urgency.P2, summary="?", actor=ann, now=now)

    assert db.session.scalar(select(func.count()).select_from(WorkOrder)) == 0
    assert opened().number == "GD20260302-0001"


def test_only_who_may_open_an_order_opens_one(place, tao, category, now):
    with pytest.raises(NotAllowed), writing():
        open_work_order(
            place=place, category=category(), urgency=Urgency.P2, summary="Leak", actor=tao, now=now
        )  # fmt: skip

    assert db.session.scalar(select(func.count()).select_from(WorkOrder)) == 0


def test_an_estate_without_service_levels_says_so(add, person, category, place, now):
    from helpdesk.estate.models import Estate

    bare = add(Estate, name="新苑")
    there = add(Place, estate_id=bare.id, kind=PlaceKind.DWELLING, address="1-1-101")
    eve = person("Eve", Role.OPERATOR, at=bare)
    kind = add(
        type(category()), estate_id=bare.id, code="X", group_code="X", group_zh="x", group_en="x", name_zh="x",
        name_en="x", position=1, where="in_home", urgency=Urgency.P2, duration_minutes=30, skill="", charge="",
        liable="", funding_source="", synonyms=[], raises=[], valid_from=datetime(2024, 1, 1).date(),
    )  # fmt: skip

    with pytest.raises(Refused, match="no service levels"), writing():
        open_work_order(place=there, category=kind, urgency=Urgency.P2, summary="?", actor=eve, now=now)


# ── sending somebody ──


def test_sending_somebody_assigns_the_order_and_answers_the_resident(work_order, tao, ann, now):
    with writing():
        visit = schedule_visit(work_order, crew=[tao], actor=ann, now=now)

    assert (work_order.status, work_order.responded_at) == (Status.ASSIGNED, now)
    assert (visit.status, visit.planned_at, visit.crew) == (VisitStatus.PLANNED, now, [tao])
    assert last_event().data == {
        "from_status": "reported", "visit_id": visit.id, "crew": [tao.id], "promised_from": None,
        "promised_until": None,
    }  # fmt: skip
    assert last_event().topics == [f"jobs:{tao.id}", f"orders:{work_order.estate_id}"]


def test_the_promised_window_is_kept_apart_from_the_plan_and_becomes_the_time_to_arrive(work_order, tao, ann, now):
    window = Window(now + 2 * HOUR, now + 3 * HOUR)

    with writing():
        visit = schedule_visit(work_order, crew=[tao], promised=window, actor=ann, now=now)

    assert (visit.promised_from, visit.promised_until) == (window.starts_at, window.ends_at)
    assert visit.planned_at == window.starts_at
    assert work_order.arrive_by == window.ends_at


def test_a_window_that_has_begun_is_planned_for_now(work_order, tao, ann, now):
    with writing():
        visit = schedule_visit(
            work_order, crew=[tao], promised=Window(now - HOUR, now + HOUR), actor=ann, now=now
        )  # fmt: skip

    assert visit.planned_at == now


@pytest.mark.parametrize("too_late", [{"planned_at": -HOUR}, {"promised": (-2 * HOUR, timedelta(0))}])
def test_nobody_is_sent_to_a_time_that_is_over(work_order, tao, ann, now, too_late):
    times = {
        name: Window(now + span[0], now + span[1]) if isinstance(span, tuple) else now + span
        for name, span in too_late.items()
    }

    with pytest.raises(Refused), writing():
        schedule_visit(work_order, crew=[tao], **times, actor=ann, now=now)

    assert (work_order.status, work_order.visits) == (Status.REPORTED, [])


def test_only_technicians_of_the_estate_are_sent(work_order, ann, person, new_estate, tao, now):
    stranger = person("Zed", Role.TECHNICIAN, at=new_estate("景苑"))

    for crew in ([], [None], [ann], [stranger], [tao, stranger]):
        with pytest.raises(Refused), writing():
            schedule_visit(work_order, crew=crew, actor=ann, now=now)

    assert work_order.visits == []


def test_a_visit_nobody_has_set_out_for_is_replaced_and_both_crews_hear_of_it(work_order, scheduled, bo, tao, ann, now):
    go_to(scheduled, VisitStatus.ACCEPTED)

    with writing():
        schedule_visit(work_order, crew=[bo], planned_at=now + HOUR, actor=ann, now=now)

    assert [visit.status for visit in work_order.visits] == [VisitStatus.CANCELLED, VisitStatus.PLANNED]
    assert last_event().topics == sorted([f"jobs:{tao.id}", f"jobs:{bo.id}", f"orders:{work_order.estate_id}"])


def test_nobody_else_is_sent_while_somebody_is_on_the_way(work_order, scheduled, bo, ann, now):
    go_to(scheduled, VisitStatus.ON_THE_WAY, order=Status.IN_PROGRESS)

    with pytest.raises(Conflict), writing():
        schedule_visit(work_order, crew=[bo], actor=ann, now=now)

    assert [visit.status for visit in work_order.visits] == [VisitStatus.ON_THE_WAY]


def test_an_order_that_was_done_is_reopened_with_new_promises(work_order, scheduled, tao, ann, now):
    go_to(scheduled, VisitStatus.DONE, order=Status.DONE)
    with writing():
        work_order.arrived_at = work_order.done_at = now + HOUR
        close_work_order(work_order, actor=ann, now=now + 2 * HOUR)
    later = now + timedelta(days=3)

    with writing():
        schedule_visit(work_order, crew=[tao], actor=ann, now=later)

    assert (work_order.status, work_order.reopened) == (Status.ASSIGNED, 1)
    assert (work_order.arrived_at, work_order.done_at, work_order.closed_at) == (None, None, None)
    assert work_order.responded_at == later
    assert work_order.done_by == later + timedelta(hours=24)
    assert last_event().data["from_status"] == "closed"


def test_a_cancelled_order_is_never_taken_up_again(work_order, tao, ann, now):
    with writing():
        cancel_work_order(work_order, reason=CancelReason.WITHDRAWN, actor=ann, now=now)

    with pytest.raises(Conflict), writing():
        schedule_visit(work_order, crew=[tao], actor=ann, now=now)


# ── handing over ──


def test_a_visit_is_handed_over_and_nobody_has_accepted_it_yet(work_order, scheduled, tao, bo, ann, now):
    go_to(scheduled, VisitStatus.ACCEPTED, VisitStatus.ON_THE_WAY, order=Status.IN_PROGRESS)
    with writing():
        scheduled.accepted_at = scheduled.departed_at = now

    with writing():
        hand_over_visit(scheduled, crew=[bo], actor=ann, now=now)

    assert (scheduled.status, scheduled.crew, work_order.status) == (VisitStatus.PLANNED, [bo], Status.ASSIGNED)
    assert (scheduled.accepted_at, scheduled.departed_at) == (None, None)
    assert last_event().data == {"visit_id": scheduled.id, "from_crew": [tao.id], "crew": [bo.id]}
    assert last_event().topics == sorted([f"jobs:{tao.id}", f"jobs:{bo.id}", f"orders:{work_order.estate_id}"])


def test_a_second_pair_of_hands_joins_without_stopping_the_first(work_order, scheduled, tao, bo, ann, now):
    go_to(scheduled, VisitStatus.ON_SITE, order=Status.IN_PROGRESS)

    with writing():
        hand_over_visit(scheduled, crew=[tao, bo], actor=ann, now=now)

    assert (scheduled.status, scheduled.crew) == (VisitStatus.ON_SITE, [tao, bo])


def test_nobody_is_taken_away_from_work_and_nothing_is_handed_over_twice(work_order, scheduled, tao, bo, ann, now):
    with pytest.raises(Refused), writing():
        hand_over_visit(scheduled, crew=[tao], actor=ann, now=now)
    go_to(scheduled, VisitStatus.ON_SITE, order=Status.IN_PROGRESS)
    with pytest.raises(Conflict), writing():
        hand_over_visit(scheduled, crew=[bo], actor=ann, now=now)
    go_to(scheduled, VisitStatus.DONE)
    with pytest.raises(Conflict), writing():
        hand_over_visit(scheduled, crew=[bo], actor=ann, now=now)

    assert scheduled.crew == [tao]


# ── holding, cancelling, closing ──


def test_an_order_on_hold_calls_off_who_was_to_go(work_order, scheduled, tao, ann, now):
    with writing():
        hold_work_order(work_order, reason=HoldReason.OUTSIDE, actor=ann, now=now)

    assert (work_order.status, work_order.hold_reason) == (Status.ON_HOLD, HoldReason.OUTSIDE)
    assert scheduled.status is VisitStatus.CANCELLED
    assert f"jobs:{tao.id}" in last_event().topics


def test_who_was_at_work_when_it_was_held_did_not_finish_and_no_time_is_invented(work_order, scheduled, ann, now):
    go_to(scheduled, VisitStatus.ON_SITE, order=Status.IN_PROGRESS)

    with writing():
        hold_work_order(work_order, reason=HoldReason.PARTS, actor=ann, now=now)

    assert (scheduled.status, scheduled.ended_at) == (VisitStatus.FAILED, None)


def test_an_order_goes_on_after_a_hold_and_waits_for_another_thing(work_order, tao, ann, now):
    with writing():
        hold_work_order(work_order, reason=HoldReason.PARTS, actor=ann, now=now)
    with pytest.raises(Refused), writing():
        hold_work_order(work_order, reason=HoldReason.PARTS, actor=ann, now=now)
    with writing():
        hold_work_order(work_order, reason=HoldReason.APPOINTMENT, actor=ann, now=now)
    with writing():
        schedule_visit(work_order, crew=[tao], actor=ann, now=now)

    assert (work_order.status, work_order.hold_reason) == (Status.ASSIGNED, None)


def test_void_is_only_for_an_order_nobody_was_sent_to(opened, scheduled, work_order, ann, now):
    mistaken = opened()
    with writing():
        cancel_work_order(mistaken, reason=CancelReason.VOID, actor=ann, now=now)
    with pytest.raises(Refused), writing():
        cancel_work_order(work_order, reason=CancelReason.VOID, actor=ann, now=now)

    assert (mistaken.status, mistaken.cancel_reason) == (Status.CANCELLED, CancelReason.VOID)
    assert (work_order.status, work_order.cancel_reason) == (Status.ASSIGNED, None)


def test_a_cancelled_order_keeps_its_number_and_tells_who_was_to_go(work_order, scheduled, tao, ann, now, opened):
    with writing():
        cancel_work_order(work_order, reason=CancelReason.WITHDRAWN, actor=ann, now=now)

    assert (work_order.status, scheduled.status) == (Status.CANCELLED, VisitStatus.CANCELLED)
    assert f"jobs:{tao.id}" in last_event().topics
    assert opened().number == "GD20260302-0002"


def test_work_that_goes_on_is_not_cancelled(work_order, scheduled, ann, now):
    go_to(scheduled, VisitStatus.ON_SITE, order=Status.IN_PROGRESS)

    with pytest.raises(Conflict), writing():
        cancel_work_order(work_order, reason=CancelReason.WITHDRAWN, actor=ann, now=now)

    assert scheduled.status is VisitStatus.ON_SITE


def test_only_what_is_done_is_closed(work_order, scheduled, ann, now):
    with pytest.raises(Conflict), writing():
        close_work_order(work_order, actor=ann, now=now)
    go_to(scheduled, VisitStatus.DONE, order=Status.DONE)
    with writing():
        close_work_order(work_order, actor=ann, now=now + HOUR)

    assert (work_order.status, work_order.closed_at) == (Status.CLOSED, now + HOUR)


# ── remarks and rights ──


def test_a_remark_is_kept_in_its_own_row_and_its_words_stay_out_of_the_history(work_order, ann, now):
    with writing():
        remark = add_remark(work_order, words="  Ring the neighbour\n", actor=ann, now=now)

    assert db.session.get(Remark, remark.id).words == "Ring the neighbour"
    assert last_event().data == {"remark_id": remark.id}


def test_who_was_sent_may_remark_and_nobody_else_of_the_technicians(work_order, scheduled, tao, bo, now):
    with writing():
        add_remark(work_order, words="Needs a new valve", actor=tao, now=now)
    with pytest.raises(NotAllowed), writing():
        add_remark(work_order, words="I was not asked", actor=bo, now=now)
    with pytest.raises(Refused), writing():
        add_remark(work_order, words=" \n ", actor=tao, now=now)

    assert db.session.scalar(select(func.count()).select_from(Remark)) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda order, visit, who, now: schedule_visit(order, crew=visit.crew, actor=who, now=now),
        lambda order, visit, who, now: hand_over_visit(visit, crew=visit.crew, actor=who, now=now),
        lambda order, visit, who, now: hold_work_order(order, reason=HoldReason.PARTS, actor=who, now=now),
        lambda order, visit, who, now: cancel_work_order(order, reason=CancelReason.WITHDRAWN, actor=who, now=now),
        lambda order, visit, who, now: close_work_order(order, actor=who, now=now),
        lambda order, visit, who, now: change_urgency(order, urgency=Urgency.P0, actor=who, now=now),
    ],
    ids=["schedule", "hand over", "hold", "cancel", "close", "urgency"],
)
def test_nobody_dispatches_without_the_permission_in_this_estate(work_order, scheduled, person, new_estate, now, act):
    elsewhere = new_estate("景苑")
    actors = [person("Tom", Role.TECHNICIAN), person("Ivo", Role.AUDITOR), person("Oda", Role.OPERATOR, at=elsewhere)]
    before = len(history_of(work_order))

    for actor in actors:
        with pytest.raises(NotAllowed), writing():
            act(work_order, scheduled, actor, now)

    assert len(history_of(work_order)) == before
    assert work_order.status is Status.ASSIGNED


# ── finding ──


@pytest.mark.proves("AC-03")
def test_people_see_the_orders_of_their_estates_or_their_own_jobs(
    work_order, scheduled, opened, ann, tao, bo, ada, mei
):
    opened()

    seen = [len(db.session.scalars(visible_work_orders(user)).all()) for user in (ann, mei, tao, bo, ada)]

    assert seen == [2, 2, 1, 0, 0]


def test_an_order_that_changed_since_it_was_seen_is_a_conflict(work_order, ann):
    assert get_work_order(ann, work_order.number, seen_version=1) is work_order
    with pytest.raises(Conflict):
        get_work_order(ann, work_order.number, seen_version=0)


def test_open_orders_begin_with_the_most_urgent_and_then_with_what_is_due_first(opened, ann, new_estate, person, now):
    late = opened("STAIR_LIGHT", at=now - 5 * HOUR)
    danger, burst, leak = opened("GAS_SMELL"), opened("WATER_BURST"), opened("WATER_LEAK")
    void = opened()
    with writing():
        cancel_work_order(void, reason=CancelReason.VOID, actor=ann, now=now)

    assert open_orders(ann) == [danger, burst, late, leak]
    assert open_orders(ann, limit=2) == [danger, burst]
    assert open_orders(person("Oda", Role.OPERATOR, at=new_estate("景苑"))) == []


def test_open_orders_at_a_home_come_before_those_on_its_stairs(opened, add, estate, stairwell, place, ann):
    above = add(Place, estate_id=estate.id, kind=PlaceKind.DWELLING, address="3-2-601", stairwell_id=stairwell.id)
    far = add(Place, estate_id=estate.id, kind=PlaceKind.DWELLING, address="9-1-101")
    on_stairs, upstairs, here = opened("GAS_SMELL", where=stairwell), opened(where=above), opened(where=place)
    opened(where=far)

    assert open_orders_at(ann, place) == [here, on_stairs, upstairs]
    assert open_orders_at(ann, stairwell) == [on_stairs, upstairs, here]
    assert len(open_orders_at(ann, far)) == 1


def test_categories_are_offered_in_the_order_of_the_list_without_the_hidden_ones(ann, tao, ada, estate):
    offered = visible_categories(ann, on=TODAY)

    assert [row.code for row in offered][:3] == ["FIRE", "SHOCK", "HURT"]
    assert not any(row.hidden for row in offered)
    assert [row.code for row in visible_categories(tao, on=TODAY)] == [row.code for row in offered]
    assert visible_categories(ada, on=TODAY) == []


def test_a_category_is_offered_from_the_day_it_is_valid_until_the_day_it_ends(ann, category):
    with writing():
        category("WATER_BURST").valid_from = TODAY + timedelta(days=1)
        category("WATER_LEAK").valid_until = TODAY
        category("NO_WATER").valid_until = TODAY + timedelta(days=1)

    codes = {on: [row.code for row in visible_categories(ann, on=on)] for on in (TODAY, TODAY + timedelta(days=1))}

    assert "NO_WATER" in codes[TODAY] and not {"WATER_BURST", "WATER_LEAK"} & set(codes[TODAY])
    assert "WATER_BURST" in codes[TODAY + timedelta(days=1)]
    assert not {"WATER_LEAK", "NO_WATER"} & set(codes[TODAY + timedelta(days=1)])


def test_the_defaults_come_with_every_estate_and_the_calendar_only_once(new_estate, estate):
    from helpdesk.workdays.models import CalendarDay

    days = db.session.scalar(select(func.count()).select_from(CalendarDay))

    new_estate("景苑")

    assert days > 20
    assert db.session.scalar(select(func.count()).select_from(CalendarDay)) == days


# ── a window before anybody is chosen ──


def test_a_window_promised_before_anybody_is_chosen_moves_arriving_and_finishing(work_order, ann, now):
    window = Window(now + 30 * HOUR, now + 32 * HOUR)

    with writing():
        promise_window(work_order, window=window, actor=ann, now=now)

    usual_time = timedelta(minutes=work_order.category.duration_minutes)
    assert (work_order.arrive_by, work_order.done_by) == (window.ends_at, window.ends_at + usual_time)
    assert (work_order.promised_from, work_order.promised_until) == (window.starts_at, window.ends_at)
    assert (work_order.version, last_event().kind) == (2, "work_order.window_promised")
    assert last_event().data == {
        "promised_from": window.starts_at.isoformat(), "promised_until": window.ends_at.isoformat(),
    }  # fmt: skip


def test_a_promised_window_stays_when_the_urgency_changes(opened, ann, now):
    order, window = opened("WATER_LEAK"), Window(now + 30 * HOUR, now + 32 * HOUR)
    with writing():
        promise_window(order, window=window, actor=ann, now=now)

    with writing():
        change_urgency(order, urgency=Urgency.P3, actor=ann, now=now)
    assert order.arrive_by == window.ends_at

    with writing():
        change_urgency(order, urgency=Urgency.P1, actor=ann, now=now)
    assert order.arrive_by < window.ends_at


def test_whoever_is_sent_takes_the_promise_over(work_order, tao, ann, now):
    window = Window(now + 2 * HOUR, now + 4 * HOUR)
    with writing():
        promise_window(work_order, window=window, actor=ann, now=now)

    with writing():
        visit = schedule_visit(work_order, crew=[tao], promised=window, actor=ann, now=now)

    assert (visit.promised_from, visit.promised_until) == (window.starts_at, window.ends_at)
    assert (work_order.promised_from, work_order.promised_until, work_order.arrive_by) == (None, None, window.ends_at)


def test_a_window_is_promised_only_while_nobody_is_chosen_and_only_ahead(work_order, scheduled, opened, ann, now):
    waiting, window = opened(), Window(now + HOUR, now + 2 * HOUR)

    with pytest.raises(Conflict), writing():
        promise_window(work_order, window=window, actor=ann, now=now)
    with pytest.raises(Refused), writing():
        promise_window(waiting, window=Window(now - HOUR, now), actor=ann, now=now)

    assert (waiting.promised_until, waiting.version) == (None, 1)


def test_nobody_promises_a_window_who_may_not_open_orders_here(work_order, tao, person, new_estate, now):
    window = Window(now + HOUR, now + 2 * HOUR)
    for actor in (tao, person("Oda", Role.OPERATOR, at=new_estate("景苑"))):
        with pytest.raises(NotAllowed), writing():
            promise_window(work_order, window=window, actor=actor, now=now)

    assert work_order.version == 1
