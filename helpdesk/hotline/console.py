"""What the page of the console shows: its form, its choices, and the world beside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import uuid4

from werkzeug.exceptions import NotFound

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import technicians
from helpdesk.callbacks.models import Callback
from helpdesk.callbacks.queries import Owed, get_callback, owed
from helpdesk.callbacks.rules import proposed_moments
from helpdesk.cases.queries import due_counts
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.words import locale
from helpdesk.estate import phone_numbers
from helpdesk.hotline.after import follow_up_choices
from helpdesk.hotline.card import CallerCard, card_of
from helpdesk.hotline.forms import CallForm, moment_of
from helpdesk.hotline.happened import written
from helpdesk.hotline.meaning import home_estate
from helpdesk.hotline.models import Call, Outcome
from helpdesk.hotline.praise import likely_praised
from helpdesk.hotline.queries import TodaysCalls, knows_call_words, todays_calls, visible_calls
from helpdesk.hotline.rules import (
    AT_ONCE,
    DAYS_SHOWN,
    digest_of,
)
from helpdesk.neighbours.models import Part
from helpdesk.repairs.models import Category, Urgency, WorkOrder
from helpdesk.repairs.queries import open_orders, visible_categories
from helpdesk.search.queries import exact_phone
from helpdesk.telephony.models import TelephoneCall
from helpdesk.windows.queries import offered_windows
from helpdesk.windows.rules import window_value

ROWS = 60
MINUTE = timedelta(minutes=1)


def new_form(call: Call | None = None, user: User | None = None) -> CallForm:
    """An empty form with a key of its own, or the form of a call that is taken up again, by whom.

    Who may not read what was said goes on without it: what they write is added.
    """
    if call is None:
        return CallForm(formdata=None)
    known = knows_call_words(user, call)
    again = call.request_key if call.saved_at is None else str(uuid4())
    return CallForm(
        formdata=None, request_key=again, call_key=call.request_key, version=call.version,
        kept=digest_of(call), happened=_told(call),
        caller_number=call.caller_number, words=call.words if known else "",
        place_id=call.place_id, person_id=call.person_id,
        phone_id=call.phone_id, category=call.category.code if call.category else "", urgency=call.urgency,
        answer=call.answer.words if call.answer and known else "",
        **((call.choices.values if call.choices else {}) if known else {"outcome": Outcome.WAIVER}),
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


def _told(call: Call) -> str:
    """When the call came, as the form shows it: as it was typed, or where it differs from when it was begun."""
    typed = call.as_typed.happened_words if call.as_typed else ""
    return written(call.happened_at) if call.logged_at - call.happened_at >= MINUTE else typed


def rang_at(form: CallForm, call: Call | None, now: datetime) -> datetime:
    """From when the promises of this call would count: when it came, as far as anybody can tell."""
    try:
        told = moment_of(form, now)
    except Refused:
        told = None
    return told or (call.happened_at if call else now)


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


def choices(user, now: datetime, *, estate_id: int) -> dict:
    """What the form offers to choose from; kinds of work and windows are those of the estate the call is about."""
    mine = estates(user, Permission.LOG_CALL)
    groups: dict[str, list[Category]] = {}
    for category in visible_categories(user, on=clock.local_date(now), estate_id=estate_id):
        groups.setdefault(category.group_zh if locale() == "zh" else category.group_en, []).append(category)
    windows: dict = {}
    for window in offered_windows(estate_id, now, days=DAYS_SHOWN):
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


def praised(user, outcome: str | None, words: str, card: CallerCard) -> str:
    """Whom a praise is proposed for; empty for every other call, and where nothing tells."""
    if outcome != Outcome.PRAISE:
        return ""
    estate_id = card.place.estate_id if card.place else home_estate(user)
    return likely_praised(user, words, card.place, estate_id)


def card_for(user, ids: tuple[int | None, ...], now: datetime, *, whole: bool = True) -> CallerCard:
    """The card of place, person and number; an empty one where they are not in this user's register."""
    if not any(ids) or not estates(user, Permission.SEE_REGISTER):
        return CallerCard()
    chosen = dict(zip(("place_id", "person_id", "phone_id"), ids, strict=True))
    try:
        return card_of(user, on=clock.local_date(now), whole=whole, **chosen)
    except NotFound:
        return CallerCard()
