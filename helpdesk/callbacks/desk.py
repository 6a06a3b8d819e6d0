"""What the pages of call-backs show, and from their forms to what was meant."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from helpdesk.accounts.models import User
from helpdesk.callbacks.forms import AttemptForm, GiveUpForm, OwnerForm, PromiseForm, ReopenForm, ResultForm
from helpdesk.callbacks.lists import unfinished_lists
from helpdesk.callbacks.models import Answer, Callback, Reason
from helpdesk.callbacks.queries import hotline_staff, is_urgent, listed, next_to_ring, numbers_to_ring
from helpdesk.callbacks.rules import next_try, tries_in_vain
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates, first_estate
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.ids import read_id
from helpdesk.estate import phone_numbers
from helpdesk.estate.models import Person, Place
from helpdesk.estate.queries import visible_people, visible_places
from helpdesk.parties.queries import handed_to_nobody, waiting_hand_offs
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import get_work_order


def overview(user: User, asked: Mapping[str, str], now: datetime) -> dict:
    """The list in groups, the filters that made it, and beside it what waits for outside parties."""
    typed, ended = asked.get("reason", ""), asked.get("state", "") == "ended"
    reason = next((one for one in Reason if one == typed), None)
    rows = listed(user, reason=reason, ended=ended)
    return {
        "lists": [] if ended else [one for one in unfinished_lists(user) if reason in (None, one.reason)],
        "groups": [] if ended else grouped(rows, user), "ended": rows if ended else [], "shows_ended": ended,
        "reason": reason, "reasons": list(Reason), "estate_ids": sorted(estates(user, Permission.WORK_HOTLINE)),
        "hand_offs": waiting_hand_offs(user), "to_nobody": handed_to_nobody(user), "now": now,
    }  # fmt: skip


def grouped(rows: list[Callback], user: User) -> list[tuple[str, list[Callback]]]:
    """Mine, nobody's, others': each in the order it came, empty ones left out."""
    mine = [row for row in rows if row.owner_id == user.id]
    nobodys = [row for row in rows if row.owner_id is None]
    others = [row for row in rows if row.owner_id not in (None, user.id)]
    named = ((_("Mine"), mine), (_("Nobody’s yet"), nobodys), (_("Others’"), others))
    return [(name, found) for name, found in named if found]


def card(callback: Callback, user: User, now: datetime) -> dict:
    """What one call-back needs beside itself: where to ring, what each answer leads to, who else could, who is next."""
    tries = tries_in_vain([attempt.answer for attempt in callback.attempts])
    return {
        "lines": numbers_to_ring(callback, clock.local_date(now)), "tries": tries, "urgent": is_urgent(callback),
        "answers": [(answer, next_try_of(callback, answer, now)) for answer in Answer],
        "staff": hotline_staff(callback.estate_id), "after": next_to_ring(user, callback),
        "may_reopen": can(user, Permission.REOPEN_CALLBACK, callback.estate_id),
    }  # fmt: skip


def next_try_of(callback: Callback, answer: Answer, now: datetime) -> datetime | None:
    """When the rule rings again after this answer; None once somebody answered."""
    if answer is Answer.ANSWERED:
        return None
    in_vain = tries_in_vain([attempt.answer for attempt in callback.attempts]) + 1
    return next_try(answer, in_vain=in_vain, now=now, urgent=is_urgent(callback))


def blank_forms(callback: Callback) -> dict:
    return {
        "attempt_form": AttemptForm(formdata=None), "owner_form": OwnerForm(formdata=None, owner=callback.owner_id),
        "give_up_form": GiveUpForm(formdata=None), "reopen_form": ReopenForm(formdata=None),
        "result_form": ResultForm(formdata=None, words=callback.came_of_it), "rang_form": None,
    }  # fmt: skip


def chosen_owner(field, estate_id: int) -> User | None:
    """Who was chosen of those offered here; None for nobody in particular."""
    if field.data is None:
        return None
    found = next((user for user in hotline_staff(estate_id) if user.id == field.data), None)
    if found is None:
        raise Refused(_("Choose somebody who works this hotline."), field="owner")
    return found


def promise_form(user: User, asked: Mapping[str, str]) -> PromiseForm:
    """An empty form about the place, the person or the order that the address names."""
    form = PromiseForm(formdata=None)
    form.place_id.data, form.person_id.data = read_id(asked.get("place_id")), read_id(asked.get("person_id"))
    form.about.data = asked.get("about", "")
    order = _order(form, user)
    if order and order.phone and can(user, Permission.SEE_REGISTER, order.estate_id):
        form.number.data = order.phone.digits
    return form


def meant(form: PromiseForm, user: User) -> dict:
    """Whom the form means; Refused for what is not this user's, or for a number that is none."""
    known = about_whom(form, user)
    place, person, order = known["place"], known["person"], known["work_order"]
    named = (form.place_id.data, place), (form.person_id.data, person), (form.about.data, order)
    if any(asked and found is None for asked, found in named):
        raise Refused(_("What was chosen is not in your register. Look it up again."))
    estate_id = _estate_of((order, place, person), user)
    number = phone_numbers.normalise(form.number.data) if form.number.data else None
    if form.number.data and (number is None or number.kind is phone_numbers.PhoneKind.SHORT):
        raise Refused(_("This is no whole number. Leave it empty if the register knows one."), field="number")
    return {
        "estate_id": estate_id, "place": place or (order.place if order else None),
        "person": person or (order.reporter if order else None), "work_order": order,
        "number": number.digits[:20] if number else "", "owner": chosen_owner(form.owner, estate_id),
    }  # fmt: skip


def about_whom(form: PromiseForm, user: User) -> dict:
    """The records that a form names, where this user may see them; and who could ring."""
    at, who = form.place_id.data, form.person_id.data
    place = db.session.scalar(visible_places(user).where(Place.id == at)) if at else None
    person = db.session.scalar(visible_people(user).where(Person.id == who)) if who else None
    order = _order(form, user)
    estate_id = _estate_of((order, place, person), user)
    return {"place": place, "person": person, "work_order": order, "staff": hotline_staff(estate_id)}


def promised(callback_id: int) -> Callback:
    """What was just asked for, for whoever asked; also where they do not work the hotline."""
    return db.session.get_one(Callback, callback_id)


def after_promise(user: User, callback_id: int) -> str:
    """Where to go then: to the call-back, or back to whom it is about."""
    callback = promised(callback_id)
    if can(user, Permission.WORK_HOTLINE, callback.estate_id):
        return url_for("callbacks.show", callback_id=callback_id)
    if callback.place_id and can(user, Permission.SEE_REGISTER, callback.estate_id):
        return url_for("estate.place", place_id=callback.place_id)
    return url_for("home.index")


def _order(form: PromiseForm, user: User) -> WorkOrder | None:
    try:
        return get_work_order(user, form.about.data) if form.about.data else None
    except NotFound:
        return None


def _estate_of(named: Iterable, user: User) -> int:
    """Where it belongs: to what was named first, else to the first estate in which this user takes calls."""
    return next((one.estate_id for one in named if one), None) or first_estate(user, Permission.LOG_CALL)
