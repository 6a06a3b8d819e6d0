"""From the form of a call to what was meant by it."""

from datetime import date, datetime

from flask_babel import gettext as _

from helpdesk.accounts.queries import get_technician
from helpdesk.core import clock
from helpdesk.core.access import Permission, estates, first_estate
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.moments import typed_moment
from helpdesk.estate.models import Person, Phone, Place
from helpdesk.estate.queries import place_written, visible_people, visible_phones, visible_places
from helpdesk.hotline.actions import Typed
from helpdesk.hotline.after import about_of, follow_up_of
from helpdesk.hotline.forms import CallForm, DraftForm, moment_of
from helpdesk.hotline.joining import join_of
from helpdesk.hotline.models import Outcome
from helpdesk.hotline.rules import AT_ONCE, may_be_number
from helpdesk.neighbours.models import Part
from helpdesk.repairs.models import Category, Urgency
from helpdesk.repairs.queries import visible_categories
from helpdesk.repairs.suggestions import suggest
from helpdesk.search.queries import exact_phone
from helpdesk.windows.rules import window_named

NAMED = ((Place, visible_places), (Person, visible_people), (Phone, visible_phones))


def typed_in(form: DraftForm | CallForm, user, *, key: str, now: datetime) -> Typed:
    """What the form means; Refused if it names what is not in this user's estates.

    Once somebody was chosen, a name or an address by which they were found is no caller's number.
    """
    place, person, phone = named = _named(form, user)
    joins = join_of(form, user)
    estate_id = next((record.estate_id for record in (*named, joins) if record), None) or home_estate(user)
    known = phone or exact_phone(user, form.caller_number.data, Permission.LOG_CALL)
    rang = form.caller_number.data if may_be_number(form.caller_number.data) or not any(named) else ""
    return Typed(
        request_key=key, estate_id=estate_id, caller_number=rang, words=form.words.data,
        place=place, person=person, phone=known if known and known.estate_id == estate_id else None,
        category=_category(form, user, estate_id, now), urgency=form.urgency.data, answer=form.answer.data,
        joins=joins, choices=form.decided(), **_when(form, now), **_decided(form, user, estate_id, now),
    )  # fmt: skip


def _when(form, now: datetime) -> dict:
    """When the call came, where somebody says so. A draft keeps what is typed, whatever becomes of it."""
    try:
        return {"happened_at": moment_of(form, now), "happened_words": form.happened.data}
    except Refused:
        if isinstance(form, CallForm):
            raise
        return {"happened_words": form.happened.data}


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


def home_estate(user) -> int:
    """Where a call belongs as long as nothing was chosen: the first estate in which this user takes calls."""
    return first_estate(user, Permission.LOG_CALL)


def _category(form, user, estate_id: int, now: datetime) -> Category | None:
    code, on = form.category.data, clock.local_date(now)
    if not code:
        asks_for_help = isinstance(form, CallForm) and form.outcome.data is Outcome.HELP
        return _danger_said(form.words.data, user, estate_id, on) if asks_for_help else None
    offered = visible_categories(user, on=on, estate_id=estate_id)
    found = next((c for c in offered if c.code == code), None)
    if found is None:
        raise Refused(_("Choose what is wrong from the list."), field="category")
    return found


def _danger_said(words: str, user, estate_id: int, on: date) -> Category | None:
    """Whoever saves before the proposal came, or without scripts, has chosen nothing; a danger counts all the same."""
    offered = {c.code: c for c in visible_categories(user, on=on, estate_id=estate_id, with_words=True)}
    best = next((one for one in suggest(words, offered.values()) if not one.denied), None)
    return offered[best.code] if best and best.urgency == Urgency.P0 else None


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
        "window": window_named(form.visit_window.data or ""), "also": tuple(form.also.windows),
        "at_once": form.visit_window.data == AT_ONCE,
        "ring_back_at": typed_moment(form.ring_back_at, now) or typed_moment(form.ring_back, now),
    }  # fmt: skip


def _other_home(form: CallForm, user, estate_id: int) -> Place | None:
    typed = form.other_home.data
    place = place_written(user, typed, estate_id=estate_id) if typed else None
    if typed and place is None:
        raise Refused(_("“%(address)s” is no address here.", address=typed), field="other_home")
    return place
