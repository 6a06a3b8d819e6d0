"""Changing the policy: a new row from a day on; what was in force stays as it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.duty.models import Post
from helpdesk.escalation.models import EscalationPolicy
from helpdesk.repairs.models import Urgency

LONGEST = 120  # minutes that nobody may know of an emergency


@dataclass(frozen=True, slots=True)
class Terms:
    """What the policy says of one urgency."""

    acknowledge_minutes: int
    posts: Sequence[Post]
    nobody_reached_zh: str
    nobody_reached_en: str


def set_policy(
    terms: Terms, *, estate_id: int, urgency: Urgency, valid_from: date, seen: tuple[int, int], actor: User,
    now: datetime,
) -> EscalationPolicy:  # fmt: skip
    """Let these terms count from a local date on, today at the earliest.

    `seen` are the id and the version of the newest row that was looked at (zeros for none). Refused without minutes,
    without anybody to ring, or for a day that is over or before a change that is planned already; Conflict if somebody
    changed the policy since.
    """
    require(actor, Permission.SET_ESCALATION, estate_id)
    newest = newest_policy(estate_id, urgency)
    if seen != ((newest.id, newest.version) if newest else (0, 0)):
        raise Conflict(_("Somebody changed this policy while you were looking at it. Check, then save again."))
    _check(terms, valid_from, newest, clock.local_date(now))
    if newest and newest.valid_from == valid_from:
        row = newest  # of the same day: it never was in force for a whole day
    else:
        row = EscalationPolicy(estate_id=estate_id, urgency=urgency, valid_from=valid_from, version=0)
        db.session.add(row)
        if newest:
            newest.valid_until = valid_from
    row.acknowledge_minutes, row.posts = terms.acknowledge_minutes, ",".join(terms.posts)
    row.nobody_reached_zh, row.nobody_reached_en = terms.nobody_reached_zh, terms.nobody_reached_en
    record(
        "escalation_policy.changed", row, actor=actor, now=now, topics=row.topics,
        minutes=terms.acknowledge_minutes, posts=list(terms.posts), from_id=newest.id if newest else None,
    )  # fmt: skip
    return row


def newest_policy(estate_id: int, urgency: Urgency) -> EscalationPolicy | None:
    """The row that began last, or is planned to."""
    rows = select(EscalationPolicy).where(EscalationPolicy.estate_id == estate_id, EscalationPolicy.urgency == urgency)
    return db.session.scalar(rows.order_by(EscalationPolicy.valid_from.desc()).limit(1))


def _check(terms: Terms, valid_from: date, newest: EscalationPolicy | None, today: date) -> None:
    if not 1 <= terms.acknowledge_minutes <= LONGEST:
        raise Refused(_("From 1 to %(most)d minutes.", most=LONGEST), field="acknowledge_minutes")
    if not terms.posts or len(set(terms.posts)) < len(terms.posts):
        raise Refused(_("Somebody has to be rung: choose at least one post, each once."), field="first")
    if not terms.nobody_reached_zh:
        raise Refused(_("Say what is done when nobody can be reached."), field="nobody_reached_zh")
    if valid_from < today or (newest and valid_from < newest.valid_from):
        too_early = _("Choose today or a later day, not before a change that is planned already.")
        raise Refused(too_early, field="valid_from")
