"""From the forms about who decides to the people who are meant."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.errors import Refused
from helpdesk.waivers.decider_actions import name_stand_in, note_tie
from helpdesk.waivers.decider_forms import StandInForm, TieForm
from helpdesk.waivers.models import StaffTie, StandIn
from helpdesk.waivers.queries import deciders, people_at, place_at_desk, workers_here


def named(form: StandInForm, estate_id: int, actor: User, now: datetime) -> StandIn:
    workers = {one.id: one for one in workers_here(estate_id)}
    able = {one.id: one for one in deciders(estate_id, clock.local_date(now))}
    if form.user_id.data not in workers or form.for_user_id.data not in able:
        raise Refused(_("Choose one of these."), field="user_id")
    return name_stand_in(
        workers[form.user_id.data], for_user=able[form.for_user_id.data], estate_id=estate_id,
        from_on=form.from_on.data, until_on=form.last_on.data + timedelta(days=1), actor=actor, now=now,
    )  # fmt: skip


def tied(form: TieForm, estate_id: int, actor: User, now: datetime) -> StaffTie:
    """Note whom a member of staff never decides about: somebody who lives in or owns the home that was written."""
    workers = {one.id: one for one in workers_here(estate_id)}
    if form.user_id.data not in workers:
        raise Refused(_("Choose one of these."), field="user_id")
    home = place_at_desk(estate_id, form.place.data)
    people = people_at(home.id, clock.local_date(now)) if home else []
    found = [person for person in people if person.name == form.name.data]
    if len(found) != 1:
        raise Refused(_("Nobody of this name is noted at this home."), field="name")
    return note_tie(workers[form.user_id.data], found[0], tie=form.tie.data, actor=actor, now=now)
