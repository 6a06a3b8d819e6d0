"""Somebody who left a trace in everything there is, with words that stand nowhere else: for tests of forgetting."""

from datetime import timedelta
from types import SimpleNamespace

from helpdesk.audit.actions import record
from helpdesk.billing.models import Account, Adjustment, Charge
from helpdesk.billing.payment_models import Payment
from helpdesk.callbacks.actions import ask_to_ring, note_attempt, write_what_came
from helpdesk.callbacks.models import Answer, Reason
from helpdesk.cases.actions import open_case
from helpdesk.cases.models import CaseKind
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import OccupancyRole, Person, Phone
from helpdesk.exports.models import ExportFile, ExportLog
from helpdesk.hotline.models import Call, CallAnswer, Channel, Outcome
from helpdesk.looks.actions import note_look
from helpdesk.looks.models import Looked, Purpose
from helpdesk.neighbours.models import Entry, OtherHome
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import Photo, PhotoStage, Remark, Visit
from helpdesk.repairs.states import Status, VisitStatus
from helpdesk.waivers.models import WaiverAct, WaiverApplication
from tests.households import add_person, add_phone
from tests.waivers import applied

NAME, NUMBER, CANARY = "缪金丝雀", "12099887766", "canary-of-the-mine"


def living(estate, place, *, since, until=None) -> Person:
    """A resident with a number of their own, who still lives there or left on a day."""
    more = {"birth_year": 1941, "hearing": True, "emergency_contact": f"{CANARY} daughter"}
    left = {"until": until} if until else {}
    person = add_person(estate, NAME, place, role=OccupancyRole.TENANT, since=since, **left, **more)
    add_phone(estate, NUMBER, people=[person], places=[place])
    return person


def traces(person, place, category, *, by, now, photos, over=True) -> SimpleNamespace:
    """Everything of a resident, as of a moment: written, closed and paid."""
    with writing():
        person, phone = db.session.get(Person, person.id), db.session.query(Phone).filter_by(digits=NUMBER).one()
        order = open_work_order(
            place=place, category=category, urgency=category.urgency, summary=f"{CANARY} drips", actor=by, now=now
        )
        order.reporter_id, order.phone_id = person.id, phone.id
        visit = Visit(
            work_order_id=order.id, status=VisitStatus.DONE, planned_at=now, duration_minutes=30, door_code="42",
            work_done=f"{CANARY} mended", fail_note=CANARY, ended_at=now,
        )  # fmt: skip
        order.visits.append(visit)
        db.session.flush()
        db.session.add(Remark(work_order_id=order.id, words=f"{NAME} {CANARY}", said_at=now, said_by_id=by.id))
        db.session.add(OtherHome(work_order_id=order.id, place_id=place.id, part="source", number=NUMBER))
        db.session.add(
            Entry(work_order_id=order.id, place_id=place.id, entered_at=now, witnesses=NAME, why=CANARY, noted_at=now,
                  noted_by_id=by.id)
        )  # fmt: skip
        photo = Photo(visit_id=visit.id, stage=PhotoStage.AFTER, file_name=f"{'c' * 32}.jpg", width=1, height=1,
                      size_bytes=1, added_at=now, added_by_id=by.id)  # fmt: skip
        call = Call(
            estate_id=person.estate_id, request_key=f"trace-{now:%Y%m%d%H%M}", channel=Channel.HOTLINE,
            caller_number=NUMBER, words=f"{CANARY} called", outcome=Outcome.ENQUIRY, phone_id=phone.id,
            place_id=place.id, person_id=person.id, work_order_id=order.id, happened_at=now, logged_at=now,
            saved_at=now, logged_by_id=by.id, version=0,
        )  # fmt: skip
        call.answer = CallAnswer(words=CANARY)
        db.session.add_all([photo, call])
        db.session.flush()
        case = open_case(kind=CaseKind.COMPLAINT, words=CANARY, estate_id=person.estate_id, actor=by, now=now,
                         place=place, person=person)  # fmt: skip
        rung = ask_to_ring(
            estate_id=person.estate_id, reason=Reason.PROMISED, due_at=now + timedelta(hours=1), actor=by, now=now,
            person=person, place=place, number=NUMBER, words=CANARY,
        )  # fmt: skip
        note_attempt(rung, answer=Answer.ANSWERED, note=CANARY, actor=by, now=now)
        write_what_came(rung, words=CANARY, actor=by, now=now)
        money = _money(person, place, by, now)
        note_look(estate_id=person.estate_id, what=Looked.WAIVER, subject_id=1, person_id=person.id,
                  purpose=Purpose.OTHER, words=f"{NAME} asked", actor=by, now=now)  # fmt: skip
        if over:
            order.status = Status.CLOSED
            order.closed_at = order.done_at = now
            case.reply_text, case.reply_way, case.replied_at = CANARY, "phone", now
            case.status, case.closed_at = "closed", now
        record("work_order.remarked", order, actor=by, now=now, remark_id=1)
    path = photos / "cc" / photo.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CANARY)
    return SimpleNamespace(
        order=order.id, call=call.id, case=case.id, photo=path, visit=visit.id, rung=rung.id, **money
    )


def _money(person, place, by, now) -> dict:
    day = now.date()
    account = Account(
        estate_id=person.estate_id, place_id=place.id, person_id=person.id, payer=NAME, opened_on=day, billed_from=day,
        closed_on=day, version=0,
    )  # fmt: skip
    db.session.add(account)
    db.session.flush()
    charge = Charge(
        estate_id=person.estate_id, account_id=account.id, place_id=place.id, kind="other", words=f"Key for {NAME}",
        gross_fen=2_000, reduced_fen=0, net_fen=2_000, due_on=day, made_at=now,
    )  # fmt: skip
    db.session.add(charge)
    db.session.flush()
    correction = Adjustment(
        estate_id=person.estate_id, account_id=account.id, charge_id=charge.id, kind="adjusted_correction",
        amount_fen=-500, reason=f"{NAME} was right", made_at=now,
    )  # fmt: skip
    payment = Payment(
        estate_id=person.estate_id, account_id=account.id, receipt_no=f"R{account.id}", method="cash",
        taken_at="taken_at_desk", amount_fen=1_500, invoice_wanted=False, paid_by=NAME,
        received_by_id=by.id, received_at=now, version=0,
    )  # fmt: skip
    db.session.add_all([correction, payment])
    db.session.flush()
    return {"account": account.id, "charge": charge.id, "payment": payment.id}


def ended_waiver(person, place, *, by, now) -> int:
    """An application of theirs that ended; returns its id."""
    one = applied(place, person, by=by, now=now, proof_issuer=CANARY)
    with writing():
        one = db.session.get_one(WaiverApplication, one.id)
        one.words, one.asked_by_name, one.payer_name = CANARY, NAME, NAME
        one.status, one.end_reason, one.ended_at = "ended", "withdrawn", now
        told = {"kind": "ended", "at": now, "to_status": "ended", "reason": f"{NAME} {CANARY}"}
        db.session.add(WaiverAct(application_id=one.id, **told))
    return one.id


def taken_list(estate, by, folder, now) -> None:
    """A list with their name that somebody has just taken out."""
    folder.mkdir(parents=True, exist_ok=True)
    with writing():
        log = ExportLog(estate_id=estate.id, what="export_residents", form="csv", with_phones=True, with_flags=False,
                        rows=1, reason=f"{NAME} asked for it", taken_by_id=by.id, taken_at=now)  # fmt: skip
        db.session.add(log)
        db.session.flush()
        db.session.add(
            ExportFile(file_key="e" * 32, estate_id=estate.id, what="export_residents", form="csv", with_phones=True,
                       with_flags=False, reason=f"{NAME} asked", asked={"words": NAME}, rows=1, asked_by_id=by.id,
                       asked_at=now, log_id=log.id)
        )  # fmt: skip
    (folder / f"{'e' * 32}.csv").write_text(NAME)
