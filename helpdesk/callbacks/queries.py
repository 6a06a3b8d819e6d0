"""Finding whom to ring. Every query starts from what this user may see."""

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, select

from helpdesk.callbacks.models import Callback
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db


def visible_callbacks(user) -> Select[tuple[Callback]]:
    """Call-backs of the estates whose hotline this user works."""
    return select(Callback).where(Callback.estate_id.in_(estates(user, Permission.WORK_HOTLINE)))


def open_callbacks(user) -> Select[tuple[Callback]]:
    """Those still to be rung, the one due first on top."""
    return visible_callbacks(user).where(Callback.status == CallbackStatus.OPEN).order_by(Callback.due_at, Callback.id)


def get_callback(user, callback_id: int, *, seen_version: int | None = None) -> Callback:
    """One call-back; 404 if there is none for this user, Conflict if it changed since they looked."""
    callback = db.session.scalar(visible_callbacks(user).where(Callback.id == callback_id)) or abort(404)
    if seen_version is not None and seen_version != callback.version:
        raise Conflict(_("Someone changed this call-back while you were looking at it. Check, then save again."))
    return callback
