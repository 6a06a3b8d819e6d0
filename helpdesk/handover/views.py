"""The hand-over: opened, written, signed by both, kept. And what the console has to be told about it."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, g, redirect, render_template, request, url_for

from helpdesk.accounts.limits import limits_of_door, tries_counted
from helpdesk.accounts.throttle import forgive
from helpdesk.core import clock, ids
from helpdesk.core.access import Permission, can, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.extensions import db
from helpdesk.core.htmx import wants_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.duty.models import Post
from helpdesk.duty.queries import Board, on_duty
from helpdesk.duty.views import duty_board
from helpdesk.estate.models import Estate
from helpdesk.handover.actions import (
    begin_handover,
    call_off_handover,
    sign_incoming,
    sign_outgoing,
    write_notes,
)
from helpdesk.handover.forms import NotesForm, OpenForm, SignHereForm, TakeOverForm, WithdrawForm
from helpdesk.handover.models import Handover
from helpdesk.handover.queries import A_PAGE, frozen_handovers, get_handover, open_handover
from helpdesk.handover.sections import SECTIONS, TITLES, digest_of, listed, state_said
from helpdesk.handover.signers import signer_of, still

bp = Blueprint("handover", __name__)
P = Permission
INDEX, PAGE = "handover/index.html", "handover/show.html"
REMIND = timedelta(minutes=30)  # before a shift ends
bp.add_app_template_global(state_said)


@bp.get("/handovers")
@needs(P.WORK_HOTLINE)
def index():
    return render_template(INDEX, **_list(OpenForm(formdata=None)))


@bp.post("/handovers")
@needs(P.WORK_HOTLINE)
def begin():
    form, found = OpenForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            found = once(me(), form, lambda: begin_handover(estate_id=_home(), actor=me(), now=clock.now()).id)
    if found:
        return redirect(url_for(".show", handover_id=found), 303)
    return render_template(INDEX, **_list(form)), form.http_status


@bp.get("/handovers/watch")
@needs(P.WORK_HOTLINE)
def watch():
    return render_template("handover/_watch.html") if wants_part() else redirect(url_for("hotline.console"))


@bp.get("/handovers/<int:handover_id>")
@needs(P.WORK_HOTLINE)
def show(handover_id: int):
    return render_template(PAGE, **_page(handover_id))


@bp.get("/handovers/<int:handover_id>/print")
@needs(P.WORK_HOTLINE)
def paper(handover_id: int):
    return render_template("handover/paper.html", **_page(handover_id))


@bp.post("/handovers/<int:handover_id>/notes")
@needs(P.WORK_HOTLINE)
def notes(handover_id: int):
    form = NotesForm()
    if form.validate():
        with form.keeping_typed(), writing():
            handover = get_handover(me(), handover_id, seen_version=form.version.data)
            write_notes(handover, notes=form.notes.data, actor=me(), now=clock.now())
    return _answer(form, handover_id, outgoing=form)


@bp.post("/handovers/<int:handover_id>/outgoing")
@needs(P.WORK_HOTLINE)
def sign_out(handover_id: int):
    form = NotesForm()
    if form.validate():
        with form.keeping_typed(), writing():
            handover, now = get_handover(me(), handover_id), clock.now()
            lines = listed(me(), handover.estate_id, now)
            seen = form.seen.data
            sign_outgoing(handover, notes=form.notes.data, seen=seen, sections=lines, actor=me(), now=now)
    return _answer(form, handover_id, outgoing=form)


@bp.post("/handovers/<int:handover_id>/incoming")
@needs(P.WORK_HOTLINE)
def take_over(handover_id: int):
    form = TakeOverForm()
    if form.validate():
        with form.keeping_typed(), writing():
            handover, now = get_handover(me(), handover_id), clock.now()
            lines = listed(me(), handover.estate_id, now)
            sign_incoming(handover, seen=form.seen.data, sections=lines, actor=me(), now=now)
    return _answer(form, handover_id, incoming=form)


@bp.post("/handovers/<int:handover_id>/incoming-here")
@needs(P.WORK_HOTLINE)
@tries_counted(limits_of_door)
def sign_here(handover_id: int):
    form = SignHereForm()
    signer = signer_of(form, clock.now()) if form.validate() else None
    if signer:
        with form.keeping_typed(), writing():
            handover, now = get_handover(me(), handover_id), clock.now()
            lines = listed(me(), handover.estate_id, now)
            comes = still(signer, handover.estate_id)
            sign_incoming(handover, seen=form.seen.data, sections=lines, actor=comes, now=now)
            forgive(g.limits)
    return _answer(form, handover_id, here=form)


@bp.post("/handovers/<int:handover_id>/calling-off")
@needs(P.WORK_HOTLINE)
def end(handover_id: int):
    form = WithdrawForm()
    if form.validate():
        with form.keeping_typed(), writing():
            handover = get_handover(me(), handover_id, seen_version=form.version.data)
            call_off_handover(handover, actor=me(), now=clock.now())
    return _answer(form, handover_id, end=form)


@dataclass(frozen=True)
class Watch:
    """What must not be overlooked at the desk: an unsigned hand-over, hours without anybody, the end of one's shift."""

    estate_id: int
    board: Board
    handover: Handover | None
    mine_ends: bool


@bp.app_template_global()
def desk_watch() -> Watch | None:
    """For whoever works a hotline; one query besides the one for the head of the page."""
    board, now = duty_board(), clock.now()
    if board is None or not can(me(), P.WORK_HOTLINE, board.estate_id):
        return None
    soon = [one for one in board.at(Post.HOTLINE) if one.user_id == me().id and one.ends_at - now <= REMIND]
    return Watch(board.estate_id, board, open_handover(me(), board.estate_id), bool(soon))


def _home() -> int:
    return estate_here(P.WORK_HOTLINE)


def _list(form: OpenForm) -> dict:
    before, estate_id = ids.read_id(request.args.get("before")), _home()
    rows = frozen_handovers(me(), estate_id, before=before)
    older = rows[A_PAGE - 1].id if len(rows) > A_PAGE else None
    waiting = open_handover(me(), estate_id)
    return {
        "form": form, "open": waiting, "rows": rows[:A_PAGE], "older": older, "before": before, "estate_id": estate_id,
    }  # fmt: skip


def _page(handover_id: int, **forms) -> dict:
    """The sheet: open ones list what is open now, frozen ones what was; then the forms of those who may act."""
    handover, now = get_handover(me(), handover_id), clock.now()
    frozen = handover.frozen_at is not None
    sections = _kept(handover) if frozen else listed(me(), handover.estate_id, now) if handover.is_open else {}
    mine = handover.outgoing_id == me().id
    fresh = {"formdata": None, "version": handover.version}
    return {
        "handover": handover, "now": handover.frozen_at or now, "sections": sections, "titles": TITLES,
        "estate": db.session.get_one(Estate, handover.estate_id), "mine": mine, "seen": digest_of(sections),
        "outgoing": forms.get("outgoing") or NotesForm(**fresh, notes=handover.notes),
        "incoming": forms.get("incoming") or TakeOverForm(formdata=None),
        "here": forms.get("here") or SignHereForm(formdata=None),
        "end": forms.get("end") or WithdrawForm(**fresh),
        "may_end": handover.is_open and (mine or can(me(), P.PLAN_DUTY, handover.estate_id)),
        "on": on_duty(handover.estate_id, handover.frozen_at or now),
    }  # fmt: skip


def _kept(handover: Handover) -> dict[str, list]:
    """The lines as they were frozen, by section; a section that no feature has any more keeps its code."""
    codes = [section.code for section in SECTIONS]
    codes += sorted({line.section for line in handover.kept_lines} - set(codes))
    return {code: [line for line in handover.kept_lines if line.section == code] for code in codes}


def _answer(form, handover_id: int, **forms):
    if form.http_status == 200:
        return redirect(url_for(".show", handover_id=handover_id), 303)
    version = get_handover(me(), handover_id).version
    if "version" in form:
        form.version.data, form.version.raw_data = version, None
    return render_template(PAGE, **_page(handover_id, **forms)), form.http_status
