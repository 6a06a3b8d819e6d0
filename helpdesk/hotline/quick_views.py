"""Quick log on one's own phone, and sheets that were written on paper."""

import json

from flask import abort, redirect, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.htmx import page_or_part, wants_part
from helpdesk.core.ids import read_id
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.hotline import quick
from helpdesk.hotline.actions import keep_draft
from helpdesk.hotline.models import Channel, Outcome
from helpdesk.hotline.proposals import said
from helpdesk.hotline.queries import call_of_key, get_call, refuse_finished, unchanged
from helpdesk.hotline.views import bp
from helpdesk.hotline.words import ago_choice, code_choice

bp.add_app_template_filter(ago_choice)
bp.add_app_template_filter(code_choice)
PAGE, PART = "hotline/quick.html", "hotline/_quick.html"
PAPER, ROW = "hotline/paper.html", "hotline/_paper_answer.html"
PAPER_LINES = 16  # of an empty sheet


@bp.get("/hotline/quick")
@needs(Permission.LOG_CALL)
def quick_log():
    saved = read_id(request.args.get("saved"))
    call = get_call(me(), saved) if saved else None
    return _quick_page(quick.quick_form(), saved=call)


@bp.get("/hotline/quick/<int:call_id>")
@needs(Permission.LOG_CALL)
def take_up_quick(call_id: int):
    return _quick_page(quick.quick_form(quick.get_my_draft(me(), call_id) or abort(404)))


@bp.post("/hotline/quick")
@needs(Permission.LOG_CALL)
def log_quickly():
    form, saved = quick.QuickForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            saved = once(me(), form, lambda: quick.save(form, me(), clock.now()), changed=lambda: _finished(form))
    if saved and not wants_part():
        return redirect(url_for(".quick_log", saved=saved), 303)
    return _quick_page(quick.quick_form() if saved else form, saved=get_call(me(), saved) if saved else None)


@bp.post("/hotline/quick/drafts/<uuid:key>")
@needs(Permission.LOG_CALL)
def quick_draft(key):
    form, kept = quick.QuickDraft(), ""
    if form.validate():
        with form.keeping_typed(), writing():
            call, now = unchanged(call_of_key(me(), str(key)), form.version.data), clock.now()
            typed = quick.typed_in(form, me(), key=str(key), now=now)
            kept = keep_draft(typed, seen=form.kept.data, call=call, actor=me(), now=now)
    if form.http_status == 200:
        return "", 204, {"HX-Trigger": json.dumps({"draft-kept": {"key": str(key), "kept": kept}})}
    return page_or_part("hotline/_not_kept.html", "hotline/_not_kept.html", form.http_status, form=form)


@bp.get("/hotline/quick/drafts/<uuid:key>/seen")
@needs(Permission.LOG_CALL)
def quick_seen(key):
    """What the server makes of a draft: the first words of a danger before anything is saved."""
    if not wants_part():
        return redirect(url_for(".quick_log"))
    return render_template("hotline/_quick_seen.html", seen=_seen(call_of_key(me(), str(key))))


@bp.get("/hotline/paper")
@needs(Permission.WORK_HOTLINE)
def paper():
    saved = read_id(request.args.get("saved"))
    call = get_call(me(), saved) if saved else None
    return render_template(PAPER, call=call, form=_row_form(), outcomes=list(Outcome))


@bp.post("/hotline/paper")
@needs(Permission.WORK_HOTLINE)
def save_row():
    form, saved = quick.QuickForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            once_more = {"changed": lambda: _finished(form)}
            saved = once(me(), form, lambda: quick.save_from_paper(form, me(), clock.now()), **once_more)
    if saved and not wants_part():
        return redirect(url_for(".paper", saved=saved), 303)
    call = get_call(me(), saved) if saved else None
    shown = {"call": call, "form": _row_form() if call else form, "outcomes": list(Outcome)}
    return page_or_part(PAPER, ROW, form.http_status, **shown)


@bp.get("/hotline/paper/print")
@needs(Permission.WORK_HOTLINE)
def empty_sheet():
    return render_template("hotline/paper_sheet.html", lines=PAPER_LINES)


def _finished(form: quick.QuickForm) -> None:
    refuse_finished(call_of_key(me(), form.request_key.data))


def _row_form() -> quick.QuickForm:
    return quick.quick_form(channel=Channel.HOTLINE)


def _seen(call) -> quick.Seen | None:
    if call is None:
        return None
    place_words = call.as_typed.place_words if call.as_typed else ""
    return quick.seen(me(), number=call.caller_number, place_words=place_words, words=call.words, now=clock.now())


def _quick_page(form: quick.QuickForm, *, saved=None):
    now, key = clock.now(), _usable_key(form)
    order = saved.work_order if saved else None
    return page_or_part(
        PAGE, PART, form.http_status, form=form, key=key, saved=saved, seen=_seen(call_of_key(me(), key)),
        said=said(saved, None, now) if order else "", mine=quick.my_quick_logs(me()),
        drafts=quick.my_quick_drafts(me(), but_not=key), channels=quick.CHANNELS, outcomes=list(Outcome),
        agos=quick.AGO, hotline=quick.hotline_of(saved.estate_id) if saved else "",
    )  # fmt: skip


def _usable_key(form: quick.QuickForm) -> str:
    """The key of the form in its one written form; a broken one is replaced, so that saving again works."""
    if form.request_key.errors or not form.request_key.data:
        form.request_key.data = quick.quick_form().request_key.data
    return str(form.request_key.data).lower()
