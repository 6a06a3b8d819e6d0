"""Finding outside parties and what waits for them. Every query starts from what this user may see."""

from datetime import datetime

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.parties.models import HandOff, HandOffChase, Party
from helpdesk.parties.states import HandOffStatus
from helpdesk.repairs.models import HoldReason, Visit, WorkOrder
from helpdesk.repairs.queries import visible_work_orders
from helpdesk.repairs.states import OPEN

ROWS = 100


def visible_parties(user) -> Select[tuple[Party]]:
    """The directory of the estates whose work orders this user may see, by kind and name."""
    mine = estates(user, Permission.SEE_WORK_ORDERS)
    return select(Party).where(Party.estate_id.in_(mine)).order_by(Party.estate_id, Party.kind, Party.name)


def get_party(user, party_id: int, *, seen_version: int | None = None) -> Party:
    """One outside party; 404 if there is none for this user, Conflict if it changed since they looked."""
    party = db.session.scalar(visible_parties(user).where(Party.id == party_id)) or abort(404)
    if seen_version is not None and seen_version != party.version:
        raise Conflict(_("Someone changed this outside party while you were looking at it. Check, then save again."))
    return party


def parties_of(estate_id: int) -> list[Party]:
    """To whom an order of this estate can be handed. The caller has loaded the order through a permission."""
    offered = select(Party).where(Party.estate_id == estate_id, Party.in_use)
    return list(db.session.scalars(offered.order_by(Party.kind, Party.name)))


def visible_hand_offs(user) -> Select[tuple[HandOff]]:
    """Hand-offs of the orders of the estates this user sees whole."""
    return select(HandOff).where(HandOff.estate_id.in_(estates(user, Permission.SEE_WORK_ORDERS)))


def get_hand_off(user, hand_off_id: int, *, seen_version: int | None = None) -> HandOff:
    """One hand-off; 404 if there is none for this user, Conflict if it changed since they looked."""
    hand_off = db.session.scalar(visible_hand_offs(user).where(HandOff.id == hand_off_id)) or abort(404)
    if seen_version is not None and seen_version != hand_off.version:
        raise Conflict(_("Someone changed this hand-off while you were looking at it. Check, then save again."))
    return hand_off


def hand_offs_of(work_order: WorkOrder) -> list[HandOff]:
    """All there were of an order, the newest first. The caller has loaded the order through a permission."""
    whole = (
        joinedload(HandOff.handed_by), joinedload(HandOff.ended_by),
        selectinload(HandOff.chases).joinedload(HandOffChase.by),
    )  # fmt: skip
    about = select(HandOff).where(HandOff.work_order_id == work_order.id).order_by(HandOff.id.desc())
    return list(db.session.scalars(about.options(*whole)))


def waiting_hand_offs(user, *, limit: int = ROWS) -> list[HandOff]:
    """Of orders that are still open, whoever is to be chased first on top."""
    found = _waiting(user).order_by(HandOff.chase_at, HandOff.id).limit(limit)
    as_row = contains_eager(HandOff.work_order).options(
        joinedload(WorkOrder.place).load_only(Place.address), selectinload(WorkOrder.visits).load_only(Visit.status),
    )  # fmt: skip
    return list(db.session.scalars(found.options(as_row)))


def count_chases_due(user, before: datetime) -> int:
    due = _waiting(user).where(HandOff.chase_at < before)
    return db.session.scalar(due.with_only_columns(func.count(HandOff.id)))


def handed_to_nobody(user, *, limit: int = ROWS) -> list[WorkOrder]:
    """Orders on hold for somebody outside of whom nobody in particular has been asked, or who gave it back."""
    with_them = select(HandOff.id).where(HandOff.work_order_id == WorkOrder.id, HandOff.status == HandOffStatus.WAITING)
    waiting = visible_work_orders(user).where(
        WorkOrder.hold_reason == HoldReason.OUTSIDE, WorkOrder.status.in_(OPEN), ~with_them.exists(),
        WorkOrder.estate_id.in_(estates(user, Permission.SEE_WORK_ORDERS)),
    )  # fmt: skip
    return list(db.session.scalars(waiting.limit(limit)))


def _waiting(user) -> Select[tuple[HandOff]]:
    return (
        visible_hand_offs(user)
        .join(HandOff.work_order)
        .where(HandOff.status == HandOffStatus.WAITING, WorkOrder.status.in_(OPEN))
    )
