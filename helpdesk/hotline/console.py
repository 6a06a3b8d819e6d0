"""The console's working parts: from the form to what was meant, and what the page shows."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import uuid4

from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import get_technician, technicians
from helpdesk.callbacks.models import Callback
from helpdesk.callbacks.queries import Owed, get_callback, owed
from helpdesk.callbacks.rules import proposed_moments
from helpdesk.cases.queries import due_counts
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates
from helpdesk.core.errors import NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.moments import typed_moment
from helpdesk.core.words import locale
from helpdesk.estate import phone_numbers
from helpdesk.estate.community import Guarantee
from helpdesk.estate.community_queries import guarantees_at
from helpdesk.estate.models import Person, Phone, Place
from helpdesk.estate.queries import place_written, visible_people, visible_phones, visible_places
from helpdesk.hotline.actions import Typed
from helpdesk.hotline.after import about_of, follow_up_choices, follow_up_of
from helpdesk.hotline.card import CallerCard, card_of
from helpdesk.hotline.forms import CallForm, DraftForm
from helpdesk.hotline.joining import Added, join_of
from helpdesk.hotline.models import Call, Outcome
from helpdesk.hotline.queries import TodaysCalls, todays_calls, visible_calls
from helpdesk.hotline.rules import (
    AT_ONCE,
    DAYS_SHOWN,
    HURRIES,
    digest_of,
    may_be_number,
    read_back,
    sets_out_now,
)
from helpdesk.neighbours.models import Part
from helpdesk.outages.near import Near, near
from helpdesk.repairs.models import Category, Urgency, WorkOrder
from helpdesk.repairs.policy import deadlines_of, service_level_in_force
from helpdesk.repairs.queries import open_orders, running_visit, visible_categories
from helpdesk.repairs.rules import offered_windows, promised_window, window_named, window_value
from helpdesk.repairs.suggestions import Suggestion, suggest
from helpdesk.search.queries import exact_phone
from helpdesk.telephony.models import TelephoneCall

NAMED = ((Place, visible_places), (Person, visible_people), (Phone, visible_phones))
ROWS = 60


def typed_in(form: DraftForm | CallForm, user, *, key: str, now: datetime) -> Typed:
    """What the form means; Refused if it names what is not in this user's estates.

    Once somebody was chosen, a name or an address by which they were found is no caller's number.
    """
    place, person, phone = named = _named(form, user)
    joins = join_of(form, user)
    estate_id = next((record.estate_id for record in (*named, joins) if record), None) or _home_estate(user)
    known = phone or exact_phone(user, form.caller_number.data, Permission.LOG_CALL)
    rang = form.caller_number.data if may_be_number(form.caller_number.data) or not any(named) else ""
    return Typed(
        request_key=key, estate_id=estate_id, caller_number=rang, words=form.words.data,
        place=place, person=person, phone=known if known and known.estate_id == estate_id else None,
        category=_category(form, user, estate_id, now), urgency=form.urgency.data, answer=form.answer.data,
        joins=joins, **_decided(form, user, estate_id, now),
    )  # fmt: skip


def _named(form, user) -> list:
    """Place, person and number: each in this user's register, and all of them in one estate where they take calls.

    The answer tells who they are, so whoever takes calls without seeing the register can name nobody by an id.
    """
    asked = list(zip(NAMED, form.ids(), strict=True))
    found = [
        db.session.scalar(visible(user).where(model.id == record_id)) if record_id else None
        for (model, visible), record_id in asked
    ]
    missing = any(record_id and record is None for record, (_what, record_id) in zip(found, asked, strict=True))
    where = {record.estate_id for record in found if record}
    if missing or len(where) > 1 or not where <= estates(user, Permission.LOG_CALL):
        raise Refused(_("What was chosen is not in your register. Look it up again."), field="place_id")
    return found


def _home_estate(user) -> int:
    """Where a call belongs as long as nothing was chosen: the first estate in which this user takes calls."""
    mine = estates(user, Permission.LOG_CALL)
    if not mine:
        raise NotAllowed(_("You may not do this. If you need to, ask your manager."))
    return min(mine)


def _category(form, user, estate_id: int, now: datetime) -> Category | None:
    code = form.category.data
    if not code:
        return None
    offered = visible_categories(user, on=clock.local_date(now))
    found = next((c for c in offered if c.code == code and c.estate_id == estate_id), None)
    if found is None:
        raise Refused(_("Choose what is wrong from the list."), field="category")
    return found


def _decided(form, user, estate_id: int, now: datetime) -> dict:
    """What only a saved form holds: what becomes of the call, and who comes when."""
    if not isinstance(form, CallForm):
        return {}
    sent = form.technician_id.data
    technician = get_technician(sent, estate_id=estate_id) if sent else None
    if sent and technician is None:
        raise Refused(_("Choose a technician of this estate."), field="technician_id")
    return {
        "outcome": form.outcome.data, "technician": technician, "about": about_of(form, user),
        "after": follow_up_of(form, estate_id), "other_home": _other_home(form, user, estate_id),
        "other_part": form.other_part.data or Part.SOURCE,
        "window": window_named(form.visit_window.data or ""), "at_once": form.visit_window.data == AT_ONCE,
        "ring_back_at": typed_moment(form.ring_back_at, now) or typed_moment(form.ring_back, now),
    }  # fmt: skip


def _other_home(form: CallForm, user, estate_id: int) -> Place | None:
    typed = form.other_home.data
    place = place_written(user, typed, estate_id=estate_id) if typed else None
    if typed and place is None:
        raise Refused(_("“%(address)s” is no address here.", address=typed), field="other_home")
    return place


@dataclass(frozen=True)
class Proposal:
    """What the console makes of the words: proposed, never decided."""

    best: Suggestion | None
    category: Category | None
    urgency: Urgency | None
    sentence: str
    card: CallerCard
    guaranteed: list[Guarantee]

    @property
    def hurries(self) -> bool:
        return self.urgency in HURRIES


def proposal(
    user, words: str, card: CallerCard, *, category: str, urgency: str, visit_window: str, sent: bool,
    now: datetime,
) -> Proposal | None:  # fmt: skip
    """From the caller's words to a category, how urgent it is, and the sentence to read back; None before any words.

    `category`, `urgency` and `visit_window` are what the operator chose by hand, or empty: that wins. `sent` says
    that a technician is chosen. What does not exist is passed over: the first words of a danger never go away with it.
    """
    if not (words or category):
        return None
    estate_id = card.place.estate_id if card.place else _home_estate(user)
    offered = visible_categories(user, on=clock.local_date(now), with_words=True)
    tree = [c for c in offered if c.estate_id == estate_id]
    best = next((found for found in suggest(words, tree) if not found.denied), None)
    by_code = {c.code: c for c in tree}
    meant = by_code.get(category) or by_code.get(best.code if best else "")
    said = best.urgency if best and meant and best.code == meant.code else meant and meant.urgency
    level = Urgency(urgency) if urgency in list(Urgency) else Urgency(said) if said else None
    sentence = _sentence(card.place, meant, level, visit_window, sent, now) if meant else ""
    codes = (meant.code, meant.group_code) if meant else ()
    running = guarantees_at(user, card.place, codes, on=clock.local_date(now)) if meant and card.place else []
    return Proposal(best, meant, level, sentence, card, running)


def near_of(user, card: CallerCard, proposed: Proposal | None, now: datetime, *, call_id: int | None = None) -> Near:
    """Outages and open orders that this call may be about: as soon as a place is chosen or words are recognised."""
    category = proposed.category if proposed else None
    estate_id = card.place.estate_id if card.place else category.estate_id if category else None
    if estate_id is None:
        return Near()
    return near(user, estate_id=estate_id, place=card.place, category=category, call_id=call_id, now=now)


def _sentence(
    place: Place | None, category: Category, urgency: Urgency, window: str, sent: bool, now: datetime
) -> str:  # fmt: skip
    try:
        level = service_level_in_force(category.estate_id, urgency, clock.local_date(now))
        arrive_by = deadlines_of(level, counted_from=now).arrive_by
    except Refused:  # an estate without service levels promises nothing
        arrive_by = None
    return read_back(
        place, category.name_zh, now=now, arrive_by=arrive_by, window=window_named(window),
        at_once=sets_out_now(urgency, sent=sent, at_once=window == AT_ONCE),
    )  # fmt: skip


def said(call: Call, added: Added | None, now: datetime) -> str:
    """What is read to a resident whose call was just saved: when somebody comes. Empty if nobody does.

    Who was added to a neighbour's order is not told the neighbour's address.
    """
    order = call.work_order
    if order is None or call.outcome is not Outcome.REPAIR or (added and not running_visit(order)):
        return ""
    visit = order.visits[-1] if order.visits else None
    window = promised_window(visit or order)
    at_once = visit is not None and window is None and visit.planned_at <= order.reported_at
    place = None if added else order.place
    return read_back(place, order.category.name_zh, now=now, arrive_by=order.arrive_by, window=window, at_once=at_once)


def new_form(call: Call | None = None) -> CallForm:
    """An empty form with a key of its own, or the form of a call that is taken up again."""
    if call is None:
        return CallForm(formdata=None)
    again = call.request_key if call.saved_at is None else str(uuid4())
    return CallForm(
        formdata=None, request_key=again, call_key=call.request_key, version=call.version,
        kept=digest_of(call),
        caller_number=call.caller_number, words=call.words, place_id=call.place_id, person_id=call.person_id,
        phone_id=call.phone_id, category=call.category.code if call.category else "", urgency=call.urgency,
        answer=call.answer.words if call.answer else "",
    )  # fmt: skip


def form_of(ring: TelephoneCall) -> CallForm:
    """The form of a telephone call that its system reported: whoever opens it writes about the same call."""
    number = phone_numbers.display(ring.number) if ring.number else ""
    return CallForm(formdata=None, request_key=ring.request_key, caller_number=number, phone_id=ring.phone_id)


def form_taken_up(callback_id: int | None, user) -> CallForm:
    """The form of a call that a call-back leads to; an empty one without a call-back."""
    return form_of_callback(get_callback(user, callback_id), user) if callback_id else new_form()


def form_of_callback(callback: Callback, user) -> CallForm:
    """The form of a call that is taken up from a call-back: whom they have on the line, and what it is about."""
    phone = exact_phone(user, callback.number) if callback.number else None
    return CallForm(
        formdata=None, caller_number=phone_numbers.display(callback.number), place_id=callback.place_id,
        person_id=callback.person_id, phone_id=phone.id if phone else None,
        about=callback.work_order.number if callback.work_order else "",
    )  # fmt: skip


def know_again(form: CallForm, user) -> None:
    """A refused form is shown again: it knows what is kept by now, a draft that was under way with it included."""
    if form.http_status == 422 and form.key:
        call = db.session.scalar(visible_calls(user).where(Call.request_key == form.key))
        form.kept.data = digest_of(call) if call else ""


def usable_key(form: CallForm) -> str:
    """The key under which the call is kept; a broken form gets a new one, so that saving again works."""
    if not form.key:
        form.request_key.data, form.call_key.data = str(uuid4()), ""
    return form.key


def choices(user, now: datetime) -> dict:
    """What the form offers to choose from."""
    mine = estates(user, Permission.LOG_CALL)
    groups: dict[str, list[Category]] = {}
    for category in visible_categories(user, on=clock.local_date(now)):
        names = groups.setdefault(category.group_zh if locale() == "zh" else category.group_en, [])
        if all(category.code != other.code for other in names):  # several estates have the same ones
            names.append(category)
    windows: dict = {}
    for window in offered_windows(now, days=DAYS_SHOWN):
        windows.setdefault(clock.local_date(window.starts_at), []).append((window_value(window), window))
    sends = any(can(user, Permission.DISPATCH, estate_id) for estate_id in mine)
    return {
        "groups": groups, "windows": windows, "technicians": technicians(mine) if sends else [],
        "moments": proposed_moments(now),
        "outcomes": list(Outcome), "urgencies": list(Urgency), "at_once": AT_ONCE, "today": clock.local_date(now),
        "parts": list(Part), **follow_up_choices(mine, now),
    }  # fmt: skip


@dataclass
class World:
    """The right column: what is in progress, and today's calls. Each asks for itself later, so each is found alone."""

    user: User
    now: datetime
    but_not: str
    estate_ids: list[int]

    @cached_property
    def orders(self) -> list[WorkOrder]:
        return open_orders(self.user, limit=ROWS)

    @cached_property
    def cases_due(self) -> dict[str, int]:
        return due_counts(self.user, self.now)

    @cached_property
    def owed(self) -> Owed:
        return owed(self.user, self.now)

    @cached_property
    def calls(self) -> TodaysCalls:
        return todays_calls(self.user, self.now, but_not=self.but_not)


def world(user, now: datetime, *, but_not: str = "") -> World | None:
    """What the right column shows; None for whoever does not work the hotline."""
    mine = sorted(estates(user, Permission.WORK_HOTLINE))
    return World(user, now, but_not, mine) if mine else None


def card_for(user, ids: tuple[int | None, ...], now: datetime, *, whole: bool = True) -> CallerCard:
    """The card of place, person and number; an empty one where they are not in this user's register."""
    if not any(ids) or not estates(user, Permission.SEE_REGISTER):
        return CallerCard()
    chosen = dict(zip(("place_id", "person_id", "phone_id"), ids, strict=True))
    try:
        return card_of(user, on=clock.local_date(now), whole=whole, **chosen)
    except NotFound:
        return CallerCard()
