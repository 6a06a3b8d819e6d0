"""Who decides in whose place, and about whom somebody never decides."""

from datetime import date, datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person
from helpdesk.waivers.codes import Tie
from helpdesk.waivers.models import StaffTie, StandIn

P = Permission


def name_stand_in(
    user: User, *, for_user: User, estate_id: int, from_on: date, until_on: date, actor: User, now: datetime
) -> StandIn:
    """Let somebody decide in another's place for some days. Only for oneself, or from above; nobody below a desk."""
    require(actor, P.DECIDE_WAIVERS, estate_id)
    if actor.id != for_user.id and not can(actor, P.DECIDE_WAIVERS_ABOVE, estate_id):
        raise NotAllowed(_("Everybody names their own stand-in; only the owner names one for others."))
    if not can(for_user, P.DECIDE_WAIVERS, estate_id):
        raise Refused(_("They decide nothing here, so nobody stands in for them."), field="for_user_id")
    if user.id == for_user.id or not (can(user, P.WORK_WAIVERS, estate_id) or can(user, P.DECIDE_WAIVERS, estate_id)):
        raise Refused(_("Choose somebody else who works with waivers here."), field="user_id")
    if until_on <= from_on or until_on <= clock.local_date(now):
        raise Refused(_("The last day lies before the first, or is past."), field="until_on")
    row = StandIn(
        estate_id=estate_id, user_id=user.id, for_user_id=for_user.id, from_on=from_on, until_on=until_on,
        named_by_id=actor.id, named_at=now,
    )  # fmt: skip
    db.session.add(row)
    term = {"from_at": clock.start_of_day(from_on), "until_at": clock.start_of_day(until_on)}
    record("waiver_stand_in.named", row, actor=actor, now=now, user_id=user.id, for_user_id=for_user.id, **term)
    return row


def call_off_stand_in(row: StandIn, *, actor: User, now: datetime) -> None:
    """From now on they decide nothing more in that place; what they decided stands. Conflict the second time."""
    require(actor, P.DECIDE_WAIVERS, row.estate_id)
    if row.called_off_at:
        raise Conflict(_("This was called off already."))
    row.called_off_at = now
    record("waiver_stand_in.called_off", row, actor=actor, now=now)


def note_tie(user: User, person: Person, *, tie: Tie, actor: User, now: datetime) -> StaffTie:
    """Note that a member of staff is this resident, or a relative: they never decide about them."""
    allowed = can(actor, P.WORK_WAIVERS, person.estate_id) or can(actor, P.DECIDE_WAIVERS, person.estate_id)
    if not allowed:
        raise NotAllowed()
    row = db.session.get(StaffTie, (user.id, person.id)) or StaffTie(user_id=user.id, person_id=person.id)
    row.tie, row.noted_by_id, row.noted_at = tie, actor.id, now
    db.session.add(row)
    record("staff_tie.noted", user, actor=actor, now=now, raises_version=False, person_id=person.id, tie=tie)
    return row


def remove_tie(row: StaffTie, *, actor: User, now: datetime) -> None:
    require(actor, P.DECIDE_WAIVERS, row.person.estate_id)
    if row.user_id == actor.id:
        raise NotAllowed(_("Somebody else must remove a tie of yours."))
    record("staff_tie.removed", row.user, actor=actor, now=now, raises_version=False, person_id=row.person_id)
    db.session.delete(row)
