"""What people do to calls: keep what is being typed, and save it with what became of it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.callbacks.actions import FURTHEST, promise_to_ring
from helpdesk.callbacks.models import Reason
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate import phone_numbers
from helpdesk.estate.actions import keep_number
from helpdesk.estate.models import Person, Phone, Place
from helpdesk.hotline.models import AsTyped, Call, CallAnswer, Channel, DraftChoices, Outcome
from helpdesk.hotline.outcomes import CARES, RINGS_BACK, FollowUp, follow, opens_order, tells_of_danger
from helpdesk.hotline.queries import LEFT_ALONE, bare_look_ups, knows_call_words, tells_of_waiver
from helpdesk.hotline.rules import HURRIES, digest_of, may_be_number
from helpdesk.neighbours.actions import set_other_home
from helpdesk.neighbours.models import Part
from helpdesk.outages.actions import add_caller
from helpdesk.outages.models import Outage
from helpdesk.outages.states import OutageStatus
from helpdesk.repairs.actions import open_work_order, promise_window
from helpdesk.repairs.models import Category, Urgency, WorkOrder, WorkOrderKind
from helpdesk.repairs.naming import name_windows
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.telephony.queries import ring_of_key
from helpdesk.windows.rules import Window


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in the form of a call. Its records were found through what the actor may see.

    `window` is what the resident was promised; `at_once`, somebody sets out now. Without either a technician comes
    by the promised moment, and sets out now for a danger or an emergency.
    `about` is the order that somebody asks after, `joins` what the call is added to instead of opening an order.
    `other_home` is a second home that the repair is about. `answer` is what was answered or arranged, `after` what else
    follows; `ring_back_at` is by when they were told they will be rung. `happened_at` is when the call came, where
    somebody says so; `place_words` and `happened_words` are kept beside the call as they were typed,
    `choices` for as long as it has no outcome.
    """

    request_key: str
    estate_id: int
    caller_number: str
    words: str
    place: Place | None = None
    person: Person | None = None
    phone: Phone | None = None
    category: Category | None = None
    urgency: Urgency | None = None
    outcome: Outcome | None = None
    window: Window | None = None
    also: tuple[Window, ...] = ()
    at_once: bool = False
    technician: User | None = None
    about: WorkOrder | None = None
    joins: WorkOrder | Outage | None = None
    other_home: Place | None = None
    other_part: Part = Part.SOURCE
    answer: str = ""
    after: FollowUp = field(default_factory=FollowUp)
    ring_back_at: datetime | None = None
    happened_at: datetime | None = None
    channel: Channel | None = None
    place_words: str = ""
    happened_words: str = ""
    choices: dict = field(default_factory=dict)


def keep_draft(typed: Typed, *, seen: str | None = None, call: Call | None, actor: User, now: datetime) -> str:
    """Keep what is being typed, and return a digest of what is kept. No event, no new version: nobody has acted yet.

    A look-up alone is no call: until there are words, what may be a number, or a chosen place, nothing is kept and the
    digest is empty; a draft that becomes so is gone. `seen` is the digest this window knew last: Conflict if another
    window has written something else since. None if the window does not tell.
    """
    require(actor, Permission.LOG_CALL, typed.estate_id)
    before = digest_of(call) if call else ""
    is_behind = call is not None and seen is not None and seen != before
    if call and not knows_call_words(actor, call):
        typed = replace(typed, words=call.words, answer=call.answer.words if call.answer else "")
    is_looked_up = typed.place and not typed.place_words and not (call and call.saved_at)
    if typed.words or may_be_number(typed.caller_number) or is_looked_up:
        call = call or _next_draft(typed, actor, now)
        _write(call, typed)
        db.session.flush()  # the ids that the digest tells of
        if is_behind and digest_of(call) != before:  # the same once more is no conflict: only its answer was lost
            raise Conflict(_("Another window has changed this call. What stands here was not kept."))
        return digest_of(call)
    if call and call.saved_at:
        raise Refused(_("Write down the number, or what they say."), field="words")
    if call:
        db.session.delete(call)
    return ""


def _next_draft(typed: Typed, actor: User, now: datetime) -> Call:
    """A new draft; what was only looked up a while ago is forgotten then."""
    for look_up in bare_look_ups(actor, before=now - LEFT_ALONE):
        db.session.delete(look_up)
    return _new_call(typed, actor, now)


def save_call(typed: Typed, *, call: Call | None, actor: User, now: datetime) -> Call:
    """Save a call, with what became of it; without an outcome it is unfinished and stays in sight.

    A repair opens its work order, and sends the technician who was chosen; every other outcome has what follows from
    it (`outcomes.follow`): all of it, or nothing. A call that joins an order or an outage opens none: its caller is
    added there; unless somebody says otherwise it counts as a repair, or as an enquiry about what is only announced.
    Refused without a number or a word, or for a repair without its place; Conflict if it was finished before.
    """
    require(actor, Permission.LOG_CALL, typed.estate_id)
    if not (typed.caller_number or typed.words):
        raise Refused(_("Write down the number, or what they say."), field="words")
    if call and call.outcome:
        raise Conflict(_("This call is finished already. Open a new one."))
    if typed.joins:
        typed = _joining(typed)
    if call and not knows_call_words(actor, call):
        typed = _added_unread(typed, call)
    if typed.outcome in RINGS_BACK:
        typed = replace(typed, phone=_ring_back_on(typed, actor, now))
    call = call or _new_call(typed, actor, now)
    _write(call, typed)
    call.outcome, call.saved_at = typed.outcome, now
    if call.outcome:
        call.choices = None  # from here on what follows from them is kept
    if typed.joins:
        call.work_order = typed.about
    elif opens_order(typed):
        call.work_order = _open_order(typed, reported_at=call.happened_at, actor=actor, now=now)
        call.urgency = call.work_order.urgency
    elif typed.outcome is Outcome.CHASE:
        call.work_order = typed.about
    db.session.flush()
    follow(call, typed, actor=actor, now=now)
    record(
        "call.saved", call, actor=actor, now=now, topics=call.topics, outcome=call.outcome, place_id=call.place_id,
        work_order_id=call.work_order_id,
    )  # fmt: skip
    if typed.joins:
        add_caller(
            typed.joins, call_id=call.id, rang_at=call.happened_at, place=typed.place, person=typed.person,
            number=_digits(typed), actor=actor, now=now,
        )  # fmt: skip
    if typed.ring_back_at:
        _promise(call, typed, actor=actor, now=now)
    return call


def _joining(typed: Typed) -> Typed:
    """What a call means that is added to something: the order it joins is also the one it is about."""
    announced = typed.joins.status is OutageStatus.PLANNED
    outcome = typed.outcome or (Outcome.ENQUIRY if announced else Outcome.REPAIR)
    about = typed.joins if isinstance(typed.joins, WorkOrder) else None
    return replace(typed, outcome=outcome, about=about)


def _digits(typed: Typed) -> str:
    """The number to ring back, as it is kept; empty for one that is hidden or none."""
    found = phone_numbers.normalise(typed.caller_number) if not typed.phone else None
    return typed.phone.digits if typed.phone else found.digits if found else ""


def _promise(call: Call, typed: Typed, *, actor: User, now: datetime) -> None:
    """They were told by when they are rung: whatever became of the call, nobody forgets it."""
    rang = phone_numbers.normalise(typed.caller_number)
    is_whole = rang is not None and rang.kind is not phone_numbers.PhoneKind.SHORT
    number = typed.phone.digits if typed.phone else rang.digits[:20] if is_whole else ""
    if not (number or typed.person or typed.place):
        raise Refused(_("Nobody knows whom to ring: write down a whole number, or look up the home."), "ring_back_at")
    if not now < typed.ring_back_at < now + FURTHEST:
        raise Refused(_("Choose a time that is still to come, within a year."), field="ring_back_at")
    promise_to_ring(
        estate_id=call.estate_id, reason=Reason.PROMISED, due_at=typed.ring_back_at, number=number,
        person=typed.person, place=typed.place, call_id=call.id, work_order=call.work_order,
        words="" if tells_of_waiver(call) else typed.words,  # who may read those is decided elsewhere
        actor=actor, now=now,
    )  # fmt: skip


def _ring_back_on(typed: Typed, actor: User, now: datetime) -> Phone | None:
    """The chosen number; but one that rang and that is nobody's yet would else be found nowhere."""
    rang = keep_number(typed.caller_number, estate_id=typed.estate_id, actor=actor, now=now)
    is_somebodys = rang is not None and bool(rang.people or rang.places)
    return typed.phone if rang is None or (typed.phone and is_somebodys) else rang


def _new_call(typed: Typed, actor: User, now: datetime) -> Call:
    ring = ring_of_key(typed.request_key)
    call = Call(
        request_key=typed.request_key, estate_id=typed.estate_id, happened_at=ring.heard_at if ring else now,
        logged_at=now, pbx_call_id=ring.whole_call_id if ring else None, logged_by_id=actor.id,
        caller_number=typed.caller_number, words=typed.words, version=0,
    )  # fmt: skip
    db.session.add(call)
    return call


def _added_unread(typed: Typed, call: Call) -> Typed:
    """What somebody adds who may not read what was said; what it becomes is no longer theirs to say."""
    if typed.outcome not in (None, Outcome.WAIVER):
        why = _("What was said sounds like a fee waiver and is kept from you. Save it as one, or as unfinished.")
        raise Refused(why, field="outcome")
    said = "\n".join(filter(None, (call.words, typed.words)))
    return replace(typed, words=said, answer=typed.answer or (call.answer.words if call.answer else ""))


def _write(call: Call, typed: Typed) -> None:
    call.estate_id = typed.estate_id
    call.caller_number, call.words = typed.caller_number, typed.words
    call.place, call.person, call.phone = typed.place, typed.person, typed.phone
    call.category, call.urgency = typed.category, typed.urgency
    if call.answer:
        call.answer.words = typed.answer
    elif typed.answer:
        call.answer = CallAnswer(words=typed.answer)
    call.channel = typed.channel or call.channel or Channel.HOTLINE
    if typed.choices or call.choices:
        call.choices = call.choices or DraftChoices()
        call.choices.values = typed.choices
    _write_when(call, typed)
    if typed.place_words or typed.happened_words or call.as_typed:
        call.as_typed = call.as_typed or AsTyped()
        call.as_typed.place_words, call.as_typed.happened_words = typed.place_words, typed.happened_words


def _write_when(call: Call, typed: Typed) -> None:
    """The same words mean the same moment, however long somebody types on ("20 min ago"); taken back, it came now."""
    before = call.as_typed.happened_words if call.as_typed else ""
    is_known = call.happened_at != call.logged_at and typed.happened_words == before != ""
    if typed.happened_at and not is_known:
        call.happened_at = typed.happened_at
    elif before and not typed.happened_words:
        call.happened_at = call.logged_at


def _open_order(typed: Typed, *, reported_at: datetime, actor: User, now: datetime) -> WorkOrder:
    require(actor, Permission.OPEN_WORK_ORDER, typed.estate_id)
    if typed.place is None:
        raise Refused(_("A repair needs a place: look up the home, or the stairwell."), field="place_id")
    if typed.category is None:
        raise Refused(_("Choose what is wrong."), field="category")
    usual = typed.category.urgency
    asks_for_help = typed.outcome is Outcome.HELP and tells_of_danger(typed.category, typed.urgency)
    work_order = open_work_order(
        place=typed.place, category=typed.category, urgency=Urgency.P0 if asks_for_help else typed.urgency or usual,
        summary=typed.words, reporter=typed.person, phone=typed.phone, reported_at=reported_at,
        kind=WorkOrderKind.CARE if typed.category.code in CARES else WorkOrderKind.REPAIR, actor=actor, now=now,
    )  # fmt: skip
    if typed.other_home:
        set_other_home(work_order, place=typed.other_home, part=typed.other_part, actor=actor, now=now)
    if typed.window and typed.window.ends_at <= now:
        raise Refused(_("This time is already over. Choose a later one."), field="visit_window")
    if typed.technician:
        schedule_visit(
            work_order, crew=[typed.technician], planned_at=_planned_at(typed, work_order, now),
            promised=typed.window, actor=actor, now=now,
        )  # fmt: skip
    elif typed.window:
        promise_window(work_order, window=typed.window, actor=actor, now=now)
    if typed.also:
        name_windows(work_order, typed.also, actor=actor, now=now)
    return work_order


def _planned_at(typed: Typed, work_order: WorkOrder, now: datetime) -> datetime | None:
    """When the technician is expected; None if a window says it."""
    if typed.window:
        return None
    if typed.at_once or work_order.urgency in HURRIES:
        return now
    return max(work_order.arrive_by or work_order.done_by or now, now)  # a promise may be over when it is entered late
