"""From what is typed to the home that is meant: at the desk by its address, at the door by the job one is on."""

from collections.abc import Mapping
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.access import Permission, can_anywhere, estates, me
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.estate.queries import get_person, get_place, place_written
from helpdesk.scheduling.queries import get_job
from helpdesk.waivers.applying import begin_application
from helpdesk.waivers.codes import Channel
from helpdesk.waivers.facts import warnings_of
from helpdesk.waivers.forms import NewApplicationForm
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.queries import people_at
from helpdesk.waivers.rules import Warning

P = Permission
# what whoever enters may be told: nothing of what others have asked for
OPEN_TO_ALL = {
    Warning.LET, Warning.VACANT, Warning.NO_DWELLING, Warning.PROOF_EXPIRED, Warning.PROOF_EXPIRES_SOON,
    Warning.PROOF_MISSING, Warning.NO_CONSENT, Warning.NOT_LIVING_THERE, Warning.TOO_YOUNG, Warning.PERSON_DIED,
    Warning.OVER,
}  # fmt: skip


def asked_for(args: Mapping[str, str]) -> dict:
    """What the form begins with, coming from a home, a call or a job."""
    place_id, call_id, order = args.get("place_id", type=int), args.get("call_id", type=int), args.get("order", "")
    seen = {"place_id": place_id, "person_id": args.get("person_id", type=int), "call_id": call_id, "order": order}
    channel = Channel.PHONE if call_id else Channel.DOOR if order else Channel.DESK
    address = ""
    if place_id and can_anywhere(me(), P.SEE_REGISTER):
        address = get_place(me(), place_id).address if place_id < 2**31 else ""
    return {**seen, "channel": channel, "place": address}


def begun(form: NewApplicationForm, actor: User, now: datetime) -> WaiverApplication:
    """A draft for the home that is meant. Refused for none, and for one that is not theirs to know."""
    place = _place(form, actor)
    living = {person.id for person in people_at(place.id, clock.local_date(now))}
    person = None
    if form.person_id.data in living and can_anywhere(actor, P.SEE_REGISTER):
        person = get_person(actor, form.person_id.data)
    call_id = _call_id(form, place.estate_id)
    return begin_application(
        place=place, channel=form.channel.data, beneficiary=person, call_id=call_id, actor=actor, now=now
    )


def warnings_while_entering(user, application: WaiverApplication, today: date) -> list[Warning]:
    """All of them for whoever sees waivers; anybody else learns nothing of what the household asked for elsewhere."""
    found = warnings_of(application, today)
    sees = application.estate_id in estates(user, P.SEE_WAIVERS)
    return found if sees else [warning for warning in found if warning in OPEN_TO_ALL]


def _place(form: NewApplicationForm, actor: User) -> Place:
    if form.order.data:
        return get_job(actor, form.order.data).work_order.place  # whoever stands at the door knows it already
    for estate_id in sorted(estates(actor, P.APPLY_FOR_WAIVER) & estates(actor, P.SEE_REGISTER)):
        if found := place_written(actor, form.place.data, estate_id=estate_id):
            return found
    raise Refused(_("There is no such place here. Write it like 3-2-501."), field="place")


def _call_id(form: NewApplicationForm, estate_id: int) -> int | None:
    """The call it came by, if there is such a call here; calls stand further right."""
    if form.channel.data is not Channel.PHONE or not form.call_id.data:
        return None
    calls = db.metadata.tables["call"].c
    return db.session.scalar(select(calls.id).where(calls.id == form.call_id.data, calls.estate_id == estate_id))
