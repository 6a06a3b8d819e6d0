"""The demonstration is alike whenever it is made, and alive whenever it is looked at; tried on a very small estate."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.demo import commands
from helpdesk.demo import load as loading
from helpdesk.demo.bulk import Rows
from helpdesk.demo.desk import Numbers
from helpdesk.demo.journal import Journal
from helpdesk.demo.load import AlreadyThere, load
from helpdesk.demo.shape import FULL, Shape, share
from helpdesk.estate.models import Estate, Place, PlaceKind
from helpdesk.hotline.models import Call
from helpdesk.repairs import actions
from helpdesk.repairs.models import Category, HoldReason, OrderNumber, Urgency, Visit, WorkOrder
from helpdesk.repairs.rules import windows_of
from helpdesk.repairs.states import Status, VisitStatus
from helpdesk.scheduling.actions import fail_visit, finish_visit, take_step
from helpdesk.scheduling.rules import Setback, Step

TINY = Shape(entrances=(3, 2), floors=4, garages=8, shops=2, history_days=20)


def shanghai(*when: int) -> datetime:
    return clock.from_local(datetime(*when))


def everything() -> dict[str, list]:
    """All rows of all tables, in the order of their keys."""
    return {
        table.name: db.session.execute(select(table).order_by(*table.primary_key.columns)).all()
        for table in db.metadata.sorted_tables
    }


def jobs_of(username: str, day: date) -> list[Visit]:
    begins, ends = clock.day_range(day)
    mine = Visit.crew.any(User.username == username)
    on_day = select(Visit).where(mine, Visit.planned_at >= begins, Visit.planned_at < ends)
    return list(db.session.scalars(on_day.order_by(Visit.planned_at)))


def test_the_same_moment_gives_the_same_rows(app, blank):
    load(shanghai(2026, 11, 23, 10, 20), shape=TINY)
    first = everything()
    db.session.remove()
    db.engine.dispose()
    blank[1].renew()

    load(shanghai(2026, 11, 23, 10, 20), shape=TINY)

    assert everything() == first
    assert len(first["event"]) > 300


@pytest.mark.parametrize(
    "now",
    [
        shanghai(2026, 11, 23, 0, 30),
        shanghai(2026, 11, 23, 2, 25),  # while the pipe bursts
        shanghai(2026, 11, 23, 3, 0),
        shanghai(2026, 11, 23, 10, 20),
        shanghai(2026, 11, 23, 23, 50),
        shanghai(2026, 1, 1, 10, 20),  # a holiday
        shanghai(2026, 2, 14, 14, 30),  # a Saturday that is worked
        shanghai(2027, 2, 6, 8, 5),  # a year whose calendar nobody has announced
    ],
    ids=str,
)
def test_today_is_alive_whenever_it_is_looked_at(app, now):
    load(now, shape=TINY)
    today = clock.local_date(now)

    running = db.session.scalars(select(WorkOrder).where(WorkOrder.status == Status.IN_PROGRESS)).all()
    emergencies = [
        order for order in running if order.urgency is Urgency.P1 and now - order.reported_at < timedelta(hours=1)
    ]
    assert len(emergencies) == 1 and emergencies[0].visits[0].status in (VisitStatus.ON_THE_WAY, VisitStatus.ON_SITE)
    for technician in ("technician", "technician2"):
        jobs = jobs_of(technician, today)
        assert len(jobs) >= 5
        assert all(job.status is VisitStatus.DONE for job in jobs if job.planned_at < now - timedelta(hours=2))
        assert all(job.ended_at is None for job in jobs if job.planned_at > now)
        assert any(job.planned_at > now for job in jobs + jobs_of(technician, today + timedelta(days=1)))
    waiting = db.session.scalar(select(func.count()).where(WorkOrder.status == Status.REPORTED))
    held = set(db.session.scalars(select(WorkOrder.hold_reason).where(WorkOrder.status == Status.ON_HOLD)))
    unfinished = db.session.scalars(select(Call).where(Call.outcome.is_(None))).all()
    assert waiting >= 3 and held >= {HoldReason.PARTS, HoldReason.APPOINTMENT, HoldReason.OUTSIDE}
    assert len(unfinished) == 4 and sum(call.saved_at is None for call in unfinished) == 2
    assert verify_chain() is None
    assert db.session.scalar(select(func.max(Event.at))) <= now
    times = [
        db.session.scalar(select(func.max(column)))
        for column in (Call.logged_at, Call.happened_at, WorkOrder.reported_at)
    ]
    assert max(times) <= now


def test_more_estates_count_their_orders_together_and_share_an_operator_and_a_manager(app):
    load(shanghai(2026, 11, 23, 10, 20), scale=2, shape=TINY)

    numbers = db.session.execute(select(WorkOrder.number, WorkOrder.estate_id).order_by(WorkOrder.number)).all()
    today = [(int(number[-4:]), estate) for number, estate in numbers if number.startswith("GD20261123")]
    assert [number for number, _ in today] == list(range(1, len(today) + 1)) and len(
        {estate for _, estate in today}
    ) == 2
    both = {
        user.username for user in db.session.scalars(select(User)) if len({held.estate_id for held in user.roles}) == 2
    }
    assert both == {"operator", "manager"}
    assert {name for name in db.session.scalars(select(Estate.name))} == {"德裕苑", "康宁苑"}
    second = db.session.scalars(select(Visit).join(WorkOrder).where(WorkOrder.estate_id == 2)).all()
    assert all({held.estate_id for held in user.roles} == {2} for visit in second for user in visit.crew)
    assert verify_chain() is None


def test_so_many_calls_as_are_asked_for(app, monkeypatch):
    monkeypatch.setattr(loading, "CHUNK", 2_000)  # so that it is committed in several pieces

    load(shanghai(2026, 11, 23, 10, 20), shape=TINY.with_calls(1_000))

    before_today = Call.saved_at < clock.start_of_day(date(2026, 11, 23))
    of_history = db.session.scalar(select(func.count()).where(before_today))
    assert 1_000 < of_history < 1_040  # and the scenes of the days before
    assert verify_chain() is None


def test_work_goes_on_where_the_demonstration_ends(app):
    now = shanghai(2026, 11, 23, 10, 20)
    load(now, shape=TINY)
    last = db.session.scalar(select(OrderNumber.last).where(OrderNumber.day == date(2026, 11, 23)))

    with writing():
        operator = db.session.scalars(select(User).where(User.username == "operator")).one()
        home = db.session.scalars(select(Place).where(Place.kind == PlaceKind.DWELLING)).first()
        category = db.session.scalars(select(Category).where(Category.code == "WATER_LEAK")).one()
        order = actions.open_work_order(
            place=home, category=category, urgency=Urgency.P2, summary="x", actor=operator, now=now
        )
        actions.add_remark(order, words="x", actor=operator, now=now)

    assert order.number == f"GD20261123-{last + 1:04}"
    assert verify_chain() is None


def test_it_is_refused_where_an_estate_is_already(app, new_estate):
    new_estate("滨江花园")

    with pytest.raises(AlreadyThere):
        load(shanghai(2026, 11, 23, 10, 20), shape=TINY)

    assert db.session.scalar(select(func.count()).select_from(Estate)) == 1


def test_the_command_says_what_it_loaded_and_how_to_sign_in(app, monkeypatch):
    monkeypatch.setattr(commands, "FULL", TINY)
    runner = app.test_cli_runner()

    first = runner.invoke(args=["demo", "load", "--as-of", "2026-11-23"])
    again = runner.invoke(args=["demo", "load"])

    assert first.exit_code == 0, first.output
    assert "Loaded 63 places" in first.output and "password demo-2026" in first.output and "technician2" in first.output
    assert again.exit_code == 1 and "There is an estate already" in again.output
    assert db.session.scalar(select(func.max(WorkOrder.reported_at))) <= shanghai(2026, 11, 23, 10, 20)


def test_the_full_estate_has_52_entrances_and_624_homes():
    assert sum(FULL.entrances) == 52 and len(FULL.entrances) == 18 and FULL.homes == 624


def test_sharing_out_is_exact():
    assert share(551, (56.3, 28.9, 12.8, 2.0)) == [310, 159, 71, 11]
    assert share(0, (1, 2)) == [0, 0] and sum(share(7, (1, 1, 1))) == 7


@pytest.fixture
def desk(estate, now):
    """The desk of the generator, in the estate of the other tests, a while later."""
    rows = Rows()
    return loading._desk(estate.id, rows, Journal(rows), Numbers({}), now + timedelta(days=9))


def test_the_desk_writes_what_the_actions_write(now, desk, place, category, person, tao, bo):
    lea = person("Lea", Role.OPERATOR)
    kind = category("WATER_LEAK")
    window = windows_of(date(2026, 3, 2))[2]
    later = windows_of(date(2026, 3, 4))[0]
    at = [now + timedelta(minutes=minutes) for minutes in (0, 1, 3, 115, 121, 150, 300, 2_600, 2_700, 2_800, 2_900)]

    with writing():
        order = actions.open_work_order(
            place=place, category=kind, urgency=Urgency.P2, summary="x", actor=lea, now=at[0]
        )
        visit = actions.schedule_visit(order, crew=[tao], promised=window, actor=lea, now=at[1])
        for step, moment in ((Step.ACCEPT, at[2]), (Step.DEPART, at[3]), (Step.ARRIVE, at[4])):
            take_step(visit, step, claimed_at=moment, actor=tao, now=moment)
        fail_visit(visit, reason=Setback.PARTS, note="n", claimed_at=at[5], actor=tao, now=at[5])
        actions.add_remark(order, words="r", actor=lea, now=at[6])
        visit = actions.schedule_visit(order, crew=[bo, tao], promised=later, actor=lea, now=at[6])
        take_step(visit, Step.ARRIVE, claimed_at=at[7], actor=tao, now=at[7])
        finish_visit(
            visit, work_done="d", parts_used="p", no_photo_reason="dark", claimed_at=at[8], actor=tao, now=at[8]
        )
        actions.close_work_order(order, actor=lea, now=at[9])
        visit = actions.schedule_visit(order, crew=[bo], actor=lea, now=at[10])
        actions.hold_work_order(order, reason=HoldReason.OUTSIDE, actor=lea, now=at[10])
    with writing():
        desk.journal = Journal(desk.rows)  # after what the actions wrote
        told = desk.open(at[0], actor=lea.id, place_id=place.id, category_id=kind.id, urgency=Urgency.P2, summary="x")
        sent = desk.schedule(told, at[1], crew=[tao.id], promised=window, actor=lea.id)
        for step, moment in ((Step.ACCEPT, at[2]), (Step.DEPART, at[3]), (Step.ARRIVE, at[4])):
            desk.step(told, sent, step, moment)
        desk.fail(told, sent, at[5], reason=Setback.PARTS, note="n")
        desk.remark(told, at[6], words="r", actor=lea.id)
        sent = desk.schedule(told, at[6], crew=[bo.id, tao.id], promised=later, actor=lea.id)
        desk.step(told, sent, Step.ARRIVE, at[7])
        desk.finish(told, sent, at[8], work_done="d", parts_used="p", no_photo_reason="dark")
        desk.close(told, at[9], actor=lea.id)
        desk.schedule(told, at[10], crew=[bo.id], actor=lea.id)
        desk.hold(told, at[10], reason=HoldReason.OUTSIDE, actor=lea.id)
        told.number = "GD20260302-0999"
        desk.keep(told)
        desk.journal.write_until()
        desk.rows.flush()
        desk.rows.catch_up_sequences()

    assert _record(told.id) == _record(order.id)
    assert verify_chain() is None


def _record(order_id: int) -> tuple[list, list, list]:
    """An order, its visits and its events, without what must differ: ids, number, place in the chain."""

    def plain(row, *without):
        return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key not in without}

    order = db.session.get(WorkOrder, order_id)
    first = min(visit.id for visit in order.visits)
    visits = [
        {**plain(visit, "id", "work_order_id"), "crew": [user.id for user in visit.crew]} for visit in order.visits
    ]
    about = (Event.subject_type == "work_order") & (Event.subject_id == order_id)
    events = []
    for entry in db.session.scalars(select(Event).where(about).order_by(Event.seq)):
        data = {**entry.data, "visit": entry.data.get("visit_id", first) - first}
        for name in ("visit_id", "remark_id"):
            data.pop(name, None)
        events.append({**plain(entry, "seq", "hash", "subject_id"), "data": data})
    return plain(order, "id", "number"), visits, events
