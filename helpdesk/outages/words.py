"""How codes of this feature are said on the screen."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.outages.found import InOutages
from helpdesk.outages.near import Nearness
from helpdesk.outages.states import OutageStatus
from helpdesk.repairs.models import Category
from helpdesk.repairs.words import category_name

register({
    OutageStatus.PLANNED: _l("Announced"),
    OutageStatus.RUNNING: _l("Going on"),
    OutageStatus.OVER: _l("Over"),
    OutageStatus.CANCELLED: _l("Cancelled"),
})  # fmt: skip
register({InOutages.OUTAGES: _l("Outages")})
register({
    Nearness.HOME: _l("This home"),
    Nearness.STAIRWELL: _l("Same stairwell"),
    Nearness.BUILDING: _l("Same building"),
    Nearness.ESTATE: _l("The estate"),
})  # fmt: skip


def rings_said(category: Category, people: int, reached: int, waiting: int) -> str:
    """In one line, how far everybody who rang was told that it is over."""
    said = {"what": category_name(category), "reached": reached, "people": people, "waiting": waiting}
    return _("Over: %(what)s. %(reached)d of %(people)d told, %(waiting)d to ring", **said)
