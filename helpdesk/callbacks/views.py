"""Call-backs: the list, one of them and what is done about it, and a new one."""

from flask import Blueprint, redirect, render_template, request, url_for

from helpdesk.callbacks import desk
from helpdesk.callbacks.actions import (
    give_up,
    note_attempt,
    note_they_rang,
    promise_to_ring,
    reopen,
    take_on,
    write_what_came,
)
from helpdesk.callbacks.forms import (
    AttemptForm,
    GiveUpForm,
    OwnerForm,
    PromiseForm,
    RangInForm,
    ReopenForm,
    ResultForm,
)
from helpdesk.callbacks.models import Reason
from helpdesk.callbacks.queries import get_callback, owed
from helpdesk.callbacks.rules import needs_a_decision, proposed_moments, standing_of
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, me, needs
from helpdesk.core.htmx import answer, page_or_part, wants_part
from helpdesk.core.moments import typed_moment
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing

bp = Blueprint("callbacks", __name__, url_prefix="/callbacks")
PAGE, CARD = "callbacks/index.html", "callbacks/_callback.html"


@bp.app_template_global()
def callback_standing(callback) -> str:
    return standing_of(callback.due_at, clock.now())


@bp.app_template_global()
def rung_in_vain(callback) -> bool:
    """Whether somebody has to decide: rung again and again, and nobody there."""
    return needs_a_decision([attempt.answer for attempt in callback.attempts])


@bp.get("")
@needs(Permission.WORK_HOTLINE)
def index():
    return page_or_part(PAGE, "callbacks/_list.html", **desk.overview(me(), request.args, clock.now()), callback=None)


@bp.get("/due")
@needs(Permission.WORK_HOTLINE)
def due():
    """The region of the console; without scripts its address leads to the whole page."""
    if not wants_part():
        return redirect(url_for(".index"))
    return render_template("callbacks/_region.html", owed=owed(me(), clock.now()))


@bp.get("/new")
@needs(Permission.LOG_CALL)
def new():
    form = desk.promise_form(me(), request.args)
    return page_or_part("callbacks/new.html", "callbacks/_new.html", **_around_new(form))


@bp.post("")
@needs(Permission.LOG_CALL)
def add():
    form, made = PromiseForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            made = once(me(), form, lambda: _promised(form))
    if made and not wants_part():
        return redirect(desk.after_promise(me(), made), 303)
    told = desk.promised(made) if made else None
    form = PromiseForm(formdata=None) if made else form
    return page_or_part("callbacks/new.html", "callbacks/_new.html", form.http_status, **_around_new(form, told))


@bp.get("/<int:callback_id>")
@needs(Permission.WORK_HOTLINE)
def show(callback_id: int):
    return page_or_part(PAGE, CARD, **_around(callback_id))


@bp.post("/<int:callback_id>/attempts")
@needs(Permission.WORK_HOTLINE)
def attempt(callback_id: int):
    form = AttemptForm()

    def act() -> int:
        callback, now = get_callback(me(), callback_id, seen_version=form.version.data), clock.now()
        again_at = typed_moment(form.again_at, now) or desk.next_try_of(callback, form.answer.data, now)
        told = {"answer": form.answer.data, "note": form.note.data, "again_at": again_at}
        return note_attempt(callback, **told, actor=me(), now=now).id

    if form.validate():
        with form.keeping_typed(), writing():
            get_callback(me(), callback_id)
            once(me(), form, act)
    return _acted(form, callback_id, "attempt_form")


@bp.post("/<int:callback_id>/owner")
@needs(Permission.WORK_HOTLINE)
def owner(callback_id: int):
    form = OwnerForm()
    if form.validate():
        with form.keeping_typed(), writing():
            callback = get_callback(me(), callback_id, seen_version=form.version.data)
            take_on(callback, owner=desk.chosen_owner(form.owner, callback.estate_id), actor=me(), now=clock.now())
    return _acted(form, callback_id, "owner_form")


@bp.post("/<int:callback_id>/giving-up")
@needs(Permission.WORK_HOTLINE)
def stop(callback_id: int):
    form = GiveUpForm()
    if form.validate():
        with form.keeping_typed(), writing():
            callback = get_callback(me(), callback_id, seen_version=form.version.data)
            give_up(callback, because=form.because.data, actor=me(), now=clock.now())
    return _acted(form, callback_id, "give_up_form")


@bp.post("/<int:callback_id>/reopening")
@needs(Permission.REOPEN_CALLBACK)
def go_on(callback_id: int):
    form = ReopenForm()
    if form.validate():
        with form.keeping_typed(), writing():
            callback, now = get_callback(me(), callback_id, seen_version=form.version.data), clock.now()
            reopen(callback, due_at=typed_moment(form.due_at, now), actor=me(), now=now)
    return _acted(form, callback_id, "reopen_form")


@bp.post("/<int:callback_id>/result")
@needs(Permission.WORK_HOTLINE)
def result(callback_id: int):
    form = ResultForm()
    if form.validate():
        with form.keeping_typed(), writing():
            callback = get_callback(me(), callback_id, seen_version=form.version.data)
            write_what_came(callback, words=form.words.data, actor=me(), now=clock.now())
    return _acted(form, callback_id, "result_form")


@bp.post("/<int:callback_id>/ringing-in")
@needs(Permission.WORK_HOTLINE)
def rang_in(callback_id: int):
    form = RangInForm()
    if form.validate():
        with form.keeping_typed(), writing():
            note_they_rang(get_callback(me(), callback_id), actor=me(), now=clock.now())
    if not wants_part():
        return _acted(form, callback_id, "rang_form")
    callback = get_callback(me(), callback_id)
    part = "callbacks/_rang_in.html"
    return _told(page_or_part(part, part, form.http_status, callback=callback), callback)


def _promised(form: PromiseForm) -> int:
    now = clock.now()
    return promise_to_ring(
        due_at=form.moment(now), reason=Reason.PROMISED, words=form.words.data, actor=me(), now=now,
        **desk.meant(form, me()),
    ).id  # fmt: skip


def _around_new(form: PromiseForm, promised=None) -> dict:
    return {"form": form, "promised": promised, "moments": proposed_moments(clock.now()), **desk.about_whom(form, me())}


def _around(callback_id: int, form=None, name: str = "") -> dict:
    """The list, and beside it one call-back with its forms; `form` is the one that was refused."""
    now, callback = clock.now(), get_callback(me(), callback_id)
    forms = desk.blank_forms(callback) | ({name: form} if form else {})
    listed = {} if wants_part() else desk.overview(me(), request.args, now)
    seen = can(me(), Permission.SEE_REGISTER, callback.estate_id)
    return {**listed, **forms, **desk.card(callback, me(), now), "callback": callback, "known": seen}


def _acted(form, callback_id: int, name: str):
    refused = form.http_status != 200
    around = _around(callback_id, form if refused else None, name)
    return _told(answer(form, PAGE, CARD, url=url_for(".show", callback_id=callback_id), **around), around["callback"])


def _told(response, callback):
    """The list of this page asks for itself at once, also where nothing is live."""
    response.headers["HX-Trigger"] = f"callbacks:{callback.estate_id}-changed"
    return response
