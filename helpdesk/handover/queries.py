"""Finding hand-overs. Every query starts from what this user may see."""

from datetime import datetime, timedelta

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.duty.models import Post, Shift
from helpdesk.handover.models import STILL_OPEN, Handover

A_PAGE = 30
AFTERWARDS = timedelta(hours=2)  # somebody was held up at the telephone


def visible_handovers(user) -> Select[tuple[Handover]]:
    """Those of the hotlines this user works."""
    return select(Handover).where(Handover.estate_id.in_(estates(user, Permission.WORK_HOTLINE)))


def get_handover(user, handover_id: int, *, seen_version: int | None = None) -> Handover:
    """One hand-over; 404 if there is none for this user, Conflict if it changed since they looked."""
    with_lines = selectinload(Handover.kept_lines)
    found = db.session.scalar(visible_handovers(user).where(Handover.id == handover_id).options(with_lines)) or abort(
        404
    )
    if seen_version is not None and seen_version != found.version:
        raise Conflict(_("Someone changed this hand-over while you were looking at it. Check, then save again."))
    return found


def open_handover(user, estate_id: int) -> Handover | None:
    """The one that waits for a signature; there is one at a time in each estate."""
    found = visible_handovers(user).where(STILL_OPEN, Handover.estate_id == estate_id)
    return db.session.scalars(found.limit(1)).first()


def who_hands_over(estate_id: int, now: datetime) -> list[User]:
    """Who is at the hotline by the roster, and whoever was until lately; nobody if the roster names nobody for now."""
    found = select(Shift).join(Shift.user).where(
        Shift.estate_id == estate_id, Shift.post == Post.HOTLINE, Shift.starts_at <= now,
        Shift.ends_at > now - AFTERWARDS, Shift.called_off_at.is_(None), User.active,
    )  # fmt: skip
    shifts = list(db.session.scalars(found.order_by(Shift.starts_at, Shift.id)))
    return list(dict.fromkeys(shift.user for shift in shifts)) if any(s.ends_at > now for s in shifts) else []


def frozen_handovers(user, estate_id: int, *, before: int | None = None) -> list[Handover]:
    """The newest of those both have signed; `before` is an id to go on from. One more than a page, if there is one."""
    signed = Handover.estate_id == estate_id, Handover.frozen_at.is_not(None)
    found = visible_handovers(user).where(*signed).order_by(Handover.id.desc())
    if before is not None:
        found = found.where(Handover.id < before)
    return list(db.session.scalars(found.limit(A_PAGE + 1)))
