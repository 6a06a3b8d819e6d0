"""From the form that names a stand-in to the people who are meant."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.errors import Refused
from helpdesk.waivers.deputies import name_stand_in
from helpdesk.waivers.forms import StandInForm
from helpdesk.waivers.models import StandIn
from helpdesk.waivers.queries import deciders, workers_here


def named(form: StandInForm, estate_id: int, actor: User, now: datetime) -> StandIn:
    workers = {one.id: one for one in workers_here(estate_id)}
    able = {one.id: one for one in deciders(estate_id, clock.local_date(now))}
    if form.user_id.data not in workers or form.for_user_id.data not in able:
        raise Refused(_("Choose one of these."), field="user_id")
    return name_stand_in(
        workers[form.user_id.data], for_user=able[form.for_user_id.data], estate_id=estate_id,
        from_on=form.from_on.data, until_on=form.last_on.data + timedelta(days=1), actor=actor, now=now,
    )  # fmt: skip
