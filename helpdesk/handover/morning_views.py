"""The morning sheet, on the screen and on one page."""

from flask import render_template

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.extensions import db
from helpdesk.estate.models import Estate
from helpdesk.handover.morning import Sheet, family_name, sheet_for, to_copy
from helpdesk.handover.views import bp

bp.add_app_template_global(family_name)


@bp.get("/morning-sheet")
@needs(Permission.WORK_HOTLINE)
def morning():
    sheet = _sheet()
    return render_template("handover/morning.html", sheet=sheet, text=to_copy(sheet))


@bp.get("/morning-sheet/print")
@needs(Permission.WORK_HOTLINE)
def morning_paper():
    return render_template("handover/morning_paper.html", sheet=_sheet())


def _sheet() -> Sheet:
    estate = db.session.get_one(Estate, estate_here(Permission.WORK_HOTLINE))
    return sheet_for(me(), estate, clock.now())
