"""Forgetting one resident. The record stays as a number, so that the books, which the law wants kept, still add up."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import delete, func, or_, select, update

from helpdesk.accounts.models import User
from helpdesk.billing.models import Account, Charge
from helpdesk.billing.payment_models import Payment
from helpdesk.core.extensions import db
from helpdesk.estate.community import Lead
from helpdesk.estate.importing.models import RegisterUpload
from helpdesk.estate.importing.states import RUNNING
from helpdesk.estate.models import (
    Occupancy,
    Person,
    PersonNote,
    Phone,
    PhoneNote,
    RegisterMerge,
    SearchKey,
    phone_person,
    phone_place,
)
from helpdesk.estate.queries import lives_there
from helpdesk.exports.making import path_of
from helpdesk.exports.models import ExportFile
from helpdesk.hotline.models import Call
from helpdesk.looks.models import Look
from helpdesk.neighbours.models import OtherHome
from helpdesk.outages.models import Caller
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.states import Status
from helpdesk.retention import blanking, holding
from helpdesk.retention.files import Files
from helpdesk.retention.gate import erasing
from helpdesk.retention.mentions import Mention, erase, find, words_to_erase
from helpdesk.retention.traces import Traces, traces_of
from helpdesk.routines.models import Routine
from helpdesk.waivers.models import OneOffWaiver, StaffTie, WaiverApplication
from helpdesk.waivers.scans import erase_scans
from helpdesk.waivers.states import OPEN, WaiverStatus

OVER = (Status.CLOSED, Status.CANCELLED)
FORGOTTEN = "#"  # how the name of somebody begins who was forgotten; nobody's name does


def pseudonym(person: Person) -> str:
    return f"{FORGOTTEN}{person.id}"


def is_forgotten(person: Person) -> bool:
    return person.name.startswith(FORGOTTEN)


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to erase; the mentions were looked for before the lock was taken."""

    person_id: int
    words: list[str]
    mentions: list[Mention]


def look_through(person: Person) -> Plan:
    words = words_to_erase(traces_of(person))
    return Plan(person.id, words, find(words))


def why_not_yet(person: Person, day: date) -> list[str]:
    """What has to end before somebody can be forgotten, in words for whoever asks."""
    traces, reasons = traces_of(person), []
    homes = select(Occupancy.id).where(Occupancy.person_id.in_(traces.people), lives_there(day))
    if db.session.scalar(homes.limit(1)):
        reasons.append(_("They still live in a home or own one: it is needed to serve them."))
    pays = select(Account.id).where(Account.id.in_(traces.accounts), Account.closed_on.is_(None))
    if db.session.scalar(pays.limit(1)):
        reasons.append(_("They are still named as who pays for a home."))
    running = select(WorkOrder.id).where(WorkOrder.id.in_(traces.orders), WorkOrder.status.not_in(OVER))
    if db.session.scalar(running.limit(1)):
        reasons.append(_("A work order of theirs is not closed."))
    one = WaiverApplication
    counts = (one.status.in_((WaiverStatus.APPROVED, WaiverStatus.SUSPENDED))) & (one.until_on > day)
    waived = select(one.id).where(one.id.in_(traces.waivers), or_(one.status.in_(OPEN), counts))
    if db.session.scalar(waived.limit(1)):
        reasons.append(_("A waiver of theirs is being decided or counts."))
    if _is_held(traces, day):
        reasons.append(_("It is held back for a legal reason; see what is held back."))
    return reasons


def _is_held(traces: Traces, day: date) -> bool:
    person, one = traces.person, WaiverApplication
    here = holding.free(day, person=Person.id)
    asked = [
        select(Person.id).where(Person.id == person.id, ~here),
        select(Call.id).where(Call.id.in_(traces.calls), ~holding.call_is_free(day)),
        select(WorkOrder.id).where(WorkOrder.id.in_(traces.orders), ~holding.order_is_free(day)),
        select(one.id).where(one.id.in_(traces.waivers), ~holding.waiver_is_free(day)),
        select(Occupancy.id).where(
            Occupancy.person_id.in_(traces.people), ~holding.free(day, place=Occupancy.place_id)
        ),
    ]
    return any(db.session.scalar(one_of.limit(1)) is not None for one_of in asked)


def forget_person(
    person: Person, plan: Plan, *, actor: User | None, now: datetime
) -> tuple[dict[str, int], Files]:  # fmt: skip
    """Erase, inside `writing()`: returns how many of each were touched, and the files that go once it is committed."""
    traces, name = traces_of(person), pseudonym(person)
    scans = erase_scans(traces.waivers, actor=actor, now=now)
    with erasing():
        blanking.blank_handed_over(traces)
        blanking.blank_orders(traces.orders)
        blanking.blank_call_backs(traces.call_backs)
        blanking.blank_calls(traces.calls)
        blanking.blank_cases(traces.cases)
        blanking.blank_waivers(traces.waivers)
        blanking.blank_one_offs(_one_offs_of(traces))
        blanking.blank_telephone_calls(traces.telephone_calls)
        files = Files(blanking.remove_photos(traces.photos), *_lists_of(person.estate_id), scans)
        _settle_the_rest(traces, name)
        erase([one for one in plan.mentions if plan.person_id == person.id], plan.words)
        _blank_register(traces)
    db.session.expire_all()
    counts = {
        "calls": len(traces.calls), "orders": len(traces.orders), "cases": len(traces.cases),
        "waivers": len(traces.waivers), "photos": len(files.photos), "numbers": len(traces.phones),
    }  # fmt: skip
    return counts, files


def _run(statement) -> None:
    db.session.execute(statement, execution_options={"synchronize_session": False})


def _one_offs_of(traces: Traces) -> list[int]:
    """Their bills that were lowered once: the reason can hold a ground."""
    lowered = select(OneOffWaiver.id).join(Charge, Charge.id == OneOffWaiver.charge_id)
    return list(db.session.scalars(lowered.where(Charge.account_id.in_(traces.accounts))))


def _settle_the_rest(traces: Traces, name: str) -> None:
    people, digits, accounts = traces.people, traces.digits, traces.accounts
    _run(update(Account).where(Account.id.in_(accounts), Account.payer != "").values(payer=name))
    _run(update(Payment).where(Payment.account_id.in_(accounts), Payment.paid_by != "").values(paid_by=name))
    _run(update(OtherHome).where(OtherHome.number.in_(digits)).values(number=""))
    _run(update(Caller).where(Caller.person_id.in_(people)).values(number="", person_id=None))
    _run(update(Lead).where(Lead.person_id.in_(people)).values(name="", number="", duty=""))
    _run(update(Routine).where(Routine.person_id.in_(people)).values(title=blanking.DASH, steps=""))
    _run(update(Look).where(Look.person_id.in_(people), Look.words != "").values(words=blanking.DASH))
    _run(delete(StaffTie).where(StaffTie.person_id.in_(people)))
    of_them = RegisterMerge.of_people & or_(RegisterMerge.kept_id.in_(people), RegisterMerge.merged_id.in_(people))
    of_numbers = ~RegisterMerge.of_people & RegisterMerge.kept_id.in_(traces.phones)
    _run(delete(RegisterMerge).where(or_(of_them, of_numbers)))


def _lists_of(estate_id: int) -> tuple[list[Path], list[str]]:
    """Lists on their way in or out that may name them: their rows go, but for an import that is just being applied."""
    lists = db.session.scalars(select(ExportFile).where(ExportFile.estate_id == estate_id)).all()
    resting = RegisterUpload.estate_id == estate_id, RegisterUpload.status.not_in(RUNNING)
    uploads = list(db.session.scalars(select(RegisterUpload.file_key).where(*resting)))
    _run(delete(ExportFile).where(ExportFile.id.in_([one.id for one in lists])))
    _run(delete(RegisterUpload).where(RegisterUpload.file_key.in_(uploads)))
    return [path_of(one) for one in lists], uploads


def _blank_register(traces: Traces) -> None:
    people, phones = traces.people, traces.phones
    _run(delete(phone_person).where(phone_person.c.person_id.in_(people)))
    _run(delete(phone_place).where(phone_place.c.phone_id.in_(phones)))
    _run(delete(SearchKey).where(or_(SearchKey.person_id.in_(people), SearchKey.phone_id.in_(phones))))
    _run(delete(PhoneNote).where(or_(PhoneNote.phone_id.in_(phones), PhoneNote.became_id.in_(phones))))
    _run(delete(Phone).where(Phone.id.in_(phones)))
    _run(update(PersonNote).where(PersonNote.person_id.in_(people)).values(channel=None, died_on=None))
    blank = {"birth_year": None, "hearing": False, "mobility": False, "dialect": False, "lives_alone": False}
    number = func.concat(FORGOTTEN, Person.id)
    _run(update(Person).where(Person.id.in_(people)).values(name=number, emergency_contact="", **blank))
