"""Whether residents may have somebody's mobile number: said by that person, noted by them or by an administrator."""

from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import administers
from helpdesk.audit.actions import record
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.duty.models import NumberConsent


def publish_number(user: User, *, actor: User, now: datetime) -> None:
    """Note that this person agrees, to the number they have now. Refused without one; Conflict if that is known."""
    _require_own(user, actor)
    if not user.phone:
        raise Refused(_("There is no mobile number yet. The administrator adds it on the account page."))
    consent = db.session.get(NumberConsent, user.id)
    if consent is not None and consent.covers(user.phone):
        raise Conflict(_("This number is published already."))
    if consent is None:
        consent = NumberConsent(user_id=user.id)
        db.session.add(consent)
    consent.digits, consent.given_at, consent.noted_by_id = user.phone, now, actor.id
    consent.withdrawn_at = consent.withdrawn_by_id = None
    record("number.published", user, actor=actor, now=now)


def withdraw_number(user: User, *, actor: User, now: datetime) -> None:
    """Note that residents may not have the number any more; cards printed before have to be collected."""
    _require_own(user, actor)
    consent = db.session.get(NumberConsent, user.id)
    if consent is None or consent.withdrawn_at is not None:
        raise Conflict(_("This number is not published."))
    consent.withdrawn_at, consent.withdrawn_by_id = now, actor.id
    record("number.withdrawn", user, actor=actor, now=now)


def _require_own(user: User, actor: User) -> None:
    if user.id != actor.id and not administers(actor, user):
        raise NotAllowed(_("Only this person, or whoever looks after their account, can say so."))
