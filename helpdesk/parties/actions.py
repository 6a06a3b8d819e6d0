"""What people do about outside parties: keep the directory, hand an order to one, chase, and end it."""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.parties.models import HandOff, HandOffChase, PaidBy, Party, PartyKind
from helpdesk.parties.rules import is_ahead, may_be_promised, next_chase
from helpdesk.parties.states import HandOffStatus, move
from helpdesk.repairs.actions import hold_work_order
from helpdesk.repairs.models import HoldReason, WorkOrder
from helpdesk.repairs.states import OPEN


def add_party(
    *, estate_id: int, kind: PartyKind, name: str, numbers: str, hours: str, note: str, actor: User, now: datetime
) -> Party:
    """Add an outside party to the directory of an estate. Refused for a name that stands there already."""
    require(actor, Permission.DISPATCH, estate_id)
    _check_name(name, estate_id)
    party = Party(
        estate_id=estate_id, kind=kind, name=name, numbers=numbers, hours=hours, note=note, in_use=True, version=0
    )
    db.session.add(party)
    record("party.added", party, actor=actor, now=now, party_kind=kind)
    return party


def change_party(
    party: Party, *, kind: PartyKind, name: str, numbers: str, hours: str, note: str, in_use: bool, actor: User,
    now: datetime,
) -> None:  # fmt: skip
    """Correct an entry. One no longer in use is not offered any more; what it has stays with it."""
    require(actor, Permission.DISPATCH, party.estate_id)
    _check_name(name, party.estate_id, but=party)
    party.kind, party.name, party.numbers, party.hours, party.note, party.in_use = (
        kind, name, numbers, hours, note, in_use,
    )  # fmt: skip
    record("party.changed", party, actor=actor, now=now)


def hand_off(
    work_order: WorkOrder, *, party: Party | None, reference: str = "", contact: str = "",
    paid_by: PaidBy = PaidBy.UNDECIDED, promised_on: date | None = None, chase_at: datetime | None = None,
    actor: User, now: datetime,
) -> HandOff:  # fmt: skip
    """Give an order to an outside party: from now on it waits for them, and we chase them.

    Refused for a party of another estate or out of use, and for moments that are over; Conflict while another has it,
    or once the order is over. Without `chase_at` the rule says when we ask.
    """
    require(actor, Permission.DISPATCH, work_order.estate_id)
    if work_order.status not in OPEN:
        raise Conflict(_("This work order is over; nobody outside can be asked to do it."))
    if db.session.scalar(_with_them(work_order)):
        raise Conflict(_("Somebody outside has this work order already. End that first."))
    if party is None or party.estate_id != work_order.estate_id or not party.in_use:
        raise Refused(_("Choose an outside party from the list."), field="party_id")
    _check_moments(promised_on, chase_at, now)
    given = HandOff(
        estate_id=work_order.estate_id, work_order=work_order, party=party, reference=reference, contact=contact,
        paid_by=paid_by, promised_on=promised_on, chase_at=chase_at or next_chase(promised_on, now), handed_at=now,
        handed_by_id=actor.id, status=HandOffStatus.WAITING, version=0,
    )  # fmt: skip
    if work_order.hold_reason is not HoldReason.OUTSIDE:
        hold_work_order(work_order, reason=HoldReason.OUTSIDE, actor=actor, now=now)
    work_order.responded_at = work_order.responded_at or now  # somebody does something about it
    db.session.add(given)
    record(
        "hand_off.made", given, actor=actor, now=now, topics=given.topics, work_order_id=work_order.id,
        party_id=party.id, paid_by=paid_by, chase_at=given.chase_at,
    )  # fmt: skip
    return given


def chase(
    given: HandOff, *, note: str = "", promised_on: date | None = None, chase_at: datetime | None = None, actor: User,
    now: datetime,
) -> HandOffChase:  # fmt: skip
    """Note that they were asked how far it is, and when we ask again; a new promise replaces the old one."""
    require(actor, Permission.DISPATCH, given.estate_id)
    _check_waiting(given)
    _check_moments(promised_on, chase_at, now)
    asked = HandOffChase(hand_off=given, at=now, by_id=actor.id, note=note)
    db.session.add(asked)
    given.promised_on = promised_on or given.promised_on
    given.chase_at = chase_at or next_chase(given.promised_on, now)
    db.session.flush()
    record(
        "hand_off.chased", given, actor=actor, now=now, topics=given.topics, chase_id=asked.id, chase_at=given.chase_at
    )
    return asked


def take_back(given: HandOff, *, because: str, actor: User, now: datetime) -> None:
    """They refuse it, or give it back undone: the order still waits, for somebody else. Refused without a reason."""
    require(actor, Permission.DISPATCH, given.estate_id)
    if not because.strip():
        raise Refused(_("Write why it came back."), field="because")
    move(given, HandOffStatus.RETURNED)
    given.ended_at, given.ended_by_id, given.returned_because = now, actor.id, because.strip()
    record("hand_off.returned", given, actor=actor, now=now, topics=given.topics)


def finish(given: HandOff, *, actor: User, now: datetime) -> None:
    """They say it is done. Somebody of ours goes and looks, or the resident is rung: the order does not end by this."""
    require(actor, Permission.DISPATCH, given.estate_id)
    move(given, HandOffStatus.FINISHED)
    given.ended_at, given.ended_by_id = now, actor.id
    record("hand_off.finished", given, actor=actor, now=now, topics=given.topics)


def _with_them(work_order: WorkOrder):
    return select(HandOff.id).where(HandOff.work_order_id == work_order.id, HandOff.status == HandOffStatus.WAITING)


def _check_waiting(given: HandOff) -> None:
    if given.status is not HandOffStatus.WAITING:
        raise Conflict(_("This hand-off has ended. Check the work order again."))


def _check_moments(promised_on: date | None, chase_at: datetime | None, now: datetime) -> None:
    if promised_on and not may_be_promised(promised_on, clock.local_date(now)):
        raise Refused(_("The promised day is over already. Choose today or a later day."), field="promised_on")
    if chase_at and not is_ahead(chase_at, now):
        raise Refused(_("Choose a time that is still to come, within a year."), field="chase_at")


def _check_name(name: str, estate_id: int, but: Party | None = None) -> None:
    same = select(Party.id).where(Party.estate_id == estate_id, Party.name == name)
    if db.session.scalar(same if but is None else same.where(Party.id != but.id)):
        raise Refused(_("There is an outside party of this name already."), field="name")
