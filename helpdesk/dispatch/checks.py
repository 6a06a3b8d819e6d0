"""Which rules a placement breaks: a day sheet and a placement in, breaches out. No database, no clock."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.dispatch.day import DaySheet, building_of, ends_at, starts_at
from helpdesk.repairs.models import HoldReason, Urgency
from helpdesk.repairs.rules import promised_window
from helpdesk.technicians.models import Level
from helpdesk.technicians.rules import without
from helpdesk.windows.models import Half, Rule, Severity
from helpdesk.windows.rules import Window, severity

EMERGENCIES = (Urgency.P0, Urgency.P1)
NOWHERE = object()  # a place that ways are not counted from, such as a meeting


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken rule, what that does under the policy, and the figures that say how."""

    rule: Rule
    severity: Severity
    figures: dict


@dataclass(frozen=True, slots=True)
class Placement:
    """Something as it would stand on the board. What it needs comes from its category; a block needs nothing.

    `promised` is what the resident was told, `named` are times they said they are at home, `arrive_by` is what counts
    where no window was told. `visit_id` and `block_id` name what is moved: it is not in its own way.
    """

    crew: Sequence
    starts_at: datetime
    minutes: int
    skill: str = ""
    level: int = 0
    crew_size: int = 1
    promised: Window | None = None
    named: tuple[Window, ...] = ()
    arrive_by: datetime | None = None
    building: object = NOWHERE
    emergency: bool = False
    visit_id: int | None = None
    block_id: int | None = None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Busy:
    """Time of a technician that is taken. `what` is an address, or the words of a block."""

    starts_at: datetime
    ends_at: datetime
    what: str
    building: object


def placement_of(
    order, visit, crew: Sequence, at: datetime, minutes: int, *, agreed: Window | None = None
) -> Placement:
    """A visit as it would be; an order without one when `visit` is None. `agreed` is a window the resident took."""
    category, held = order.category, order.hold_reason is HoldReason.HELP
    return Placement(
        crew=crew, starts_at=at, minutes=minutes, skill=category.skill, level=category.skill_level,
        crew_size=max(category.crew_size, 2 if held else 1), promised=agreed or promised_window(visit or order),
        named=tuple(Window(one.starts_at, one.ends_at) for one in order.named_windows), arrive_by=order.arrive_by,
        building=building_of(order.place), emergency=order.urgency in EMERGENCIES,
        visit_id=visit.id if visit else None,
    )  # fmt: skip


def breaches(sheet: DaySheet, placement: Placement, *, rules: Collection[Rule] = tuple(Rule)) -> list[Breach]:
    """Every broken rule of those asked for, in the order of `Rule`; each technician, hindrance and half on its own."""
    return [
        Breach(rule, severity(sheet.policy.severities, rule), figures)
        for rule in Rule
        if rule in rules
        for figures in CHECKS[rule](sheet, placement)
    ]


def busy_times(sheet: DaySheet, user_id: int, *, but: Placement | None = None) -> list[Busy]:
    """What a technician is taken by on the day, in order of time; without what a placement itself is."""
    visits = [visit for visit in sheet.of(user_id) if not but or visit.id != but.visit_id]
    technician = sheet.technician(user_id)
    blocks = [block for block in technician.blocks if not but or block.id != but.block_id] if technician else []
    taken = [
        Busy(starts_at(visit), ends_at(visit), visit.work_order.place.address, building_of(visit.work_order.place))
        for visit in visits
    ]
    taken += [Busy(block.starts_at, block.ends_at, block.words, NOWHERE) for block in blocks]
    return sorted(taken, key=lambda one: (one.starts_at, one.ends_at))


def _mastered(sheet: DaySheet, placement: Placement) -> list[bool | None]:
    people = [sheet.technician(user.id) for user in placement.crew]
    return [one.masters(placement.skill, placement.level) for one in people if one]


def _skill(sheet: DaySheet, placement: Placement) -> Iterator[dict]:
    found = _mastered(sheet, placement)
    if placement.skill and True not in found and None not in found:
        yield {"skill": placement.skill, "level": placement.level}


def _licence(sheet: DaySheet, placement: Placement) -> Iterator[dict]:
    found = _mastered(sheet, placement)
    if placement.skill and True not in found and None in found:
        yield {"skill": placement.skill}


def _overlap(sheet: DaySheet, placement: Placement) -> Iterator[dict]:
    for user in placement.crew:
        for one in busy_times(sheet, user.id, but=placement):
            if one.starts_at < placement.ends_at and one.ends_at > placement.starts_at:
                yield {"who": user.name, "what": one.what, "from": one.starts_at, "until": one.ends_at}


def _travel(sheet: DaySheet, placement: Placement) -> Iterator[dict]:
    """The way from what is before, and the way to what comes after; what overlaps is told of elsewhere."""
    if placement.building is NOWHERE:
        return
    for user in placement.crew:
        taken = busy_times(sheet, user.id, but=placement)
        before = max((one for one in taken if one.ends_at <= placement.starts_at), key=_ends, default=None)
        after = min((one for one in taken if one.starts_at >= placement.ends_at), key=_starts, default=None)
        ways = ((before, before and placement.starts_at - before.ends_at),
                (after, after and after.starts_at - placement.ends_at))  # fmt: skip
        for one, gap in ways:
            if one is None or one.building is NOWHERE:
                continue
            needed_s = sheet.seconds_between(one.building, placement.building, user.id)
            if gap.total_seconds() < needed_s:
                yield {"who": user.name, "what": one.what, "needs_s": needed_s, "has_s": int(gap.total_seconds())}


def _promise(_sheet: DaySheet, placement: Placement) -> Iterator[dict]:
    """Somebody comes inside the window; without one, inside a time that was named, or by the promised moment."""
    begin, told = placement.starts_at, placement.promised
    if told:
        if not told.starts_at <= begin < told.ends_at:
            yield {"from": told.starts_at, "until": told.ends_at}
    elif placement.named:
        if not any(one.starts_at <= begin < one.ends_at for one in placement.named):
            yield {"named": len(placement.named)}
    elif placement.arrive_by and begin > placement.arrive_by:
        yield {"by": placement.arrive_by}


def _hours(sheet: DaySheet, placement: Placement) -> Iterator[dict]:
    for user in placement.crew:
        technician = sheet.technician(user.id)
        hours = technician.hours if technician else []
        if without([(placement.starts_at, placement.ends_at)], hours):
            yield {"who": user.name, "hours": hours}


def _absence(sheet: DaySheet, placement: Placement) -> Iterator[dict]:
    for user in placement.crew:
        technician = sheet.technician(user.id)
        for gap in technician.absences if technician else ():
            if gap.starts_at < placement.ends_at and gap.ends_at > placement.starts_at:
                yield {"who": user.name, "from": gap.starts_at, "until": gap.ends_at}


def _crew(_sheet: DaySheet, placement: Placement) -> Iterator[dict]:
    if len(placement.crew) < placement.crew_size:
        yield {"needs": placement.crew_size, "has": len(placement.crew)}


def _reserve(sheet: DaySheet, placement: Placement) -> Iterator[dict]:
    """Ordinary work may not use up the last free time of a trade in a half-day; emergencies are what it is kept for."""
    if placement.emergency:
        return
    crew = {user.id for user in placement.crew}
    for (skill, half), kept in sorted(sheet.reserves.items()):
        begin, end = _half(sheet, half)
        able = [one for one in sheet.technicians if one.masters(skill, Level.ALONE)]
        taken = [one for one in able if one.user.id in crew]
        if not taken or placement.starts_at >= end or placement.ends_at <= begin:
            continue
        before = sum(_free_minutes(sheet, one, begin, end, placement, counted=False) for one in able)
        left = sum(_free_minutes(sheet, one, begin, end, placement, counted=one in taken) for one in able)
        if left < kept and left < before:
            yield {"skill": skill, "half": half, "left": left, "kept": kept}


def _free_minutes(sheet: DaySheet, technician, begin, end, placement: Placement, *, counted: bool) -> int:
    works = [(max(a, begin), min(b, end)) for a, b in technician.works if a < end and b > begin]
    taken = [(one.starts_at, one.ends_at) for one in busy_times(sheet, technician.user.id, but=placement)]
    if counted:
        taken.append((placement.starts_at, placement.ends_at))
    return int(sum((b - a).total_seconds() for a, b in without(works, taken)) // 60)


def _half(sheet: DaySheet, half: Half) -> tuple[datetime, datetime]:
    noon = sheet.begins_at + timedelta(minutes=sheet.policy.noon_minute)
    return (sheet.begins_at, noon) if half is Half.MORNING else (noon, sheet.begins_at + timedelta(days=1))


def _ends(one: Busy) -> datetime:
    return one.ends_at


def _starts(one: Busy) -> datetime:
    return one.starts_at


CHECKS: dict[Rule, Callable[[DaySheet, Placement], Iterator[dict]]] = {
    Rule.SKILL: _skill, Rule.LICENCE: _licence, Rule.OVERLAP: _overlap, Rule.TRAVEL: _travel, Rule.PROMISE: _promise,
    Rule.HOURS: _hours, Rule.ABSENCE: _absence, Rule.CREW: _crew, Rule.RESERVE: _reserve,
}  # fmt: skip
