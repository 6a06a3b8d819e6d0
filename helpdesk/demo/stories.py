"""The life of an ordinary work order, from the report to the return call, with what goes wrong on the way."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from random import Random

from helpdesk.core import clock
from helpdesk.demo.catalogue import Catalogue, Fault
from helpdesk.demo.desk import MISSING, Desk, NotYet, Order, Visit
from helpdesk.demo.staff import Staff
from helpdesk.repairs.models import CancelReason, Urgency
from helpdesk.repairs.states import Setback, Step
from helpdesk.windows.rules import Window, windows_of

LATE, REOPENED, CANCELLED, NOT_RUNG, SKIPPED_TAP = 0.065, 0.04, 0.025, 0.12, 0.06
SETBACKS = {Setback.NOBODY_HOME: 3, Setback.PARTS: 3, Setback.OUTSIDE: 1, Setback.HELP: 1, None: 92}  # in percent
REASONS = (CancelReason.WITHDRAWN, CancelReason.WITHDRAWN, CancelReason.DUPLICATE, CancelReason.NOT_OURS)
SPENT = (0.6, 1.2)  # of the usual time of a category
HURRY = (Urgency.P0, Urgency.P1)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


_windows = lru_cache(64)(windows_of)


def minutes(low: float, high: float, rng: Random) -> timedelta:
    return timedelta(seconds=round(rng.uniform(low, high) * 60))


def at_local(moment: datetime, at: time, days: int = 0) -> datetime:
    """A time of day on the Shanghai date of a moment, or so many days after it."""
    return clock.from_local(datetime.combine(clock.local_date(moment) + timedelta(days=days), at))


def in_office_hours(moment: datetime, rng: Random) -> datetime:
    """The same moment if it lies between 08:30 and 18:00, else one of the next morning's first hours."""
    local = clock.local(moment).time()
    if time(8, 30) <= local <= time(18):
        return moment
    return at_local(moment, time(8, 30), days=local > time(18)) + minutes(0, 120, rng)


@dataclass(slots=True)
class Teller:
    """Tells stories in one estate. From `today` on the first two technicians are left to the scenes."""

    desk: Desk
    staff: Staff
    catalogue: Catalogue
    rng: Random
    today: datetime
    busy_until: dict[int, datetime] = field(default_factory=dict)

    def operator(self, at: datetime) -> int:
        """Who sits at the telephone: the first by day, the second until the evening, the third at night."""
        hour = clock.local(at).hour
        shift = 0 if 8 <= hour < 14 else 1 if 14 <= hour < 20 else 2
        relief = len(self.staff.operators) > 3 and self.rng.random() < 0.15
        return self.staff.operators[3 if relief else shift % len(self.staff.operators)]

    def tell(self, order: Order, fault: Fault) -> None:
        """Let everything happen to an open order that happens before the moment of loading, and keep it."""
        with suppress(NotYet):
            self._live(order, fault)
        self.desk.keep(order)

    def _live(self, order: Order, fault: Fault) -> None:
        rng, at = self.rng, order.opened_at
        if order.urgency not in HURRY and rng.random() < CANCELLED:
            reason = rng.choice(REASONS)
            answered = in_office_hours(at + minutes(3, 25, rng), rng)
            return self.desk.cancel(order, answered, reason=reason, actor=self.operator(answered))
        done = self._repair(order, fault, self._first_visit(order, fault), again=rng.random() < 0.9)
        if rng.random() < REOPENED:
            rung = in_office_hours(done + minutes(60, 1_500, rng), rng)
            visit = self._appoint(order, fault, rung)
            done = self._repair(order, fault, visit, again=False)
        self._close(order, done)

    def _first_visit(self, order: Order, fault: Fault) -> Visit:
        """Send somebody: at once for an emergency, else within the promised half hour or half a day."""
        rng, at = self.rng, order.opened_at
        if order.urgency in HURRY:
            sent = at + minutes(0.2, 0.9 if order.urgency is Urgency.P0 else 4, rng)
            return self.desk.schedule(order, sent, crew=self.crew(fault, sent), actor=self.operator(sent))
        if rng.random() < 0.55:
            answered = at + minutes(0.2, 1, rng)  # agreed while they are still on the telephone
        elif order.urgency is Urgency.P2:
            answered = at + minutes(2, 28 if rng.random() > LATE else 70, rng)
        else:
            answered = in_office_hours(at + minutes(10, 180, rng), rng)
        return self._appoint(order, fault, answered)

    def _appoint(self, order: Order, fault: Fault, at: datetime) -> Visit:
        window = self._window(at, order)
        crew = self.crew(fault, window.starts_at)
        start = min(max(window.starts_at, self.busy_until.get(crew[0], at)), window.ends_at - timedelta(minutes=20))
        visit = self.desk.schedule(
            order, at, crew=crew, promised=window, planned_at=max(start, at), actor=self.operator(at)
        )
        self.busy_until[crew[0]] = visit.planned_at + timedelta(minutes=visit.duration_minutes + 10)
        return visit

    def _window(self, at: datetime, order: Order) -> Window:
        """One of the next windows, in time if there is one; planned work waits until tomorrow or the day after."""
        first = 0 if order.urgency is not Urgency.P3 else 1
        days = (_windows(clock.local_date(at) + timedelta(days=ahead)) for ahead in range(first, first + 3))
        soon = [window for day in days for window in day if window.starts_at > at + timedelta(minutes=15)]
        due = order.done_by or soon[-1].ends_at
        in_time = [window for window in soon if window.ends_at <= due - timedelta(hours=1)]
        choices = (in_time or soon)[:4]
        return self.rng.choices(choices, (60, 25, 10, 5)[: len(choices)])[0]

    def crew(self, fault: Fault, at: datetime) -> list[int]:
        """The least busy one of the trade, sometimes with a second pair of hands."""
        trained: Sequence[int] = self.staff.of_trade(fault.trade) or self.staff.technicians
        if at >= self.today:
            mine = self.staff.technicians[:2]
            trained = [user for user in trained if user not in mine] or self.staff.technicians[2:]
        first = min(trained, key=lambda user: (self.busy_until.get(user, LONG_AGO), user))
        if fault.trade == "general" and self.rng.random() < 0.06:
            return [first, self.staff.technicians[2]]
        return [first]

    def _repair(self, order: Order, fault: Fault, visit: Visit, *, again: bool) -> datetime:
        """Go there and repair it; if it cannot be done the office finds another day."""
        rng = self.rng
        arrived = self._travel(order, visit)
        setback = rng.choices(tuple(SETBACKS), tuple(SETBACKS.values()))[0]
        if setback is Setback.NOBODY_HOME and fault.at != "home":
            setback = None
        if (
            setback
            and again
            and order.urgency not in HURRY
            and (fault.at == "home" or setback is not Setback.NOBODY_HOME)
        ):
            failed = arrived + minutes(5, 15, rng)
            note = rng.choice(self.catalogue.talk["failed"][setback.value])
            self.desk.fail(order, visit, failed, reason=setback, note=note, **MISSING.get(setback, {}))
            rung = in_office_hours(failed + minutes(40, 1_600, rng), rng)
            if rng.random() < 0.5:
                self.desk.remark(order, rung, words=self.catalogue.say("remarks", rng), actor=self.operator(rung))
            return self._repair(order, fault, self._appoint(order, fault, rung), again=False)
        ended = arrived + visit.duration_minutes * minutes(*SPENT, rng)
        work_done, parts = rng.choice(fault.done)
        no_photo = self.catalogue.say("no_photo", rng)
        self.desk.finish(order, visit, ended, work_done=work_done, parts_used=parts, no_photo_reason=no_photo)
        return ended

    def _travel(self, order: Order, visit: Visit) -> datetime:
        """Accept, set out, arrive; a tap that was forgotten leaves its time unknown. Returns the true arrival."""
        rng, sent = self.rng, visit.planned_at
        late = rng.random() < LATE
        if order.urgency in HURRY and visit.promised_until is None:
            limit = 13 if order.urgency is Urgency.P0 else 28
            arrived = (
                order.opened_at + minutes(limit + 5, limit + 40, rng) if late else sent + minutes(5, limit - 5, rng)
            )
        else:
            latest = visit.promised_until or sent + timedelta(hours=1)
            arrived = latest + minutes(5, 90, rng) if late else min(sent + minutes(0, 25, rng), latest)
        accepted = min(visit.scheduled_at + minutes(1, 10, rng), arrived - timedelta(minutes=4))
        departed = max(accepted + timedelta(seconds=30), arrived - minutes(2, 4, rng))
        for step, at in ((Step.ACCEPT, accepted), (Step.DEPART, departed), (Step.ARRIVE, arrived)):
            if rng.random() >= SKIPPED_TAP:
                self.desk.step(order, visit, step, at)
        return arrived

    def _close(self, order: Order, done: datetime) -> None:
        """The return call: within a day after an emergency, three days otherwise; some are never reached."""
        rng = self.rng
        wait = minutes(60, 1_200 if order.urgency in HURRY else 3_200, rng)
        if rng.random() < NOT_RUNG:
            wait = minutes(4_500, 7_000, rng)
        at = in_office_hours(done + wait, rng)
        self.desk.close(order, at, actor=self.operator(at))
