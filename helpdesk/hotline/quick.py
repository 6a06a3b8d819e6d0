"""Quick log and paper sheets: a call in a few fields, with a place in any words. What the words mean is proposed.

Whoever types here may not see the register: the server recognises place and number for the row of the call, and the
screen tells only whether they are known.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import literal_column, select
from sqlalchemy.orm import joinedload
from wtforms import BooleanField, HiddenField

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates
from helpdesk.core.errors import NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.forms import CreatingForm, Form, LongText, Text
from helpdesk.estate.models import Estate, Phone, Place
from helpdesk.hotline.actions import Typed, save_call
from helpdesk.hotline.forms import LONGEST_WORDS, Chosen, Count, moment_of
from helpdesk.hotline.happened import written
from helpdesk.hotline.models import Call, Channel, Outcome
from helpdesk.hotline.queries import call_of_key, unchanged, visible_own_calls
from helpdesk.hotline.rules import HURRIES, digest_of
from helpdesk.repairs.models import Category, Urgency
from helpdesk.repairs.queries import visible_categories
from helpdesk.repairs.suggestions import Suggestion, suggest
from helpdesk.search.queries import exact_phone
from helpdesk.search.recognise import place_meant, places_meant

CHANNELS = (Channel.MOBILE, Channel.WALK_IN, Channel.PATROL, Channel.COMMUNITY)
AGO = ("10", "30", "60")  # minutes that are one tap
LAST = 8


class QuickFields:
    caller_number = Text(_l("Number"), limit=40)
    place_words = Text(_l("Where"), limit=80)
    words = LongText(_l("What they say"), limit=LONGEST_WORDS)
    channel = Chosen(_l("How it reached you"), codes=[*CHANNELS, Channel.HOTLINE])
    outcome = Chosen(_l("Outcome"), codes=list(Outcome))
    ago = Chosen(_l("When was it?"), codes=AGO)
    happened = Text(_l("Another time"), limit=40)
    long_ago = BooleanField(_l("It really was that long ago"))
    version = Count(default=0)
    kept = HiddenField()


class QuickForm(QuickFields, CreatingForm):
    pass


class QuickDraft(QuickFields, Form):
    pass


@dataclass(frozen=True)
class Seen:
    """What the server makes of what was typed. `place_fits` counts the places it may be: one is known."""

    place: Place | None
    place_fits: int
    phone: Phone | None
    best: Suggestion | None
    category: Category | None
    estate_id: int

    @property
    def urgency(self) -> Urgency | None:
        return Urgency(self.best.urgency) if self.best else None

    @property
    def hurries(self) -> bool:
        return self.urgency in HURRIES


def seen(user: User, *, number: str, place_words: str, words: str, now: datetime) -> Seen:
    """Recognise place, number and fault, in one estate in which this user takes calls."""
    mine = estates(user, Permission.LOG_CALL)
    if not mine:
        raise NotAllowed()
    fitting = places_meant(user, place_words)
    place = place_meant(user, place_words)
    phone = exact_phone(user, number, Permission.LOG_CALL)
    estate_id = place.estate_id if place else phone.estate_id if phone else min(mine)
    here = visible_categories(user, on=clock.local_date(now), estate_id=estate_id, with_words=True) if words else []
    best = next((found for found in suggest(words, here) if not found.denied), None)
    category = next((one for one in here if best and one.code == best.code), None)
    return Seen(
        place, len(fitting), phone if phone and phone.estate_id == estate_id else None, best, category, estate_id
    )


def typed_in(form: QuickFields, user: User, *, key: str, now: datetime) -> Typed:
    """What the form means. A draft keeps a time that cannot be read as it was typed."""
    found = seen(
        user, number=form.caller_number.data, place_words=form.place_words.data, words=form.words.data, now=now
    )
    when: dict = {"happened_words": form.happened.data or (form.ago.data and f"{form.ago.data} min ago") or ""}
    try:
        when["happened_at"] = moment_of(form, now) or _minutes_ago(form, now)
    except Refused:
        if isinstance(form, QuickForm):
            raise
    return Typed(
        request_key=key, estate_id=found.estate_id, caller_number=form.caller_number.data, words=form.words.data,
        place=found.place, phone=found.phone, category=found.category, urgency=found.urgency,
        channel=form.channel.data or Channel.MOBILE, place_words=form.place_words.data,
        outcome=_outcome(form, user, found), **when,
    )  # fmt: skip


def save(form: QuickForm, user: User, now: datetime) -> int:
    """Save what was quickly logged. A repair that this person may not open, or whose place is not known, goes to the
    hotline without an outcome."""
    key = form.request_key.data
    call = unchanged(call_of_key(user, key), form.version.data)
    return save_call(typed_in(form, user, key=key, now=now), call=call, actor=user, now=now).id


def save_from_paper(form: QuickForm, user: User, now: datetime) -> int:
    """Save one row of a sheet. A repair needs a place that is found, and only one; its fault is read from the words."""
    key = form.request_key.data
    typed = typed_in(form, user, key=key, now=now)
    if form.outcome.data is Outcome.REPAIR and typed.place is None:
        raise Refused(_which(user, form.place_words.data), field="place_words")
    if form.outcome.data is Outcome.REPAIR and typed.category is None:
        raise Refused(_("These words name no fault. Say it otherwise, or leave the outcome open."), field="words")
    call = unchanged(call_of_key(user, key), form.version.data)
    return save_call(typed, call=call, actor=user, now=now).id


def _which(user: User, typed: str) -> str:
    fitting = places_meant(user, typed)
    if not fitting:
        return _("A repair needs a place: look up the home, or the stairwell.")
    return _("Several places are called so: %(places)s.", places=" · ".join(place.address for place in fitting))


def _outcome(form: QuickFields, user: User, found: Seen) -> Outcome | None:
    """The chosen one; without a choice a repair, if the words name a fault. What cannot be opened here stays open."""
    chosen = form.outcome.data or (Outcome.REPAIR if found.best else None)
    if form.channel.data is Channel.HOTLINE and not form.outcome.data:
        return None  # a row of a sheet whose outcome was left open
    may_open = can(user, Permission.OPEN_WORK_ORDER, found.estate_id) and found.place and found.category
    return None if chosen is Outcome.REPAIR and not may_open else chosen


def _minutes_ago(form: QuickFields, now: datetime) -> datetime | None:
    return now - timedelta(minutes=int(form.ago.data)) if form.ago.data else None


def quick_form(call: Call | None = None, **values) -> QuickForm:
    """An empty form, or the form of a draft that is taken up again."""
    if call is None:
        return QuickForm(formdata=None, **values)
    typed = call.as_typed
    told = written(call.happened_at) if call.happened_at != call.logged_at else ""
    return QuickForm(
        formdata=None, request_key=call.request_key, version=call.version, kept=digest_of(call),
        caller_number=call.caller_number, words=call.words, channel=call.channel,
        place_words=typed.place_words if typed else "", happened=told or (typed.happened_words if typed else ""),
    )  # fmt: skip


def my_quick_logs(user: User) -> list[Call]:
    """What I logged on my mobile or on the way, the newest first, with what became of each."""
    elsewhere = Call.channel != literal_column("'hotline'")  # as the index says it
    whole = (joinedload(Call.as_typed), joinedload(Call.work_order), joinedload(Call.place))
    mine = visible_own_calls(user).where(elsewhere, Call.saved_at.is_not(None)).options(*whole)
    return list(db.session.scalars(mine.order_by(Call.id.desc()).limit(LAST)))


def my_quick_drafts(user: User, *, but_not: str) -> list[Call]:
    elsewhere = Call.channel != literal_column("'hotline'")
    begun = visible_own_calls(user).where(elsewhere, Call.outcome.is_(None), Call.saved_at.is_(None))
    found = begun.where(Call.request_key != but_not).options(joinedload(Call.as_typed)).order_by(Call.id.desc())
    return list(db.session.scalars(found.limit(LAST)))


def get_my_draft(user: User, call_id: int) -> Call | None:
    """A call of mine that I have not saved yet."""
    return db.session.scalar(visible_own_calls(user).where(Call.id == call_id, Call.saved_at.is_(None)))


def hotline_of(estate_id: int) -> str:
    return db.session.scalar(select(Estate.hotline).where(Estate.id == estate_id)) or ""
