"""What leaves the board: the day on paper, and how well promises were kept."""

from datetime import date, timedelta

from flask import Blueprint, render_template, request

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.clock import YEARS
from helpdesk.dispatch.day import day_sheet
from helpdesk.dispatch.figures import LONGEST, figures_between
from helpdesk.scheduling.queries import door_of

bp = Blueprint("outputs", __name__)
A_MONTH = timedelta(days=29)


@bp.get("/schedule/paper")
@needs(Permission.DISPATCH)
def paper():
    now = clock.now()
    sheet = day_sheet(me(), estate_here(Permission.DISPATCH), _day("day", clock.local_date(now)))
    doors = {visit.id: door_of(visit, now) for visit in sheet.visits if not visit.ended_at}
    return render_template("dispatch/paper.html", sheet=sheet, doors=doors, only=request.args.get("technician", 0, int))


@bp.get("/schedule/figures")
@needs(Permission.SEE_WORK_ORDERS)
def figures():
    last = _day("until", clock.local_date(clock.now()))
    first = max(min(_day("from", last - A_MONTH), last), last - timedelta(days=LONGEST - 1))
    rows = figures_between(me(), estate_here(Permission.SEE_WORK_ORDERS), first, last)
    return render_template("dispatch/figures.html", rows=rows, first=first, last=last)


def _day(name: str, otherwise: date) -> date:
    """The local date that the address asks for; the usual one for none, or for nonsense."""
    try:
        asked = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
    return asked if asked.year in YEARS else otherwise
