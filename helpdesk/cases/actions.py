"""What people do about cases: open, take on, ask for more time, answer, return, close. One function, one event."""

from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.cases.models import Case, CaseKind, CaseNumber, Extension, Note, ReplyWay, Satisfaction
from helpdesk.cases.queries import may_work, twin_of
from helpdesk.cases.rules import PREFIX, SHEETS, level_of
from helpdesk.cases.states import CaseStatus, move
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Phone, Place
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import Category, Urgency, WorkOrder
from helpdesk.repairs.policy import deadlines_of, service_level_in_force
from helpdesk.repairs.states import OPEN


def open_case(
    *, estate_id: int, kind: CaseKind, words: str, owner: User | None = None, is_complex: bool = False,
    place: Place | None = None, person: Person | None = None, phone: Phone | None = None, call_id: int | None = None,
    work_order: WorkOrder | None = None, external_ref: str = "", received_from: str = "",
    received_at: datetime | None = None, due_at: datetime | None = None, actor: User, now: datetime,
) -> Case:  # fmt: skip
    """Open a case, with the next number of the day, and the due date of its sheet or of the service level in force.

    Passing on what a caller says needs no more than taking the call. Refused without words, for a sheet without its
    date, for a number that is here already, and for what belongs to another estate.
    """
    require(actor, Permission.LOG_CALL if call_id else Permission.WORK_CASES, estate_id)
    if any(thing is not None and thing.estate_id != estate_id for thing in (place, person, phone, work_order)):
        raise Refused(_("This belongs to another estate."))
    if not words.strip():
        raise Refused(_("Write what it is about."), field="words")
    if (received_at or now) > now:
        raise Refused(_("This lies in the future."), field="received_at")
    if kind in SHEETS:
        _check_sheet(estate_id, kind, external_ref, due_at)
    case = Case(
        number=_next_number(kind, now), estate_id=estate_id, kind=kind, words=words.strip(),
        is_complex=is_complex and kind is CaseKind.COMPLAINT, place=place, person=person, phone=phone, call_id=call_id,
        work_order=work_order, owner=owner, opened_by_id=actor.id, external_ref=external_ref or None,
        received_from=received_from, received_at=received_at or now, opened_at=now, counted_from=received_at or now,
        status=CaseStatus.OPEN, reopened=0, version=0,
    )  # fmt: skip
    _check_owner(owner, case)
    _promise(case, due_at)
    if owner is actor:
        case.responded_at = now
    db.session.add(case)
    record(
        "case.opened", case, actor=actor, now=now, topics=case.topics, about=kind, owner_id=owner.id if owner else None,
        reply_by=case.reply_by, call_id=call_id,
    )  # fmt: skip
    return case


def assign_case(case: Case, *, owner: User, actor: User, now: datetime) -> None:
    """Make somebody answer for it; whoever takes it on has responded. Conflict once it is over."""
    _may_act(case, actor)
    if case.owner_id == owner.id and case.responded_at:
        raise Refused(_("They answer for it already. Choose somebody else."), field="owner_id")
    _check_owner(owner, case)
    case.owner = owner
    _responds(case, actor, now)
    record("case.assigned", case, actor=actor, now=now, topics=case.topics, owner_id=owner.id)


def make_complex(case: Case, *, actor: User, now: datetime) -> None:
    """Give a complaint the time of a complex one, counted from when it came. Refused for anything else."""
    _may_act(case, actor)
    if case.kind is not CaseKind.COMPLAINT or case.is_complex:
        raise Refused(_("Only a complaint that is not complex yet gets more time."))
    case.is_complex = True
    _promise(case, None)
    _responds(case, actor, now)
    record("case.made_complex", case, actor=actor, now=now, topics=case.topics, reply_by=case.reply_by)


def ask_extension(case: Case, *, until: datetime, reason: str, actor: User, now: datetime) -> Extension:
    """Note that whoever sent the sheet was asked for more time.

    Refused after the due date, for one that is not later, and without a reason; Conflict while another is undecided.
    """
    _may_act(case, actor)
    if case.kind not in SHEETS:
        raise Refused(_("Only for a sheet can more time be asked for."))
    if case.pending_extension:
        raise Conflict(_("More time was asked for already; note first whether it was granted."))
    if case.reply_by < now:
        raise Refused(_("The due date is over: more time has to be asked for before it."), field="until_on")
    if until <= case.reply_by:
        raise Refused(_("This is not later than the due date."), field="until_on")
    if not reason.strip():
        raise Refused(_("Write why more time is needed."), field="reason")
    extension = Extension(until=until, reason=reason.strip(), asked_at=now)
    case.extensions.append(extension)
    _responds(case, actor, now)
    db.session.flush()  # the extension needs its id
    record(
        "case.extension_asked", case, actor=actor, now=now, topics=case.topics, extension_id=extension.id, until=until
    )
    return extension


def decide_extension(case: Case, *, granted: bool, actor: User, now: datetime) -> None:
    """Note what was said to it: granted, the reply is due then. Conflict unless one is undecided."""
    _may_act(case, actor)
    extension = case.pending_extension
    if extension is None:
        raise Conflict(_("No more time was asked for, or it was decided already."))
    extension.granted, extension.decided_at = granted, now
    if granted:
        case.reply_by = extension.until
    record(
        "case.extension_decided", case, actor=actor, now=now, topics=case.topics, extension_id=extension.id,
        granted=granted, reply_by=case.reply_by,
    )  # fmt: skip


def reply_to_case(case: Case, *, words: str, way: ReplyWay, actor: User, now: datetime) -> None:
    """Answer, and keep what was said and how. Refused without words."""
    _may_act(case, actor)
    if not words.strip():
        raise Refused(_("Write the reply: without one no case ends."), field="words")
    move(case, CaseStatus.ANSWERED)
    case.reply_text, case.reply_way, case.replied_at = words.strip(), way, now
    case.owner = case.owner or actor
    _responds(case, actor, now)
    record("case.replied", case, actor=actor, now=now, topics=case.topics, way=way, in_time=now <= case.reply_by)


def return_case(case: Case, *, reason: str, actor: User, now: datetime) -> None:
    """Send a sheet back to whoever sent it. Refused without a reason, and for what came from a resident."""
    _may_act(case, actor)
    if case.kind not in SHEETS:
        raise Refused(_("Only a sheet can be sent back."))
    if not reason.strip():
        raise Refused(_("Write why it is sent back."), field="reason")
    move(case, CaseStatus.RETURNED)
    case.return_reason, case.returned_at = reason.strip(), now
    _responds(case, actor, now)
    record("case.returned", case, actor=actor, now=now, topics=case.topics)


def close_case(case: Case, *, satisfaction: Satisfaction | None, actor: User, now: datetime) -> None:
    """They have the reply and nothing is left to do; how content they are, if it is known."""
    _may_work(case, actor)
    move(case, CaseStatus.CLOSED)
    case.closed_at, case.satisfaction = now, satisfaction
    record("case.closed", case, actor=actor, now=now, topics=case.topics, satisfaction=satisfaction)


def reopen_case(case: Case, *, reason: str, due_at: datetime | None = None, actor: User, now: datetime) -> None:
    """It is not settled: the reply (or the reason it was sent back) goes to the notes, and the promises count anew.

    Refused without a reason, and for a sheet without a new date.
    """
    _may_work(case, actor)
    if not reason.strip():
        raise Refused(_("Write why it begins again."), field="reason")
    if case.kind in SHEETS and due_at is None:
        raise Refused(_("Give the date by which it has to be answered now."), field="due_on")
    old = move(case, CaseStatus.OPEN)
    earlier = _note(case, case.reply_text or case.return_reason, actor, now)
    note = _note(case, reason, actor, now)
    case.reply_text, case.reply_way, case.replied_at = "", None, None
    case.return_reason, case.returned_at, case.closed_at, case.satisfaction = "", None, None, None
    case.reopened, case.counted_from, case.responded_at = case.reopened + 1, now, None
    _promise(case, due_at)
    record(
        "case.reopened", case, actor=actor, now=now, topics=case.topics, from_status=old, note_id=note.id,
        earlier_id=earlier.id, reply_by=case.reply_by,
    )  # fmt: skip


def add_note(case: Case, *, words: str, actor: User, now: datetime) -> Note:
    """Add words to the history of a case."""
    _may_work(case, actor)
    if not words.strip():
        raise Refused(_("Write what should be remembered."), field="words")
    note = _note(case, words, actor, now)
    _responds(case, actor, now)
    record("case.noted", case, actor=actor, now=now, topics=case.topics, note_id=note.id)
    return note


def open_order_for(
    case: Case, *, place: Place, category: Category, urgency: Urgency, summary: str, actor: User, now: datetime
) -> WorkOrder:
    """Open a work order for what a case is about. Conflict while the last one is not over."""
    _may_act(case, actor)
    if case.work_order and case.work_order.status in OPEN:
        raise Conflict(_("There is a work order for it already: %(number)s.", number=case.work_order.number))
    work_order = open_work_order(
        place=place, category=category, urgency=urgency, summary=summary, reporter=case.person, phone=case.phone,
        actor=actor, now=now,
    )  # fmt: skip
    case.work_order, case.place = work_order, case.place or place
    _responds(case, actor, now)
    record("case.order_opened", case, actor=actor, now=now, topics=case.topics, work_order_id=work_order.id)
    return work_order


def _check_sheet(estate_id: int, kind: CaseKind, external_ref: str, due_at: datetime | None) -> None:
    if kind is CaseKind.CASE_12345 and not external_ref:
        raise Refused(_("Write the number that stands on the sheet."), field="external_ref")
    if due_at is None:
        raise Refused(_("Give the date by which it has to be answered."), field="due_on")
    if twin := twin_of(estate_id, kind, external_ref):
        raise Refused(_("This number is here already, as %(number)s.", number=twin.number), field="external_ref")


def _check_owner(owner: User | None, case: Case) -> None:
    if owner is not None and not may_work(owner, case):
        raise Refused(_("Choose somebody who may work on this."), field="owner_id")


def _may_work(case: Case, actor: User) -> None:
    if not may_work(actor, case):
        raise NotAllowed()


def _may_act(case: Case, actor: User) -> None:
    """What is done while a case is open."""
    _may_work(case, actor)
    if case.status is not CaseStatus.OPEN:
        raise Conflict(_("This case is no longer open. Look at it again."))


def _promise(case: Case, due_at: datetime | None) -> None:
    """The typed date of a sheet counts; everything else is promised by the service level in force."""
    level_name = level_of(case.kind, is_complex=case.is_complex)
    level = service_level_in_force(case.estate_id, level_name, clock.local_date(case.counted_from))
    promised = deadlines_of(level, counted_from=case.counted_from)
    case.service_level_id, case.respond_by = level.id, promised.respond_by
    case.reply_by = due_at or promised.done_by


def _responds(case: Case, actor: User, now: datetime) -> None:
    """The first thing its owner does about it is the response."""
    if case.responded_at is None and case.owner is not None and case.owner.id == actor.id:
        case.responded_at = now


def _note(case: Case, words: str, actor: User, now: datetime) -> Note:
    note = Note(case_id=case.id, words=words.strip(), said_at=now, said_by_id=actor.id)
    db.session.add(note)
    db.session.flush()  # the note needs its id
    return note


def _next_number(kind: CaseKind, now: datetime) -> str:
    """Draw the next number of this Shanghai day. Under the write lock, so it has no gap and no twin."""
    day = clock.local_date(now)
    drawn = db.session.get(CaseNumber, day)
    if drawn is None:
        drawn = CaseNumber(day=day, last=0)
        db.session.add(drawn)
    drawn.last += 1
    return f"{PREFIX[kind]}{day:%Y%m%d}-{drawn.last:04}"
