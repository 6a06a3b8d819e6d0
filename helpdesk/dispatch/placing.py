"""The form "move to …": what it offers, what would be wrong, and what changed while somebody filled it in."""

from datetime import date, datetime, timedelta

from helpdesk.core import clock
from helpdesk.core.clock import YEARS
from helpdesk.core.ids import read_id
from helpdesk.dispatch.block_actions import RULES, placement_of_block
from helpdesk.dispatch.checks import Breach, breaches, placement_of
from helpdesk.dispatch.day import DaySheet, day_sheet
from helpdesk.dispatch.forms import BlockChangeForm, BlockForm, MoveForm, SendForm, local
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import running_visit
from helpdesk.repairs.rules import promised_window
from helpdesk.repairs.timeline import Entry, timeline
from helpdesk.technicians.models import Block
from helpdesk.technicians.queries import technicians_of
from helpdesk.windows.queries import grid_on
from helpdesk.windows.rules import Window, window_named

STEP = timedelta(minutes=5)


def asked_place(args) -> dict:
    """Who and when an address asks for, as values of a form; what is no time or nobody is left out."""
    asked: dict = {}
    try:
        typed = datetime.fromisoformat(args.get("starts_at", ""))
    except ValueError:
        typed = None
    if typed and typed.tzinfo is None and typed.year in YEARS:
        asked["starts_at"] = typed
    if who := read_id(args.get("who")):
        asked["who"] = who
    return asked


def placing_form(work_order: WorkOrder, now: datetime, **values) -> SendForm | MoveForm:
    """The form an order needs: to send somebody, or to move who is sent."""
    visit = running_visit(work_order)
    if visit is None:
        values = {"starts_at": local(_first_guess(work_order, now))} | values
    form = MoveForm(visit, **values) if visit else SendForm(work_order, **values)
    return offered(form, work_order, now)


def offered(form: SendForm | MoveForm, work_order: WorkOrder, now: datetime):
    """With the people, and with the windows the resident named and those of that day that are not over."""
    visit = running_visit(work_order)
    named = [Window(one.starts_at, one.ends_at) for one in work_order.named_windows]
    day = form.day or clock.local_date(now)
    grid = [Window(one.starts_at, one.ends_at) for one in grid_on(work_order.estate_id, [day])[day]]
    told = promised_window(visit or work_order)
    windows = [one for one in dict.fromkeys([*named, *grid]) if one.ends_at > now and one != told]
    form.offer(technicians_of(work_order.estate_id), windows, told)
    return form


def would_break(form: SendForm | MoveForm, work_order: WorkOrder, user) -> list[Breach]:
    """What the placement in the form breaks, as far as it can be told; the form remembers what it showed."""
    crew = [one for one in form.crew.chosen() if one]
    if form.day is None or not crew or not _takes_time(form):
        return []
    sheet = day_sheet(user, work_order.estate_id, form.day)
    agreed, visit = window_named(form.agreed.data), running_visit(work_order)
    return _shown(
        form, breaches(sheet, placement_of(work_order, visit, crew, form.begins_at, form.minutes.data, agreed=agreed))
    )


def block_would_break(form: BlockForm | BlockChangeForm, estate_id: int, block: Block | None, user) -> list[Breach]:
    """The same of time for something that is no visit."""
    who = form.people.get(form.user_id.data)
    if form.day is None or who is None or not _takes_time(form):
        return []
    sheet: DaySheet = day_sheet(user, estate_id, form.day)
    placement = placement_of_block(who, form.begins_at, form.minutes.data, block.id if block else None)
    return _shown(form, breaches(sheet, placement, rules=RULES))


def changes_since(work_order: WorkOrder, seen: object, user) -> list[Entry]:
    """What happened to an order after the state somebody saw, oldest first; at most the last five things."""
    behind = work_order.version - seen if isinstance(seen, int) else 0
    return timeline(work_order, user)[-min(behind, 5) :] if behind > 0 else []


def day_or_today(form, now: datetime) -> date:
    return form.day or clock.local_date(now)


def _takes_time(form) -> bool:
    return bool(form.minutes.data) and not form.minutes.errors


def _shown(form, found: list[Breach]) -> list[Breach]:
    form.seen.data = ",".join(dict.fromkeys(one.rule.value for one in found))
    return found


def _first_guess(work_order: WorkOrder, now: datetime) -> datetime:
    """When the window begins that was promised or named, if it is not begun; else the next five minutes."""
    soon = now - timedelta(minutes=now.minute % 5, seconds=now.second, microseconds=now.microsecond) + STEP
    told = promised_window(work_order)
    starts = [told.starts_at] if told else [one.starts_at for one in work_order.named_windows]
    return next((moment for moment in sorted(starts) if moment >= now), soon)
