"""What belongs to each class of data, when it is old enough, and what forgetting does with it.

A piece finds the ids of what is over as of a local day, leaving out what is held back or was blanked before; `forget`
takes some of them inside `writing()` and returns the names of photo files that go with them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, delete, func, select

from helpdesk.accounts.models import Session
from helpdesk.billing.models import Account, Charge
from helpdesk.callbacks.models import Callback
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseStatus
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.exports.models import ExportFile, ExportLog
from helpdesk.handover.models import Handover
from helpdesk.hotline.models import AsTyped, Call, CallAnswer, DraftChoices
from helpdesk.looks.models import Look
from helpdesk.notify.models import Message
from helpdesk.notify.states import MessageStatus
from helpdesk.repairs.models import Photo, Visit, WorkOrder
from helpdesk.repairs.states import Status
from helpdesk.retention import blanking, holding
from helpdesk.retention.blanking import DASH
from helpdesk.retention.models import DataClass
from helpdesk.telephony.models import TelephoneCall
from helpdesk.waivers.models import OneOffWaiver, WaiverAct, WaiverApplication
from helpdesk.waivers.states import WaiverStatus

ENDED = (Status.CLOSED, Status.CANCELLED)
OF_A_DRAFT = (CallAnswer, AsTyped, DraftChoices)


@dataclass(frozen=True, slots=True)
class Piece:
    """`over` gets the last local day that is old enough, the moment it ends, and today."""

    over: Callable[[date, datetime, date], Select]
    forget: Callable[[Sequence[int]], list[str] | None]


def _calls(_day: date, before: datetime, today: date) -> Select:
    old = Call.saved_at.is_not(None), Call.happened_at < before, Call.words != DASH
    return select(Call.id).where(*old, holding.call_is_free(today))


def _call_backs(_day: date, before: datetime, today: date) -> Select:
    is_free = holding.free(today, person=Callback.person_id, place=Callback.place_id)
    return select(Callback.id).where(Callback.ended_at < before, Callback.words != DASH, is_free)


def _telephone_calls(_day: date, before: datetime, today: date) -> Select:
    is_free = holding.number_is_free(today, TelephoneCall.phone_id)
    return select(TelephoneCall.id).where(TelephoneCall.heard_at < before, TelephoneCall.number != "", is_free)


def _handovers(_day: date, before: datetime, _today: date) -> Select:
    ended_at = func.coalesce(Handover.frozen_at, Handover.called_off_at)
    return select(Handover.id).where(ended_at < before, Handover.notes != DASH)


def _drafts(_day: date, before: datetime, today: date) -> Select:
    """Calls that nobody ever saved and nothing else rests on."""
    rested_on = [
        select(column).where(column.is_not(None))
        for table in db.metadata.sorted_tables
        for column in table.columns
        if column.references(Call.__table__.c.id) and table.name not in {one.__tablename__ for one in OF_A_DRAFT}
    ]
    alone = [Call.id.not_in(others) for others in rested_on]
    return select(Call.id).where(Call.saved_at.is_(None), Call.logged_at < before, *alone, holding.call_is_free(today))


def _forget_drafts(ids: Sequence[int]) -> None:
    for model in OF_A_DRAFT:
        db.session.execute(delete(model).where(model.call_id.in_(ids)))
    db.session.execute(delete(Call).where(Call.id.in_(ids)))


def _ended_orders(before: datetime, today: date) -> list:
    ended_at = func.coalesce(WorkOrder.closed_at, WorkOrder.done_at, WorkOrder.reported_at)
    return [WorkOrder.status.in_(ENDED), ended_at < before, holding.order_is_free(today)]


def _orders(_day: date, before: datetime, today: date) -> Select:
    return select(WorkOrder.id).where(WorkOrder.summary != DASH, *_ended_orders(before, today))


def _visits(_day: date, before: datetime, today: date) -> Select:
    said = (Visit.door_code != "") | (Visit.fail_note != "") | Visit.no_photo_reason.not_in(["", DASH])
    ended = _ended_orders(before, today)
    return select(Visit.id).join(WorkOrder, WorkOrder.id == Visit.work_order_id).where(said, *ended)


def _photos(_day: date, before: datetime, today: date) -> Select:
    of_orders = select(Photo.id).join(Visit, Visit.id == Photo.visit_id).join(
        WorkOrder, WorkOrder.id == Visit.work_order_id
    )  # fmt: skip
    return of_orders.where(*_ended_orders(before, today))


def _cases(_day: date, before: datetime, today: date) -> Select:
    ended = Case.status.in_((CaseStatus.CLOSED, CaseStatus.RETURNED))
    old = func.coalesce(Case.closed_at, Case.returned_at) < before
    return select(Case.id).where(ended, old, Case.words != DASH, holding.case_is_free(today))


def _waivers(day: date, before: datetime, today: date) -> Select:
    """Refused, ended, revoked, or run out: counted from the last act, or from the day it no longer counts."""
    one, S = WaiverApplication, WaiverStatus
    last_act = select(func.max(WaiverAct.at)).where(WaiverAct.application_id == one.id).scalar_subquery()
    refused = (one.status == S.REFUSED) & (last_act < before)
    ended = one.status.in_((S.ENDED, S.REVOKED)) & (func.coalesce(one.ended_at, last_act) < before)
    run_out = (one.status == S.APPROVED) & (one.until_on <= day)
    return select(one.id).where(refused | ended | run_out, one.words != DASH, holding.waiver_is_free(today))


def _one_offs(_day: date, before: datetime, today: date) -> Select:
    found = select(OneOffWaiver.id).join(Charge, Charge.id == OneOffWaiver.charge_id)
    found = found.join(Account, Account.id == Charge.account_id)
    is_free = holding.free(today, person=Account.person_id, place=Charge.place_id)
    return found.where(OneOffWaiver.given_at < before, OneOffWaiver.reason != DASH, is_free)


def _sessions(_day: date, before: datetime, _today: date) -> Select:
    return select(Session.id).where(func.coalesce(Session.ended_at, Session.seen_at) < before)


def _messages(_day: date, before: datetime, _today: date) -> Select:
    return select(Message.id).where(Message.posted_at < before, Message.status != MessageStatus.QUEUED)


def _looks(_day: date, before: datetime, today: date) -> Select:
    return select(Look.id).where(Look.at < before, holding.free(today, person=Look.person_id, place=Look.place_id))


def _exports(_day: date, before: datetime, _today: date) -> Select:
    files = select(ExportFile.log_id).where(ExportFile.log_id.is_not(None))
    return select(ExportLog.id).where(ExportLog.taken_at < before, ExportLog.id.not_in(files))


def _removing(model) -> Callable[[Sequence[int]], None]:
    return lambda ids: db.session.execute(delete(model).where(model.id.in_(ids))) and None


PIECES: dict[DataClass, tuple[Piece, ...]] = {  # people are forgotten one by one: see sweeping.py
    DataClass.CALLS: (
        Piece(_calls, blanking.blank_calls),
        Piece(_call_backs, blanking.blank_call_backs),
        Piece(_telephone_calls, blanking.blank_telephone_calls),
        Piece(_handovers, blanking.blank_handovers),
    ),
    DataClass.DRAFTS: (Piece(_drafts, _forget_drafts),),
    DataClass.ORDERS: (Piece(_orders, blanking.blank_orders),),
    DataClass.VISIT_NOTES: (Piece(_visits, blanking.blank_visits),),
    DataClass.PHOTOS: (Piece(_photos, blanking.remove_photos),),
    DataClass.CASES: (Piece(_cases, blanking.blank_cases),),
    DataClass.WAIVERS: (Piece(_waivers, blanking.blank_waivers), Piece(_one_offs, blanking.blank_one_offs)),
    DataClass.SESSIONS: (Piece(_sessions, _removing(Session)),),
    DataClass.MESSAGES: (Piece(_messages, _removing(Message)),),
    DataClass.LOOKS: (Piece(_looks, _removing(Look)),),
    DataClass.EXPORTS: (Piece(_exports, _removing(ExportLog)),),
}


def ends_of(day: date) -> datetime:
    return clock.day_range(day)[1]
