"""The console, the calls, and what the console asks for while somebody types."""

import json

from flask import Blueprint, redirect, request, url_for

from helpdesk.core import clock, ids
from helpdesk.core.access import Permission, can_anywhere, me, needs
from helpdesk.core.htmx import page_or_part, wants_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.hotline import console as desk
from helpdesk.hotline import words
from helpdesk.hotline.actions import keep_draft, save_call
from helpdesk.hotline.card import card_of
from helpdesk.hotline.forms import CallForm, DraftForm
from helpdesk.hotline.happened import is_late
from helpdesk.hotline.joining import added_to
from helpdesk.hotline.meaning import home_estate, typed_in
from helpdesk.hotline.outcomes import followed
from helpdesk.hotline.proposals import near_of, proposal, said
from helpdesk.hotline.queries import (
    call_of_key,
    get_call,
    known_words,
    knows_call_words,
    my_drafts,
    refuse_finished,
    tells_of_waiver,
    unchanged,
)
from helpdesk.search.queries import find
from helpdesk.telephony.queries import get_ring

bp = Blueprint("hotline", __name__)
bp.add_app_template_global(is_late)
PAGE, PART = "hotline/console.html", "hotline/_call.html"
bp.app_template_global("call_words")(words.call_words)
bp.app_template_global("knows_call_words")(knows_call_words)
bp.app_template_global("tells_of_waiver")(tells_of_waiver)


@bp.get("/hotline")
@needs(Permission.WORK_HOTLINE)
def console():
    saved_id, ring_id = _id("saved"), _id("ring")
    saved = get_call(me(), saved_id) if saved_id else None
    ring = get_ring(me(), ring_id) if ring_id else None
    if ring and (written := call_of_key(me(), ring.request_key)):
        return redirect(url_for(".show", call_id=written.id))
    form = desk.form_of(ring) if ring else desk.form_taken_up(_id("callback"), me())
    return page_or_part(PAGE, PART, **_page(form, saved=saved, asked=request.args.get("q", "")))


@bp.get("/hotline/calls/<int:call_id>")
@needs(Permission.WORK_HOTLINE)
def show(call_id: int):
    call = get_call(me(), call_id)
    if call.outcome:
        return page_or_part(PAGE, PART, **_page(desk.new_form(), saved=call, old=True))
    return page_or_part(PAGE, PART, **_page(desk.new_form(call, me())))


@bp.post("/hotline/calls")
@needs(Permission.LOG_CALL)
def log():
    form, saved = CallForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            saved = once(me(), form, lambda: _save(form), changed=lambda: refuse_finished(call_of_key(me(), form.key)))
    call = get_call(me(), saved) if saved else None
    if call and not wants_part():
        works_here = can_anywhere(me(), Permission.WORK_HOTLINE)
        return redirect(url_for(".console", saved=call.id) if works_here else url_for("home.index"), 303)
    return page_or_part(PAGE, PART, form.http_status, **_page(desk.new_form() if call else form, saved=call))


def _save(form: CallForm) -> int:
    call, now = unchanged(call_of_key(me(), form.key), form.version.data), clock.now()
    return save_call(typed_in(form, me(), key=form.key, now=now), call=call, actor=me(), now=now).id


@bp.post("/hotline/drafts/<uuid:key>")
@needs(Permission.LOG_CALL)
def draft(key):
    form, kept = DraftForm(), ""
    if form.validate():
        with form.keeping_typed(), writing():
            call, now = unchanged(call_of_key(me(), str(key)), form.version.data), clock.now()
            typed = typed_in(form, me(), key=str(key), now=now)
            kept = keep_draft(typed, seen=form.kept.data, call=call, actor=me(), now=now)
    if form.http_status == 200:
        return "", 204, {"HX-Trigger": json.dumps({"draft-kept": {"key": str(key), "kept": kept}})}
    return page_or_part("hotline/_not_kept.html", "hotline/_not_kept.html", form.http_status, form=form)


@bp.get("/hotline/drafts/<uuid:key>/suggestion")
@needs(Permission.LOG_CALL)
def suggestion(key):
    chosen = {name: request.args.get(name, "") for name in ("category", "urgency", "visit_window")}
    sent = bool(request.args.get("technician_id"))
    call, now = call_of_key(me(), str(key)), clock.now()
    chosen_ids = (call.place_id, call.person_id, call.phone_id) if call else (_id("place_id"), None, None)
    card = desk.card_for(me(), chosen_ids, now, whole=False)
    rang_at = call.happened_at if call else now
    proposed = proposal(me(), known_words(me(), call), card, **chosen, sent=sent, now=now, rang_at=rang_at)
    near = near_of(me(), card, proposed, now, call_id=call.id if call else None)
    praised = desk.praised(me(), request.args.get("outcome"), call.words if call else "", card)
    return _region("hotline/_suggestion.html", proposed=proposed, near=near, now=now, beside=True, praised=praised)


@bp.get("/hotline/card")
@needs(Permission.WORK_HOTLINE)
def card():
    chosen = {name: _id(name) for name in ("place_id", "person_id", "phone_id")}
    about = request.args.get("about", "")
    shown = _region("hotline/_card_answer.html", card=card_of(me(), on=_today(), **chosen), about=about, aim="")
    shown.headers["HX-Trigger-After-Settle"] = "card-shown"
    return shown


@bp.get("/hotline/open-orders")
@needs(Permission.WORK_HOTLINE)
def open_orders():
    return _region("hotline/_open_orders.html", world=desk.world(me(), clock.now()), now=clock.now())


@bp.get("/hotline/todays-calls")
@needs(Permission.WORK_HOTLINE)
def todays_calls():
    but_not = request.args.get("request_key", "")
    return _region("hotline/_todays_calls.html", world=desk.world(me(), clock.now(), but_not=but_not))


def _page(form: CallForm, *, saved=None, old: bool = False, asked: str = "") -> dict:
    """What the page needs; a part shows only the left column and asks for nothing else.

    `old` says that `saved` was not saved just now; `asked` is what was looked up without scripts.
    """
    now, key = clock.now(), desk.usable_key(form)
    desk.know_again(form, me())
    card = desk.card_for(me(), form.ids(), now)
    estate_id = card.place.estate_id if card.place else home_estate(me())
    words, added = form.words.data or "", added_to(saved)
    chosen = {name: form[name].data or "" for name in ("category", "urgency", "visit_window")}
    proposed = proposal(me(), words, card, **chosen, sent=bool(form.technician_id.data), now=now)
    return {
        "form": form, "saved": saved, "old": old, "now": now, "asked": asked,
        "said": said(saved, added, now) if saved and not old else "",
        "after": followed(me(), saved) if saved else None,
        "found": find(me(), asked, on=clock.local_date(now)) if asked else [],
        "card": card, "about": form.about.data or "", "chased": form.chased.data or "", "key": key,
        "choices": desk.choices(me(), now, estate_id=estate_id), "beside": False,
        "drafts": my_drafts(me(), but_not=key),
        "world": None if wants_part() else desk.world(me(), now, but_not=key),
        "praised": form.praised.data or desk.praised(me(), form.outcome.data, words, card),
        "proposed": proposed, "near": near_of(me(), card, proposed, now), "added_to": added,
    }  # fmt: skip


def _region(part: str, **context):
    """A region that asks for itself; without scripts its address leads to the whole page."""
    return page_or_part(part, part, **context) if wants_part() else redirect(url_for(".console"))


def _id(name: str) -> int | None:
    """An id from the address; None if it is not one."""
    return ids.read_id(request.args.get(name))


def _today():
    return clock.local_date(clock.now())
