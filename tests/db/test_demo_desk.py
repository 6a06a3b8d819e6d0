"""The desk of the demonstration writes rows of its own: the same ones the real actions write, whatever happens."""

from datetime import date, timedelta

import pytest
from sqlalchemy import inspect, select

from helpdesk.audit.models import Event
from helpdesk.audit.queries import newest_seq, verify_chain
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.demo import load as loading
from helpdesk.demo.bulk import Rows
from helpdesk.demo.desk import NotYet, Numbers
from helpdesk.demo.journal import Journal
from helpdesk.repairs import actions, visit_actions
from helpdesk.repairs.models import CancelReason, HoldReason, Remark, ServiceLevel, Urgency, WorkOrder
from helpdesk.repairs.states import Setback, Step
from helpdesk.scheduling.actions import fail_visit, finish_visit, take_step
from helpdesk.windows.rules import windows_of

TODAY, LATER = date(2026, 3, 2), date(2026, 3, 4)
AFTERNOON, EVENING, ANOTHER_DAY = windows_of(TODAY)[2], windows_of(TODAY)[3], windows_of(LATER)[0]
MISSING = {"parts_needed": "Valve", "no_photo_reason": "Too dark"}
DONE = {"work_done": "New valve", "parts_used": "Valve", "no_photo_reason": "Too dark"}


class ByActions:
    """Tells a story through the real actions, each in its own transaction. Moments are minutes after noon."""

    def __init__(self, now, place, category, operator):
        self.now, self.place, self.category, self.operator = now, place, category, operator

    def at(self, minutes):
        return self.now + timedelta(minutes=minutes)

    def act(self, action, *things, minutes, actor=None, **values):
        with writing():
            return action(*things, **values, actor=actor or self.operator, now=self.at(minutes))

    def open(self, minutes, urgency):
        what = {"place": self.place, "category": self.category, "urgency": urgency, "summary": "It drips"}
        self.order = self.act(actions.open_work_order, minutes=minutes, **what)

    def schedule(self, minutes, *crew, **when):
        self.visit = self.act(visit_actions.schedule_visit, self.order, minutes=minutes, crew=crew, **when)

    def replan(self, minutes, planned_at):
        crew = list(self.visit.crew)
        self.act(visit_actions.rearrange_visit, self.visit, minutes=minutes, crew=crew, planned_at=planned_at)

    def steps(self, **moments):
        for name, minutes in moments.items():
            self.by_crew(take_step, minutes, step=Step(name))

    def by_crew(self, action, minutes, **values):
        self.act(action, self.visit, minutes=minutes, actor=self.visit.crew[0], claimed_at=self.at(minutes), **values)

    def finish(self, minutes):
        self.by_crew(finish_visit, minutes, **DONE)

    def fail(self, minutes, reason):
        self.by_crew(fail_visit, minutes, reason=reason, note="Come again", **MISSING)

    def hold(self, minutes, reason):
        self.act(actions.hold_work_order, self.order, minutes=minutes, reason=reason)

    def cancel(self, minutes, reason):
        self.act(actions.cancel_work_order, self.order, minutes=minutes, reason=reason)

    def close(self, minutes):
        self.act(actions.close_work_order, self.order, minutes=minutes)

    def remark(self, minutes, words):
        self.act(actions.add_remark, self.order, minutes=minutes, words=words)


class ByDesk(ByActions):
    """Tells the same story through the desk of the demonstration."""

    def __init__(self, *told):
        super().__init__(*told)
        rows = Rows()
        numbers = Numbers({TODAY: 500, LATER: 500})  # the real ones are taken
        estate_id = self.place.estate_id
        self.desk = loading._desk(estate_id, rows, Journal(rows), numbers, self.now + timedelta(days=9))

    def keep(self):
        with writing():
            self.desk.keep(self.order)
            self.desk.journal.write_until()
            self.desk.rows.flush()
            self.desk.rows.catch_up_sequences()

    def open(self, minutes, urgency):
        what = {"place_id": self.place.id, "category_id": self.category.id, "urgency": urgency, "summary": "It drips"}
        self.order = self.desk.open(self.at(minutes), actor=self.operator.id, **what)

    def schedule(self, minutes, *crew, **when):
        sent = [user.id for user in crew]
        self.visit = self.desk.schedule(self.order, self.at(minutes), crew=sent, actor=self.operator.id, **when)

    def replan(self, minutes, planned_at):
        self.desk.replan(self.order, self.visit, self.at(minutes), planned_at=planned_at, actor=self.operator.id)

    def steps(self, **moments):
        for name, minutes in moments.items():
            self.desk.step(self.order, self.visit, Step(name), self.at(minutes))

    def finish(self, minutes):
        self.desk.finish(self.order, self.visit, self.at(minutes), **DONE)

    def fail(self, minutes, reason):
        self.desk.fail(self.order, self.visit, self.at(minutes), reason=reason, note="Come again", **MISSING)

    def hold(self, minutes, reason):
        self.desk.hold(self.order, self.at(minutes), reason=reason, actor=self.operator.id)

    def cancel(self, minutes, reason):
        self.desk.cancel(self.order, self.at(minutes), reason=reason, actor=self.operator.id)

    def close(self, minutes):
        self.desk.close(self.order, self.at(minutes), actor=self.operator.id)

    def remark(self, minutes, words):
        self.desk.remark(self.order, self.at(minutes), words=words, actor=self.operator.id)


def parts_are_missing(told, tao, bo):
    told.open(0, Urgency.P2)
    told.schedule(1, tao, promised=AFTERNOON)
    told.steps(accept=3, depart=115, arrive=121)
    told.fail(150, Setback.PARTS)
    told.remark(300, "Ordered")
    told.schedule(300, bo, tao, promised=ANOTHER_DAY)
    told.steps(arrive=2_600)
    told.finish(2_700)
    told.close(2_800)


def arranged_anew_before_anybody_set_out(told, tao, bo):
    told.open(0, Urgency.P2)
    told.schedule(1, tao, promised=AFTERNOON)
    told.schedule(2, tao, bo, promised=EVENING)
    told.steps(accept=5)
    told.replan(6, EVENING.starts_at + timedelta(minutes=20))
    told.schedule(7, bo, promised=ANOTHER_DAY, planned_at=ANOTHER_DAY.starts_at + timedelta(minutes=5))
    told.steps(depart=2_650)
    told.finish(2_700)


def danger_and_reopened(told, tao, bo):
    told.open(0, Urgency.P0)
    told.schedule(1, tao)
    told.steps(accept=2, depart=3, arrive=12)
    told.finish(40)
    told.close(100)
    told.schedule(200, bo)
    told.steps(arrive=215)
    told.hold(230, HoldReason.OUTSIDE)  # somebody leaves without having finished


def not_satisfied_before_it_is_closed(told, tao, bo):
    told.open(0, Urgency.P3)
    told.schedule(1, tao, promised=AFTERNOON)
    told.finish(130)
    told.schedule(200, tao, promised=ANOTHER_DAY)


def held_and_called_off(told, tao, bo):
    told.open(0, Urgency.P3)
    told.hold(5, HoldReason.PARTS)
    told.schedule(10, tao, bo, promised=ANOTHER_DAY)
    told.steps(accept=12)
    told.hold(20, HoldReason.APPOINTMENT)
    told.schedule(30, tao)
    told.cancel(40, CancelReason.WITHDRAWN)


def opened_by_mistake(told, tao, bo):
    told.open(0, Urgency.P1)
    told.cancel(1, CancelReason.VOID)


def failed(reason):
    def story(told, tao, bo):
        told.open(0, Urgency.P1)
        told.schedule(1, bo)
        told.steps(depart=2, arrive=20)
        told.fail(30, reason)
        told.schedule(60, tao)
        told.steps(accept=61, arrive=90)
        told.finish(120)
        told.close(200)

    return story


@pytest.fixture
def both(now, place, category, person):
    """The teller through the real actions, and the one through the desk, who begins when the other has ended."""
    told = (now, place, category("WATER_LEAK"), person("Lea", Role.OPERATOR))
    yield ByActions(*told), lambda: ByDesk(*told)


def compare(story, both, tao, bo):
    real, begin = both
    story(real, tao, bo)
    copied = begin()
    story(copied, tao, bo)
    copied.keep()

    assert _record(copied.order.id) == _record(real.order.id)
    assert verify_chain() is None


STORIES = (
    parts_are_missing, arranged_anew_before_anybody_set_out, danger_and_reopened, not_satisfied_before_it_is_closed,
    held_and_called_off, opened_by_mistake,
)  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_the_desk_writes_what_the_actions_write(story, both, tao, bo):
    compare(story, both, tao, bo)


@pytest.mark.parametrize("reason", Setback)
def test_a_visit_that_fails_is_written_the_same_whatever_the_reason(reason, both, tao, bo):
    compare(failed(reason), both, tao, bo)


@pytest.mark.parametrize("story", [danger_and_reopened, not_satisfied_before_it_is_closed], ids=lambda s: s.__name__)
def test_so_it_is_where_nothing_is_promised(story, both, tao, bo):
    with writing():
        for level in db.session.scalars(select(ServiceLevel)):
            level.respond_minutes = level.arrive_minutes = level.arrive_days = None
            level.done_minutes = level.done_days = None

    compare(story, both, tao, bo)


def test_neither_sends_others_while_somebody_is_on_the_way(both, tao, bo):
    real, begin = both
    for tell in (lambda: real, begin):
        told = tell()
        told.open(0, Urgency.P1)
        told.schedule(1, tao)
        told.steps(depart=2)
        with pytest.raises(Conflict):
            told.schedule(3, bo)


def test_what_lies_ahead_has_not_happened(both, tao):
    told = both[1]()
    told.open(0, Urgency.P1)

    with pytest.raises(NotYet):
        told.schedule(10 * 24 * 60, tao)


@pytest.mark.parametrize("data", [{}, {"from_status": "typed"}, {"from_status": Urgency.P1, "words": "typed"}])
def test_the_journal_takes_nothing_that_the_history_would_not_take(data, app, now):
    journal = Journal(Rows())

    with pytest.raises(ValueError, match="work_order.closed needs"):
        journal.note(now, None, "work_order.closed", "work_order", 1, [], data)

    journal.write_until()
    assert newest_seq() == 0


def _record(order_id: int) -> dict:
    """An order, its visits, remarks and events, without what must differ: ids, numbers, place in the chain."""

    def plain(row, *without):
        return {key: getattr(row, key) for key in inspect(type(row)).column_attrs.keys() if key not in without}

    order = db.session.get(WorkOrder, order_id)
    differs = ("id", "work_order_id", "door_code")
    visits = [{**plain(visit, *differs), "crew": [user.id for user in visit.crew]} for visit in order.visits]
    remarks = db.session.scalars(select(Remark).where(Remark.work_order_id == order_id).order_by(Remark.id))
    positions = {visit.id: position for position, visit in enumerate(order.visits)}
    about = (Event.subject_type == "work_order") & (Event.subject_id == order_id)
    events = []
    for entry in db.session.scalars(select(Event).where(about).order_by(Event.seq)):
        data = {**entry.data, "visit_id": positions.get(entry.data.get("visit_id"))}
        data.pop("remark_id", None)
        events.append({**plain(entry, "seq", "hash", "subject_id"), "data": data})
    return {
        "order": plain(order, "id", "number"), "visits": visits, "events": events,
        "remarks": [plain(remark, "id", "work_order_id") for remark in remarks],
    }  # fmt: skip
