"""Finding hand-overs. Every query starts from what this user may see."""

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.handover.models import STILL_OPEN, Handover

A_PAGE = 30


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


def open_handover(user, estate_id: int | None = None) -> Handover | None:
    """The one that waits for a signature; there is one at a time in each estate."""
    found = visible_handovers(user).where(STILL_OPEN).order_by(Handover.id)
    if estate_id is not None:
        found = found.where(Handover.estate_id == estate_id)
    return db.session.scalars(found.limit(1)).first()


def frozen_handovers(user, *, before: int | None = None) -> list[Handover]:
    """The newest of those both have signed; `before` is an id to go on from. One more than a page, if there is one."""
    found = visible_handovers(user).where(Handover.frozen_at.is_not(None)).order_by(Handover.id.desc())
    if before is not None:
        found = found.where(Handover.id < before)
    return list(db.session.scalars(found.limit(A_PAGE + 1)))
