"""The demonstration is alike whenever it is made, and alive whenever it is looked at; tried on a very small estate."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import user_named
from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dayplans.models import DayPlan
from helpdesk.dayplans.states import PlanStatus
from helpdesk.demo import commands
from helpdesk.demo import load as loading
from helpdesk.demo.load import AlreadyThere, load
from helpdesk.demo.shape import FULL, Shape, share
from helpdesk.escalation.queries import ring_list
from helpdesk.estate.models import Estate, Place, PlaceKind
from helpdesk.hotline.models import Call
from helpdesk.repairs import actions
from helpdesk.repairs.models import Category, HoldReason, OrderNumber, Urgency, Visit, WorkOrder
from helpdesk.repairs.states import Status, VisitStatus

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


def overlaps(jobs: list[Visit]) -> list[tuple[WorkOrder, WorkOrder]]:
    """Orders whose visits one technician would have at the same time."""
    pairs = zip(jobs, jobs[1:], strict=False)
    return [
        (one.work_order, other.work_order)
        for one, other in pairs
        if other.planned_at < one.planned_at + timedelta(minutes=one.duration_minutes)
    ]


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
        shanghai(2026, 11, 23, 18, 30),  # who works by day is at home
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
    nobody = [item.work_order.visits[0].status for item in ring_list(user_named("operator"), now)]
    assert nobody == [VisitStatus.PLANNED]  # the ring list is alive, and holds nothing else
    assert len(emergencies) == 1 and emergencies[0].visits[0].status in (VisitStatus.ON_THE_WAY, VisitStatus.ON_SITE)
    for technician in ("technician", "technician2"):
        jobs = jobs_of(technician, today)
        over = [job for job in jobs if job.planned_at < now - timedelta(hours=2)]
        ahead = [job for job in jobs if job.planned_at > now]
        assert len(jobs) >= 5
        assert over or clock.local(now).hour < 11
        assert ahead or clock.local(now).hour >= 20
        assert {job.status for job in over} <= {VisitStatus.DONE}
        assert {job.ended_at for job in ahead} <= {None}
        tomorrow = jobs_of(technician, today + timedelta(days=1))
        assert any(job.planned_at > now for job in jobs + tomorrow)
        assert [pair for pair in overlaps(jobs) + overlaps(tomorrow) if not set(pair) & set(emergencies)] == []
    plans = db.session.scalars(select(DayPlan).order_by(DayPlan.id)).all()
    assert [(plan.status, bool(plan.changes)) for plan in plans] == [
        (PlanStatus.ACCEPTED, True),
        (PlanStatus.READY, True),
    ]
    assert plans[0].day == today < plans[1].day
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
