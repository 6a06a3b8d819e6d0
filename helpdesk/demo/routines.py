"""What comes round in the demonstration: care rounds for who lives alone, handrails and lights of every stairwell."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from helpdesk.core import clock
from helpdesk.demo.bulk import Rows
from helpdesk.demo.journal import Journal
from helpdesk.demo.people import Register
from helpdesk.demo.staff import Staff
from helpdesk.repairs.models import WorkOrderKind
from helpdesk.routines.models import Basis, Outcome, Unit

SEEN = ("人好，药够", "说腿有点酸，别的都好", "在楼下晒太阳，精神好", "女儿在家，都好")
WEEKS_SEEN = 3


def write(
    rows: Rows, journal: Journal, register: Register, staff: Staff, categories: Mapping[str, int], now: datetime
) -> None:
    """Care rounds every week, seen for three weeks; stairwells every month. All begun by the manager four weeks ago."""
    today = clock.local_date(now)
    alone = [
        (home, resident) for home in register.lived_in for resident in home.residents if resident.lives_alone
    ]  # fmt: skip
    for number, (home, resident) in enumerate(alone):
        next_on = _weekday(today, number % 6)
        _begin(
            rows, journal, register.estate_id, staff, now, kind=WorkOrderKind.CARE, title="看看老人", steps="",
            place_id=home.id, person_id=resident.id, category_id=categories["ELDER_CHECK"], unit=Unit.WEEK,
            basis=Basis.COMPLETION, next_on=next_on, seen=number,
        )  # fmt: skip
    for number, stairwell in enumerate(register.places.stairwells):
        _begin(
            rows, journal, register.estate_id, staff, now, kind=WorkOrderKind.INSPECTION, title="楼道巡检",
            steps="扶手有没有松\n踏步有没有破\n灯亮不亮\n灭火器压力", place_id=stairwell.id, person_id=None,
            category_id=categories["HANDRAIL"], unit=Unit.MONTH, basis=Basis.DUE,
            next_on=today + timedelta(days=2 + number % 26), seen=None,
        )  # fmt: skip


def _weekday(today: date, offset: int) -> date:
    """A day from tomorrow on, never a Sunday."""
    day = today + timedelta(days=1 + offset)
    return day if day.weekday() != 6 else day + timedelta(days=1)


def _begin(
    rows: Rows, journal: Journal, estate_id: int, staff: Staff, now: datetime, *, next_on: date, seen: int | None,
    unit: Unit, basis: Basis, **told,
) -> None:  # fmt: skip
    routine_id, begun_at = rows.next_id("routine"), now - timedelta(days=28)
    rows.add(
        "routine", id=routine_id, estate_id=estate_id, every=1, unit=unit, basis=basis, ahead_days=1, next_on=next_on,
        month_day=next_on.day, version=1, **told,
    )  # fmt: skip
    rhythm = {"every": 1, "unit": unit, "basis": basis, "next_at": clock.start_of_day(next_on)}
    journal.note(begun_at, staff.manager, "routine.begun", "routine", routine_id, [], rhythm)
    for weeks in range(WEEKS_SEEN, 0, -1) if seen is not None else ():
        due_on = next_on - timedelta(weeks=weeks)
        noted_at = clock.from_local(datetime.combine(due_on, time(9 + seen % 7, seen * 7 % 60)))
        if noted_at >= now or noted_at <= begun_at:
            continue
        turn_id = rows.next_id("routine_turn")
        rows.add(
            "routine_turn", id=turn_id, routine_id=routine_id, due_on=due_on, outcome=Outcome.WELL,
            words=SEEN[(seen + weeks) % len(SEEN)], ended_at=noted_at, ended_by_id=staff.operators[seen % 2],
        )  # fmt: skip
        told_of = {"turn_id": turn_id, "outcome": Outcome.WELL, "follow_up_id": None}
        journal.note(noted_at, staff.operators[seen % 2], "routine.turn_ended", "routine", routine_id, [], told_of)
