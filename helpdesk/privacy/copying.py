"""Everything that is kept about one resident, for themselves: their rows only, in words they can read.

Other people stay out of it: who else lives there, and who of the staff did something.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.billing.models import Account, Charge
from helpdesk.billing.payment_models import Payment
from helpdesk.callbacks.models import Callback
from helpdesk.cases.models import Case
from helpdesk.core.extensions import db
from helpdesk.core.money import plain_yuan
from helpdesk.core.words import local_time, locale, word
from helpdesk.estate.models import Occupancy, Person
from helpdesk.hotline.models import Call
from helpdesk.looks.models import Look
from helpdesk.repairs.models import Photo, Visit, WorkOrder
from helpdesk.repairs.words import category_name
from helpdesk.retention.traces import Traces, traces_of
from helpdesk.telephony.models import TelephoneCall
from helpdesk.waivers.models import WaiverApplication

Row = dict[str, str]
Sections = dict[str, list[Row]]


def copy_of(person: Person) -> Sections:
    """Title of each section, then its rows: what it is called, and how it reads."""
    traces = traces_of(person)
    parts: list[tuple[str, Callable[[Traces], Sequence[Row]]]] = [
        (_("Yourself"), _self), (_("Homes"), _homes), (_("Calls"), _calls), (_("Calls to you"), _rung),
        (_("Telephone"), _telephone), (_("Work orders"), _orders), (_("Photos"), _photos), (_("Cases"), _cases),
        (_("Fee waiver"), _waivers), (_("Bills"), _bills), (_("Payments"), _payments), (_("Who looked"), _looks),
    ]  # fmt: skip
    return {title: [_told(row) for row in part(traces)] for title, part in parts}


def _all(model, ids: Sequence[int]):
    return db.session.scalars(select(model).where(model.id.in_(ids)).order_by(model.id))


def _self(traces: Traces) -> list[dict]:
    person = traces.person
    return [{
        _("Name"): person.name, _("Born"): person.birth_year, _("Telephone numbers"): ", ".join(_numbers(person)),
        _("What whoever rings or knocks must know"): ", ".join(word(flag) for flag in person.care_flags),
        _("Emergency contact"): person.emergency_contact,
    }]  # fmt: skip


def _numbers(person: Person) -> list[str]:
    return [phone.digits for phone in person.phones]


def _homes(traces: Traces) -> list[dict]:
    found = db.session.scalars(select(Occupancy).where(Occupancy.person_id.in_(traces.people)).order_by(Occupancy.id))
    return [
        {_("Home"): o.place.address, _("As"): word(o.role), _("From"): o.from_on, _("Until"): o.until_on} for o in found
    ]  # fmt: skip


def _calls(traces: Traces) -> list[dict]:
    return [
        {_("When"): c.happened_at, _("Number"): c.caller_number, _("What was said"): c.words,
         _("About"): word(c.outcome), _("Answer"): c.answer.words if c.answer else ""}
        for c in _all(Call, traces.calls)
    ]  # fmt: skip


def _rung(traces: Traces) -> list[dict]:
    return [
        {_("When"): c.asked_at, _("Why"): word(c.reason), _("What to say"): c.words, _("Result"): c.came_of_it}
        for c in _all(Callback, traces.call_backs)
    ]


def _telephone(traces: Traces) -> list[dict]:
    return [{_("When"): c.heard_at, _("Number"): c.number} for c in _all(TelephoneCall, traces.telephone_calls)]


def _orders(traces: Traces) -> list[dict]:
    return [
        {_("Number"): o.number, _("When"): o.reported_at, _("Home"): o.place.address,
         _("Kind"): category_name(o.category), _("What was said"): o.summary, _("State"): word(o.status),
         _("What was done"): "; ".join(visit.work_done for visit in o.visits if visit.work_done)}
        for o in _all(WorkOrder, traces.orders)
    ]  # fmt: skip


def _photos(traces: Traces) -> list[dict]:
    """That there are some; the pictures are handed out from the work order."""
    asked = select(Photo.added_at, WorkOrder.number).join(Visit, Visit.id == Photo.visit_id)
    rows = db.session.execute(asked.join(WorkOrder).where(Photo.id.in_(traces.photos)).order_by(Photo.id))
    return [{_("When"): at, _("Work order"): number} for at, number in rows]


def _cases(traces: Traces) -> list[dict]:
    return [
        {_("Number"): c.number, _("Kind"): word(c.kind), _("When"): c.received_at, _("What was said"): c.words,
         _("State"): word(c.status), _("Answer"): c.reply_text}
        for c in _all(Case, traces.cases)
    ]  # fmt: skip


def _waivers(traces: Traces) -> list[dict]:
    return [
        {_("Number"): w.number, _("Ground"): _ground(w), _("State"): word(w.status), _("Applied on"): w.applied_on,
         _("Counts until"): w.until_on, _("Proof"): word(w.proof_type), _("Issued by"): w.proof_issuer,
         _("Its last characters"): w.proof_tail, _("In your words"): w.words}
        for w in _all(WaiverApplication, traces.waivers)
    ]  # fmt: skip


def _ground(application: WaiverApplication) -> str:
    name = "name_zh" if locale() == "zh" else "name_en"
    return next((getattr(g, name) for g in application.policy.grounds if g.code == application.ground_code), "")


def _bills(traces: Traces) -> list[dict]:
    found = db.session.scalars(select(Charge).where(Charge.account_id.in_(traces.accounts)).order_by(Charge.id))
    return [
        {
            _("Month"): f"{c.month:%Y-%m}" if c.month else "",
            _("Kind"): word(c.kind),
            _("Amount in yuan"): plain_yuan(c.net_fen),
        }
        for c in found
    ]


def _payments(traces: Traces) -> list[dict]:
    found = db.session.scalars(
        select(Payment).join(Account, Account.id == Payment.account_id).where(Account.id.in_(traces.accounts))
    )
    return [
        {_("When"): p.received_at, _("Receipt"): p.receipt_no, _("Amount in yuan"): plain_yuan(p.amount_fen)}
        for p in found
    ]


def _looks(traces: Traces) -> list[dict]:
    found = db.session.scalars(select(Look).where(Look.person_id.in_(traces.people)).order_by(Look.id))
    return [{_("When"): look.at, _("Kind"): word(look.what), _("Why"): word(look.purpose)} for look in found]


def _told(row: dict) -> Row:
    """What is empty is left out."""
    return {name: _as_text(value) for name, value in row.items() if value not in (None, "")}


def _as_text(value) -> str:
    if isinstance(value, datetime):
        return local_time(value)
    if isinstance(value, date):
        return value.isoformat()
    return word(value) if isinstance(value, StrEnum) else str(value)
