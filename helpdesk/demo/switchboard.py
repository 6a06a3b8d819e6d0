"""Who rings, what is written down, and what becomes of it."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from uuid import UUID

from helpdesk.core import clock
from helpdesk.demo.casework import Casework
from helpdesk.demo.catalogue import Fault
from helpdesk.demo.desk import Order
from helpdesk.demo.homes import Spot
from helpdesk.demo.households import Resident
from helpdesk.demo.lines import PhoneLine
from helpdesk.demo.people import Register
from helpdesk.demo.stories import Teller
from helpdesk.estate.addresses import spoken
from helpdesk.hotline.models import Channel, Outcome
from helpdesk.repairs.models import Urgency, WorkOrderKind

OUTCOMES = {
    Outcome.REPAIR: 43.5, Outcome.CHASE: 2.5, Outcome.ENQUIRY: 22, Outcome.COMPLAINT: 10, Outcome.WAIVER: 9,
    Outcome.HELP: 6, Outcome.PRAISE: 3, Outcome.WRONG_NUMBER: 2.5, Outcome.NUISANCE: 1.5,
}  # fmt: skip
CHANNELS = {
    Channel.HOTLINE: 58, Channel.MOBILE: 24, Channel.WALK_IN: 9, Channel.PATROL: 5, Channel.COMMUNITY: 3,
    Channel.CASE_12345: 1,
}  # fmt: skip
TALKING = {Channel.HOTLINE: 72, Channel.MOBILE: 16, Channel.WALK_IN: 12}
STRANGERS = (Outcome.WRONG_NUMBER, Outcome.NUISANCE)
UNKNOWN_NUMBER, HIDDEN_NUMBER = 0.04, 0.02


@dataclass(slots=True, eq=False)
class Caller:
    """Who rings: on which number, from which home. Of a stranger only the number is known, if that."""

    number: str
    home: Spot | None = None
    resident: Resident | None = None
    line: PhoneLine | None = None


def where(spot: Spot) -> str:
    """How people say where it is: 七幢二单元五〇一, 三幢二单元, 三幢十二号车库, 小区北门."""
    if spot.room_no and spot.unit_no:
        return spoken(spot.building_no, spot.unit_no, spot.room_no)
    if spot.room_no:
        return f"{spoken(spot.building_no, None, None)}{spot.room_no}号{'车库' if spot.building_no else '门面'}"
    return spoken(spot.building_no, spot.unit_no, None) or spot.address


def _id(record) -> int | None:
    return record.id if record else None


@dataclass(slots=True)
class Switchboard:
    """Takes the calls of one estate and passes on what has to be repaired."""

    register: Register
    teller: Teller
    categories: dict[str, int]  # ids by code
    rng: Random
    casework: Casework
    homes: list[Spot] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    recent: deque = field(default_factory=lambda: deque(maxlen=60))  # orders somebody may ask after

    def __post_init__(self) -> None:
        self.homes = self.register.lived_in
        of_home = (sum(1 + 2 * (resident.age >= 60) for resident in home.residents) for home in self.homes)
        self.weights = list(accumulate(of_home))

    def answer(self, at: datetime, saved_at: datetime, storm: bool) -> None:
        """One call of the history: when its first character was written, and when it was saved."""
        outcome = self.rng.choices(tuple(OUTCOMES), tuple(OUTCOMES.values()))[0]
        order = self._still_open(at) if outcome is Outcome.CHASE else None
        if outcome is Outcome.REPAIR:
            self._repair(at, saved_at, storm)
        elif order:
            self.chase(at, saved_at, *order)
        else:
            self._talk(at, saved_at, Outcome.ENQUIRY if outcome is Outcome.CHASE else outcome)

    def report(
        self, at: datetime, saved_at: datetime, fault: Fault, urgency: Urgency, *, caller: Caller, spot: Spot,
        words: str, channel: Channel = Channel.HOTLINE, happened_at: datetime | None = None,
        logged_by: int | None = None,
    ) -> Order:  # fmt: skip
        """A call that opens an order. Its story is still to be told."""
        operator, category = self.teller.operator(saved_at), self.categories[fault.code]
        is_care = fault.code == "ELDER_CHECK"
        order = self.teller.desk.open(
            saved_at, actor=operator, place_id=spot.id, category_id=category, urgency=urgency, summary=words,
            reporter_id=_id(caller.resident), phone_id=_id(caller.line),
            kind=WorkOrderKind.CARE if is_care else WorkOrderKind.REPAIR, reported_at=happened_at,
        )  # fmt: skip
        self.write(
            at, saved_at, caller=caller, words=words, outcome=Outcome.HELP if is_care else Outcome.REPAIR, spot=spot,
            channel=channel, happened_at=happened_at, logged_by=logged_by or operator, saved_by=operator, order=order,
            category_id=category,
        )  # fmt: skip
        self.recent.append((order, spot, caller))
        return order

    def write(
        self, at: datetime, saved_at: datetime | None, *, caller: Caller, words: str, outcome: Outcome | None,
        logged_by: int, saved_by: int | None = None, channel: Channel = Channel.HOTLINE, spot: Spot | None = None,
        happened_at: datetime | None = None, order: Order | None = None, category_id: int | None = None,
        follows: bool = True,
    ) -> int:  # fmt: skip
        """Keep a call and what `follows` from it; returns its id. Without `saved_at` it is a draft no event tells of.

        Saved by somebody else than who logged it, it was saved unfinished before, and both are events.
        """
        desk, place = self.teller.desk, spot or caller.home
        call_id, place_id, order_id = (
            desk.rows.next_id("call"),
            place.id if place else None,
            order.id if order else None,
        )
        unfinished = {"outcome": None, "place_id": place_id, "work_order_id": None}
        finished = {"outcome": outcome, "place_id": place_id, "work_order_id": order_id}
        saves = [] if saved_at is None else [(saved_at, saved_by or logged_by, finished)]
        if saves and saved_by not in (None, logged_by):
            saves.insert(0, (at, logged_by, unfinished))
        for moment, user, data in saves:
            desk.journal.note(moment, user, "call.saved", "call", call_id, [f"calls:{desk.estate_id}"], data)
        row = {
            "id": call_id, "estate_id": desk.estate_id, "version": len(saves), "channel": channel, "words": words,
            "request_key": str(UUID(int=self.rng.getrandbits(128), version=4)), "caller_number": caller.number,
            "outcome": outcome, "phone_id": _id(caller.line), "place_id": place_id,
            "person_id": _id(caller.resident), "category_id": category_id,
            "urgency": order.urgency if order and category_id else None, "work_order_id": order_id,
            "happened_at": happened_at or at, "logged_at": at, "saved_at": saved_at, "logged_by_id": logged_by,
        }  # fmt: skip
        desk.rows.add("call", **row)
        if follows:
            self.casework.follow(row, outcome, saved_at, saved_by or logged_by)
        if channel is Channel.MOBILE and place:  # as it was typed on the phone
            desk.rows.add("call_as_typed", call_id=call_id, place_words=place.address, happened_words="")
        return call_id

    def caller(self, at: datetime, home: Spot | None = None) -> Caller:
        """Somebody grown up who lives there by then, on their own number or on one that their home shares."""
        rng = self.rng
        home = home or rng.choices(self.homes, cum_weights=self.weights)[0]
        today = clock.local_date(at)
        grown = [resident for resident in home.residents if resident.age >= 16 and resident.from_on <= today]
        if not grown:
            return Caller(self._number_of_nobody())
        resident = rng.choice(grown)
        lines = resident.lines or home.lines
        odd = rng.random()
        if not lines or odd < UNKNOWN_NUMBER:
            number = "" if odd < HIDDEN_NUMBER else self._number_of_nobody()
            return Caller(number, home, resident)
        line = rng.choice(lines)
        return Caller(line.digits, home, resident, line)

    def spot_of(self, fault: Fault, home: Spot) -> Spot:
        """Where a fault is that somebody from this home reports."""
        places = self.register.places
        if fault.at == "home":
            return home
        if fault.at == "garage":
            near = [garage for garage in places.garages if garage.stairwell_id == home.stairwell_id]
            return self.rng.choice(near or places.garages)
        if fault.at == "stairwell":
            return next(stairwell for stairwell in places.stairwells if stairwell.id == home.stairwell_id)
        return next(spot for spot in places.shared if spot.address == fault.at)

    def _repair(self, at: datetime, saved_at: datetime, storm: bool) -> None:
        rng, teller = self.rng, self.teller
        fault, urgency = teller.catalogue.draw(clock.local_date(at), storm, rng)
        channel = rng.choices(tuple(CHANNELS), tuple(CHANNELS.values()))[0]
        caller = self.caller(at)
        spot = self.spot_of(fault, caller.home or rng.choice(self.homes))
        words = teller.catalogue.complain(fault, urgency, where(spot), rng)
        logged_by, happened_at = None, at
        if channel is Channel.MOBILE:
            logged_by = rng.choice((*teller.staff.technicians, teller.staff.manager))
            lags = (1, 2, 5) if urgency in (Urgency.P0, Urgency.P1) else (1, 2, 5, 10, 25, 60, 140)
            happened_at = at - timedelta(minutes=rng.choice(lags))
        elif channel in (Channel.PATROL, Channel.COMMUNITY, Channel.CASE_12345):
            caller = Caller("", caller.home if fault.at == "home" else None)
        order = self.report(
            at, saved_at, fault, urgency, caller=caller, spot=spot, words=words, channel=channel,
            happened_at=happened_at, logged_by=logged_by,
        )  # fmt: skip
        teller.tell(order, fault)

    def chase(self, at: datetime, saved_at: datetime, order: Order, spot: Spot, caller: Caller) -> None:
        operator = self.teller.operator(at)
        words = self.teller.catalogue.say("chase", self.rng) + "。"
        call_id = self.write(
            at, saved_at, caller=caller, words=words, outcome=Outcome.CHASE, spot=spot, logged_by=operator,
            order=order,
        )  # fmt: skip
        self.casework.chase(order, saved_at, operator, call_id)

    def _talk(self, at: datetime, saved_at: datetime, outcome: Outcome) -> None:
        caller = Caller(self._number_of_nobody()) if outcome in STRANGERS else self.caller(at)
        channel = self.rng.choices(tuple(TALKING), tuple(TALKING.values()))[0]
        words = self.teller.catalogue.say(outcome.value, self.rng) + "。"
        if outcome in STRANGERS:
            channel = Channel.HOTLINE
        elif self.rng.random() < 0.5:
            words = f"{self.teller.catalogue.say('openers', self.rng)}{words}"
        logged_by = (
            self.rng.choice(self.teller.staff.technicians) if channel is Channel.MOBILE else self.teller.operator(at)
        )
        self.write(at, saved_at, caller=caller, words=words, outcome=outcome, channel=channel, logged_by=logged_by)

    def _still_open(self, at: datetime) -> tuple[Order, Spot, Caller] | None:
        """One of the recent orders on which somebody still waits."""
        waiting = [
            known for known in self.recent
            if known[0].reported_at + timedelta(hours=3) < at and (known[0].done_at is None or known[0].done_at > at)
            and known[0].cancel_reason is None
        ]  # fmt: skip
        return self.rng.choice(waiting) if waiting else None

    def _number_of_nobody(self) -> str:
        return f"12{self.rng.randrange(10)}{self.rng.randrange(10_000_000, 100_000_000)}"
