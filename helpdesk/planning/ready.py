"""A problem made ready: ids become numbers, locks and the present time windows, and nonsense a reason."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from helpdesk.planning.model import (
    Id,
    Lock,
    Lunch,
    Matrix,
    Problem,
    Progress,
    Reason,
    Technician,
    Visit,
    Window,
)

NO_WAY = 10_000_000  # seconds; longer than any day, so that no shift has room for it
ANYWHERE = -1  # the last row and column of a table: no way to it, none from it
ALL_DAY = (-86_400, 3 * 86_400)
Table = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift of one technician as it can still be used. `out[a][b]` and `into[b][a]` are the seconds from a to b."""

    technician: Technician
    number: int
    start: int
    until: int
    start_place: int
    end_place: int
    lunch: Lunch | None
    out: Table
    into: Table


@dataclass(frozen=True, slots=True)
class Ready:
    """`windows`, `leads`, `helpers` and `reasons` stand in the order of `visits`.

    `leads` are the shifts whose technician has the skills, `helpers` all who may come along; both as indexes of
    `shifts`. A visit with a reason can never be planned.
    """

    problem: Problem
    visits: tuple[Visit, ...]
    numbers: dict[Id, int]
    technicians: dict[Id, Technician]
    shifts: tuple[Shift, ...]
    windows: tuple[tuple[Window, ...], ...]
    leads: tuple[tuple[int, ...], ...]
    helpers: tuple[tuple[int, ...], ...]
    reasons: tuple[Reason | None, ...]

    def seconds(self, shift: Shift, a: int, b: int) -> int | None:
        """Return the way of this technician from one place to another; None if there is none."""
        way = shift.out[a][b]
        return None if way >= NO_WAY else way

    def crew_locked(self, number: int) -> tuple[Id, ...]:
        """Return who must go, if that is settled."""
        return locked_crew(self.visits[number])

    def since(self, visit: Id) -> int:
        """Return from when a visit waits: its first possible moment."""
        windows = self.windows[self.numbers[visit]]
        return max(0, windows[0][0]) if windows else 0


def prepare(problem: Problem) -> Ready:
    """Make a problem ready. Never raises for what the data says."""
    technicians = {technician.id: technician for technician in reversed(problem.technicians)}
    first_of_each = {visit.id: visit for visit in reversed(problem.visits)}
    tables = {mode: (_padded(matrix), _padded(matrix, turned=True)) for mode, matrix in problem.travel.items()}
    there = {one.id: tables[one.mode][0] for one in technicians.values() if one.mode in tables}
    visits = [_settle(visit, there) for visit in problem.visits if first_of_each.get(visit.id) is visit]
    begun = in_turn([visit for visit in visits if has_begun(visit) and visit.duration_s], there)
    visits = tuple(begun.get(visit.id, visit) for visit in visits)
    shifts = tuple(
        shift
        for technician in problem.technicians
        if technicians[technician.id] is technician and technician.mode in tables
        for shift in _shifts(technician, problem.now, begun.values(), *tables[technician.mode])
    )
    windows = tuple(tuple(_windows(visit, problem.now)) for visit in visits)
    helpers = tuple(_helpers(visit, shifts) for visit in visits)
    leads = tuple(
        tuple(number for number in mine if visit.skills <= shifts[number].technician.skills)
        for visit, mine in zip(visits, helpers, strict=True)
    )
    skills = [technician.skills for technician in technicians.values()]
    reasons = tuple(_reason(visit, windows[n], leads[n], helpers[n], shifts, skills) for n, visit in enumerate(visits))
    numbers = {visit.id: number for number, visit in enumerate(visits)}
    return Ready(problem, visits, numbers, technicians, shifts, windows, leads, helpers, reasons)


def with_visit(ready: Ready, visit: Visit) -> Ready:
    """Return the same with one of its visits changed, which had not begun and has not: no shift is touched."""
    number, shifts = ready.numbers[visit.id], ready.shifts
    windows, helpers = tuple(_windows(visit, ready.problem.now)), _helpers(visit, shifts)
    leads = tuple(one for one in helpers if visit.skills <= shifts[one].technician.skills)
    skills = [technician.skills for technician in ready.technicians.values()]
    reason = _reason(visit, windows, leads, helpers, shifts, skills)

    def put(row: tuple, value) -> tuple:
        return (*row[:number], value, *row[number + 1 :])

    visits = put(ready.visits, visit)
    return replace(
        ready, problem=replace(ready.problem, visits=visits), visits=visits, windows=put(ready.windows, windows),
        leads=put(ready.leads, leads), helpers=put(ready.helpers, helpers), reasons=put(ready.reasons, reason),
    )  # fmt: skip


def has_begun(visit: Visit) -> bool:
    """Tell whether somebody is on the way or there: such a visit is no longer planned, only kept."""
    return visit.progress is not Progress.NOT_STARTED and visit.planned is not None


def locked_crew(visit: Visit) -> tuple[Id, ...]:
    """Return who must go, if that is settled."""
    settled = has_begun(visit) or visit.lock in (Lock.TECHNICIAN, Lock.BOTH)
    return visit.planned.technicians if settled and visit.planned else ()


def shift_of(technician: Technician, start: int) -> int:
    """Return to which shift belongs what begins at a moment: the last that began, or the first."""
    begun = [number for number, (begins, _until) in enumerate(technician.shifts) if begins <= start]
    return begun[-1] if begun else 0


def _settle(visit: Visit, there: Container[Id]) -> Visit:
    """A visit that has begun has the crew that is there, whatever it was thought to need."""
    if not has_begun(visit):
        return visit
    crew = tuple(one for one in dict.fromkeys(visit.planned.technicians) if one in there)
    crew = crew or visit.planned.technicians
    return replace(visit, crew_size=len(crew), skills=frozenset(), planned=replace(visit.planned, technicians=crew))


def in_turn(begun: Iterable[Visit], there: Mapping[Id, Table]) -> dict[Id, Visit]:
    """Return the visits that have begun, one after the other where somebody would be at two of them at once.

    Who is on site finishes that first. Without this one of the two would have no place, and be left out.
    """
    free: dict[Id, tuple[int, int]] = {}
    found = {}
    for visit in sorted(begun, key=lambda one: (one.progress is not Progress.ON_SITE, one.planned.start)):
        crew = [one for one in visit.planned.technicians if one in there]
        starts = [_free_for(visit, free[one], there[one]) for one in crew if one in free]
        start = max([visit.planned.start, *starts])
        found[visit.id] = replace(visit, planned=replace(visit.planned, start=start))
        free.update({one: (start + visit.duration_s, visit.place) for one in crew})
    return found


def _free_for(visit: Visit, free: tuple[int, int], ways: Table) -> int:
    at, place = free
    known = all(0 <= one < len(ways) - 1 for one in (place, visit.place))
    way = ways[place][visit.place] if known else 0
    return at + (way if way < NO_WAY else 0)


def _padded(matrix: Matrix, turned: bool = False) -> Table:
    """Return the table with a last row and column that cost nothing, and with no holes."""
    size = len(matrix)
    rows = [[_way(way) for way in row[:size]] + [NO_WAY] * (size - len(row)) for row in matrix]
    if turned:
        rows = [list(column) for column in zip(*rows, strict=True)]
    return (*((*row, 0) for row in rows), (0,) * (size + 1))


def _way(way: int | None) -> int:
    return NO_WAY if way is None or not 0 <= way < NO_WAY else int(way)


def _windows(visit: Visit, now: int | None) -> Iterator[Window]:
    """The moments at which a visit may begin, sorted and not overlapping, after locks and the present time."""
    if has_begun(visit):
        yield visit.planned.start, visit.planned.start
        return
    start = visit.planned.start if visit.planned else None
    allowed = sorted(visit.windows) or [ALL_DAY]
    if start is not None and visit.lock in (Lock.TIME, Lock.BOTH):
        allowed = [(start, start)]
    elif start is not None and visit.lock is Lock.WINDOW:
        known = [visit.promised] if visit.promised else allowed
        allowed = [window for window in known if window[0] <= start <= window[1]] or known
    end = None
    for first, last in allowed:
        first = first if now is None else max(first, now)
        first = first if end is None else max(first, end + 1)
        if first <= last:
            yield first, last
            end = last


def _shifts(
    technician: Technician, now: int | None, begun: Iterable[Visit], out: Table, into: Table
) -> Iterator[Shift]:  # fmt: skip
    """Whoever is at work beside their shifts has one as long as that takes; what runs late delays the next shift."""
    theirs = sorted((v for v in begun if technician.id in v.planned.technicians), key=lambda one: one.planned.start)
    spans = technician.shifts or tuple((one.planned.start, one.planned.start) for one in theirs[:1])
    free_at = 0 if now is None else now
    for number, (start, until) in enumerate(spans):
        mine = [visit for visit in theirs if shift_of(technician, visit.planned.start) == number]
        usable, place = max(start, free_at), technician.start_place
        lunch = technician.lunch
        if lunch and (lunch.earliest <= start > 0 or lunch.earliest + lunch.duration_s >= until):
            lunch = None  # the shift begins after lunch or ends with it
        if mine:  # there already, so no way to it counts; late work lengthens the shift
            usable, place = mine[0].planned.start, ANYWHERE
        end = ANYWHERE if technician.end_place is None else technician.end_place
        if not (ANYWHERE <= place < len(out) - 1 and ANYWHERE <= end < len(out) - 1):
            continue
        for visit in mine:
            if 0 <= visit.place < len(out) - 1:
                until = max(until, visit.planned.start + visit.duration_s + out[visit.place][end])
        free_at = max([free_at, *(visit.planned.start + visit.duration_s for visit in mine)])
        back = max(out[one][end] for one in (place, *(v.place for v in mine)) if one < len(out))
        if lunch and not _fits(lunch, max(usable, free_at), until - back):
            lunch = None  # taken, missed, or no time for it
        if usable + out[place][end] < until < NO_WAY:
            yield Shift(technician, number, usable, until, place, end, lunch, out, into)


def _fits(lunch: Lunch, free_at: int, until: int) -> bool:
    start = max(free_at, lunch.earliest)
    return start <= lunch.latest and start + lunch.duration_s <= until


def _helpers(visit: Visit, shifts: tuple[Shift, ...]) -> tuple[int, ...]:
    crew = locked_crew(visit)
    return tuple(n for n, shift in enumerate(shifts) if not crew or shift.technician.id in crew)


def _reason(visit, windows, leads, helpers, shifts, skills) -> Reason | None:
    """Return why a visit can never be planned, whatever else is or is not; None if it may be possible."""
    places = max((len(shift.out) - 1 for shift in shifts), default=visit.place + 1)
    crew = locked_crew(visit)
    if not isinstance(visit.duration_s, int) or visit.duration_s <= 0:
        return Reason.NO_DURATION
    if not isinstance(visit.place, int) or not 0 <= visit.place < places:
        return Reason.NO_PLACE
    if visit.crew_size < 1:
        return Reason.BAD_CREW
    if not windows:
        return Reason.WINDOW_PAST
    if crew and len(set(crew)) != visit.crew_size:
        return Reason.LOCK_IMPOSSIBLE
    if not any(visit.skills <= theirs for theirs in skills):
        return Reason.NO_SKILL
    if not possible(visit, windows, leads, leads, shifts, 1):
        return Reason.LOCK_IMPOSSIBLE if crew else Reason.NO_SHIFT
    if not possible(visit, windows, leads, helpers, shifts, visit.crew_size):
        return Reason.LOCK_IMPOSSIBLE if crew else Reason.CREW_SHORT
    return None


def possible(visit: Visit, windows, leads, helpers, shifts, size: int) -> bool:
    """Tell whether so many are ever on shift together when a visit may begin, one with the skills among them."""
    spans = []
    for number in helpers:
        shift = shifts[number]
        for first, last in windows:
            first, last = max(first, shift.start), min(last, shift.until - visit.duration_s)
            if first <= last:
                spans.append((first, last, shift.technician.id, number in leads))
    for moment in {span[0] for span in spans}:
        there = [span for span in spans if span[0] <= moment <= span[1]]
        if len({span[2] for span in there}) >= size and any(span[3] for span in there):
            return True
    return False
