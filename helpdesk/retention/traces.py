"""Everything that is known of one resident, as ids: found by their record, their numbers and what hangs on it."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from helpdesk.billing.models import Account
from helpdesk.callbacks.models import Callback
from helpdesk.cases.models import Case
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, PersonNote, Phone, PhoneNote, phone_person
from helpdesk.hotline.models import Call
from helpdesk.outages.models import Caller
from helpdesk.repairs.models import Photo, Visit, WorkOrder
from helpdesk.telephony.models import TelephoneCall
from helpdesk.waivers.models import WaiverApplication


@dataclass(frozen=True, slots=True)
class Traces:
    """`people` are the record and those merged into it; `phones` reach nobody else, `digits` are theirs."""

    person: Person
    people: list[int]
    phones: list[int]
    digits: list[str]
    calls: list[int]
    orders: list[int]
    cases: list[int]
    call_backs: list[int]
    telephone_calls: list[int]
    waivers: list[int]
    accounts: list[int]
    photos: list[int]


def traces_of(person: Person) -> Traces:
    """As of this transaction. A number that reaches others as well is theirs, and finds nothing here."""
    people = [person.id, *_ids(select(PersonNote.person_id).where(PersonNote.became_id == person.id))]
    phones, digits = _numbers(people)
    added = select(Caller.call_id).where(Caller.person_id.in_(people))
    calls = _ids(
        select(Call.id).where(
            Call.estate_id == person.estate_id,
            or_(
                Call.person_id.in_(people),
                Call.phone_id.in_(phones),
                Call.caller_number.in_(digits),
                Call.id.in_(added),
            ),
        )
    )
    orders = _ids(select(WorkOrder.id).where(or_(WorkOrder.reporter_id.in_(people), WorkOrder.phone_id.in_(phones))))
    cases = _ids(
        select(Case.id).where(or_(Case.person_id.in_(people), Case.phone_id.in_(phones), Case.call_id.in_(calls)))
    )
    theirs = or_(Callback.person_id.in_(people), Callback.number.in_(digits), Callback.call_id.in_(calls))
    rung = select(Callback.id).where(Callback.estate_id == person.estate_id, theirs)
    heard = select(TelephoneCall.id).where(
        TelephoneCall.estate_id == person.estate_id,
        or_(TelephoneCall.phone_id.in_(phones), TelephoneCall.number.in_(digits)),
    )
    one = WaiverApplication
    waived = select(one.id).where(or_(one.beneficiary_id.in_(people), one.payer_id.in_(people)))
    pictures = select(Photo.id).join(Visit, Visit.id == Photo.visit_id).where(Visit.work_order_id.in_(orders))
    return Traces(
        person=person, people=people, phones=phones, digits=digits, calls=calls, orders=orders, cases=cases,
        call_backs=_ids(rung), telephone_calls=_ids(heard), waivers=_ids(waived),
        accounts=_ids(select(Account.id).where(Account.person_id.in_(people))), photos=_ids(pictures),
    )  # fmt: skip


def _numbers(people: list[int]) -> tuple[list[int], list[str]]:
    """Their numbers that reach nobody else, and how those were written wrongly before."""
    others = select(phone_person.c.phone_id).where(phone_person.c.person_id.not_in(people))
    mine = select(phone_person.c.phone_id).where(phone_person.c.person_id.in_(people))
    own = _ids(select(Phone.id).where(Phone.id.in_(mine), Phone.id.not_in(others)))
    once = _ids(select(PhoneNote.phone_id).where(PhoneNote.became_id.in_(own)))
    phones = [*own, *once]
    return phones, list(db.session.scalars(select(Phone.digits).where(Phone.id.in_(phones))))


def _ids(asked) -> list[int]:
    return list(db.session.scalars(asked))
