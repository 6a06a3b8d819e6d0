"""Taking names, numbers and words out of rows that stay: what kind of work it was, when and in which building.

Each takes the ids of rows and works inside `erasing()`. A dash stands where a table wants something written.
"""

from collections.abc import Sequence

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import aliased

from helpdesk.callbacks.models import Attempt, Callback
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.cases.models import Case, Extension, Note, Praise
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.handover.models import Handover, HandoverLine
from helpdesk.hotline.models import AsTyped, Call, CallAnswer, DraftChoices
from helpdesk.neighbours.models import Entry, OtherHome
from helpdesk.notices.models import NoticeRow, Objection
from helpdesk.outages.models import Caller
from helpdesk.parties.models import HandOff, HandOffChase
from helpdesk.repairs.models import Photo, Remark, Visit, WorkOrder
from helpdesk.retention.traces import Traces
from helpdesk.routines.models import Turn
from helpdesk.tariff.models import Quote
from helpdesk.telephony.models import TelephoneCall
from helpdesk.verification.models import HomeCheck, VerificationRow
from helpdesk.waivers.models import OneOffWaiver, WaiverAct, WaiverApplication

DASH = "—"
Ids = Sequence[int]


def _change(column, ids: Ids, **values) -> None:
    changed = update(column.class_).where(column.in_(ids)).values(**values)
    db.session.execute(changed, execution_options={"synchronize_session": False})


def _remove(column, ids: Ids) -> None:
    removed = delete(column.class_).where(column.in_(ids))
    db.session.execute(removed, execution_options={"synchronize_session": False})


def _dashed(column):
    """A dash for what says something; what is empty stays so."""
    return case((column == "", ""), else_=DASH)


def _entrance(column):
    """The entrance of a home: the building is kept, whose door it was is not."""
    home = aliased(Place)
    return select(func.coalesce(home.stairwell_id, home.id)).where(home.id == column).scalar_subquery()


def blank_calls(ids: Ids) -> None:
    place = _entrance(Call.place_id)
    _change(Call.id, ids, caller_number="", words=DASH, person_id=None, phone_id=None, place_id=place)
    for column in (CallAnswer.call_id, AsTyped.call_id, DraftChoices.call_id):
        _remove(column, ids)
    _change(Caller.call_id, ids, number="", person_id=None, place_id=_entrance(Caller.place_id))
    _change(Praise.call_id, ids, words=DASH)


def blank_call_backs(ids: Ids) -> None:
    given_up = case((Callback.status == CallbackStatus.GIVEN_UP, DASH), else_="")
    place = _entrance(Callback.place_id)
    told = {"words": DASH, "came_of_it": _dashed(Callback.came_of_it), "given_up_because": given_up}
    number = case((Callback.place_id.is_(None), DASH), else_="")
    _change(Callback.id, ids, number=number, person_id=None, place_id=place, **told)
    _change(Attempt.callback_id, ids, note="")


def blank_telephone_calls(ids: Ids) -> None:
    _change(TelephoneCall.id, ids, number="", phone_id=None)


def blank_handovers(ids: Ids) -> None:
    _change(Handover.id, ids, notes=DASH)
    _change(HandoverLine.handover_id, ids, what_zh="", what_en="", who="", place="")


def blank_handed_over(traces: Traces) -> None:
    """Of frozen sheets only the lines about somebody: they repeat the words, and say whose door it was."""
    numbers = [*_numbers_of(WorkOrder, traces.orders, "/work-orders"), *_numbers_of(Case, traces.cases, "/cases")]
    paths = [f"/hotline/calls/{one}" for one in traces.calls] + [f"/callbacks/{one}" for one in traces.call_backs]
    _change(HandoverLine.path, [*paths, *numbers], what_zh="", what_en="", place="")


def _numbers_of(model, ids: Ids, page: str) -> list[str]:
    return [f"{page}/{number}" for number in db.session.scalars(select(model.number).where(model.id.in_(ids)))]


def blank_visits(ids: Ids) -> None:
    """What was only needed at the door."""
    _change(Visit.id, ids, door_code="", fail_note="", no_photo_reason=_dashed(Visit.no_photo_reason))


def blank_orders(ids: Ids) -> None:
    place = _entrance(WorkOrder.place_id)
    _change(WorkOrder.id, ids, summary=DASH, reporter_id=None, phone_id=None, place_id=place)
    _change(Remark.work_order_id, ids, words=DASH)
    blank = {"door_code": "", "fail_note": "", "work_done": "", "parts_used": "", "parts_needed": ""}
    _change(Visit.work_order_id, ids, no_photo_reason=_dashed(Visit.no_photo_reason), **blank)
    _change(Entry.work_order_id, ids, witnesses=DASH, why=DASH, place_id=_entrance(Entry.place_id))
    _remove(OtherHome.work_order_id, ids)
    _change(Quote.work_order_id, ids, accepted_by=_dashed(Quote.accepted_by))
    told = {"returned_because": _dashed(HandOff.returned_because), "contact": "", "reference": ""}
    _change(HandOff.work_order_id, ids, **told)
    handed = select(HandOff.id).where(HandOff.work_order_id.in_(ids))
    _change(HandOffChase.hand_off_id, handed, note="")
    _change(Turn.work_order_id, ids, words=_dashed(Turn.words))


def remove_photos(ids: Ids) -> list[str]:
    """The rows; returns the names of the files, which go once this is committed."""
    names = list(db.session.scalars(select(Photo.file_name).where(Photo.id.in_(ids))))
    _remove(Photo.id, ids)
    return names


def blank_cases(ids: Ids) -> None:
    said = {name: _dashed(getattr(Case, name)) for name in ("reply_text", "return_reason", "received_from")}
    _change(
        Case.id, ids, words=DASH, person_id=None, phone_id=None, place_id=_entrance(Case.place_id), **said
    )  # fmt: skip
    _change(Note.case_id, ids, words=DASH)
    _change(Extension.case_id, ids, reason=DASH)


def blank_waivers(ids: Ids) -> None:
    """The proof and everything written. Home, ground and figures stay: the books rest on them."""
    one = WaiverApplication
    names = {"payer_name": "", "asked_by_name": "", "tip_by_name": "", "words": DASH}
    _change(one.id, ids, proof_type=None, proof_issuer="", proof_tail="", proof_valid_until=None, **names)
    _change(WaiverAct.application_id, ids, reason=_dashed(WaiverAct.reason))
    _change(VerificationRow.application_id, ids, words="")
    _change(HomeCheck.application_id, ids, words=_dashed(HomeCheck.words))
    rows = select(NoticeRow.id).where(NoticeRow.application_id.in_(ids))
    _change(Objection.row_id, rows, by_name="", words=DASH, answer=_dashed(Objection.answer))
    _change(NoticeRow.application_id, ids, masked_name=_dashed(NoticeRow.masked_name))


def blank_one_offs(ids: Ids) -> None:
    """Why one bill was lowered once. By how much, and by whom, the books keep."""
    _change(OneOffWaiver.id, ids, reason=DASH)
