"""Setting up an estate: done once, by whoever installs the product."""

from datetime import datetime

from helpdesk.billing import policy as billing
from helpdesk.core import clock
from helpdesk.escalation import policy as escalation
from helpdesk.estate.actions import add_estate
from helpdesk.estate.models import Estate
from helpdesk.estate.queries import estate_named
from helpdesk.repairs import policy as repairs
from helpdesk.waivers import policy as waivers
from helpdesk.windows import queries as windows


def estate_to_begin_with(name: str, *, now: datetime) -> Estate:
    """The estate of this name; a new one comes with the categories and service levels of the product."""
    estate = estate_named(name)
    if estate is None:
        estate = add_estate(name=name, now=now)
        for feature in (repairs, escalation, windows, billing, waivers):
            feature.install_defaults(estate, valid_from=clock.local_date(now))
    return estate
