"""What the desk and the technicians do, written straight into rows.

Each function makes the same changes and the same event as the action of its name, through the same tables of
allowed moves, but without a session: a year of work takes seconds. It does not ask whether somebody may: stories
are told by whoever may. What lies after the moment the estate is loaded for has not happened: it raises `NotYet`,
and the story ends where it stands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from helpdesk.core import clock
from helpdesk.demo.bulk import Rows
from helpdesk.demo.journal import Journal
from helpdesk.repairs.deadlines import deadlines
from helpdesk.repairs.models import CancelReason, HoldReason, Lock, Urgency, WorkOrderKind
from helpdesk.repairs.rules import finish_by
from helpdesk.repairs.states import NOT_SET_OUT, Setback, Status, Step, VisitStatus, call_off, move, move_visit
from helpdesk.scheduling.actions import HOLDS
from helpdesk.scheduling.rules import AFTER_STEP
from helpdesk.windows.rules import Window

MISSING = {Setback.PARTS: {"parts_needed": "三角阀 DN15"}, Setback.NOBODY_HOME: {"no_photo_reason": "楼道太暗"}}


class NotYet(Exception):
    """This would happen after the moment the estate is loaded for."""


@dataclass(slots=True, eq=False)
class Visit:
    id: int
    crew: list[int]
    planned_at: datetime
    scheduled_at: datetime
    duration_minutes: int
    door_code: str
    crew_size: int = 1
    lock: Lock = Lock.NONE
    status: VisitStatus = VisitStatus.PLANNED
    promised_from: datetime | None = None
    promised_until: datetime | None = None
    accepted_at: datetime | None = None
    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    ended_at: datetime | None = None
    work_done: str = ""
    parts_used: str = ""
    parts_needed: str = ""
    fail_note: str = ""
    no_photo_reason: str = ""


@dataclass(slots=True, eq=False)
class Order:
    id: int
    number: str
    estate_id: int
    kind: WorkOrderKind
    place_id: int
    category_id: int
    urgency: Urgency
    service_level_id: int
    summary: str
    reporter_id: int | None
    phone_id: int | None
    reported_at: datetime
    respond_by: datetime | None
    arrive_by: datetime | None
    done_by: datetime | None
    status: Status = Status.REPORTED
    hold_reason: HoldReason | None = None
    cancel_reason: CancelReason | None = None
    responded_at: datetime | None = None
    arrived_at: datetime | None = None
    done_at: datetime | None = None
    closed_at: datetime | None = None
    reopened: int = 0
    version: int = 0
    opened_at: datetime | None = None  # when the desk heard of it; what was told on a mobile happened before
    visits: list[Visit] = field(default_factory=list)

    @property
    def topics(self) -> list[str]:
        crews = {f"jobs:{user}" for visit in self.visits for user in visit.crew}
        return sorted({f"orders:{self.estate_id}", *crews})


ORDER_COLUMNS = tuple(name for name in Order.__slots__ if name not in ("visits", "opened_at"))
VISIT_COLUMNS = tuple(name for name in Visit.__slots__ if name not in ("crew", "scheduled_at"))


class Numbers:
    """Order numbers, counted through each Shanghai day for all estates."""

    def __init__(self, last: Mapping[date, int]) -> None:
        self.last = dict(last)

    def draw(self, at: datetime) -> str:
        day = clock.local_date(at)
        self.last[day] = self.last.get(day, 0) + 1
        return f"GD{day:%Y%m%d}-{self.last[day]:04}"


@dataclass(slots=True)
class Desk:
    """The desk of one estate."""

    estate_id: int
    rows: Rows
    journal: Journal
    numbers: Numbers
    levels: Mapping[Urgency, Any]  # the service level of each urgency
    usual_times: Mapping[int, timedelta]  # on site, of each category
    is_workday: Callable[[date], bool]
    now: datetime

    def open(
        self, at: datetime, *, actor: int, place_id: int, category_id: int, urgency: Urgency, summary: str,
        reporter_id: int | None = None, phone_id: int | None = None, kind: WorkOrderKind = WorkOrderKind.REPAIR,
        reported_at: datetime | None = None,
    ) -> Order:  # fmt: skip
        self._reach(at)
        level, reported_at = self.levels[urgency], reported_at or at
        due = deadlines(level, reported_at=reported_at, is_workday=self.is_workday)
        order = Order(
            self.rows.next_id("work_order"), self.numbers.draw(at), self.estate_id, kind, place_id, category_id,
            urgency, level.id, summary, reporter_id, phone_id, reported_at, due.respond_by, due.arrive_by, due.done_by,
            opened_at=at,
        )  # fmt: skip
        data = {"urgency": urgency, "category_id": category_id, "place_id": place_id}
        self._note(order, at, actor, "work_order.opened", data)
        return order

    def schedule(
        self, order: Order, at: datetime, *, crew: Sequence[int], actor: int, planned_at: datetime | None = None,
        promised: Window | None = None,
    ) -> Visit:  # fmt: skip
        self._reach(at)
        sent = sorted(set(crew))
        call_off(order, only=NOT_SET_OUT)
        old = move(order, Status.ASSIGNED)
        order.hold_reason = None
        if old in (Status.DONE, Status.CLOSED):
            self._reopen(order, at)
        order.responded_at = order.responded_at or at
        start = planned_at or (max(promised.starts_at, at) if promised else at)
        visit_id, minutes = self.rows.next_id("visit"), self.usual_times[order.category_id] // timedelta(minutes=1)
        visit = Visit(visit_id, sent, start, at, minutes, door_code=f"{visit_id * 37 % 100:02}")
        if promised:
            visit.promised_from, visit.promised_until = promised.starts_at, promised.ends_at
            order.arrive_by, order.arrived_at = promised.ends_at, None
            may_wait, usual_time = order.urgency in (Urgency.P2, Urgency.P3), self.usual_times[order.category_id]
            order.done_by = finish_by(order.done_by, promised.ends_at, usual_time, may_wait=may_wait)
        order.visits.append(visit)
        data = {
            "from_status": old, "visit_id": visit.id, "crew": sent, "promised_from": visit.promised_from,
            "promised_until": visit.promised_until,
        }  # fmt: skip
        self._note(order, at, actor, "visit.scheduled", data)
        return visit

    def replan(self, order: Order, visit: Visit, at: datetime, *, planned_at: datetime, actor: int) -> None:
        self._reach(at)
        from_at, visit.planned_at = visit.planned_at, planned_at
        data = {
            "visit_id": visit.id, "from_crew": visit.crew, "crew": visit.crew, "from_at": from_at, "to_at": planned_at,
            "minutes": visit.duration_minutes, "lock": visit.lock, "promised_from": None, "promised_until": None,
            "broke": [], "reason": None,
        }  # fmt: skip
        self._note(order, at, actor, "visit.moved", data)

    def step(self, order: Order, visit: Visit, step: Step, at: datetime) -> None:
        """The technician's phone says the same moment as our clock."""
        self._reach(at)
        move_visit(visit, AFTER_STEP[step])
        if step is Step.ACCEPT:
            visit.accepted_at = at
        elif step is Step.DEPART:
            visit.departed_at = at
        else:
            visit.arrived_at = at
        if step is not Step.ACCEPT:
            move(order, Status.IN_PROGRESS)
        if step is Step.ARRIVE and order.arrived_at is None:
            order.arrived_at = at
        data = {"visit_id": visit.id, "step": step, "claimed_at": at}
        self._note(order, at, visit.crew[0], "visit.stepped", data)

    def finish(
        self, order: Order, visit: Visit, at: datetime, *, work_done: str, parts_used: str = "", no_photo_reason: str
    ) -> None:
        self._reach(at)
        old = move_visit(visit, VisitStatus.DONE)
        visit.ended_at = at
        visit.work_done, visit.parts_used, visit.no_photo_reason = work_done, parts_used, no_photo_reason
        move(order, Status.DONE)
        order.done_at = at
        data = {"visit_id": visit.id, "from_status": old, "claimed_at": at, "photos": 0}
        self._note(order, at, visit.crew[0], "visit.finished", data)

    def fail(
        self, order: Order, visit: Visit, at: datetime, *, reason: Setback, note: str, parts_needed: str = "",
        no_photo_reason: str = "",
    ) -> None:  # fmt: skip
        self._reach(at)
        nobody_home = reason is Setback.NOBODY_HOME
        old = move_visit(visit, VisitStatus.NOBODY_HOME if nobody_home else VisitStatus.FAILED)
        visit.ended_at, visit.fail_note = at, note
        visit.parts_needed, visit.no_photo_reason = parts_needed, no_photo_reason
        move(order, Status.ON_HOLD)
        order.hold_reason = HOLDS[reason]
        data = {"visit_id": visit.id, "from_status": old, "reason": reason, "claimed_at": at}
        self._note(order, at, visit.crew[0], "visit.failed", data)

    def hold(self, order: Order, at: datetime, *, reason: HoldReason, actor: int) -> None:
        self._reach(at)
        old = move(order, Status.ON_HOLD)
        order.hold_reason = reason
        call_off(order)
        self._note(order, at, actor, "work_order.held", {"from_status": old, "reason": reason})

    def cancel(self, order: Order, at: datetime, *, reason: CancelReason, actor: int) -> None:
        self._reach(at)
        old = move(order, Status.CANCELLED)
        order.hold_reason, order.cancel_reason = None, reason
        call_off(order)
        self._note(order, at, actor, "work_order.cancelled", {"from_status": old, "reason": reason})

    def close(self, order: Order, at: datetime, *, actor: int) -> None:
        self._reach(at)
        old = move(order, Status.CLOSED)
        order.closed_at = at
        self._note(order, at, actor, "work_order.closed", {"from_status": old})

    def remark(self, order: Order, at: datetime, *, words: str, actor: int) -> None:
        """Its row refers to the order's, which `keep` adds: rows are written table by table."""
        self._reach(at)
        remark_id = self.rows.next_id("remark")
        self.rows.add("remark", id=remark_id, work_order_id=order.id, words=words, said_at=at, said_by_id=actor)
        self._note(order, at, actor, "work_order.remarked", {"remark_id": remark_id})

    def keep(self, order: Order) -> None:
        """Add the rows of an order as it stands now that its story is told."""
        self.rows.add("work_order", **{name: getattr(order, name) for name in ORDER_COLUMNS})
        for visit in order.visits:
            values = {"lock_kind" if name == "lock" else name: getattr(visit, name) for name in VISIT_COLUMNS}
            self.rows.add("visit", work_order_id=order.id, **values)
            for user in visit.crew:
                self.rows.add("visit_technician", visit_id=visit.id, user_id=user)

    def _reach(self, at: datetime) -> None:
        if at > self.now:
            raise NotYet

    def _note(self, order: Order, at: datetime, actor: int, kind: str, data: dict) -> None:
        order.version += 1
        self.journal.note(at, actor, kind, "work_order", order.id, order.topics, data)

    def _reopen(self, order: Order, at: datetime) -> None:
        level = self.levels[order.urgency]
        due = deadlines(level, reported_at=at, is_workday=self.is_workday)
        order.reopened += 1
        order.service_level_id = level.id
        order.arrived_at = order.done_at = order.closed_at = None
        order.responded_at = at
        order.respond_by, order.arrive_by, order.done_by = due.respond_by, due.arrive_by, due.done_by
