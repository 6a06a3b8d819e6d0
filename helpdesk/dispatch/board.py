"""A day on the board: a lane for each technician, with what stands in it, its ways, its free hours and its load."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.core import clock, ids
from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.dispatch.checks import NOWHERE, Breach, breaches, busy_times, placement_of
from helpdesk.dispatch.day import DaySheet, day_sheets, ends_at, starts_at
from helpdesk.dispatch.lateness import told_late
from helpdesk.repairs.models import Lock, Visit
from helpdesk.repairs.rules import promised_window
from helpdesk.repairs.states import NOT_SET_OUT, STILL_TO_DO
from helpdesk.technicians.models import Absence, Block
from helpdesk.technicians.queries import TechnicianDay
from helpdesk.technicians.rules import Spell, without
from helpdesk.windows.models import Rule
from helpdesk.windows.rules import Window

SHOWN = tuple(rule for rule in Rule if rule is not Rule.RESERVE)  # the reserve is of a half-day, not of one card
HOUR = timedelta(hours=1)
USUAL_FROM, USUAL_UNTIL = timedelta(hours=8), timedelta(hours=18)


@dataclass(frozen=True, slots=True)
class Card:
    """Something in a lane: a visit, with the rules it breaks as it stands, or a block."""

    starts_at: datetime
    ends_at: datetime
    visit: Visit | None = None
    block: Block | None = None
    broken: list[Breach] = field(default_factory=list)
    late: bool = False  # the desk was told that the promised window will be missed

    @property
    def movable(self) -> bool:
        """Whether a hand may drag it: nobody has set out, and neither its time nor its technician is locked."""
        if self.visit is None:
            return True
        return self.visit.status in NOT_SET_OUT and self.visit.lock in (Lock.NONE, Lock.WINDOW)


@dataclass(frozen=True, slots=True)
class Way:
    """How long somebody goes to the next visit; `short` if there is less time than that."""

    starts_at: datetime
    ends_at: datetime
    short: bool


@dataclass
class Lane:
    """One technician on one date. Load counts visits, blocks and ways against the hours, in minutes."""

    technician: TechnicianDay
    cards: list[Card]
    ways: list[Way]
    taken_minutes: int
    works_minutes: int

    @property
    def user(self) -> User:
        return self.technician.user

    @property
    def absences(self) -> list[Absence]:
        return self.technician.absences

    @property
    def visits(self) -> int:
        return sum(card.visit is not None for card in self.cards)

    @property
    def load(self) -> int:
        """Per cent of the hours that are taken; 100 for somebody who has no hours and something to do."""
        if not self.works_minutes:
            return 100 if self.taken_minutes else 0
        return round(100 * self.taken_minutes / self.works_minutes)

    @property
    def bands(self) -> list[Window]:
        """The windows that residents were promised of what is still to do here, each once."""
        to_do = (card.visit for card in self.cards if card.visit and card.visit.status in STILL_TO_DO)
        told = {window for visit in to_do if (window := promised_window(visit))}
        return sorted(told, key=lambda window: (window.starts_at, window.ends_at))

    def off(self, begins_at: datetime, ends_at: datetime) -> list[Spell]:
        """When they do not work although the board shows the time; absences are shown as such."""
        gaps = [*self.technician.hours, *((gap.starts_at, gap.ends_at) for gap in self.absences)]
        return without([(begins_at, ends_at)], gaps)


@dataclass
class Board:
    sheet: DaySheet
    lanes: list[Lane]

    @property
    def day(self) -> date:
        return self.sheet.day

    @property
    def shows(self) -> Spell:
        """From which hour until which the board is drawn: the usual day, and whatever lies outside it."""
        midnight, end_of_day = clock.day_range(self.day)
        moments = [(card.starts_at, card.ends_at) for lane in self.lanes for card in lane.cards]
        moments += [spell for lane in self.lanes for spell in lane.technician.hours]
        begin = min([midnight + USUAL_FROM, *(one for one, _ in moments)])
        end = max([midnight + USUAL_UNTIL, *(one for _, one in moments)])
        begin, end = max(begin, midnight), min(end, end_of_day)
        return midnight + (begin - midnight) // HOUR * HOUR, midnight - (midnight - end) // HOUR * HOUR

    def chosen(self, user_id: int | None) -> int:
        """Whose list a phone shows: the one asked for, else the first with something to do, else the first."""
        known = [lane.user.id for lane in self.lanes]
        busy = [lane.user.id for lane in self.lanes if lane.cards]
        return user_id if user_id in known else next(iter([*busy, *known]), 0)


def board_of(user, estate_id: int, day: date) -> Board:
    """One date of an estate, as this user may see its orders; the same number of queries however full it is."""
    return boards_of(user, estate_id, [day])[0]


def boards_of(user, estate_id: int, days: Iterable[date]) -> list[Board]:
    """Some dates, in order."""
    found = day_sheets(user, estate_id, list(days))
    ahead = [visit for sheet in found.values() for visit in sheet.visits if visit.status in NOT_SET_OUT]
    waited_for = [visit for visit in ahead if visit.promised_until]
    told = told_late({visit.work_order_id for visit in waited_for})
    late = {visit.id for visit in waited_for if told.get(visit.id) == visit.promised_until}
    return [Board(sheet, [_lane(sheet, one, late) for one in sheet.technicians]) for sheet in found.values()]


def get_block(user, block_id: int, *, seen_version: int | None = None) -> Block:
    """A block of an estate whose board this user sees; 404 for another, Conflict if it changed since they looked."""
    mine = Block.estate_id.in_(estates(user, Permission.DISPATCH))
    in_range = 0 < block_id <= ids.LARGEST
    block = (in_range and db.session.scalar(select(Block).where(Block.id == block_id, mine))) or abort(404)
    if seen_version is not None and seen_version != block.version:
        raise Conflict(_("Someone changed this while you were looking at it. Check, then save again."))
    return block


def _lane(sheet: DaySheet, technician: TechnicianDay, late: Collection[int]) -> Lane:
    cards = [_card(sheet, visit, visit.id in late) for visit in sheet.of(technician.user.id)]
    cards += [Card(block.starts_at, block.ends_at, block=block) for block in technician.blocks]
    cards.sort(key=lambda card: (card.starts_at, card.ends_at))
    ways = list(_ways(sheet, technician.user.id))
    spells = [(card.starts_at, card.ends_at) for card in cards] + [(way.starts_at, way.ends_at) for way in ways]
    return Lane(technician, cards, ways, _minutes(spells), _minutes(technician.works))


def _card(sheet: DaySheet, visit: Visit, late: bool) -> Card:
    broken: list[Breach] = []
    if visit.status in STILL_TO_DO:
        at, minutes = starts_at(visit), visit.duration_minutes
        placement = placement_of(visit.work_order, visit, visit.crew, at, minutes)
        broken = breaches(sheet, placement, rules=SHOWN)
    return Card(starts_at(visit), ends_at(visit), visit=visit, broken=broken, late=late)


def _ways(sheet: DaySheet, user_id: int) -> Iterable[Way]:
    """Drawn up to the moment at which the next visit begins, as far as there is room."""
    before = None
    for one in busy_times(sheet, user_id):
        if one.building is NOWHERE:
            continue
        if before and one.starts_at >= before.ends_at:
            takes = timedelta(seconds=sheet.seconds_between(before.building, one.building, user_id))
            begin = max(before.ends_at, one.starts_at - takes)
            if begin < one.starts_at:
                yield Way(begin, one.starts_at, one.starts_at - before.ends_at < takes)
        before = one


def _minutes(spells: Iterable[Spell]) -> int:
    return int(sum((end - begin).total_seconds() for begin, end in spells) // 60)
