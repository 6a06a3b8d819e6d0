"""Setting how long something is kept, and holding something back."""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, can_anywhere, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.retention.models import DataClass, Held, LegalHold, RetentionRule
from helpdesk.retention.queries import NAMED
from helpdesk.retention.rules import MOST, least

LONGEST_HOLD = 3_660  # days; after ten years somebody has to say again why


def set_months(data_class: DataClass, months: int, *, seen_version: int, actor: User, now: datetime) -> RetentionRule:
    """Keep this class for so many months from now on, in every estate of the installation.

    Conflict if somebody changed it since it was looked at.
    """
    if not can_anywhere(actor, Permission.SET_RETENTION):
        raise NotAllowed()
    if not least(data_class) <= months <= MOST:
        raise Refused(_("A number from %(low)d to %(high)d.", low=least(data_class), high=MOST), field="months")
    rule = db.session.scalar(select(RetentionRule).where(RetentionRule.data_class == data_class))
    if seen_version != (rule.version if rule else 0):
        raise Conflict(_("Somebody changed this period while you were looking at it. Check, then save again."))
    if rule is None:
        rule = RetentionRule(data_class=data_class, version=0)
        db.session.add(rule)
    rule.months = months
    record("retention.set", rule, actor=actor, now=now, data_class=data_class, months=months)
    return rule


def hold(
    what: Held, named: str, *, estate_id: int, reason: str, until_on: date, actor: User, now: datetime
) -> LegalHold:  # fmt: skip
    """Let nothing of this be forgotten before a day. `named` is how people call it: an address, a number, a name."""
    require(actor, Permission.CONSENT_TO_ERASURE, estate_id)
    today = clock.local_date(now)
    if not today < until_on or (until_on - today).days > LONGEST_HOLD:
        raise Refused(_("Choose a day after today, ten years ahead at most."), field="until_on")
    if not reason.strip():
        raise Refused(_("Say why it has to be kept."), field="reason")
    held = LegalHold(
        estate_id=estate_id, what=what, subject_id=_found(what, named, estate_id), reason=reason.strip(),
        until_on=until_on, set_by_id=actor.id, set_at=now, version=0,
    )  # fmt: skip
    db.session.add(held)
    db.session.flush()
    told = {"what": what, "held_id": held.subject_id, "until_at": clock.start_of_day(until_on)}
    record("hold.set", held, actor=actor, now=now, **told)
    return held


def lift(held: LegalHold, *, actor: User, now: datetime) -> None:
    """What was held back is forgotten again as it comes round."""
    require(actor, Permission.CONSENT_TO_ERASURE, held.estate_id)
    if held.lifted_at:
        raise Conflict(_("This was lifted already."))
    held.lifted_at, held.lifted_by_id = now, actor.id
    record("hold.lifted", held, actor=actor, now=now)


def _found(what: Held, named: str, estate_id: int) -> int:
    subject, called = NAMED[what]
    by_number = (
        [subject == int(named)]
        if what is Held.PERSON and named.isascii() and named.isdigit() and len(named) < 10
        else []
    )
    here = (by_number or [called == named])[0]
    ids = db.session.scalars(select(subject).where(subject.class_.estate_id == estate_id, here).limit(2)).all()
    if not ids:
        raise Refused(_("Nothing is found under this. Write it as it stands on its page."), field="named")
    if len(ids) > 1:
        raise Refused(
            _("Several people bear this name. Open the right one and hold it back from there."), field="named"
        )
    return ids[0]
