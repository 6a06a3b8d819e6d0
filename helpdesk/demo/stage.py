"""What scenes are told with: people and places by address, and jobs whose every step has its moment."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from helpdesk.core import clock
from helpdesk.demo.catalogue import Fault
from helpdesk.demo.desk import Desk, NotYet, Order, Visit
from helpdesk.demo.homes import Spot
from helpdesk.demo.staff import Staff
from helpdesk.demo.stories import at_local
from helpdesk.demo.switchboard import Caller, Switchboard, where
from helpdesk.hotline.models import Channel
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.states import Step
from helpdesk.windows.rules import Window

Scene = tuple[datetime, Callable[[], None]]  # when its call is saved, and how it is told
MINUTE = timedelta(minutes=1)
DAYTIME = range(9, 21)  # hours


@dataclass(slots=True)
class Stage:
    """One estate at the moment it is loaded for."""

    board: Switchboard
    now: datetime
    rng: Random
    used: set[Spot] = field(default_factory=set)

    @property
    def desk(self) -> Desk:
        return self.board.teller.desk

    @property
    def staff(self) -> Staff:
        return self.board.teller.staff

    def lately(self, ago: timedelta) -> datetime:
        """So long ago, or at night so long before half past eight in the evening: then people ring for small things."""
        hour = clock.local(self.now).hour
        if hour in DAYTIME:
            return self.now - ago
        return at_local(self.now, time(20, 30), -1 if hour < DAYTIME.start else 0) - ago

    def fault(self, code: str) -> Fault:
        return self.board.teller.catalogue.fault(code)

    def usual_time(self, code: str) -> timedelta:
        """How long the work of a category takes."""
        return self.desk.usual_times[self.board.categories[code]]

    def home(self, address: str = "") -> Spot:
        """The home at this address if somebody can be rung there, else one that no scene has used yet."""
        wanted = self.board.register.places.at(address)
        reachable = [home for home in self.board.homes if home.lines and home not in self.used]
        found = wanted if wanted in reachable else self.rng.choice(reachable or self.board.homes)
        self.used.add(found)
        return found

    def stairwell(self, address: str) -> Spot:
        places = self.board.register.places
        return places.at(address) or places.stairwells[-1]

    def caller(self, home: Spot) -> Caller:
        """The oldest there whom a number reaches."""
        with_line = [resident for resident in home.residents if resident.lines]
        resident = max(with_line or home.residents, key=lambda resident: resident.age)
        line = (resident.lines or home.lines or [None])[0]
        return Caller(line.digits if line else "", home, resident, line)

    def from_stairwell(self, stairwell: Spot) -> Caller:
        near = [home for home in self.board.homes if home.stairwell_id == stairwell.id and home.lines]
        return self.caller(self.rng.choice(near or [home for home in self.board.homes if home.lines]))

    def report(
        self, code: str, urgency: Urgency, saved_at: datetime, spot: Spot, caller: Caller, words: str = "", *,
        talked: timedelta = 2 * MINUTE, channel: Channel = Channel.HOTLINE, happened_at: datetime | None = None,
        logged_by: int | None = None,
    ) -> Order:  # fmt: skip
        """A call that opens an order; without words somebody says what is usually said."""
        fault = self.fault(code)
        said = words or self.board.teller.catalogue.complain(fault, urgency, where(spot), self.rng)
        return self.board.report(
            saved_at - talked, saved_at, fault, urgency, caller=caller, spot=spot, words=said, channel=channel,
            happened_at=happened_at, logged_by=logged_by,
        )  # fmt: skip

    def send(
        self, order: Order, at: datetime, who: int, window: Window | None = None, planned: datetime | None = None
    ) -> Visit:
        operator = self.board.teller.operator(at)
        return self.desk.schedule(order, at, crew=[who], promised=window, planned_at=planned, actor=operator)

    def step_by_step(
        self, order: Order, visit: Visit, accepted: datetime, departed: datetime, arrived: datetime
    ) -> None:
        for step, at in ((Step.ACCEPT, accepted), (Step.DEPART, departed), (Step.ARRIVE, arrived)):
            self.desk.step(order, visit, step, at)

    def finish(self, order: Order, visit: Visit, at: datetime, code: str, work_done: str = "", parts: str = "") -> None:
        usual, usual_parts = self.rng.choice(self.fault(code).done)
        self.desk.finish(
            order, visit, at, work_done=work_done or usual, parts_used=parts if work_done else usual_parts,
            no_photo_reason=self.board.teller.catalogue.say("no_photo", self.rng),
        )  # fmt: skip

    def tell(self, order: Order, story: Callable[[Order], None]) -> None:
        """Let happen what has happened by now, and keep the order as it then stands."""
        with suppress(NotYet):
            story(order)
        self.desk.keep(order)
