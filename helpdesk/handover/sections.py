"""What is open when a shift ends, section by section. A feature adds its own to `SECTIONS`: a code, a title, its lines.

Each asks with a fixed number of queries and lists at most `MOST` lines. An order stands in one section only: the most
urgent that fits.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists
from sqlalchemy.orm import joinedload, load_only, selectinload

from helpdesk.accounts.models import User
from helpdesk.callbacks.lists import unfinished_lists
from helpdesk.callbacks.models import Callback, Reason
from helpdesk.callbacks.queries import single_callbacks
from helpdesk.cases.models import Case, CaseKind
from helpdesk.cases.queries import visible_cases
from helpdesk.cases.states import CaseStatus
from helpdesk.core.extensions import db
from helpdesk.core.words import locale, register, word
from helpdesk.estate.models import Place
from helpdesk.hotline.models import Call
from helpdesk.hotline.queries import tells_of_waiver, visible_hotline_calls
from helpdesk.outages.queries import standing_outages
from helpdesk.outages.states import OutageStatus
from helpdesk.parties.models import PartyKind
from helpdesk.parties.queries import waiting_hand_offs
from helpdesk.repairs.models import HoldReason, Urgency, Visit, WorkOrder
from helpdesk.repairs.queries import next_due, running_visit, visible_work_orders
from helpdesk.repairs.rules import next_missing
from helpdesk.repairs.states import OPEN, STILL_TO_DO, Status, VisitStatus
from helpdesk.repairs.words import state_of

MOST = 100
URGENT = (Urgency.P0, Urgency.P1)
SOON = timedelta(hours=12)  # the shift that begins
LONGEST_WORDS = 120
WITH_CREW = (
    joinedload(WorkOrder.place).load_only(Place.address),
    selectinload(WorkOrder.visits).options(
        load_only(Visit.status), selectinload(Visit.crew).load_only(User.name)
    ),
)  # fmt: skip


class CallState(StrEnum):
    UNFINISHED = "unfinished"


register({CallState.UNFINISHED: _l("Unfinished")})
STATES = {
    f"{type(code).__name__}.{code}": code
    for kind in (Status, VisitStatus, HoldReason, CallState, Reason, OutageStatus, CaseKind, PartyKind)
    for code in kind
}


def state_code(state: StrEnum) -> str:
    """How a line keeps a state: by its kind too, because two kinds may use one word for two things."""
    return f"{type(state).__name__}.{state}"


def state_said(code: str) -> str:
    """In the reader's language; nothing for a state that no feature knows any more."""
    return word(STATES.get(code))


@dataclass(frozen=True, slots=True)
class SectionRow:
    """One thing, as a row of `HandoverLine` keeps it."""

    subject_id: int
    path: str
    state: str
    place: str
    what_zh: str
    what_en: str
    urgency: str = ""
    due_at: datetime | None = None
    who: str = ""

    @property
    def what(self) -> str:
        return self.what_zh if locale() == "zh" else self.what_en


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: object  # a lazy text
    lines: Callable[[User, int, datetime], list[SectionRow]]  # for whom, of which estate, as of when


def _emergencies(user: User, estate_id: int, _now: datetime) -> list[SectionRow]:
    by_urgency = (
        _open_orders(user, estate_id).where(WorkOrder.urgency.in_(URGENT)).order_by(WorkOrder.urgency, next_due())
    )
    return _orders(by_urgency)


def _unsent(user: User, estate_id: int, _now: datetime) -> list[SectionRow]:
    """Nobody is to go: not even arranged. What is on hold waits for something else and is not meant."""
    goes = exists().where(Visit.work_order_id == WorkOrder.id, Visit.status.in_(STILL_TO_DO))
    found = _open_orders(user, estate_id).where(
        WorkOrder.urgency.not_in(URGENT), WorkOrder.status != Status.ON_HOLD, ~goes
    )
    return _orders(found.order_by(next_due()))


def _late(user: User, estate_id: int, now: datetime) -> list[SectionRow]:
    """Somebody is to go, or it waits, and the next promise is broken."""
    goes = exists().where(Visit.work_order_id == WorkOrder.id, Visit.status.in_(STILL_TO_DO))
    found = _open_orders(user, estate_id).where(
        WorkOrder.urgency.not_in(URGENT), (WorkOrder.status == Status.ON_HOLD) | goes, next_due() < now
    )
    return _orders(found.order_by(next_due()))


def _unfinished(user: User, estate_id: int, _now: datetime) -> list[SectionRow]:
    """Without what sounds like a wish for a waiver: others read this sheet."""
    left = visible_hotline_calls(user).where(Call.estate_id == estate_id, Call.outcome.is_(None))
    with_place = joinedload(Call.place).load_only(Place.address)
    calls = db.session.scalars(left.order_by(Call.id).limit(MOST).options(with_place))
    return [
        SectionRow(
            call.id, f"/hotline/calls/{call.id}", state_code(CallState.UNFINISHED), _address(call.place),
            *[_short("" if tells_of_waiver(call) else call.words)] * 2, due_at=call.happened_at,
        )
        for call in calls
    ]  # fmt: skip


def _to_ring(user: User, estate_id: int, now: datetime) -> list[SectionRow]:
    """Whom the next shift has to ring; those that were due before are among them. Each list is one line."""
    due = single_callbacks(user).where(Callback.estate_id == estate_id, Callback.due_at < now + SOON)
    with_all = (joinedload(Callback.place).load_only(Place.address), joinedload(Callback.owner).load_only(User.name))
    lists = [
        SectionRow(
            one.id, one.path, state_code(one.reason), "", one.said_in("zh"), one.said_in("en"), due_at=one.due_at
        )
        for one in unfinished_lists(user)
        if one.estate_id == estate_id
    ]
    return lists + [
        SectionRow(
            callback.id, f"/callbacks/{callback.id}", state_code(callback.reason),
            _address(callback.place), *[_short(callback.words)] * 2, due_at=callback.due_at,
            who=callback.owner.name if callback.owner else "",
        )
        for callback in db.session.scalars(due.limit(MOST).options(*with_all))
    ]  # fmt: skip


def _outages(user: User, estate_id: int, _now: datetime) -> list[SectionRow]:
    """What runs or is announced: the next shift is asked about it."""
    return [
        SectionRow(
            outage.id, f"/outages/{outage.id}", state_code(outage.status), "", outage.category.name_zh,
            outage.category.name_en, due_at=outage.ends_at,
        )
        for outage in standing_outages(user, estate_id=estate_id)
    ]  # fmt: skip


def _cases(user: User, estate_id: int, now: datetime) -> list[SectionRow]:
    """Whom somebody has to answer before the shift is over. Of waivers nothing is listed: others read this sheet."""
    due = visible_cases(user).where(
        Case.estate_id == estate_id, Case.status == CaseStatus.OPEN, Case.reply_by < now + SOON,
        Case.kind != CaseKind.WAIVER_ENQUIRY,
    )  # fmt: skip
    with_all = (joinedload(Case.place).load_only(Place.address), joinedload(Case.owner).load_only(User.name))
    return [
        SectionRow(
            case.id, f"/cases/{case.number}", state_code(case.kind), _address(case.place), *[_short(case.words)] * 2,
            due_at=case.reply_by, who=case.owner.name if case.owner else "",
        )
        for case in db.session.scalars(due.order_by(Case.reply_by, Case.id).limit(MOST).options(*with_all))
    ]  # fmt: skip


def _chases(user: User, estate_id: int, now: datetime) -> list[SectionRow]:
    """Which outside parties are to be asked again before the shift is over."""
    return [
        SectionRow(
            given.id, f"/work-orders/{given.work_order.number}", state_code(given.party.kind),
            given.work_order.place.address, given.party.name, given.party.name, due_at=given.chase_at,
        )
        for given in waiting_hand_offs(user, limit=MOST)
        if given.estate_id == estate_id and given.chase_at < now + SOON
    ]  # fmt: skip


SECTIONS = [
    Section("emergencies", _l("Danger and emergencies under way"), _emergencies),
    Section("unfinished", _l("Unfinished calls"), _unfinished),
    Section("outages", _l("Outages"), _outages),
    Section("callbacks", _l("To ring back"), _to_ring),
    Section("cases", _l("To be answered"), _cases),
    Section("chases", _l("Outside parties to chase"), _chases),
    Section("unsent", _l("Nobody sent yet"), _unsent),
    Section("late", _l("Late"), _late),
]
TITLES = {section.code: section.title for section in SECTIONS}


def listed(user: User, estate_id: int, now: datetime) -> dict[str, list[SectionRow]]:
    """Everything that is open, by section, in the order of the sheet."""
    return {section.code: section.lines(user, estate_id, now) for section in SECTIONS}


def digest_of(sections: dict[str, Iterable[SectionRow]]) -> str:
    """Which things are listed, not how they stand: what comes or goes while somebody signs must be looked at first."""
    things = sorted(f"{code} {line.path}" for code, lines in sections.items() for line in lines)
    return sha256("\n".join(things).encode()).hexdigest()[:16]


def _open_orders(user: User, estate_id: int) -> Select[tuple[WorkOrder]]:
    return visible_work_orders(user).order_by(None).where(WorkOrder.estate_id == estate_id, WorkOrder.status.in_(OPEN))


def _orders(found: Select[tuple[WorkOrder]]) -> list[SectionRow]:
    return [_order(order) for order in db.session.scalars(found.order_by(WorkOrder.id).limit(MOST).options(*WITH_CREW))]


def _order(order: WorkOrder) -> SectionRow:
    visit, promise = running_visit(order), next_missing(order)
    return SectionRow(
        order.id, f"/work-orders/{order.number}", state_code(state_of(order)), order.place.address,
        order.category.name_zh, order.category.name_en, urgency=order.urgency.value,
        due_at=promise[1] if promise else None, who="、".join(user.name for user in visit.crew) if visit else "",
    )  # fmt: skip


def _address(place: Place | None) -> str:
    return place.address if place else ""


def _short(words: str) -> str:
    return words.replace("\n", " ")[:LONGEST_WORDS]
