"""What the history of a work order tells of the call-backs about it."""

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.callbacks.models import Answer, Attempt, Callback
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core.access import Permission, can
from helpdesk.core.extensions import db
from helpdesk.core.words import word
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.timeline import Entry


def entries_of(work_order: WorkOrder, reader) -> list[Entry]:
    """Every call-back about an order, and every attempt. Only the desk reads what was noted: it may name people."""
    about = select(Callback).where(Callback.work_order_id == work_order.id)
    whole = (selectinload(Callback.attempts).joinedload(Attempt.by), joinedload(Callback.asked_by))
    desk = reader is not None and can(reader, Permission.WORK_HOTLINE, work_order.estate_id)
    found = db.session.scalars(about.options(*whole))
    return [entry for callback in found for entry in _entries(callback, desk)]


def _entries(callback: Callback, desk: bool) -> list[Entry]:
    name = callback.asked_by.name if callback.asked_by else _("The system")
    asked = _("%(name)s noted a call-back: %(reason)s.", name=name, reason=word(callback.reason))
    told = [Entry(callback.asked_at, asked, callback.words if desk else "")]
    told += [Entry(a.at, _rang(a), a.note if desk else "") for a in callback.attempts]
    if callback.status is CallbackStatus.GIVEN_UP:
        because = callback.given_up_because if desk else ""
        told.append(Entry(callback.ended_at, _("The call-back was given up."), because))
    elif callback.rang_themselves:
        told.append(Entry(callback.ended_at, _("They rang themselves: the call-back is over.")))
    return told


def _rang(attempt: Attempt) -> str:
    if attempt.answer is Answer.ANSWERED:
        return _("%(name)s rang back and reached somebody.", name=attempt.by.name)
    return _("%(name)s rang back in vain: %(answer)s.", name=attempt.by.name, answer=word(attempt.answer))
