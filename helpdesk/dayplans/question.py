"""What the planner is asked: a day, which of its visits and waiting orders may move, and who is not there."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from helpdesk.core import clock
from helpdesk.dayplans.digests import digest_of, digests_of
from helpdesk.dispatch.day import DaySheet, day_sheets, ends_at
from helpdesk.dispatch.problem import order_id, problem_of, visit_id, window_of
from helpdesk.dispatch.standing import as_it_stands
from helpdesk.planning.change import only, release
from helpdesk.planning.model import Help, Plan, Problem, Remedy
from helpdesk.planning.offers import offers
from helpdesk.planning.remedies import POINTS
from helpdesk.repairs.models import Visit, WorkOrder
from helpdesk.repairs.rules import promised_window
from helpdesk.repairs.states import NOT_SET_OUT

DAY_S, SECOND = 86_400, timedelta(seconds=1)


@dataclass(frozen=True)
class Known:
    """What an id of the planner means; `until` is when the resident expects somebody at the latest."""

    order_id: int
    visit_id: int | None
    planned_at: datetime | None
    until: datetime | None
    digest: str


@dataclass(frozen=True)
class NextDay:
    """The day after, as it stands: where whoever has no place today could go instead. `orders` by id."""

    problem: Problem
    standing: Plan
    windows: list[tuple[int, int]]
    orders: dict[int, str]

    def help_for(self, order: int) -> Help | None:
        """Who could come then, in a window that fits; None if nobody can, or the order may not be moved there."""
        known = self.orders.get(order)
        visit = next((one for one in self.problem.visits if one.id == known), None)
        found = offers(self.problem, self.standing, visit, visit.windows or self.windows) if visit else []
        if not found:
            return None
        who, window = found[0].technicians[0], (found[0].window[0] + DAY_S, found[0].window[1] + DAY_S)
        return Help(Remedy.NEXT_DAY, who, window, people=1, points=POINTS[Remedy.NEXT_DAY])


@dataclass(frozen=True)
class Question:
    """A day as it stands: a problem in plain values, so that nothing is asked of the database while it is solved."""

    day: date
    problem: Problem
    standing: Plan
    known: dict[str, Known]
    base: dict[str, str]
    next_day: NextDay

    def moment(self, second: int) -> datetime:
        """The moment of a second of the day."""
        return clock.start_of_day(self.day) + timedelta(seconds=second)


def question(user, estate_id: int, day: date, asked: dict, now: datetime) -> Question:
    """The day as this user may see it. `asked` names orders (`orders`, by id; none is all), or who is away (`away`).

    If somebody is away, only what they cannot do is handed out again, and nobody new is sent.
    """
    after = day + timedelta(days=1)
    sheets = day_sheets(user, estate_id, [day, after])
    sheet = sheets[day]
    away = asked.get("away")
    waiting = [] if away else waiting_on(sheet, asked.get("orders"))
    problem = problem_of(sheet, waiting=waiting, now=now)
    standing = as_it_stands(problem)
    known = {visit_id(visit): _known(visit.work_order, visit) for visit in sheet.visits}
    known |= {order_id(order): _known(order, None) for order in waiting}
    if away:
        problem = release(problem, standing, away, {visit_id(visit) for visit in to_hand_out(sheet, away, now)})
    elif asked.get("orders"):
        chosen = [one for one, meant in known.items() if meant.order_id in asked["orders"]]
        problem = only(problem, standing, chosen)
    movable = [*waiting, *(visit.work_order for visit in sheet.visits if visit.status in NOT_SET_OUT)]
    return Question(day, problem, standing, known, digests_of(sheet), _next_day(sheets[after], movable, now))


def _next_day(sheet: DaySheet, orders: list[WorkOrder], now: datetime) -> NextDay:
    problem = problem_of(sheet, waiting=orders, now=now)
    windows = [window_of(sheet, one.starts_at, one.ends_at) for one in sheet.grid]
    here = replace(problem, visits=tuple(one for one in problem.visits if one.planned))
    return NextDay(problem, as_it_stands(here), windows, {order.id: order_id(order) for order in orders})


def waiting_on(sheet: DaySheet, chosen: list[int] | None = None) -> list[WorkOrder]:
    """The waiting orders that can be planned on a day: nothing was agreed with the resident, or something on it."""
    orders = [order for order in sheet.waiting if not chosen or order.id in chosen]
    return [order for order in orders if _may_be_on(order, sheet.day)]


def to_hand_out(sheet: DaySheet, user_id: int, now: datetime) -> list[Visit]:
    """The visits of one technician that nobody has set out for, and that fall into a time in which they are away.

    What was planned before an absence that runs, and not begun, they cannot do either.
    """
    technician = sheet.technician(user_id)
    gaps = [(gap.starts_at, gap.ends_at) for gap in technician.absences] if technician else []
    gaps = [(sheet.begins_at if begin <= now else begin, end) for begin, end in gaps]
    return [
        visit
        for visit in sheet.of(user_id)
        if visit.status in NOT_SET_OUT and any(visit.planned_at < end and ends_at(visit) > begin for begin, end in gaps)
    ]


def _known(order: WorkOrder, visit: Visit | None) -> Known:
    window = promised_window(visit or order)
    until = window.ends_at - SECOND if window else order.arrive_by  # the end of a window is no longer inside
    planned_at = visit.planned_at if visit else None
    return Known(order.id, visit.id if visit else None, planned_at, until, digest_of(order, visit))


def _may_be_on(order: WorkOrder, day: date) -> bool:
    promised = promised_window(order)
    named = [one.starts_at for one in order.named_windows]
    told = [promised.starts_at] if promised else named
    return not told or any(clock.local_date(moment) == day for moment in told)
