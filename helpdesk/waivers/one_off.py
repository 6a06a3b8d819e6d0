"""One bill, lowered once by somebody who answers for it, within a limit: else people would void orders instead."""

from datetime import date, datetime, timedelta

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.billing.adjusting import adjust, comes_to
from helpdesk.billing.models import Account, AdjustmentKind, Charge
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.money import format_fen
from helpdesk.waivers.models import OneOffWaiver, StaffTie
from helpdesk.waivers.policy import policy_on
from helpdesk.waivers.queries import people_at

P = Permission
YEAR = timedelta(days=365)


def get_charge(user: User, charge_id: int) -> Charge:
    """A line that this user may lower, or of which they may know why it was; 404 for any other."""
    mine = Charge.estate_id.in_(estates(user, P.SEE_WAIVERS) & estates(user, P.SEE_MONEY))
    return db.session.scalar(select(Charge).where(mine, Charge.id == charge_id)) or abort(404)


def given_for(charge: Charge) -> OneOffWaiver | None:
    """How a line was lowered once, and why; for whoever got the line from `get_charge`."""
    asked = select(OneOffWaiver).where(OneOffWaiver.charge_id == charge.id).options(joinedload(OneOffWaiver.given_by))
    return db.session.scalar(asked)


def give_one_off(charge: Charge, *, amount_fen: int, reason: str, actor: User, now: datetime) -> OneOffWaiver:
    """Lower one bill, once. Refused without a reason, and beyond the policy's limit or what is still to pay.

    So that many small ones are no way around the second approval, they count together: above what one person may
    approve a year, only the owner lowers more bills of a home.
    """
    require(actor, P.DECIDE_WAIVERS, charge.estate_id)
    today = clock.local_date(now)
    if _is_of_their_own(charge, actor, today):
        raise NotAllowed(_("You are registered as a relative: somebody else decides."))
    policy = policy_on(charge.estate_id, today)
    if not reason.strip():
        raise Refused(_("Write why."), field="reason")
    if not 0 < amount_fen <= min(policy.one_off_limit_fen, comes_to(charge)):
        most = format_fen(min(policy.one_off_limit_fen, comes_to(charge)))
        raise Refused(_("At most %(money)s of this bill.", money=most), field="amount")
    if given_for(charge):
        raise Conflict(_("This bill was lowered once already."))
    alone = max(policy.second_above_fen, policy.one_off_limit_fen)
    is_too_much = _lowered_since(charge.place_id, now - YEAR) + amount_fen > alone
    if is_too_much and not can(actor, P.DECIDE_WAIVERS_ABOVE, charge.estate_id):
        why = _("Within a year that is more than %(money)s of bills of this home: the owner decides.",
                money=format_fen(alone))  # fmt: skip
        raise Refused(why, field="amount")
    given = OneOffWaiver(
        estate_id=charge.estate_id, charge_id=charge.id, amount_fen=amount_fen, reason=reason.strip(),
        policy_id=policy.id, given_by_id=actor.id, given_at=now,
    )  # fmt: skip
    db.session.add(given)
    record("one_off_waiver.given", given, actor=actor, now=now, charge_id=charge.id, amount_fen=amount_fen)
    adjust(charge, AdjustmentKind.ONE_BILL, -amount_fen, actor=actor, now=now)  # the books tell no reason
    return given


def _is_of_their_own(charge: Charge, actor: User, today: date) -> bool:
    """Whether whoever decides belongs to whom the bill is for, or to somebody of that home."""
    account = db.session.get_one(Account, charge.account_id)
    people = {account.person_id, *(person.id for person in people_at(charge.place_id, today))}
    ties = select(StaffTie.user_id).where(StaffTie.user_id == actor.id, StaffTie.person_id.in_(people - {None}))
    return db.session.scalar(ties.limit(1)) is not None


def _lowered_since(place_id: int, since: datetime) -> int:
    """By how much bills of a home were lowered once, in fen."""
    given = select(func.coalesce(func.sum(OneOffWaiver.amount_fen), 0)).where(OneOffWaiver.given_at > since)
    here = given.join(Charge, Charge.id == OneOffWaiver.charge_id).where(Charge.place_id == place_id)
    return int(db.session.scalar(here))
